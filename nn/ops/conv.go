package ops

import (
	"fmt"

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
	return Conv2DFused(x, w, nil, c, ActNone)
}

// Conv2DFused computes act(Conv2D(x, w) + bias) in one pass; bias is nil or one
// number per output channel. It equals the three one after another, bit for bit.
func Conv2DFused(x, w, bias *Value, c Conv2DConfig, act Activation) *Value {
	return apply1(conv2D{c.withDefaults(), act}, withBias(x, w, bias)...)
}

// Conv2DInputGrad is the gradient of Conv2D with respect to x, which has size
// rows and columns, and the forward pass of a transposed convolution:
// (n, oh, ow, f) and (kh, kw, c/groups, f) make (n, size[0], size[1], c).
func Conv2DInputGrad(dy, w *Value, size [2]int, c Conv2DConfig) *Value {
	return Conv2DTransposeFused(dy, w, nil, size, c, ActNone)
}

// Conv2DTransposeFused computes act(Conv2DInputGrad(x, w) + bias) in one pass;
// bias is nil or one number per result channel.
// Keras: Conv2DTranspose, whose kernel is (kh, kw, filters, in) too.
func Conv2DTransposeFused(x, w, bias *Value, size [2]int, c Conv2DConfig, act Activation) *Value {
	return apply1(conv2DInputGrad{c.withDefaults(), size, act}, withBias(x, w, bias)...)
}

// Conv2DWeightGrad is the gradient of Conv2D with respect to w, whose window is
// kernel: (n, h, w, c) and (n, oh, ow, f) make (kh, kw, c/groups, f).
func Conv2DWeightGrad(x, dy *Value, kernel [2]int, c Conv2DConfig) *Value {
	return apply1(conv2DWeightGrad{c.withDefaults(), kernel, false}, x, dy)
}

func withBias(x, w, bias *Value) []*Value {
	if bias == nil {
		return []*Value{x, w}
	}
	return []*Value{x, w, bias}
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
type conv2D struct {
	c   Conv2DConfig
	act Activation
}

func (o conv2D) String() string { return fusedName("Conv2D", o.act) }

func fusedName(op string, act Activation) string {
	if act == ActNone {
		return op
	}
	return fmt.Sprintf("%s(%v)", op, act)
}

func (o conv2D) Infer(in [][]int) [][]int {
	convRanks("Conv2D", in, "x (n, h, w, c)", "w (kh, kw, c/groups, f)")
	s := o.shape(in)
	checkBias("Conv2D", in, s.F)
	return [][]int{{s.N, s.OH, s.OW, s.F}}
}

func (o conv2D) shape(in [][]int) kernel.ConvShape {
	return o.c.geometry("Conv2D", in, in[0], in[1])
}

func (o conv2D) Scratch(in [][]int) int { return kernel.NewConvForward(o.shape(in)).Scratch() }

func (o conv2D) Bind(b *Binding) func() {
	relu, act := o.act.fused()
	p := kernel.NewConvForward(o.shape(b.InShape))
	return p.Bind(b.In[0], b.In[1], b.bias(), b.Out[0], b.Scratch, relu, act)
}

func (o conv2D) Grad(in, out, dout []*Value) []*Value {
	x, w, d := in[0], in[1], activationGrad(o.act, dout[0], out[0])
	dx := Conv2DInputGrad(d, w, [2]int{x.Dim(1), x.Dim(2)}, o.c)
	sums := conv2DWeightGrad{o.c, [2]int{w.Dim(0), w.Dim(1)}, len(in) > 2}
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
	return []*Value{ColumnSum(Reshape(d, d.Dim(0)*d.Dim(1)*d.Dim(2), n))}
}
