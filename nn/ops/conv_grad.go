package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
)

// convInputGrad is the gradient of conv with respect to x, whose cells are
// size; it is also a transposed convolution.
type convInputGrad struct {
	c    convGeometry
	size [3]int
	act  Activation
}

func (o convInputGrad) String() string { return fusedName(o.c.name("InputGrad"), o.act) }

func (o convInputGrad) Infer(in [][]int) [][]int {
	op := o.c.name("InputGrad")
	o.c.ranks(op, in, "dy "+convResults[o.c.rank], "w "+convKernels[o.c.rank])
	s := o.shape(in)
	o.c.checkWindows(op, in, s, in[0])
	checkBias(op, in, s.C)
	return [][]int{o.c.shape(s.N, o.size, s.C)}
}

func (o convInputGrad) shape(in [][]int) kernel.ConvShape {
	dy, w := in[0], in[1]
	x := o.c.shape(dy[0], o.size, w[o.c.rank]*o.c.groups)
	return o.c.geometry(o.c.name("InputGrad"), in, x, w)
}

func (o convInputGrad) Scratch(in [][]int) int {
	return kernel.NewConvInputGrad(o.shape(in)).Scratch()
}

func (o convInputGrad) Bind(b *Binding) func() {
	relu, act := o.act.fused()
	p := kernel.NewConvInputGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], b.bias(), b.Out[0], b.Scratch, relu, act)
}

func (o convInputGrad) Grad(in, out, dout []*Value) []*Value {
	dy, w, d := in[0], in[1], activationGrad(o.act, dout[0], out[0])
	return append([]*Value{
		apply1(conv{o.c, ActNone}, d, w),
		apply1(convWeightGrad{o.c, o.c.window(w.shape), false}, d, dy),
	}, biasGrad(in, d)...)
}

// convInputReLUGrad is a gradient that goes on through the ReLU whose result
// the input was: its third operand. It is made by fuseConv.
type convInputReLUGrad struct{ convInputGrad }

func (o convInputReLUGrad) String() string { return o.c.name("InputGrad") + ", ReLUGrad" }

func (o convInputReLUGrad) Infer(in [][]int) [][]int {
	out := o.convInputGrad.Infer(in[:2])
	if len(in) != 3 || !slices.Equal(in[2], out[0]) {
		shapePanic(o.String(), in, "want a result of ReLU of shape %v", out[0])
	}
	return out
}

func (o convInputReLUGrad) Bind(b *Binding) func() {
	y := b.In[2]
	act := func(d []float32, at int) { kernel.ReLUGrad(d, d, y[at:at+len(d)]) }
	p := kernel.NewConvInputGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], nil, b.Out[0], b.Scratch, false, act)
}

func (o convInputReLUGrad) Grad(in, _, dout []*Value) []*Value {
	d := binary(kReLUGrad, dout[0], in[2])
	return append(o.convInputGrad.Grad(in[:2], nil, []*Value{d}), nil)
}

// convWeightGrad is the gradient of conv with respect to w, whose window is
// kernel. It sums dy up over images and pixels too, for a second result, when
// there is a bias.
type convWeightGrad struct {
	c      convGeometry
	kernel [3]int
	bias   bool
}

func (o convWeightGrad) String() string { return o.c.name("WeightGrad") }

func (o convWeightGrad) Infer(in [][]int) [][]int {
	o.c.ranks(o.String(), in, "x "+convInputs[o.c.rank], "dy "+convResults[o.c.rank])
	s := o.shape(in)
	if s.N != in[1][0] {
		shapePanic(o.String(), in, "axis 0 differs: x has %d images, dy %d", s.N, in[1][0])
	}
	o.c.checkWindows(o.String(), in, s, in[1])
	out := [][]int{o.c.kernelShape(o.kernel, s.C/s.Groups, s.F)}
	if o.bias {
		out = append(out, []int{s.F})
	}
	return out
}

func (o convWeightGrad) shape(in [][]int) kernel.ConvShape {
	x, dy := in[0], in[1]
	channels, filters := x[o.c.rank+1], dy[o.c.rank+1]
	if channels%o.c.groups != 0 {
		shapePanic(o.String(), in, "axis %d of x: %d channels do not fall into %d groups", o.c.rank+1, channels, o.c.groups)
	}
	return o.c.geometry(o.String(), in, x, o.c.kernelShape(o.kernel, channels/o.c.groups, filters))
}

func (o convWeightGrad) Scratch(in [][]int) int {
	return kernel.NewConvWeightGrad(o.shape(in)).Scratch()
}

func (o convWeightGrad) Bind(b *Binding) func() {
	p := kernel.NewConvWeightGrad(o.shape(b.InShape))
	var db []float32
	if o.bias {
		db = b.Out[1]
	}
	return p.Bind(b.In[0], b.In[1], b.Out[0], db, b.Scratch)
}

func (o convWeightGrad) Grad(in, _, dout []*Value) []*Value {
	x, dy := in[0], in[1]
	var dx, ddy *Value
	if dout[0] != nil {
		dx = apply1(convInputGrad{o.c, o.c.cells(x.shape), ActNone}, dy, dout[0])
		ddy = apply1(conv{o.c, ActNone}, x, dout[0])
	}
	if o.bias && dout[1] != nil {
		every := BroadcastTo(dout[1], dy.shape...)
		if ddy != nil {
			every = Add(ddy, every)
		}
		ddy = every
	}
	return []*Value{dx, ddy}
}

var _, _, _ Scratcher = conv{}, convInputGrad{}, convWeightGrad{}
