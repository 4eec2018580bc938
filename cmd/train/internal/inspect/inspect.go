// Package inspect says what is in a file: a model, weights, arrays, a tokenizer
// or a run. It trusts nothing in it: see the packages that read the formats.
package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn/saving"
)

// A Report says what is in a file.
type Report struct {
	V       int    `json:"v"`
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	Format  string `json:"format"`            // such as HDF5
	Version string `json:"version,omitempty"` // of the format
	Writer  string `json:"writer,omitempty"`  // such as Keras 2.15.0
	Holds   string `json:"holds"`             // such as "a whole model"

	Loads    bool     `json:"loads"`             // whether this program can use it
	Problem  string   `json:"problem,omitempty"` // why not: all that is missing
	Warnings []string `json:"warnings,omitempty"`

	Inputs  []Port  `json:"inputs,omitempty"`
	Outputs []Port  `json:"outputs,omitempty"`
	Layers  []Layer `json:"layers,omitempty"`
	Weights int     `json:"weights,omitempty"` // numbers in them
	Compile string  `json:"compile,omitempty"` // optimizer, loss and metrics

	Arrays     []Array     `json:"arrays,omitempty"`
	Attributes []Attribute `json:"attributes,omitempty"`
	Notes      []Note      `json:"notes,omitempty"` // what this project put into the file
}

// A Port is an input or an output of a model.
type Port struct {
	Name  string `json:"name"`
	Shape string `json:"shape"`
}

// A Layer is one of a model. A model that cannot be loaded has only names and
// classes.
type Layer struct {
	Name    string `json:"name"`
	Class   string `json:"class"`
	Output  string `json:"output,omitempty"`
	Weights int    `json:"weights,omitempty"`
}

// An Array is one in the file.
type Array struct {
	Name  string `json:"name"`
	Dtype string `json:"dtype"`
	Shape []int  `json:"shape"`
}

// An Attribute is a setting that stands in the file.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// attribute adds one, shortened to a line.
func (r *Report) attribute(name, value string) {
	r.Attributes = append(r.Attributes, Attribute{name, Short(value)})
}

// Short is a value as one line that is not too long.
func Short(value string) string {
	const most = 80
	value = strings.Join(strings.Fields(value), " ")
	if short := []rune(value); len(short) > most {
		value = fmt.Sprintf("%s… (%d bytes)", string(short[:most]), len(value))
	}
	return value
}

// fail says why the file cannot be used.
func (r *Report) fail(err error) {
	if err != nil && r.Problem == "" {
		r.Loads, r.Problem = false, strings.TrimPrefix(err.Error(), "saving: "+r.File+": ")
	}
}

// file is an open file.
type file struct {
	io.ReaderAt
	path string
	size int64
	head []byte // the first bytes
}

// all reads a file that may have so many bytes.
func (f *file) all(limit int64) ([]byte, error) {
	if f.size > limit {
		return nil, fmt.Errorf("the file has %d bytes; files of this kind have at most %d", f.size, limit)
	}
	b := make([]byte, f.size)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, f.size), b)
	return b, err
}

// File looks into a file. Its content says what it is, not its name. An error
// is only that it cannot be opened; all else is said in the report.
func File(path string) (*Report, error) {
	r := &Report{V: 1, File: path, Holds: "nothing that is known here"}
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		r.directory(path)
		return r, nil
	}
	o, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	r.Bytes = st.Size()
	f := &file{ReaderAt: o, path: path, size: st.Size(), head: make([]byte, min(512, st.Size()))}
	if _, err := o.ReadAt(f.head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, k := range kinds {
		if k.is(f) {
			r.Format = k.name
			k.look(r, f)
			return r, nil
		}
	}
	r.Format = "unknown"
	_, err = saving.LoadWith(path, saving.LoadConfig{NoCompile: true}) // it can name many
	r.fail(err)
	return r, nil
}

// kinds are the files that can be told, in the order in which they are asked.
var kinds = []struct {
	name string
	is   func(f *file) bool
	look func(r *Report, f *file)
}{
	{"HDF5", func(f *file) bool { return hdf5.Is(f.head) }, (*Report).h5},
	{"zip", starts("PK\x03\x04"), (*Report).zip},
	{"numpy array", starts("\x93NUMPY"), (*Report).npy},
	{"safetensors", isSafetensors, (*Report).safetensors},
	{"JSON", isJSON, (*Report).json},
	{"YAML", isYAML, (*Report).yaml},
	{"ONNX", isONNX, (*Report).onnx},
}

func starts(magic string) func(*file) bool {
	return func(f *file) bool { return bytes.HasPrefix(f.head, []byte(magic)) }
}

func isJSON(f *file) bool {
	text := bytes.TrimLeft(f.head, " \t\r\n\ufeff")
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte(`"{`))
}

func isYAML(f *file) bool {
	for line := range bytes.Lines(f.head) {
		for _, key := range []string{"class_name:", "config:", "backend:", "keras_version:"} {
			if bytes.HasPrefix(line, []byte(key)) {
				return true
			}
		}
	}
	return false
}
