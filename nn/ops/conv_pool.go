package ops

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
)

// The ops of this file are made by fusePools. They have no gradients: the graph
// is differentiated before.

// conv2DPool is max-pooling of 2×2 windows after a convolution, whose results
// are stored nowhere. With cells it has a second result that says where the
// maxima lay, for the way back.
type conv2DPool struct {
	conv
	cells bool
}

func (o conv2DPool) String() string { return o.conv.String() + ", MaxPool2D" }

func (o conv2DPool) Infer(in [][]int) [][]int {
	y := o.conv.Infer(in)[0]
	out := [][]int{{y[0], y[1] / 2, y[2] / 2, y[3]}}
	if o.cells {
		out = append(out, []int{kernel.CellFloats(sizeOf(out[0]))})
	}
	return out
}

func (o conv2DPool) Bind(b *Binding) func() {
	var cells []float32
	if o.cells {
		cells = b.Out[1]
	}
	p := kernel.NewConvForward(o.shape(b.InShape))
	return p.BindPool(b.In[0], b.In[1], b.bias(), b.Out[0], cells, b.Scratch, o.act == ActReLU)
}

func (o conv2DPool) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }

// maxPool2DSpread is the gradient of that pooling by itself: dy and cells make
// the gradient of what was pooled, of shape x.
type maxPool2DSpread struct{ x [4]int }

func (o maxPool2DSpread) String() string { return "MaxPool2DSpread" }

func (o maxPool2DSpread) Infer([][]int) [][]int { return [][]int{o.x[:]} }

func (o maxPool2DSpread) Bind(b *Binding) func() {
	return kernel.SpreadCells(o.x[0], o.x[1], o.x[2], o.x[3], b.In[0], b.In[1], b.Out[0])
}

func (o maxPool2DSpread) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }

// conv2DPoolInputGrad is an input gradient of both. Operands: dy, cells, w and,
// to go on through the ReLU that made the input, its result.
type conv2DPoolInputGrad struct {
	convInputGrad
	dy   [4]int // before pooling
	relu bool
}

func (o conv2DPoolInputGrad) String() string {
	if o.relu {
		return "Conv2DPoolInputGrad, ReLUGrad"
	}
	return "Conv2DPoolInputGrad"
}

// operands are those of the convolution alone.
func (o conv2DPoolInputGrad) operands(in [][]int) [][]int { return [][]int{o.dy[:], in[2]} }

func (o conv2DPoolInputGrad) Infer(in [][]int) [][]int {
	return o.convInputGrad.Infer(o.operands(in))
}

func (o conv2DPoolInputGrad) Scratch(in [][]int) int {
	return o.convInputGrad.Scratch(o.operands(in))
}

func (o conv2DPoolInputGrad) Bind(b *Binding) func() {
	var act func(d []float32, at int)
	if o.relu {
		y := b.In[3]
		act = func(d []float32, at int) { kernel.ReLUGrad(d, d, y[at:at+len(d)]) }
	}
	p := kernel.NewConvInputGrad(o.shape(o.operands(b.InShape)))
	return p.BindPool(b.In[0], b.In[1], b.In[2], b.Out[0], b.Scratch, act)
}

func (o conv2DPoolInputGrad) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }

// conv2DPoolWeightGrad is a weight gradient of both. Operands: x, dy and cells.
type conv2DPoolWeightGrad struct {
	convWeightGrad
	dy [4]int // before pooling
}

func (o conv2DPoolWeightGrad) String() string { return "Conv2DPoolWeightGrad" }

func (o conv2DPoolWeightGrad) operands(in [][]int) [][]int { return [][]int{in[0], o.dy[:]} }

func (o conv2DPoolWeightGrad) Infer(in [][]int) [][]int {
	return o.convWeightGrad.Infer(o.operands(in))
}

func (o conv2DPoolWeightGrad) Scratch(in [][]int) int {
	return o.convWeightGrad.Scratch(o.operands(in))
}

func (o conv2DPoolWeightGrad) Bind(b *Binding) func() {
	var db []float32
	if o.bias {
		db = b.Out[1]
	}
	p := kernel.NewConvWeightGrad(o.shape(o.operands(b.InShape)))
	return p.BindPool(b.In[0], b.In[1], b.In[2], b.Out[0], db, b.Scratch)
}

func (o conv2DPoolWeightGrad) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }

func noGrad(o Op) []*Value {
	panic(fmt.Sprintf("ops: %v is made by Compile and has no gradient; differentiate the graph before", o))
}

var _, _, _ Scratcher = conv2DPool{}, conv2DPoolInputGrad{}, conv2DPoolWeightGrad{}
