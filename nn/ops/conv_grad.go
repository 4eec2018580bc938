package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
)

type conv2DInputGrad struct {
	c    Conv2DConfig
	size [2]int
	act  Activation
}

func (o conv2DInputGrad) String() string { return fusedName("Conv2DInputGrad", o.act) }

func (o conv2DInputGrad) Infer(in [][]int) [][]int {
	convRanks("Conv2DInputGrad", in, "dy (n, oh, ow, f)", "w (kh, kw, c/groups, f)")
	s := o.shape(in)
	o.c.checkWindows("Conv2DInputGrad", in, s, in[0])
	checkBias("Conv2DInputGrad", in, s.C)
	return [][]int{{s.N, s.H, s.W, s.C}}
}

func (o conv2DInputGrad) shape(in [][]int) kernel.ConvShape {
	dy, w := in[0], in[1]
	return o.c.geometry("Conv2DInputGrad", in, []int{dy[0], o.size[0], o.size[1], w[2] * o.c.Groups}, w)
}

func (o conv2DInputGrad) Scratch(in [][]int) int {
	return kernel.NewConvInputGrad(o.shape(in)).Scratch()
}

func (o conv2DInputGrad) Bind(b *Binding) func() {
	relu, act := o.act.fused()
	p := kernel.NewConvInputGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], b.bias(), b.Out[0], b.Scratch, relu, act)
}

func (o conv2DInputGrad) Grad(in, out, dout []*Value) []*Value {
	dy, w, d := in[0], in[1], activationGrad(o.act, dout[0], out[0])
	return append([]*Value{
		Conv2D(d, w, o.c),
		Conv2DWeightGrad(d, dy, [2]int{w.Dim(0), w.Dim(1)}, o.c),
	}, biasGrad(in, d)...)
}

// conv2DInputReLUGrad is a gradient that goes on through the ReLU whose result
// the input was: its third operand. It is made by fuseConv.
type conv2DInputReLUGrad struct{ conv2DInputGrad }

func (o conv2DInputReLUGrad) String() string { return "Conv2DInputGrad, ReLUGrad" }

func (o conv2DInputReLUGrad) Infer(in [][]int) [][]int {
	out := o.conv2DInputGrad.Infer(in[:2])
	if len(in) != 3 || !slices.Equal(in[2], out[0]) {
		shapePanic(o.String(), in, "want a result of ReLU of shape %v", out[0])
	}
	return out
}

func (o conv2DInputReLUGrad) Bind(b *Binding) func() {
	y := b.In[2]
	act := func(d []float32, at int) { kernel.ReLUGrad(d, d, y[at:at+len(d)]) }
	p := kernel.NewConvInputGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], nil, b.Out[0], b.Scratch, false, act)
}

func (o conv2DInputReLUGrad) Grad(in, _, dout []*Value) []*Value {
	d := binary(kReLUGrad, dout[0], in[2])
	return append(o.conv2DInputGrad.Grad(in[:2], nil, []*Value{d}), nil)
}

// conv2DWeightGrad sums dy up over images and pixels too, for a second result,
// when there is a bias.
type conv2DWeightGrad struct {
	c      Conv2DConfig
	kernel [2]int
	bias   bool
}

func (o conv2DWeightGrad) String() string { return "Conv2DWeightGrad" }

func (o conv2DWeightGrad) Infer(in [][]int) [][]int {
	convRanks("Conv2DWeightGrad", in, "x (n, h, w, c)", "dy (n, oh, ow, f)")
	s := o.shape(in)
	if s.N != in[1][0] {
		shapePanic("Conv2DWeightGrad", in, "axis 0 differs: x has %d images, dy %d", s.N, in[1][0])
	}
	o.c.checkWindows("Conv2DWeightGrad", in, s, in[1])
	out := [][]int{{s.KH, s.KW, s.C / s.Groups, s.F}}
	if o.bias {
		out = append(out, []int{s.F})
	}
	return out
}

func (o conv2DWeightGrad) shape(in [][]int) kernel.ConvShape {
	x, dy := in[0], in[1]
	if x[3]%o.c.Groups != 0 {
		shapePanic("Conv2DWeightGrad", in, "axis 3 of x: %d channels do not fall into %d groups", x[3], o.c.Groups)
	}
	return o.c.geometry("Conv2DWeightGrad", in, x, []int{o.kernel[0], o.kernel[1], x[3] / o.c.Groups, dy[3]})
}

func (o conv2DWeightGrad) Scratch(in [][]int) int {
	return kernel.NewConvWeightGrad(o.shape(in)).Scratch()
}

func (o conv2DWeightGrad) Bind(b *Binding) func() {
	p := kernel.NewConvWeightGrad(o.shape(b.InShape))
	var db []float32
	if o.bias {
		db = b.Out[1]
	}
	return p.Bind(b.In[0], b.In[1], b.Out[0], db, b.Scratch)
}

func (o conv2DWeightGrad) Grad(in, _, dout []*Value) []*Value {
	x, dy := in[0], in[1]
	var dx, ddy *Value
	if dout[0] != nil {
		dx = Conv2DInputGrad(dy, dout[0], [2]int{x.Dim(1), x.Dim(2)}, o.c)
		ddy = Conv2D(x, dout[0], o.c)
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

var _, _, _ Scratcher = conv2D{}, conv2DInputGrad{}, conv2DWeightGrad{}
