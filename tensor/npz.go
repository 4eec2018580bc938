package tensor

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/antler-ml/antler/internal/npy"
)

// ReadNPZ reads all arrays of an .npz archive, stored or compressed, by name.
// For archives that hold strings too, or for single arrays, use [OpenNPZ].
//
// numpy: load.
func ReadNPZ(r io.ReaderAt, size int64) (map[string]*Tensor, error) {
	z, err := OpenNPZ(r, size, Limits{})
	if err != nil {
		return nil, err
	}
	m := map[string]*Tensor{}
	var total int64
	for _, name := range z.Names() {
		t, err := z.Tensor(name)
		if err != nil {
			return nil, err
		}
		// Bytes and bools grow fourfold, so the stored sizes are no limit.
		if total += 4 * int64(t.Len()); total > npy.DefaultMaxBytes {
			return nil, fmt.Errorf("tensor: ReadNPZ: arrays need more than %d bytes of float32; read them one by one with OpenNPZ", int64(npy.DefaultMaxBytes))
		}
		m[name] = t
	}
	return m, nil
}

// ReadNPZFile reads all arrays of an .npz file; see [ReadNPZ].
func ReadNPZFile(path string) (map[string]*Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, wrap(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, wrap(err)
	}
	m, err := ReadNPZ(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%w (file %s)", err, path)
	}
	return m, nil
}

// An NPZ is an opened .npz archive, whose arrays are read one by one.
type NPZ struct{ a *npy.Archive }

// OpenNPZ reads and checks the directory of an .npz archive of size bytes, and
// no array. A zero Limits means the defaults.
func OpenNPZ(r io.ReaderAt, size int64, lim Limits) (*NPZ, error) {
	a, err := npy.OpenArchive(r, size, lim)
	if err != nil {
		return nil, wrap(err)
	}
	return &NPZ{a}, nil
}

// Names returns the names of the arrays in the order of the archive.
func (z *NPZ) Names() []string { return z.a.Names() }

// Shape returns the shape of one array. It reads the array's header only.
func (z *NPZ) Shape(name string) ([]int, error) {
	h, err := z.a.Header(name)
	if err != nil {
		return nil, wrap(err)
	}
	return h.Shape, nil
}

// Tensor reads one array; see [ReadNPY].
func (z *NPZ) Tensor(name string) (*Tensor, error) {
	var t *Tensor
	err := z.a.Read(name, func(r *npy.Reader) (err error) {
		t, err = readTensor(r)
		return err
	})
	if err != nil {
		return nil, wrap(err)
	}
	return t, nil
}

// Ints reads one array of whole numbers; see [ReadNPYInts].
func (z *NPZ) Ints(name string) (data []int64, shape []int, err error) {
	return member(z, name, npy.Read[int64])
}

// Float64 reads one array as float64; see [ReadNPYFloat64].
func (z *NPZ) Float64(name string) (data []float64, shape []int, err error) {
	return member(z, name, npy.Read[float64])
}

// Strings reads one array of fixed strings; see [ReadNPYStrings].
func (z *NPZ) Strings(name string) (data []string, shape []int, err error) {
	return member(z, name, npy.ReadStrings)
}

func member[T any](z *NPZ, name string, read func(*npy.Reader) ([]T, error)) (data []T, shape []int, err error) {
	err = z.a.Read(name, func(r *npy.Reader) error {
		d, err := read(r)
		if err != nil {
			return err
		}
		data, shape = inC(d, r), r.Shape
		return nil
	})
	if err != nil {
		return nil, nil, wrap(err)
	}
	return data, shape, nil
}

// WriteNPZ writes tensors as an .npz archive, sorted by name and dated 1
// January 1980: equal tensors give equal bytes.
//
// numpy: savez.
func WriteNPZ(w io.Writer, m map[string]*Tensor) error { return writeNPZ(w, m, false) }

// WriteNPZCompressed is WriteNPZ with deflated members.
//
// numpy: savez_compressed.
func WriteNPZCompressed(w io.Writer, m map[string]*Tensor) error { return writeNPZ(w, m, true) }

func writeNPZ(w io.Writer, m map[string]*Tensor, deflate bool) error {
	z := npy.NewWriter(w, deflate)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		dst, err := z.Create(name)
		if err != nil {
			return wrap(err)
		}
		if err := WriteNPY(dst, m[name]); err != nil {
			return fmt.Errorf("%w (member %q)", err, name)
		}
	}
	return wrap(z.Close())
}

// WriteNPZFile writes tensors to an .npz file, which appears whole or not at
// all; see [WriteNPZ].
func WriteNPZFile(path string, m map[string]*Tensor) error {
	return writeFile(path, func(w io.Writer) error { return WriteNPZ(w, m) })
}
