package ops

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
)

// conv is linear in either operand, and so are its two gradients; each of the
// three has the other two as gradients.
type conv struct {
	c   convGeometry
	act Activation
}

func (o conv) String() string { return fusedName(o.c.name(""), o.act) }

func fusedName(op string, act Activation) string {
	if act == ActNone {
		return op
	}
	return fmt.Sprintf("%s(%v)", op, act)
}

func (o conv) Infer(in [][]int) [][]int {
	op := o.c.name("")
	o.c.ranks(op, in, "x "+convInputs[o.c.rank], "w "+convKernels[o.c.rank])
	s := o.shape(in)
	checkBias(op, in, s.F)
	return [][]int{o.c.shape(s.N, [3]int{s.OD, s.OH, s.OW}, s.F)}
}

func (o conv) shape(in [][]int) kernel.ConvShape {
	return o.c.geometry(o.c.name(""), in, in[0], in[1])
}

func (o conv) Scratch(in [][]int) int { return kernel.NewConvForward(o.shape(in)).Scratch() }

func (o conv) Bind(b *Binding) func() {
	relu, act := o.act.fused()
	p := kernel.NewConvForward(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], b.bias(), b.Out[0], b.Scratch, relu, act)
}

func (o conv) Grad(in, out, dout []*Value) []*Value {
	x, w, d := in[0], in[1], activationGrad(o.act, dout[0], out[0])
	dx := apply1(convInputGrad{o.c, o.c.cells(x.shape), ActNone}, d, w)
	if o.c.skips(x, w, nil) {
		channels, filters := w.Dim(-2), w.Dim(-1)
		cells, sums := Reshape(apply1(cellPick{o.c}, x), -1, channels), Reshape(d, -1, filters)
		return append([]*Value{dx, Reshape(MatMulT(cells, sums, true, false), w.shape...)}, biasGrad(in, d)...)
	}
	sums := convWeightGrad{o.c, o.c.window(w.shape), len(in) > 2}
	return append([]*Value{dx}, Apply(sums, x, d)...)
}

// fused is the activation as the convolution kernels take it.
func (a Activation) fused() (relu bool, act func(x []float32, at int)) {
	switch a {
	case ActReLU:
		return true, nil
	case ActTanh:
		return false, func(x []float32, _ int) { kernel.Tanh(x, x) }
	case ActSigmoid:
		return false, func(x []float32, _ int) { kernel.Sigmoid(x, x) }
	}
	return false, nil
}

// bias is the third operand, if there is one.
func (b *Binding) bias() []float32 {
	if len(b.In) > 2 {
		return b.In[2]
	}
	return nil
}

// biasGrad is the gradient of the bias, if there is one: d summed over all axes but the last.
func biasGrad(in []*Value, d *Value) []*Value {
	if len(in) < 3 {
		return nil
	}
	n := d.Dim(-1)
	return []*Value{ColumnSum(Reshape(d, d.Size()/n, n))}
}
