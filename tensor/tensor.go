// Package tensor holds numbers: n-dimensional arrays of float32 with numpy's
// axis semantics.
//
//	x := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
//	fmt.Println(tensor.Sum(x, 0))  // [5. 7. 9.]
//	fmt.Println(tensor.Sum(x, -1)) // [ 6. 15.]
//
// Negative axes count from the end, an axis that is summed over disappears
// unless the function is called …Keep, shapes broadcast, and tensors print as
// numpy prints them. Slices, transposes and the like are views: they share
// memory with the tensor that they were taken from. Everything else returns
// fresh, contiguous tensors.
//
// It is not a place for gradients, nor for the inner loops of training: those
// are package nn/ops.
package tensor

import (
	"math"
	"slices"
	"unsafe"
)

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
	return From(make([]float32, size("New", shape)), shape...)
}

// From returns a tensor over data, which is not copied. It panics when
// len(data) is not the product of the shape. No sizes make a scalar.
func From(data []float32, shape ...int) *Tensor {
	if n := size("From", shape); n != len(data) {
		if len(shape) == 0 {
			fail("From", "shape", "no sizes make a scalar, got %d elements; want From(data, len(data)) for a vector", len(data))
		}
		fail("From", "shape", "shape %v wants %d elements, got %d", shape, n, len(data))
	}
	return &Tensor{shape: copyShape(shape), strides: rowMajor(shape), data: data}
}

// Scalar returns a tensor of rank 0.
func Scalar(x float32) *Tensor { return From([]float32{x}) }

// Full returns a tensor whose elements are all x.
func Full(x float32, shape ...int) *Tensor {
	t := New(shape...)
	for i := range t.data {
		t.data[i] = x
	}
	return t
}

// Ones returns a tensor of ones.
func Ones(shape ...int) *Tensor { return Full(1, shape...) }

// Arange returns 0, 1, … n-1.
//
// numpy: arange.
func Arange(n int) *Tensor {
	t := New(n)
	for i := range t.data {
		t.data[i] = float32(i)
	}
	return t
}

// Eye returns the n × n identity matrix.
func Eye(n int) *Tensor {
	t := New(n, n)
	for i := range n {
		t.data[i*n+i] = 1
	}
	return t
}

// FromFloat64 returns a tensor of the numbers, rounded to float32.
func FromFloat64(data []float64, shape ...int) *Tensor {
	return From(convert[float32](data), shape...)
}

// FromInts returns a tensor of the numbers. Whole numbers are exact up to 2^24.
func FromInts(data []int, shape ...int) *Tensor {
	return From(convert[float32](data), shape...)
}

func convert[To, From int | float32 | float64](s []From) []To {
	t := make([]To, len(s))
	for i, x := range s {
		t[i] = To(x)
	}
	return t
}

// Shape returns the size of each axis. The caller must not change it.
func (t *Tensor) Shape() []int { return t.shape }

// Rank returns the number of axes.
func (t *Tensor) Rank() int { return len(t.shape) }

// Dim returns the size of one axis; negative axes count from the end.
func (t *Tensor) Dim(axis int) int { return t.shape[axisOf("Dim", "axis", axis, t.shape)] }

// Len returns the number of elements.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// Data returns the elements in row-major order. A contiguous tensor gives its
// own memory, any other a fresh copy; use [Tensor.IsContiguous] to tell.
func (t *Tensor) Data() []float32 {
	n := t.Len()
	if n == 0 {
		return []float32{}
	}
	if t.IsContiguous() {
		return t.data[t.offset : t.offset+n : t.offset+n]
	}
	s := make([]float32, n)
	copyOut(s, t)
	return s
}

// Float64s returns a copy of the elements as float64, in row-major order.
func (t *Tensor) Float64s() []float64 { return convert[float64](t.Data()) }

// Ints returns a copy of the elements as ints, in row-major order, cut towards
// zero. It panics on NaN and on numbers that an int cannot hold.
func (t *Tensor) Ints() []int {
	d := t.Data()
	for i, x := range d {
		if !(x >= math.MinInt && x < -math.MinInt) {
			fail("Ints", "", "element %d is %v, which no int can hold", i, x)
		}
	}
	return convert[int](d)
}

// IsContiguous reports whether the elements lie in row-major order without gaps.
func (t *Tensor) IsContiguous() bool {
	want := 1
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] != 1 && t.strides[i] != want {
			return t.Len() == 0
		}
		want *= t.shape[i]
	}
	return true
}

// At returns one element; there is one index for each axis, and negative
// indices count from the end.
func (t *Tensor) At(index ...int) float32 { return t.data[t.place("At", index)] }

// Set changes one element; see [Tensor.At].
func (t *Tensor) Set(x float32, index ...int) { t.data[t.place("Set", index)] = x }

func (t *Tensor) place(op string, index []int) int {
	if len(index) != len(t.shape) {
		fail(op, "index", "got %d indices for rank %d (shape %v)", len(index), len(t.shape), t.shape)
	}
	p := t.offset
	for axis, i := range index {
		p += t.strides[axis] * indexIn(op, i, axis, t.shape)
	}
	return p
}

func indexIn(op string, i, axis int, shape []int) int {
	d := shape[axis]
	if i < -d || i >= d {
		fail(op, "index", "index %d is out of range for axis %d of size %d (shape %v)", i, axis, d, shape)
	}
	if i < 0 {
		i += d
	}
	return i
}

// Item returns the only element of a tensor that has one.
//
// numpy: ndarray.item.
func (t *Tensor) Item() float32 {
	if t.Len() != 1 {
		fail("Item", "", "want 1 element, shape %v has %d", t.shape, t.Len())
	}
	return t.data[t.offset]
}

// Clone returns a contiguous copy.
func (t *Tensor) Clone() *Tensor {
	c := New(t.shape...)
	copyOut(c.data, t)
	return c
}

// Contiguous returns t itself when it is contiguous, else a copy that is.
//
// numpy: ascontiguousarray.
func (t *Tensor) Contiguous() *Tensor {
	if t.IsContiguous() {
		return t
	}
	return t.Clone()
}

// Fill sets every element, of a view too.
func (t *Tensor) Fill(x float32) { Copy(t, Scalar(x)) }

// Copy copies src, broadcast to the shape of dst, into dst, which may be a
// view. The two may overlap.
//
// numpy: copyto.
func Copy(dst, src *Tensor) {
	if b, ok := broadcastShape(dst.shape, src.shape); !ok || !slices.Equal(b, dst.shape) {
		fail("Copy", "src", "shape %v does not broadcast to %v", src.shape, dst.shape)
	}
	if dst.Len() == 0 {
		return
	}
	if overlap(dst.data, src.data) {
		src = src.Clone()
	}
	copyIn(dst, newWalker(src, dst.shape))
}

func overlap(a, b []float32) bool {
	p, q := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return p < q+4*uintptr(len(b)) && q < p+4*uintptr(len(a))
}

// size returns the product of the shape; op is for the message.
func size(op string, shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			fail(op, "shape", "negative size in %v", shape)
		}
		if d > 0 && n > math.MaxInt/d {
			fail(op, "shape", "%v has more elements than memory can hold", shape)
		}
		n *= max(d, 1)
	}
	for _, d := range shape {
		n *= min(d, 1)
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

func copyShape(shape []int) []int { return append([]int{}, shape...) }
