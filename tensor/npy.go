package tensor

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/npy"
)

// An NPYError says why bytes are not an array or archive that can be read.
// Errors that come from the disk or network are wrapped in it.
type NPYError = npy.Error

// Limits bounds what a reader of .npy and .npz may be made to do by a hostile
// file: bytes in memory (default 4 GiB), rank (32), members (65,536).
type Limits = npy.Limits

// ReadNPY reads one array of numpy's .npy format: bool, integers of 8 to 64
// bits and floats of 16, 32 or 64 bits, of either byte order, in C or Fortran
// order, versions 1.0 to 3.0. Numbers are rounded to float32; use [ReadNPYInts]
// where whole numbers above 2^24 matter. It reads no further than the array's
// end, so that several arrays can follow one another.
//
// numpy: load.
func ReadNPY(r io.Reader) (*Tensor, error) {
	n, err := npy.NewReader(r, -1, npy.Limits{})
	if err != nil {
		return nil, wrap(err)
	}
	t, err := readTensor(n)
	return t, wrap(err)
}

// ReadNPYInts reads an array of whole numbers without rounding, in row-major
// order, and its shape. Floats must be whole.
func ReadNPYInts(r io.Reader) (data []int64, shape []int, err error) {
	return readWith(r, npy.Read[int64])
}

// ReadNPYFloat64 reads an array of numbers as float64, in row-major order, and
// its shape.
func ReadNPYFloat64(r io.Reader) (data []float64, shape []int, err error) {
	return readWith(r, npy.Read[float64])
}

// ReadNPYStrings reads an array of fixed strings (numpy's S and U types), in
// row-major order, and its shape.
func ReadNPYStrings(r io.Reader) (data []string, shape []int, err error) {
	return readWith(r, npy.ReadStrings)
}

func readWith[T any](r io.Reader, read func(*npy.Reader) ([]T, error)) ([]T, []int, error) {
	n, err := npy.NewReader(r, -1, npy.Limits{})
	if err != nil {
		return nil, nil, wrap(err)
	}
	data, err := read(n)
	if err != nil {
		return nil, nil, wrap(err)
	}
	return inC(data, n), n.Shape, nil
}

func readTensor(n *npy.Reader) (*Tensor, error) {
	data, err := npy.Read[float32](n)
	if err != nil {
		return nil, err
	}
	if !n.Fortran {
		return From(data, n.Shape...), nil
	}
	back := slices.Clone(n.Shape)
	slices.Reverse(back)
	return Transpose(From(data, back...)).Contiguous(), nil
}

// inC puts the elements of an array in Fortran order into C order.
func inC[T any](data []T, n *npy.Reader) []T {
	if !n.Fortran || len(n.Shape) < 2 {
		return data
	}
	strides := make([]int, len(n.Shape))
	for i, s := 0, 1; i < len(n.Shape); i++ {
		strides[i] = s
		s *= n.Shape[i]
	}
	out := make([]T, len(data))
	index, p := make([]int, len(n.Shape)), 0
	for i := range out {
		out[i] = data[p]
		p += step(index, n.Shape, strides)
	}
	return out
}

// WriteNPY writes t as an array of little-endian float32 in C order. Views are
// written without a copy of the whole.
//
// numpy: save.
func WriteNPY(w io.Writer, t *Tensor) error {
	if t == nil {
		return fmt.Errorf("tensor: WriteNPY: t is nil; want a tensor")
	}
	walk := newWalker(t, t.shape)
	return wrap(npy.WriteFloat32(w, t.shape, func(max int) []float32 {
		if !walk.flat() {
			max = min(max, blockLen)
		}
		return walk.next(max)
	}))
}

// WriteNPYInts writes whole numbers as an array of int64.
func WriteNPYInts(w io.Writer, data []int64, shape ...int) error {
	return wrap(npy.WriteInt64(w, shape, data))
}

// WriteNPYFloat64 writes numbers as an array of float64.
func WriteNPYFloat64(w io.Writer, data []float64, shape ...int) error {
	return wrap(npy.WriteFloat64(w, shape, data))
}

// WriteNPYStrings writes strings as an array of numpy's U type, as wide as the
// longest.
func WriteNPYStrings(w io.Writer, data []string, shape ...int) error {
	return wrap(npy.WriteStrings(w, shape, data))
}

// ReadNPYFile reads one array from a file; see [ReadNPY].
func ReadNPYFile(path string) (*Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, wrap(err)
	}
	defer f.Close()
	t, err := ReadNPY(f)
	if err != nil {
		return nil, fmt.Errorf("%w (file %s)", err, path)
	}
	return t, nil
}

// WriteNPYFile writes one array to a file. The file appears whole or not at
// all: it is written aside, synced and renamed.
func WriteNPYFile(path string, t *Tensor) error {
	return writeFile(path, func(w io.Writer) error { return WriteNPY(w, t) })
}

// writeFile is atomicfile.Write with errors of this package; those of write
// name it already.
func writeFile(path string, write func(io.Writer) error) error {
	var own error
	err := atomicfile.Write(path, func(w io.Writer) error {
		own = write(w)
		return own
	})
	if own != nil {
		return own
	}
	return wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tensor: %w", err)
}
