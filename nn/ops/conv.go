package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
)

// A Conv2DConfig is the geometry of a two-dimensional convolution: index 0 is
// the height axis, 1 the width axis. Zero values of Strides, Dilation and Groups
// mean 1. PadLow and PadHigh are rows and columns of zeros before and after.
type Conv2DConfig struct {
	Strides, Dilation [2]int
	PadLow, PadHigh   [2]int
	Groups            int
}

// SamePadding returns the padding of Keras' padding='same' for one axis: as
// many windows as in/stride rounded up, an odd cell of padding at the high end
// (TensorFlow's rule). Zero stride and dilation mean 1.
func SamePadding(in, kernel, stride, dilation int) (low, high int) {
	stride, dilation = max(stride, 1), max(dilation, 1)
	out := (in + stride - 1) / stride
	total := max(0, (out-1)*stride+(kernel-1)*dilation+1-in)
	return total / 2, total - total/2
}

// Conv2D slides a kernel over images and sums products: correlation, as in
// Keras, not convolution with a flipped kernel.
//
// x is (n, h, w, c), the kernel w is (kh, kw, c/groups, f), the result is
// (n, oh, ow, f) with oh = (h + low + high - ((kh-1)*dilation+1))/stride + 1.
// Output channels fall into groups; each sees its own c/groups input channels,
// so groups = c is a depthwise convolution whose output channel i*m+j belongs
// to input channel i (m = f/c).
func Conv2D(x, w *Value, c Conv2DConfig) *Value {
	return apply1(&conv2D{c.withDefaults()}, x, w)
}

// Conv2DInputGrad is the gradient of Conv2D with respect to x, which has size
// rows and columns, and the forward pass of a transposed convolution:
// (n, oh, ow, f) and (kh, kw, c/groups, f) make (n, size[0], size[1], c).
func Conv2DInputGrad(dy, w *Value, size [2]int, c Conv2DConfig) *Value {
	return apply1(&conv2DInputGrad{c.withDefaults(), size}, dy, w)
}

// Conv2DWeightGrad is the gradient of Conv2D with respect to w, whose window is
// kernel: (n, h, w, c) and (n, oh, ow, f) make (kh, kw, c/groups, f).
func Conv2DWeightGrad(x, dy *Value, kernel [2]int, c Conv2DConfig) *Value {
	return apply1(&conv2DWeightGrad{c.withDefaults(), kernel}, x, dy)
}

func (c Conv2DConfig) withDefaults() Conv2DConfig {
	for a := range 2 {
		if c.Strides[a] == 0 {
			c.Strides[a] = 1
		}
		if c.Dilation[a] == 0 {
			c.Dilation[a] = 1
		}
	}
	if c.Groups == 0 {
		c.Groups = 1
	}
	return c
}

// conv2D is linear in either operand, and so are its two gradients; each of
// the three has the other two as gradients.
type conv2D struct{ c Conv2DConfig }

func (o *conv2D) Infer(in [][]int) [][]int {
	convRanks("Conv2D", in, "x (n, h, w, c)", "w (kh, kw, c/groups, f)")
	s := o.c.geometry("Conv2D", in, in[0], in[1])
	return [][]int{{s.N, s.OH, s.OW, s.F}}
}

func (o *conv2D) shape(in [][]int) kernel.ConvShape {
	return o.c.geometry("Conv2D", in, in[0], in[1])
}

func (o *conv2D) Scratch(in [][]int) int { return kernel.NewConvForward(o.shape(in)).Scratch() }

func (o *conv2D) Bind(b *Binding) func() {
	p := kernel.NewConvForward(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], nil, b.Out[0], b.Scratch, false, nil)
}

func (o *conv2D) Grad(in, _, dout []*Value) []*Value {
	x, w := in[0], in[1]
	return []*Value{
		Conv2DInputGrad(dout[0], w, [2]int{x.Dim(1), x.Dim(2)}, o.c),
		Conv2DWeightGrad(x, dout[0], [2]int{w.Dim(0), w.Dim(1)}, o.c),
	}
}

type conv2DInputGrad struct {
	c    Conv2DConfig
	size [2]int
}

func (o *conv2DInputGrad) Infer(in [][]int) [][]int {
	convRanks("Conv2DInputGrad", in, "dy (n, oh, ow, f)", "w (kh, kw, c/groups, f)")
	s := o.shape(in)
	o.c.checkWindows("Conv2DInputGrad", in, s, in[0])
	return [][]int{{s.N, s.H, s.W, s.C}}
}

func (o *conv2DInputGrad) shape(in [][]int) kernel.ConvShape {
	dy, w := in[0], in[1]
	return o.c.geometry("Conv2DInputGrad", in, []int{dy[0], o.size[0], o.size[1], w[2] * o.c.Groups}, w)
}

func (o *conv2DInputGrad) Scratch(in [][]int) int {
	return kernel.NewConvInputGrad(o.shape(in)).Scratch()
}

func (o *conv2DInputGrad) Bind(b *Binding) func() {
	p := kernel.NewConvInputGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], nil, b.Out[0], b.Scratch, false, nil)
}

func (o *conv2DInputGrad) Grad(in, _, dout []*Value) []*Value {
	dy, w := in[0], in[1]
	return []*Value{
		Conv2D(dout[0], w, o.c),
		Conv2DWeightGrad(dout[0], dy, [2]int{w.Dim(0), w.Dim(1)}, o.c),
	}
}

type conv2DWeightGrad struct {
	c      Conv2DConfig
	kernel [2]int
}

func (o *conv2DWeightGrad) Infer(in [][]int) [][]int {
	convRanks("Conv2DWeightGrad", in, "x (n, h, w, c)", "dy (n, oh, ow, f)")
	s := o.shape(in)
	if s.N != in[1][0] {
		shapePanic("Conv2DWeightGrad", in, "axis 0 differs: x has %d images, dy %d", s.N, in[1][0])
	}
	o.c.checkWindows("Conv2DWeightGrad", in, s, in[1])
	return [][]int{{s.KH, s.KW, s.C / s.Groups, s.F}}
}

func (o *conv2DWeightGrad) shape(in [][]int) kernel.ConvShape {
	x, dy := in[0], in[1]
	if x[3]%o.c.Groups != 0 {
		shapePanic("Conv2DWeightGrad", in, "axis 3 of x: %d channels do not fall into %d groups", x[3], o.c.Groups)
	}
	return o.c.geometry("Conv2DWeightGrad", in, x, []int{o.kernel[0], o.kernel[1], x[3] / o.c.Groups, dy[3]})
}

func (o *conv2DWeightGrad) Scratch(in [][]int) int {
	return kernel.NewConvWeightGrad(o.shape(in)).Scratch()
}

func (o *conv2DWeightGrad) Bind(b *Binding) func() {
	p := kernel.NewConvWeightGrad(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], b.Out[0], b.Scratch)
}

func (o *conv2DWeightGrad) Grad(in, _, dout []*Value) []*Value {
	x, dy := in[0], in[1]
	return []*Value{
		Conv2DInputGrad(dy, dout[0], [2]int{x.Dim(1), x.Dim(2)}, o.c),
		Conv2D(x, dout[0], o.c),
	}
}

var _, _, _ Scratcher = (*conv2D)(nil), (*conv2DInputGrad)(nil), (*conv2DWeightGrad)(nil)
