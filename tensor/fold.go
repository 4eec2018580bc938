package tensor

import (
	"math"
	"slices"
)

// A fold reduces numbers to one, in float64 and in a fixed order. It is given
// in two forms, so that memory can be read in its own order either way.
type fold struct {
	init float64
	// lane folds all of x into one accumulator; c is that accumulator's centre.
	lane func(acc float64, x []float32, c float64) float64
	// cols folds x[i] into acc[i]; c[i] is the centre.
	cols func(acc []float64, x []float32, c []float64)
}

// reduction is a tensor with its axes sorted into kept and reduced ones.
type reduction struct {
	t           *Tensor
	kept, keep1 []int // shape of the result without and with the reduced axes
	count       int   // elements behind each result
	results     int
	ks, kst     []int // kept axes, merged, and their strides
	rs, rst     []int // reduced axes, likewise
}

func newReduction(op string, t *Tensor, axes []int) *reduction {
	on := axesOf(op, axes, t.shape)
	r := &reduction{t: t, kept: []int{}, keep1: copyShape(t.shape), count: 1, results: 1}
	var kst, rs, rst []int
	for i, d := range t.shape {
		if on[i] {
			r.keep1[i] = 1
			r.count *= d
			rs, rst = append(rs, d), append(rst, t.strides[i])
		} else {
			r.results *= d
			r.kept, kst = append(r.kept, d), append(kst, t.strides[i])
		}
	}
	r.ks, r.kst = merge(r.kept, kst)
	r.rs, r.rst = merge(rs, rst)
	return r
}

// shape returns the shape of the result.
func (r *reduction) shape(keep bool) []int {
	if keep {
		return r.keep1
	}
	return r.kept
}

// run folds; center is nil or has one number for each result.
func (r *reduction) run(f fold, center []float64) []float64 {
	acc := make([]float64, r.results)
	for i := range acc {
		acc[i] = f.init
	}
	if r.results == 0 || r.count == 0 {
		return acc
	}
	if center == nil {
		center = make([]float64, min(r.results, blockLen))
	}
	// Columns pay off when results lie side by side in memory and are many
	// enough to fill vectors, and what is folded does not lie side by side.
	last := len(r.ks) - 1
	if r.kst[last] == 1 && r.ks[last] >= 8 && (r.rst[len(r.rst)-1] != 1 || r.count == 1) {
		r.columns(f, acc, center)
	} else {
		r.lanes(f, acc, center)
	}
	return acc
}

func (r *reduction) lanes(f fold, acc, center []float64) {
	w := walkStrides(r.t.data, r.t.offset, r.rs, r.rst)
	flat := w.flat()
	index, place := make([]int, len(r.ks)), r.t.offset
	for i := range acc {
		c := center[i%len(center)]
		if flat {
			acc[i] = f.lane(acc[i], r.t.data[place:place+r.count], c)
		} else {
			w.reset(place)
			for n := 0; n < r.count; n += blockLen {
				acc[i] = f.lane(acc[i], w.next(min(blockLen, r.count-n)), c)
			}
		}
		place += step(index, r.ks, r.kst)
	}
}

func (r *reduction) columns(f fold, acc, center []float64) {
	last := len(r.ks) - 1
	width := r.ks[last]
	outer, oStrides := r.ks[:last], r.kst[:last]
	index, place := make([]int, last), r.t.offset
	inner := make([]int, len(r.rs))
	for o := 0; o < r.results; o += width {
		for lo := 0; lo < width; lo += blockLen {
			hi := min(lo+blockLen, width)
			a, c := acc[o+lo:o+hi], center
			if len(center) == r.results {
				c = center[o+lo : o+hi]
			}
			p := place + lo
			for range r.count {
				f.cols(a, r.t.data[p:p+hi-lo], c)
				p += step(inner, r.rs, r.rst)
			}
		}
		place += step(index, outer, oStrides)
	}
}

