package hdf5

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// weights are about 100 MB of float32 in 50 datasets, as a model has them.
func weights() (f *Node, bytes int64) {
	const layers, rows, columns = 50, 512, 1024
	values := make([]float32, rows*columns)
	for i := range values {
		values[i] = float32(i%1000) / 1000
	}
	f = NewFile()
	for i := range layers {
		f.Dataset("model_weights/dense_"+strconv.Itoa(i)+"/kernel:0", Array{Shape: []int{rows, columns}, Floats: values})
		bytes += 4 * rows * columns
	}
	return f, bytes
}

// BenchmarkWriteModel writes to nowhere, and
// BenchmarkWriteModelFile to a file; the disk's
// own speed is not in either unless it is slower than the page cache.
func BenchmarkWriteModel(b *testing.B) {
	f, n := weights()
	b.SetBytes(n)
	for b.Loop() {
		if err := f.Write(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteModelFile(b *testing.B) {
	f, n := weights()
	path := filepath.Join(b.TempDir(), "w.h5")
	b.SetBytes(n)
	for b.Loop() {
		out, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Write(out); err != nil {
			b.Fatal(err)
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadModel reads every value of a file in memory, BenchmarkReadModelFile one on
// disk.
func BenchmarkReadModel(b *testing.B) {
	f, n := weights()
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(n)
	for b.Loop() {
		in, err := New(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
		if err != nil {
			b.Fatal(err)
		}
		readWeights(b, in)
	}
}

func BenchmarkReadModelFile(b *testing.B) {
	f, n := weights()
	path := filepath.Join(b.TempDir(), "w.h5")
	if p := os.Getenv("HDF5_KEEP"); p != "" { // for h5py to read the same file
		path = p
	}
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Write(out); err != nil {
		b.Fatal(err)
	}
	if err := out.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(n)
	for b.Loop() {
		in, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		readWeights(b, in)
		if err := in.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// readWeights reads every dataset into one room, as weights of a model are.
func readWeights(b *testing.B, f *File) {
	root, err := f.Root()
	if err != nil {
		b.Fatal(err)
	}
	g, err := root.Group("model_weights")
	if err != nil {
		b.Fatal(err)
	}
	var room []float32
	for _, name := range g.Names() {
		d, err := g.Dataset(name + "/kernel:0")
		if err != nil {
			b.Fatal(err)
		}
		if len(room) < d.Len() {
			room = make([]float32, d.Len())
		}
		if err := d.ReadFloats(room[:d.Len()]); err != nil {
			b.Fatal(err)
		}
	}
}
