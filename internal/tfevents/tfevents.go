// Package tfevents writes the event files that TensorBoard reads: scalars,
// histograms, images and graphs.
//
// A file is a row of TFRecords (see record.go), each an Event message of
// TensorFlow's event.proto and summary.proto. The messages are written by hand,
// in the order of their fields, as the reference library writes them.
package tfevents

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/antler-ml/antler/internal/appendfile"
)

// A Writer appends events to a file of its own. It is not safe for concurrent
// use. Events wait in memory until [Writer.Flush]; a full disk loses none, until
// 16 MB wait.
type Writer struct {
	file *appendfile.File
	path string
	now  func() time.Time // replaced by tests

	record, value, tensor, meta []byte // used again and again
}

// files counts the files of this process, so that no two have one name.
var files atomic.Int64

// Create makes dir and, in it, a new event file. Files that are there stay:
// TensorBoard reads them one after the other, as one run.
func Create(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	path := filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d.v2", time.Now().Unix(), host, os.Getpid(), files.Add(1)-1))
	file, err := appendfile.Open(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: file, path: path, now: time.Now}
	w.version()
	return w, nil
}

// Path returns the name of the file.
func (w *Writer) Path() string { return w.path }

// Waiting returns how many bytes wait for [Writer.Flush].
func (w *Writer) Waiting() int { return w.file.Waiting() }

// Flush writes what waits.
func (w *Writer) Flush() error { return w.file.Flush() }

// Close writes what waits and closes the file. Its error says what never came
// to the file.
func (w *Writer) Close() error { return w.file.Close() }

// Scalar adds a number.
func (w *Writer) Scalar(tag string, step int64, v float32) {
	t := w.begin(dtFloat)
	t = appendMessage(t, fieldShape, nil)
	t = protowire.AppendTag(t, fieldFloat, protowire.BytesType) // packed
	t = protowire.AppendVarint(t, 4)
	w.tensor = protowire.AppendFixed32(t, math.Float32bits(v))
	w.summary(tag, step, "scalars", nil)
}

// Histogram adds the distribution of data in 30 buckets of one width. Values
// that are no numbers are left out.
func (w *Writer) Histogram(tag string, step int64, data []float32) {
	t := w.begin(dtDouble)
	t = appendMessage(t, fieldShape, matrixShape(buckets, 3))
	t = protowire.AppendTag(t, fieldContent, protowire.BytesType)
	t = protowire.AppendVarint(t, buckets*3*8)
	for _, row := range histogram(data) {
		for _, x := range row {
			t = protowire.AppendFixed64(t, math.Float64bits(x))
		}
	}
	w.tensor = t
	w.summary(tag, step, "histograms", nil)
}

// Image adds pictures of one size, as PNG.
func (w *Writer) Image(tag string, step int64, width, height int, pngs ...[]byte) {
	values := append([][]byte{fmt.Append(nil, width), fmt.Append(nil, height)}, pngs...)
	w.Strings(tag, step, "images", nil, values...)
}

// Strings adds bytes for a plugin of TensorBoard's. content is what it calls the
// content of its metadata.
func (w *Writer) Strings(tag string, step int64, plugin string, content []byte, values ...[]byte) {
	t := w.begin(dtString)
	var shape []byte
	if len(values) != 1 { // one is a scalar
		shape = vectorShape(len(values))
	}
	t = appendMessage(t, fieldShape, shape)
	for _, v := range values {
		t = appendMessage(t, fieldString, v)
	}
	w.tensor = t
	w.summary(tag, step, plugin, content)
}