// needSome panics when there is nothing to reduce and op has no start value.
func (r *reduction) needSome(op string) {
	if r.count == 0 {
		fail(op, "", "nothing to reduce: shape %v has no elements along the axes, and %s of none is undefined", r.t.shape, op)
	}
}

// result makes a tensor of the accumulators.
func (r *reduction) result(acc []float64, keep bool) *Tensor {
	return FromFloat64(acc, slices.Clone(r.shape(keep))...)
}

// sumFold adds f(x, c). Four partial sums per lane break the chain of
// dependent additions.
func sumFold(f func(x, c float64) float64) fold {
	return fold{
		lane: func(acc float64, x []float32, c float64) float64 {
			var s0, s1 float64
			for len(x) >= 2 {
				s0 += f(float64(x[0]), c)
				s1 += f(float64(x[1]), c)
				x = x[2:]
			}
			for _, v := range x {
				s0 += f(float64(v), c)
			}
			return acc + (s0 + s1)
		},
		cols: func(acc []float64, x []float32, c []float64) {
			c = c[:len(acc)]
			for i, v := range x[:len(acc)] {
				acc[i] += f(float64(v), c[i])
			}
		},
	}
}

// plainSum is sumFold of x itself: the hot one, without a call per element.
var plainSum = fold{
	lane: func(acc float64, x []float32, _ float64) float64 {
		var s0, s1, s2, s3 float64
		for len(x) >= 4 {
			s0 += float64(x[0])
			s1 += float64(x[1])
			s2 += float64(x[2])
			s3 += float64(x[3])
			x = x[4:]
		}
		for _, v := range x {
			s0 += float64(v)
		}
		return acc + ((s0 + s1) + (s2 + s3))
	},
	cols: func(acc []float64, x []float32, _ []float64) {
		for i, v := range x[:len(acc)] {
			acc[i] += float64(v)
		}
	},
}

// squares adds the squared distances from the centre; the conversion keeps the
// compiler from fusing product and sum, so that all machines agree.
var squares = fold{
	lane: func(acc float64, x []float32, c float64) float64 {
		var s0, s1 float64
		for len(x) >= 2 {
			a, b := float64(x[0])-c, float64(x[1])-c
			s0 += float64(a * a)
			s1 += float64(b * b)
			x = x[2:]
		}
		for _, v := range x {
			a := float64(v) - c
			s0 += float64(a * a)
		}
		return acc + (s0 + s1)
	},
	cols: func(acc []float64, x []float32, c []float64) {
		c = c[:len(acc)]
		for i, v := range x[:len(acc)] {
			a := float64(v) - c[i]
			acc[i] += float64(a * a)
		}
	},
}

var product = fold{
	init: 1,
	lane: func(acc float64, x []float32, _ float64) float64 {
		for _, v := range x {
			acc *= float64(v)
		}
		return acc
	},
	cols: func(acc []float64, x []float32, _ []float64) {
		for i, v := range x[:len(acc)] {
			acc[i] *= float64(v)
		}
	},
}

// maximum and minimum hand NaN on, as numpy does.
var maximum = fold{
	init: math.Inf(-1),
	lane: func(acc float64, x []float32, _ float64) float64 {
		m := float32(acc)
		for _, v := range x {
			if v > m || v != v {
				m = v
			}
			if m != m {
				return float64(m)
			}
		}
		return float64(m)
	},
	cols: func(acc []float64, x []float32, _ []float64) {
		for i, v := range x[:len(acc)] {
			if v := float64(v); v > acc[i] || v != v {
				acc[i] = v
			}
		}
	},
}

var minimum = fold{
	init: math.Inf(1),
	lane: func(acc float64, x []float32, _ float64) float64 {
		m := float32(acc)
		for _, v := range x {
			if v < m || v != v {
				m = v
			}
			if m != m {
				return float64(m)
			}
		}
		return float64(m)
	},
	cols: func(acc []float64, x []float32, _ []float64) {
		for i, v := range x[:len(acc)] {
			if v := float64(v); v < acc[i] || v != v {
				acc[i] = v
			}
		}
	},
}
