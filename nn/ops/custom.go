package ops

import (
	"fmt"
	"slices"
)

// A CustomOp is an op of one's own, as two functions on numbers. All slices are
// row-major, and their lengths are the products of the shapes.
type CustomOp struct {
	Name string // in messages
	// Shape returns the shape of the result for operands of the given shapes;
	// nil is that of the first operand. It may refuse operands by returning an
	// error that says what it wants.
	Shape func(in [][]int) ([]int, error)
	// Forward writes the result. out holds zeros before.
	Forward func(out []float32, in [][]float32)
	// Backward writes, for each operand, the derivative of the loss: din[i] has
	// the length of in[i] and holds zeros before. dout is the derivative with
	// respect to out. nil: no gradient flows through the op.
	Backward func(din, in [][]float32, out, dout []float32)
}

// Custom applies an op of one's own. Its functions run on one core, must not
// keep the slices, and must not depend on anything but them; functions that
// need the shapes take them from the operands when they are made:
//
//	n := x.Dim(-1)
//	y := ops.Custom(ops.CustomOp{Name: "Cube", Forward: …, Backward: …}, x)
//
// An op with several results, memory of its own or an unusual way to run
// implements [Op] instead and is added by [Apply].
func Custom(op CustomOp, in ...*Value) *Value {
	if op.Forward == nil {
		shapePanic(op.name(), shapesOf(in), "Forward is nil; want a function that writes the result")
	}
	if len(in) == 0 {
		shapePanic(op.name(), nil, "want an operand; a constant is made by ops.Constant")
	}
	return apply1(&custom{op}, in...)
}

func (op *CustomOp) name() string {
	if op.Name == "" {
		return "Custom"
	}
	return op.Name
}

type custom struct{ CustomOp }

func (c *custom) String() string { return c.name() }

func (c *custom) Infer(in [][]int) [][]int {
	if c.Shape == nil {
		return in[:1]
	}
	given := make([][]int, len(in))
	for i := range in {
		given[i] = slices.Clone(in[i])
	}
	s, err := c.Shape(given)
	if err != nil {
		shapePanic(c.name(), in, "%v", err)
	}
	for i, d := range s {
		if d < 0 {
			shapePanic(c.name(), in, "Shape returned %v: axis %d is negative", s, i)
		}
	}
	return [][]int{s}
}

func (c *custom) Bind(b *Binding) func() {
	in, out, forward := b.In, b.Out[0], c.Forward
	return func() {
		clear(out)
		forward(out, in)
	}
}

func (c *custom) Grad(in, out, dout []*Value) []*Value {
	if c.Backward == nil || dout[0] == nil {
		return make([]*Value, len(in))
	}
	operands := append(slices.Clone(in), out[0], dout[0])
	return Apply(&customGrad{c.CustomOp, len(in)}, operands...)
}

// customGrad computes the gradients of all operands at once.
type customGrad struct {
	CustomOp
	n int // operands of the op
}

func (g *customGrad) String() string           { return "gradient of " + g.name() }
func (g *customGrad) Infer(in [][]int) [][]int { return in[:g.n] }

func (g *customGrad) Bind(b *Binding) func() {
	in, out, dout, din, backward := b.In[:g.n], b.In[g.n], b.In[g.n+1], b.Out, g.Backward
	return func() {
		for _, d := range din {
			clear(d)
		}
		backward(din, in, out, dout)
	}
}

// Grad refuses: the derivative of Backward is not known.
func (g *customGrad) Grad(in, _, _ []*Value) []*Value {
	panic(&ShapeError{Op: g.String(), Shapes: shapesOf(in), Reason: fmt.Sprintf("a second derivative is needed, and %s has none; build it from other ops", g.name())})
}
