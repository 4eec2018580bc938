package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// A Resampling says how each cell of a new axis is mixed of the cells of an old
// one: cell i is the sum over k of Weights[i][k] times cell First[i]+k.
type Resampling struct {
	First   []int
	Weights [][]float32
}

// Resample replaces the cells along an axis by mixtures of them: enlarged
// images with interpolation, for one.
func Resample(x *Value, axis int, r Resampling) *Value {
	a := axisOf("Resample", x.shape, axis)
	if len(r.First) != len(r.Weights) {
		shapePanic("Resample", [][]int{x.shape}, "%d first cells and %d lists of weights; want as many", len(r.First), len(r.Weights))
	}
	for i, first := range r.First {
		if first < 0 || first+len(r.Weights[i]) > x.shape[a] {
			shapePanic("Resample", [][]int{x.shape}, "cell %d wants the cells [%d, %d) of axis %d, which has %d", i, first, first+len(r.Weights[i]), axis, x.shape[a])
		}
	}
	return apply1(&resample{a, x.shape[a], r, r.transposed(x.shape[a])}, x)
}

// transposed is the resampling of gradients: who mixes, gets.
func (r Resampling) transposed(cells int) Resampling {
	t := Resampling{First: make([]int, cells), Weights: make([][]float32, cells)}
	for i, ws := range r.Weights {
		for k, w := range ws {
			at := r.First[i] + k
			if len(t.Weights[at]) == 0 {
				t.First[at] = i
			}
			for t.First[at]+len(t.Weights[at]) <= i {
				t.Weights[at] = append(t.Weights[at], 0)
			}
			t.Weights[at][i-t.First[at]] += w
		}
	}
	return t
}

type resample struct {
	axis, cells int
	r, back     Resampling
}

func (*resample) String() string { return "Resample" }

func (o *resample) Infer(in [][]int) [][]int {
	if in[0][o.axis] != o.cells {
		shapePanic("Resample", in, "axis %d has %d cells, want %d", o.axis, in[0][o.axis], o.cells)
	}
	out := append([]int{}, in[0]...)
	out[o.axis] = len(o.r.First)
	return [][]int{out}
}

func (o *resample) Grad(_, _, dout []*Value) []*Value {
	return []*Value{apply1(&resample{o.axis, len(o.r.First), o.back, o.r}, dout[0])}
}

// Bind: what lies behind the axis is one run of numbers for each cell.
func (o *resample) Bind(b *Binding) func() {
	in, out := b.In[0], b.Out[0]
	n, m := o.cells, len(o.r.First)
	run := sizeOf(b.InShape[0][o.axis+1:])
	if len(out) == 0 {
		return func() {}
	}
	first, weights := o.r.First, o.r.Weights
	body := func(lo, hi int) {
		i, at := lo%m, lo/m*n
		for r := lo; r < hi; r++ {
			mix(out[r*run:][:run], in[(at+first[i])*run:], weights[i])
			if i++; i == m {
				i, at = 0, at+n
			}
		}
	}
	rows, grain := len(out)/run, max(1, moverGrain/run)
	return func() { par.For(rows, grain, body) }
}

// mix sets dst to the weighted sum of the runs that src begins with.
func mix(dst, src []float32, weights []float32) {
	n := len(dst)
	switch {
	case len(weights) == 0:
		clear(dst)
	case n < 8: // calls would cost more than the work
		for i := range dst {
			sum := float32(0)
			for k, w := range weights {
				sum += w * src[k*n+i]
			}
			dst[i] = sum
		}
	default:
		const block = 1024 // stays in the cache while the runs are added
		for lo := 0; lo < n; lo += block {
			hi := min(n, lo+block)
			mixBlock(dst[lo:hi], src[lo:], n, weights)
		}
	}
}

// mixBlock is mix for a part of the runs, which lie n apart.
func mixBlock(dst, src []float32, n int, weights []float32) {
	at := func(k int) []float32 { return src[k*n:][:len(dst)] }
	if len(weights) == 1 {
		kernel.Scale(dst, at(0), weights[0])
		return
	}
	kernel.Mix(dst, weights[0], at(0), weights[1], at(1))
	k := 2
	for ; k+1 < len(weights); k += 2 {
		kernel.MixAdd(dst, weights[k], at(k), weights[k+1], at(k+1))
	}
	if k < len(weights) {
		kernel.Axpy(dst, weights[k], at(k))
	}
}
