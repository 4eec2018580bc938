package ops

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// GroupNorm normalises each sample of x, over all axes between the first and the
// last and over each of some groups of neighbours on the last axis:
// y = (x - mean)/√(variance + eps)·gamma + beta, with the population variance.
// gamma and beta have the size of the last axis; nil stands for 1 and 0.
//
// Keras: GroupNormalization. Wu and He, 2018 (arXiv 1803.08494).
func GroupNorm(x, gamma, beta *Value, groups int, eps float32) *Value {
	o := groupNorm{groups: groups, eps: eps, gamma: gamma != nil, beta: beta != nil}
	return Apply(o, present(x, gamma, beta)...)[0]
}

// groupNorm has the operands x, gamma and beta when the flags say so. Its results
// are y and, for the backward pass, mean and 1/√(variance + eps) of each group.
type groupNorm struct {
	groups      int
	eps         float32
	gamma, beta bool
}

func (groupNorm) String() string         { return "GroupNorm" }
func (groupNorm) InPlace(input int) bool { return input == 0 }

func (o groupNorm) Infer(in [][]int) [][]int {
	x := in[0]
	if len(x) < 2 {
		shapePanic("GroupNorm", in, "want at least two axes: samples and channels")
	}
	c := x[len(x)-1]
	if o.groups < 1 || c%o.groups != 0 {
		shapePanic("GroupNorm", in, "%d channels cannot be split into %d groups", c, o.groups)
	}
	for _, s := range in[1:] {
		if len(s) != 1 || s[0] != c {
			shapePanic("GroupNorm", in, "gamma and beta need the shape [%d]", c)
		}
	}
	return [][]int{x, {x[0] * o.groups}, {x[0] * o.groups}}
}

// A groupLayout is how a sample lies in memory, as a batch of its own: see
// normLayout for the wide rows.
type groupLayout struct {
	normLayout
	samples, size, groups, per int // floats of a sample, channels of a group
}

func newGroupLayout(shape []int, groups int) groupLayout {
	n := newNormLayout(shape[1:])
	return groupLayout{n, shape[0], n.rows * n.cols, groups, n.cols / max(1, groups)}
}

// runs calls f for the part of a sample that fills wide rows, and for the rest as
// one shorter row of w columns.
func (n *groupLayout) runs(f func(lo, hi, w int)) {
	whole := n.size - n.size%n.wide
	if whole > 0 {
		f(0, whole, n.wide)
	}
	if whole < n.size {
		f(whole, n.size, n.size-whole)
	}
}

func (o groupNorm) Scratch(in [][]int) int {
	n := newGroupLayout(in[0], o.groups)
	return 5 * n.wide * n.samples
}

func (o groupNorm) Bind(b *Binding) func() {
	n := newGroupLayout(b.InShape[0], o.groups)
	x, y, means, invs := b.In[0], b.Out[0], b.Out[1], b.Out[2]
	gamma, beta := layerNorm{gamma: o.gamma, beta: o.beta}.params(b.In)
	if n.size == 0 {
		return func() { clear(means); clear(invs) }
	}
	one := func(i int) {
		x, y := x[i*n.size:][:n.size], y[i*n.size:][:n.size]
		p := b.Scratch[5*n.wide*i:][:5*n.wide]
		s, sq, mean, scale, shift := p[:n.wide], p[n.wide:2*n.wide], p[2*n.wide:3*n.wide], p[3*n.wide:4*n.wide], p[4*n.wide:]
		clear(p[:2*n.wide])
		copy(mean[:n.cols], x) // the first row is the centre that sums are seen from
		n.widen(mean)
		n.runs(func(lo, hi, w int) { kernel.NormMoments(s[:w], sq[:w], x[lo:hi], mean[:w]) })
		for g := range n.groups {
			m, v := n.groupMoments(g, s, sq, mean)
			inv := 1 / math.Sqrt(v+float64(o.eps))
			means[i*n.groups+g], invs[i*n.groups+g] = float32(m), float32(inv)
			for c := g * n.per; c < (g+1)*n.per; c++ {
				mean[c], scale[c], shift[c] = float32(m), float32(inv), 0
				if gamma != nil {
					scale[c] = float32(inv * float64(gamma[c]))
				}
				if beta != nil {
					shift[c] = beta[c]
				}
			}
		}
		n.widen(mean, scale, shift)
		n.runs(func(lo, hi, w int) { kernel.NormApply(y[lo:hi], x[lo:hi], mean[:w], scale[:w], shift[:w]) })
	}
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			one(i)
		}
	}
	return func() { par.For(n.samples, 1, body) }
}

// groupMoments puts the columns of a group together: s and sq are sums of the
// columns and of their squares, seen from the first row (Chan, Golub and LeVeque 1979).
func (n *groupLayout) groupMoments(g int, s, sq, centre []float32) (mean, variance float64) {
	rows := float64(n.rows)
	for c := g * n.per; c < (g+1)*n.per; c++ {
		mean += float64(centre[c]) + n.fold(s, c)/rows
	}
	mean /= float64(n.per)
	for c := g * n.per; c < (g+1)*n.per; c++ {
		sum := n.fold(s, c)
		d := float64(centre[c]) + sum/rows - mean
		variance += n.fold(sq, c) - sum*sum/rows + rows*d*d
	}
	return mean, max(0, variance) / (rows * float64(n.per))
}

func (o groupNorm) Grad(in, out, dout []*Value) []*Value {
	args := []*Value{in[0], dout[0], out[1], out[2]}
	if o.gamma {
		args = append(args, in[1])
	}
	return Apply(groupNormGrad(o), args...)
}
