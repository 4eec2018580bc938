package saving

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
)

// An array is one in a file. Its elements are read when somebody wants them.
type array struct {
	name  string
	shape []int
	read  func(dst []float32) error
	exact func() ([]float64, error) // in full precision
}

// number is the value of a single number.
func (a array) number() (float64, error) {
	x, err := a.exact()
	if err != nil {
		return 0, err
	}
	if len(x) != 1 {
		return 0, fmt.Errorf("%v: want a single number", a)
	}
	return x[0], nil
}

// size is the number of elements.
func (a array) size() int {
	n := 1
	for _, d := range a.shape {
		n *= d
	}
	return n
}

func (a array) String() string { return fmt.Sprintf("%s %v", a.name, nn.Shape(a.shape)) }

// floats reads the elements into memory of their own.
func (a array) floats() ([]float32, error) {
	b := make([]float32, a.size())
	return b, a.read(b)
}

// h5Array is a dataset of numbers. Nobody takes memory for it before its size is
// checked against that of the file.
func h5Array(name string, d *hdf5.Dataset) (array, error) {
	return array{name, d.Shape(), d.ReadFloats, d.Doubles}, d.Check()
}

// map1 is an array whose elements are made of those of a: f gets all of them.
func (a array) map1(shape []int, f func(dst, src []float32)) array {
	return array{name: a.name, shape: shape, read: func(dst []float32) error {
		src, err := a.floats()
		if err == nil {
			f(dst, src)
		}
		return err
	}}
}

// reshape gives the elements another shape of the same size.
func (a array) reshape(shape ...int) array {
	a.shape = shape
	return a
}

// transpose makes axis perm[i] of a the axis i.
func (a array) transpose(perm ...int) array {
	strides := make([]int, len(a.shape))
	for i, n := len(a.shape)-1, 1; i >= 0; i-- {
		strides[i], n = n, n*a.shape[i]
	}
	shape, step := make([]int, len(perm)), make([]int, len(perm))
	for i, p := range perm {
		shape[i], step[i] = a.shape[p], strides[p]
	}
	return a.map1(shape, func(dst, src []float32) { gather(dst, src, shape, step, 0) })
}

// gather copies a view of src, row by row.
func gather(dst, src []float32, shape, step []int, at int) []float32 {
	if len(shape) == 0 {
		dst[0] = src[at]
		return dst[1:]
	}
	for i := range shape[0] {
		dst = gather(dst, src, shape[1:], step[1:], at+i*step[0])
	}
	return dst
}

// flip turns the first axes round, as many as there are before the last two.
func (a array) flip() array {
	shape, step := slices.Clone(a.shape), make([]int, len(a.shape))
	start := 0
	for i, n := len(shape)-1, 1; i >= 0; i-- {
		step[i] = n
		if i < len(shape)-2 {
			start += n * (shape[i] - 1)
			step[i] = -n
		}
		n *= shape[i]
	}
	return a.map1(shape, func(dst, src []float32) { gather(dst, src, shape, step, start) })
}

// sideBySide puts arrays side by side along their last axis. The others are equal.
func sideBySide(parts ...array) (array, error) {
	first := parts[0]
	rank := len(first.shape)
	shape := slices.Clone(first.shape)
	for _, p := range parts[1:] {
		if rank == 0 || len(p.shape) != rank || !slices.Equal(p.shape[:rank-1], first.shape[:rank-1]) {
			return array{}, fmt.Errorf("%v and %v cannot stand side by side", first, p)
		}
		shape[rank-1] += p.shape[rank-1]
	}
	if rank == 0 {
		return array{}, fmt.Errorf("%v is a single number; want an axis", first)
	}
	return array{name: first.name, shape: shape, read: func(dst []float32) error {
		at := 0
		for _, p := range parts {
			src, err := p.floats()
			if err != nil {
				return err
			}
			n := p.shape[rank-1]
			for row := 0; row*n < len(src); row++ {
				copy(dst[row*shape[rank-1]+at:], src[row*n:(row+1)*n])
			}
			at += n
		}
		return nil
	}}, nil
}
