package ops

import "github.com/antler-ml/antler/internal/kernel"

// A PoolConfig is the geometry of two-dimensional pooling: index 0 is the
// height axis, 1 the width axis. A zero Strides entry means Size. Padding must
// be less than Size, so that every window holds a real cell.
type PoolConfig struct {
	Size, Strides   [2]int
	PadLow, PadHigh [2]int
}

// MaxPool2D takes the maximum of each window and channel: (n, h, w, c) becomes
// (n, oh, ow, c) with oh = (h + low + high - size)/stride + 1. Padding never
// wins. A window with a NaN gives NaN. The gradient goes to the first maximum
// of the window in row-major order.
func MaxPool2D(x *Value, c PoolConfig) *Value {
	return apply1(maxPool2D{c.withDefaults()}, x)
}

// AvgPool2D takes the mean of the real cells of each window and channel: the
// divisor does not count padding (TensorFlow's rule).
func AvgPool2D(x *Value, c PoolConfig) *Value {
	return apply1(avgPool2D{c.withDefaults()}, x)
}

func (c PoolConfig) withDefaults() PoolConfig {
	for a := range 2 {
		if c.Strides[a] == 0 {
			c.Strides[a] = c.Size[a]
		}
	}
	return c
}

// shape checks an image stack x against the settings.
func (c PoolConfig) shape(op string, in [][]int, x []int) kernel.PoolShape {
	if len(x) != 4 {
		shapePanic(op, in, "want x (n, h, w, c) of rank 4, got rank %d", len(x))
	}
	var out [2]int
	for a := range 2 {
		out[a] = poolWindows(op, in, spatialNames[a], 1+a, x[1+a], c.Size[a], c.Strides[a], c.PadLow[a], c.PadHigh[a])
	}
	return kernel.PoolShape{N: x[0], H: x[1], W: x[2], C: x[3], OH: out[0], OW: out[1], KH: c.Size[0], KW: c.Size[1],
		SH: c.Strides[0], SW: c.Strides[1], PH: c.PadLow[0], PW: c.PadLow[1]}
}

// poolWindows checks the settings along an axis of so many cells and counts the
// windows.
func poolWindows(op string, in [][]int, name string, axis, cells, size, stride, low, high int) int {
	if size < 1 || stride < 1 {
		shapePanic(op, in, "%s: window %d and stride %d must be positive", name, size, stride)
	}
	if min(low, high) < 0 || max(low, high) >= size {
		shapePanic(op, in, "%s: padding %d and %d must be less than the window, %d, and not negative", name, low, high, size)
	}
	if cells < 1 || cells+low+high < size {
		shapePanic(op, in, "%s (axis %d): a window of %d does not fit into %d cells and %d of padding; use padding 'same' or a smaller window",
			name, axis, size, cells, low+high)
	}
	return (cells+low+high-size)/stride + 1
}

// infer is the result shape.
func (c PoolConfig) infer(op string, in [][]int) [][]int {
	s := c.shape(op, in, in[0])
	return [][]int{{s.N, s.OH, s.OW, s.C}}
}

// check compares the gradient dy of a result with the geometry.
func (c PoolConfig) check(op string, in [][]int, x, dy []int) {
	s := c.shape(op, in, x)
	want := []int{s.N, s.OH, s.OW, s.C}
	if len(dy) != 4 {
		shapePanic(op, in, "want a gradient of shape %v, got %v", want, dy)
	}
	for i, d := range want {
		if dy[i] != d {
			shapePanic(op, in, "axis %d of the gradient is %d, but pooling makes %d", i, dy[i], d)
		}
	}
}

type maxPool2D struct{ c PoolConfig }

func (o maxPool2D) String() string { return "MaxPool2D" }

func (o maxPool2D) Infer(in [][]int) [][]int { return o.c.infer("MaxPool2D", in) }

func (o maxPool2D) Bind(b *Binding) func() {
	return kernel.NewPool(o.c.shape("MaxPool2D", b.InShape, b.InShape[0])).Max(b.In[0], b.Out[0])
}

