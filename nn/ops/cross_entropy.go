package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// SoftmaxCrossEntropy returns Σ t·(log Σ exp(x) - x) for each row (the last axis)
// of logits x and targets t, which have one shape. The gradient with respect to
// the logits is dy·(Σt·softmax(x) - t): right for targets of any sum, where
// TensorFlow takes Σt = 1 for granted.
// Keras: categorical_crossentropy(from_logits=True).
func SoftmaxCrossEntropy(logits, targets *Value) *Value {
	return Apply(crossEntropy{}, logits, targets)[0]
}

// SparseSoftmaxCrossEntropy is SoftmaxCrossEntropy for one class id for each row:
// ids has the shape of the logits without the last axis. An id that is no class
// fails the run with a *ClassError.
// Keras: sparse_categorical_crossentropy(from_logits=True).
func SparseSoftmaxCrossEntropy(logits, ids *Value) *Value {
	return Apply(crossEntropy{sparse: true}, logits, ids)[0]
}

// crossEntropy has three results: the losses, and for the backward pass the
// maximum of each row and the logarithm of Σ exp(x - maximum).
type crossEntropy struct{ sparse bool }

func (c crossEntropy) String() string {
	if c.sparse {
		return "SparseSoftmaxCrossEntropy"
	}
	return "SoftmaxCrossEntropy"
}

func (c crossEntropy) Infer(in [][]int) [][]int {
	if len(in[0]) == 0 || in[0][len(in[0])-1] == 0 {
		shapePanic(c.String(), in, "logits need a last axis of classes")
	}
	rows := in[0][:len(in[0])-1]
	switch {
	case c.sparse && !slices.Equal(in[1], rows):
		shapePanic(c.String(), in, "ids must have the shape %v of the logits without the last axis", rows)
	case !c.sparse && !slices.Equal(in[1], in[0]):
		shapePanic(c.String(), in, "logits and targets must have one shape")
	}
	return [][]int{rows, rows, rows}
}

func (c crossEntropy) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	x, t, loss, top, log := b.In[0], b.In[1], b.Out[0], b.Out[1], b.Out[2]
	if !c.sparse {
		body := func(lo, hi int) {
			kernel.SoftmaxCrossEntropy(loss[lo:hi], top[lo:hi], log[lo:hi], x[lo*n:hi*n], t[lo*n:hi*n], n)
		}
		return func() { par.For(rows, rowGrain(n), body) }
	}
	body := func(lo, hi int) {
		kernel.SparseSoftmaxCrossEntropy(loss[lo:hi], top[lo:hi], log[lo:hi], x[lo*n:hi*n], t[lo:hi], n)
	}
	return func() {
		par.For(rows, rowGrain(n), body)
		for i, id := range t {
			if !(id >= 0 && id < float32(n)) {
				b.Fail(&ClassError{Row: i, ID: id, Classes: n})
				return
			}
		}
	}
}

func (c crossEntropy) Grad(in, out, dout []*Value) []*Value {
	if dout[0] == nil {
		return []*Value{nil, nil}
	}
	d := []*Value{apply1(crossEntropyGrad{c.sparse}, in[0], in[1], out[1], out[2], dout[0]), nil}
	if !c.sparse {
		d[1] = Mul(Neg(LogSoftmax(in[0], -1)), ExpandDims(dout[0], -1))
	}
	return d
}

// crossEntropyGrad takes logits, targets, the two saved results and dy.
type crossEntropyGrad struct{ sparse bool }

func (c crossEntropyGrad) String() string         { return crossEntropy(c).String() + "Grad" }
func (crossEntropyGrad) Infer(in [][]int) [][]int { return in[:1] }
func (crossEntropyGrad) InPlace(i int) bool       { return i == 0 }

func (c crossEntropyGrad) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	x, t, top, log, dy, dx := b.In[0], b.In[1], b.In[2], b.In[3], b.In[4], b.Out[0]
	body := func(lo, hi int) {
		if c.sparse {
			kernel.SparseSoftmaxCrossEntropyGrad(dx[lo*n:hi*n], dy[lo:hi], x[lo*n:hi*n], t[lo:hi], top[lo:hi], log[lo:hi], n)
			return
		}
		kernel.SoftmaxCrossEntropyGrad(dx[lo*n:hi*n], dy[lo:hi], x[lo*n:hi*n], t[lo*n:hi*n], top[lo:hi], log[lo:hi], n)
	}
	return func() { par.For(rows, rowGrain(n), body) }
}

// Grad differentiates dy·(S·p - t), p = softmax(x), S = Σt, with the saved
// results read as functions of x.
func (c crossEntropyGrad) Grad(in, _, dout []*Value) []*Value {
	x, t, dy, g := in[0], in[1], ExpandDims(in[4], -1), dout[0]
	p := Softmax(x, -1)
	dx := Mul(dy, apply1(softmaxGrad{}, g, p))
	gp := Sum(Mul(g, p), -1)
	if c.sparse {
		hot := OneHot(t, x.Dim(-1))
		return []*Value{dx, nil, nil, nil, Sub(gp, Sum(Mul(g, hot), -1))}
	}
	return []*Value{Mul(dx, SumKeep(t, -1)), Mul(dy, Sub(ExpandDims(gp, -1), g)), nil, nil,
		Sub(Mul(gp, Sum(t, -1)), Sum(Mul(g, t), -1))}
}
