package ops

// A ConvConfig is the geometry of a convolution over sequences (n, t, c),
// images (n, h, w, c) or volumes (n, d, h, w, c): one number for each axis
// between the first and the last, in their order. A nil slice stands for
// strides or dilations of 1, and for no padding. PadLow and PadHigh are cells
// of zeros before and after. Groups 0 means 1.
type ConvConfig struct {
	Strides, Dilation []int
	PadLow, PadHigh   []int
	Groups            int
}

// A Conv2DConfig is a ConvConfig for images: index 0 is the height axis, 1 the
// width axis. Zero values of Strides, Dilation and Groups mean 1.
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

// Conv slides a kernel over sequences, images or volumes and sums products:
// correlation, as in Keras, not convolution with a flipped kernel.
//
// x is (n, d, h, w, c), the kernel w is (kd, kh, kw, c/groups, f), the result
// is (n, od, oh, ow, f) with oh = (h + low + high - ((kh-1)*dilation+1))/stride
// + 1, and likewise for the other axes; of sequences and images, leave out the
// axes they lack. Output channels fall into groups; each sees its own c/groups
// input channels, so groups = c is a depthwise convolution whose output channel
// i*m+j belongs to input channel i (m = f/c).
// Keras: K.conv1d, K.conv2d, K.conv3d, K.depthwise_conv2d.
func Conv(x, w *Value, c ConvConfig) *Value {
	return convolve(c.geometry("Conv", x), ActNone, x, w, nil)
}

// ConvTranspose is the gradient of [Conv] with respect to its input, whose
// axes between the first and the last have the given sizes:
// (n, od, oh, ow, f) and (kd, kh, kw, c/groups, f) make (n, d, h, w, c).
// Keras: K.conv2d_transpose.
func ConvTranspose(x, w *Value, sizes []int, c ConvConfig) *Value {
	g := c.geometry("ConvTranspose", x)
	return apply1(convInputGrad{g, g.axes("ConvTranspose", x, "sizes", sizes, 1), ActNone}, x, w)
}

// Conv2D is [Conv] for images.
func Conv2D(x, w *Value, c Conv2DConfig) *Value {
	return Conv2DFused(x, w, nil, c, ActNone)
}

// Conv2DFused computes act(Conv2D(x, w) + bias) in one pass; bias is nil or one
// number per output channel. It equals the three one after another, bit for bit.
func Conv2DFused(x, w, bias *Value, c Conv2DConfig, act Activation) *Value {
	return convolve(c.geometry(), act, x, w, bias)
}

// Conv2DInputGrad is the gradient of Conv2D with respect to x, which has size
// rows and columns, and the forward pass of a transposed convolution:
// (n, oh, ow, f) and (kh, kw, c/groups, f) make (n, size[0], size[1], c).
func Conv2DInputGrad(dy, w *Value, size [2]int, c Conv2DConfig) *Value {
	return Conv2DTransposeFused(dy, w, nil, size, c, ActNone)
}

// Conv2DTransposeFused computes act(Conv2DInputGrad(x, w) + bias) in one pass;
// bias is nil or one number per result channel. The kernel lies as that of
// Keras' Conv2DTranspose, (kh, kw, filters, in).
func Conv2DTransposeFused(x, w, bias *Value, size [2]int, c Conv2DConfig, act Activation) *Value {
	g := c.geometry()
	return apply1(convInputGrad{g, g.three(size[:], 1), act}, withBias(x, w, bias)...)
}

// Conv2DWeightGrad is the gradient of Conv2D with respect to w, whose window is
// kernel: (n, h, w, c) and (n, oh, ow, f) make (kh, kw, c/groups, f).
func Conv2DWeightGrad(x, dy *Value, kernel [2]int, c Conv2DConfig) *Value {
	g := c.geometry()
	return apply1(convWeightGrad{g, g.three(kernel[:], 1), false}, x, dy)
}

func withBias(x, w, bias *Value) []*Value {
	if bias == nil {
		return []*Value{x, w}
	}
	return []*Value{x, w, bias}
}

// geometry is c for the axes of x.
func (c ConvConfig) geometry(op string, x *Value) convGeometry {
	g := convGeometry{rank: x.Rank() - 2, groups: orOne(c.Groups)}
	if g.rank < 1 || g.rank > 3 {
		shapePanic(op, [][]int{x.shape}, "want x (n, t, c), (n, h, w, c) or (n, d, h, w, c), got rank %d", x.Rank())
	}
	g.strides, g.dilation = g.axes(op, x, "Strides", c.Strides, 1), g.axes(op, x, "Dilation", c.Dilation, 1)
	g.low, g.high = g.axes(op, x, "PadLow", c.PadLow, 0), g.axes(op, x, "PadHigh", c.PadHigh, 0)
	return g
}

func (c Conv2DConfig) geometry() convGeometry {
	g := convGeometry{rank: 2, groups: orOne(c.Groups)}
	g.strides = g.three([]int{orOne(c.Strides[0]), orOne(c.Strides[1])}, 1)
	g.dilation = g.three([]int{orOne(c.Dilation[0]), orOne(c.Dilation[1])}, 1)
	g.low, g.high = g.three(c.PadLow[:], 0), g.three(c.PadHigh[:], 0)
	return g
}

func orOne(n int) int {
	if n == 0 {
		return 1
	}
	return n
}