func (o maxPool2D) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(maxPool2DGrad{c: o.c, x: [4]int(in[0].Shape())}, in[0], dout[0])}
}

// maxPool2DGrad finds the maxima again: that reads no more than stored indices
// would, and inference stores nothing. When x came out of a ReLU, that one's
// gradient costs no more than a comparison with the maximum.
type maxPool2DGrad struct {
	c    PoolConfig
	x    [4]int // shape of the input
	relu bool
}

func (o maxPool2DGrad) String() string {
	if o.relu {
		return "MaxPool2DGrad(relu)"
	}
	return "MaxPool2DGrad"
}

func (o maxPool2DGrad) Infer(in [][]int) [][]int {
	o.c.check("MaxPool2DGrad", in, in[0], in[1])
	return [][]int{in[0]}
}

func (o maxPool2DGrad) Bind(b *Binding) func() {
	p := kernel.NewPool(o.c.shape("MaxPool2DGrad", b.InShape, b.InShape[0]))
	if o.relu {
		return p.MaxGradReLU(b.In[0], b.In[1], b.Out[0])
	}
	return p.MaxGrad(b.In[0], b.In[1], b.Out[0])
}

// InPlace: a window is read before it is written, if it shares no cell with
// others, and if there are none between them to be cleared.
func (o maxPool2DGrad) InPlace(input int) bool {
	return input == 0 && kernel.NewPool(o.c.shape("MaxPool2DGrad", nil, o.x[:])).Tiles()
}

// Grad: the op is linear in dy, and picks from its gradient what it picked from x.
func (o maxPool2DGrad) Grad(in, _, dout []*Value) []*Value {
	d := dout[0]
	if o.relu {
		d = binary(kReLUGrad, d, in[0])
	}
	return []*Value{nil, apply1(maxPool2DPick{o.c}, in[0], d)}
}

// maxPool2DPick takes from v the cell where the window of x has its maximum.
type maxPool2DPick struct{ c PoolConfig }

func (o maxPool2DPick) String() string { return "MaxPool2DPick" }

func (o maxPool2DPick) Infer(in [][]int) [][]int {
	out := o.c.infer("MaxPool2DPick", in)
	for i, d := range in[0] {
		if len(in[1]) != 4 || in[1][i] != d {
			shapePanic("MaxPool2DPick", in, "the operands differ in shape")
		}
	}
	return out
}

func (o maxPool2DPick) Bind(b *Binding) func() {
	p := kernel.NewPool(o.c.shape("MaxPool2DPick", b.InShape, b.InShape[0]))
	return p.Pick(b.In[0], b.In[1], b.Out[0])
}

func (o maxPool2DPick) Grad(in, _, dout []*Value) []*Value {
	return []*Value{nil, apply1(maxPool2DGrad{c: o.c, x: [4]int(in[0].Shape())}, in[0], dout[0])}
}

type avgPool2D struct{ c PoolConfig }

func (o avgPool2D) String() string { return "AvgPool2D" }

func (o avgPool2D) Infer(in [][]int) [][]int { return o.c.infer("AvgPool2D", in) }

func (o avgPool2D) Bind(b *Binding) func() {
	return kernel.NewPool(o.c.shape("AvgPool2D", b.InShape, b.InShape[0])).Avg(b.In[0], b.Out[0])
}

func (o avgPool2D) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(avgPool2DGrad{o.c, [4]int(in[0].Shape())}, dout[0])}
}

type avgPool2DGrad struct {
	c PoolConfig
	x [4]int // shape of the input
}

func (o avgPool2DGrad) String() string { return "AvgPool2DGrad" }

func (o avgPool2DGrad) Infer(in [][]int) [][]int {
	o.c.check("AvgPool2DGrad", in, o.x[:], in[0])
	return [][]int{o.x[:]}
}

func (o avgPool2DGrad) Bind(b *Binding) func() {
	return kernel.NewPool(o.c.shape("AvgPool2DGrad", b.InShape, o.x[:])).AvgGrad(b.In[0], b.Out[0])
}

func (o avgPool2DGrad) Grad(_, _, dout []*Value) []*Value {
	return []*Value{AvgPool2D(dout[0], o.c)}
}
