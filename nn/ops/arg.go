package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// ArgMax returns the index along axis of the first largest element, as a
// float32. NaN never wins; where all are NaN the index is 0. No gradient flows.
func ArgMax(v *Value, axis int) *Value {
	return apply1(arg{axisOf("ArgMax", v.shape, axis), false}, v)
}

// ArgMin returns the index of the first smallest element, with ArgMax's rules.
func ArgMin(v *Value, axis int) *Value {
	return apply1(arg{axisOf("ArgMin", v.shape, axis), true}, v)
}

type arg struct {
	axis int
	min  bool
}

func (a arg) String() string {
	if a.min {
		return "ArgMin"
	}
	return "ArgMax"
}

func (arg) Grad(_, _, _ []*Value) []*Value { return []*Value{nil} }

func (a arg) Infer(in [][]int) [][]int {
	if in[0][a.axis] == 0 {
		shapePanic(a.String(), in, "axis %d is empty", a.axis)
	}
	s := append([]int{}, in[0][:a.axis]...)
	return [][]int{append(s, in[0][a.axis+1:]...)}
}

func (a arg) Bind(b *Binding) func() {
	outer, n, inner := around(b.InShape[0], a.axis)
	in, out := b.In[0], b.Out[0]
	best := kernel.ArgMax
	if a.min {
		best = kernel.ArgMin
	}
	body := func(lo, hi int) {
		for o := lo; o < hi; o++ {
			out[o] = float32(best(in[o*n : (o+1)*n]))
		}
	}
	if inner > 1 {
		body = func(lo, hi int) {
			for o := lo; o < hi; o++ {
				for k := range inner {
					out[o*inner+k] = float32(a.strided(in[o*n*inner+k:], n, inner))
				}
			}
		}
	}
	grain := max(1, stageGrain/max(1, n*inner))
	return func() { par.For(outer, grain, body) }
}

func (a arg) strided(x []float32, n, stride int) int {
	at, some, best := 0, false, float32(0)
	for i := range n {
		switch v := x[i*stride]; {
		case v != v:
		case !some, a.min && v < best, !a.min && v > best:
			at, some, best = i, true, v
		}
	}
	return at
}

// around splits a shape at an axis.
func around(shape []int, axis int) (outer, n, inner int) {
	return sizeOf(shape[:axis]), shape[axis], sizeOf(shape[axis+1:])
}

// CumSum returns the running sum along axis.
func CumSum(v *Value, axis int) *Value {
	return apply1(cumSum{axisOf("CumSum", v.shape, axis), false}, v)
}

type cumSum struct {
	axis     int
	backward bool // from the end
}

func (cumSum) String() string           { return "CumSum" }
func (cumSum) Infer(in [][]int) [][]int { return in[:1] }
func (cumSum) InPlace(int) bool         { return true }
func (c cumSum) Grad(_, _, dout []*Value) []*Value {
	return []*Value{apply1(cumSum{c.axis, !c.backward}, dout[0])}
}

func (c cumSum) Bind(b *Binding) func() {
	outer, n, inner := around(b.InShape[0], c.axis)
	in, out := b.In[0], b.Out[0]
	body := func(lo, hi int) {
		for o := lo; o < hi; o++ {
			at, step := o*n*inner, inner
			if c.backward {
				at, step = at+(n-1)*inner, -inner
			}
			if n > 0 {
				copy(out[at:at+inner], in[at:at+inner])
			}
			for range n - 1 {
				at += step
				kernel.Add(out[at:at+inner], out[at-step:at-step+inner], in[at:at+inner])
			}
		}
	}
	if inner == 1 {
		body = func(lo, hi int) {
			for o := lo; o < hi; o++ {
				x, y, sum := in[o*n:(o+1)*n], out[o*n:(o+1)*n], float32(0)
				if c.backward {
					for i := n - 1; i >= 0; i-- {
						sum += x[i]
						y[i] = sum
					}
					continue
				}
				for i, v := range x {
					sum += v
					y[i] = sum
				}
			}
		}
	}
	grain := max(1, stageGrain/max(1, n*inner))
	return func() { par.For(outer, grain, body) }
}
