// Package tensor holds numbers: n-dimensional arrays of float32 with numpy's
// axis semantics.
package tensor

import "fmt"

// A Tensor is a shape over a slice of float32. Its elements are reached by one
// stride per axis, so that slices and transposes are views that share memory.
type Tensor struct {
	shape   []int
	strides []int // in elements; may be 0 (broadcast) or negative (reversed)
	offset  int   // index in data of the first element
	data    []float32
}

// New returns a tensor of zeros. No arguments make a scalar (rank 0, one element).
func New(shape ...int) *Tensor {
	return From(make([]float32, size(shape)), shape...)
}

// From returns a tensor over data, which is not copied. It panics when
// len(data) is not the product of the shape.
func From(data []float32, shape ...int) *Tensor {
	if n := size(shape); n != len(data) {
		panic(fmt.Sprintf("tensor: shape %v wants %d elements, got %d", shape, n, len(data)))
	}
	t := &Tensor{shape: append([]int(nil), shape...), data: data}
	t.strides = rowMajor(shape)
	return t
}

// Shape returns the size of each axis. The caller must not change it.
func (t *Tensor) Shape() []int { return t.shape }

// Rank returns the number of axes.
func (t *Tensor) Rank() int { return len(t.shape) }

// Len returns the number of elements.
func (t *Tensor) Len() int { return size(t.shape) }

// Data returns the elements in row-major order. A contiguous tensor gives its
// own memory, any other a fresh copy; use [Tensor.IsContiguous] to tell.
func (t *Tensor) Data() []float32 {
	if t.IsContiguous() {
		return t.data[t.offset : t.offset+t.Len()]
	}
	panic("tensor: Data of a strided view: not written yet")
}

// IsContiguous reports whether the elements lie in row-major order without gaps.
func (t *Tensor) IsContiguous() bool {
	want := 1
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] != 1 && t.strides[i] != want {
			return false
		}
		want *= t.shape[i]
	}
	return true
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("tensor: negative size in shape %v", shape))
		}
		n *= d
	}
	return n
}

func rowMajor(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}
