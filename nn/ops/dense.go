package ops

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
)

// An Activation is a function that ops with an epilogue (Dense, Conv2DFused)
// apply to their result while it is in cache.
type Activation uint8

// The activations whose derivative follows from their result.
const (
	ActNone Activation = iota
	ActReLU
	ActTanh
	ActSigmoid
)

var activationNames = [...]string{"none", "relu", "tanh", "sigmoid"}

// String returns the Keras name.
func (a Activation) String() string { return activationNames[a] }

// epilogue adds the activation to what a GEMM does to its result.
func (a Activation) epilogue(e kernel.Epilogue) kernel.Epilogue {
	switch a {
	case ActReLU:
		e.ReLU = true
	case ActTanh:
		e.Row = func(_, _ int, row []float32) { kernel.Tanh(row, row) }
	case ActSigmoid:
		e.Row = func(_, _ int, row []float32) { kernel.Sigmoid(row, row) }
	}
	return e
}

// Dense computes act(x·w + bias) in one pass.
//
// x [..., k], w [k, n], bias [n] or nil -> [..., n]. It equals MatMul, Add and
// the activation one after another, bit for bit.
func Dense(x, w, bias *Value, act Activation) *Value {
	in := []*Value{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	op := &dense{act}
	if x.Rank() == 2 {
		return apply1(op, in...)
	}
	shape := op.Infer(shapesOf(in))[0]
	in[0] = Reshape(x, sizeOf(x.shape[:x.Rank()-1]), x.Dim(-1))
	return Reshape(apply1(op, in...), shape...)
}

type dense struct{ act Activation }

func (o *dense) String() string {
	if o.act == ActNone {
		return "Dense"
	}
	return fmt.Sprintf("Dense(%v)", o.act)
}

func (o *dense) Infer(in [][]int) [][]int {
	x, w := in[0], in[1]
	switch {
	case len(x) == 0:
		shapePanic("Dense", in, "x is a scalar, want at least one axis")
	case len(w) != 2:
		shapePanic("Dense", in, "w has %d axes, want 2", len(w))
	case x[len(x)-1] != w[0]:
		shapePanic("Dense", in, "axis %d of x has size %d, axis 0 of w %d; they must agree", len(x)-1, x[len(x)-1], w[0])
	case len(in) > 2 && !slices.Equal(in[2], w[1:]):
		shapePanic("Dense", in, "bias has shape %v, want %v like axis 1 of w", in[2], w[1:])
	}
	return [][]int{append(slices.Clone(x[:len(x)-1]), w[1])}
}

func (o *dense) Bind(b *Binding) func() {
	k, n := b.InShape[1][0], b.InShape[1][1]
	m := sizeOf(b.InShape[0][:len(b.InShape[0])-1])
	x := kernel.Operand{Data: b.In[0], Ld: k}
	w := kernel.Operand{Data: b.In[1], Ld: n}
	var e kernel.Epilogue
	if len(b.In) > 2 {
		e.Bias = b.In[2]
	}
	e, y := o.act.epilogue(e), b.Out[0]
	return func() { kernel.Gemm(m, n, k, x, w, y, n, e) }
}

func (o *dense) Grad(in, out, dout []*Value) []*Value {
	x, w, d := in[0], in[1], activationGrad(o.act, dout[0], out[0])
	grads := []*Value{MatMulT(d, w, false, true), nil}
	n, k := w.Dim(1), w.Dim(0)
	rows := sizeOf(x.shape[:x.Rank()-1])
	flat := Reshape(d, rows, n)
	grads[1] = MatMulT(Reshape(x, rows, k), flat, true, false)
	if len(in) > 2 {
		grads = append(grads, ColumnSum(flat))
	}
	return grads
}

// activationGrad is the gradient before an activation whose result is y and
// whose gradient behind is d.
func activationGrad(act Activation, d, y *Value) *Value {
	switch act {
	case ActReLU:
		return binary(kReLUGrad, d, y)
	case ActTanh:
		return binary(kTanhGrad, d, y)
	case ActSigmoid:
		return binary(kSigmoidGrad, d, y)
	}
	return d
}
