package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

// gatedCell is what SimpleRNN, GRU and LSTM share, as layers and as cells:
// weights whose columns are gates side by side. The layers fill it from their
// fields.
type gatedCell struct {
	units, gates, states      int // gates: columns of the weights in units
	act, rec                  ActivationFunc
	resetAfter, useBias       bool
	dropout, recurrentDropout float64
	implementation            int
	kernel, recurrent, bias   weightSettings
	w                         *gatedWeights
	step                      stepFunc // one step, for activations that the fused op does not know
	fused                     func(x *ops.Value, states []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (seq *ops.Value, last []*ops.Value)
}

// weightSettings is how one weight is made.
type weightSettings struct {
	init        nn.Initializer
	regularizer nn.Regularizer
	constraint  nn.Constraint
}

// gatedWeights is what Build makes.
type gatedWeights struct{ kernel, recurrent, bias *nn.Weight }

// stepFunc computes the next states from the products of input and state with
// the weights, gates side by side, biases added.
type stepFunc func(p stepInput) (states []*ops.Value)

type stepInput struct {
	x       *ops.Value                                  // x·w + b
	states  []*ops.Value                                // h, and c of an LSTM
	product func(h *ops.Value, from, to int) *ops.Value // h times the columns of gates from..to
}

func (g gatedCell) validate() error {
	if g.implementation != 1 && g.implementation != 2 {
		return fmt.Errorf("Implementation is %d; want 1 or 2", g.implementation)
	}
	return firstError(positive("Units", g.units), dropoutRate("Dropout", g.dropout), dropoutRate("RecurrentDropout", g.recurrentDropout))
}

// stateShapes is the shape of each state, without the batch.
func (g gatedCell) stateShapes() []nn.Shape {
	s := make([]nn.Shape, g.states)
	for i := range s {
		s[i] = nn.Shape{g.units}
	}
	return s
}

func (g gatedCell) build(b *nn.Build, features int) {
	cols := g.gates * g.units
	g.w.kernel = b.Weight(g.kernel.spec("kernel", features, cols))
	g.w.recurrent = b.Weight(g.recurrent.spec("recurrent_kernel", g.units, cols))
	g.w.bias = nil
	if g.useBias {
		shape := nn.Shape{cols}
		if g.resetAfter {
			shape = nn.Shape{2, cols}
		}
		g.w.bias = b.Weight(g.bias.spec("bias", shape...))
	}
}

func (s weightSettings) spec(name string, shape ...int) nn.WeightSpec {
	return nn.WeightSpec{Name: name, Shape: shape, Initializer: s.init, Regularizer: s.regularizer, Constraint: s.constraint}
}

// drops draws the masks that input and state are multiplied with in training:
// one for each sequence, the same at every step. Implementation 1 draws one
// for each gate; recurrent dropout forces it, as in tf-keras.
func (g gatedCell) drops(c *nn.Call, x *ops.Value) (dropX, dropH *ops.Value) {
	if !c.Training {
		return nil, nil
	}
	masks := 1
	if g.implementation == 1 || g.recurrentDropout > 0 {
		masks = g.gates
	}
	draw := func(rate float64, width int) *ops.Value {
		return dropMask(c, rate, x.Dim(0), masks*width)
	}
	return draw(g.dropout, x.Dim(-1)), draw(g.recurrentDropout, g.units)
}

// dropMask draws factors for inverted dropout, nil for a rate of 0.
func dropMask(c *nn.Call, rate float64, shape ...int) *ops.Value {
	if rate == 0 {
		return nil
	}
	ones := ops.BroadcastTo(ops.Scalar(1), shape...)
	return ops.StopGradient(ops.Dropout(ones, c.Stream(), float32(rate), nil))
}

// walk runs the cell over a sequence: by the fused op, or step by step when an
// activation is not one that the op knows.
func (g gatedCell) walk(c *nn.Call, s sequence) walk {
	return func(x *ops.Value, states, _ []*ops.Value, mask *ops.Value) walked {
		act, ok1 := fusable(g.act)
		rec, ok2 := fusable(g.rec)
		if !ok1 || !ok2 && g.gates > 1 {
			step := g.stepper(c, x)
			return s.loop(x, states, s.zeroStates(x.Dim(0)), mask, func(x *ops.Value, states []*ops.Value) (*ops.Value, []*ops.Value) {
				next := step(x, states)
				return next[0], next
			})
		}
		cfg := ops.RNNConfig{Activation: act, RecurrentActivation: rec, GoBackwards: s.goBackwards, ResetAfter: g.resetAfter, ZeroOutputForMask: s.zeroOutputForMask}
		cfg.DropX, cfg.DropH = g.drops(c, x)
		w, u, b := g.read(c)
		all, last := g.fused(x, states, w, u, b, mask, cfg)
		out := last[0]
		if mask != nil { // a masked last step repeats an output, which may be zeros
			t := all.Dim(1)
			out = ops.Squeeze(ops.Slice(all, 1, t-1, t), 1)
		}
		return walked{out: out, all: func() *ops.Value { return all }, states: last}
	}
}

func (g gatedCell) read(c *nn.Call) (w, u, b *ops.Value) {
	if g.w.bias != nil {
		b = c.Read(g.w.bias)
	}
	return c.Read(g.w.kernel), c.Read(g.w.recurrent), b
}

func fusable(a ActivationFunc) (ops.RNNActivation, bool) {
	switch a {
	case nil, activations.Linear:
		return ops.RNNLinear, true
	case activations.Tanh:
		return ops.RNNTanh, true
	case activations.Sigmoid:
		return ops.RNNSigmoid, true
	case activations.HardSigmoid:
		return ops.RNNHardSigmoid, true
	case activations.ReLU:
		return ops.RNNReLU, true
	}
	return 0, false
}

// stepper returns a function that does one step. Dropout is drawn now, for all
// steps; x is any step of the input.
func (g gatedCell) stepper(c *nn.Call, x *ops.Value) func(x *ops.Value, states []*ops.Value) []*ops.Value {
	w, u, b := g.read(c)
	dropX, dropH := g.drops(c, x)
	inner, recurrentBias := b, (*ops.Value)(nil)
	if g.resetAfter && b != nil {
		inner = ops.Squeeze(ops.Slice(b, 0, 0, 1), 0)
		recurrentBias = ops.Squeeze(ops.Slice(b, 0, 1, 2), 0)
	}
	return func(x *ops.Value, states []*ops.Value) []*ops.Value {
		p := stepInput{x: product(x, w, dropX, g.units, 0, g.gates), states: states}
		if inner != nil {
			p.x = ops.Add(p.x, inner)
		}
		p.product = func(h *ops.Value, from, to int) *ops.Value {
			y := product(h, u, dropH, g.units, from, to)
			if recurrentBias != nil {
				y = ops.Add(y, ops.Slice(recurrentBias, 0, from*g.units, to*g.units))
			}
			return y
		}
		return g.step(p)
	}
}

// product is x times the columns of gates from..to, x being multiplied with
// its dropout mask first: one for all gates, or one for each.
func product(x, w, drop *ops.Value, units, from, to int) *ops.Value {
	cols := ops.Slice(w, -1, from*units, to*units)
	if drop == nil {
		return ops.MatMul(x, cols)
	}
	n := x.Dim(1)
	if drop.Dim(1) == n {
		return ops.MatMul(ops.Mul(x, drop), cols)
	}
	var parts []*ops.Value
	for g := from; g < to; g++ {
		d := ops.Slice(drop, 1, g*n, (g+1)*n)
		parts = append(parts, ops.MatMul(ops.Mul(x, d), ops.Slice(w, -1, g*units, (g+1)*units)))
	}
	return ops.Concat(-1, parts...)
}

// forgetBias starts the bias of an LSTM's forget gate at 1, so that a new cell
// remembers. Jozefowicz et al., 2015.
type forgetBias struct {
	units int
	rest  nn.Initializer
}

// Init fills dst: the gates i, f, c, o.
func (f forgetBias) Init(dst []float32, _ nn.Shape, r *rand.Rand) {
	n := f.units
	f.rest.Init(dst[:n], nn.Shape{n}, r)
	for i := n; i < 2*n; i++ {
		dst[i] = 1
	}
	f.rest.Init(dst[2*n:], nn.Shape{2 * n}, r)
}

// recurrent is a gated cell that walks over time: SimpleRNN, GRU, LSTM.
type recurrent struct {
	seq  sequence
	cell gatedCell
}

func (r recurrent) validate() error { return r.cell.validate() }

func (r recurrent) build(b *nn.Build, in []nn.Shape) error {
	axes := "(batch, time, features)"
	if r.seq.timeMajor {
		axes = "(time, batch, features)"
	}
	if err := rank(in[0], 3, axes); err != nil {
		return err
	}
	r.cell.build(b, in[0].Last())
	r.seq.states = r.cell.stateShapes()
	return r.seq.build(b, in)
}

func (r recurrent) call(c *nn.Call, in []*ops.Value) []*ops.Value {
	r.seq.states = r.cell.stateShapes()
	return r.seq.call(c, in, r.cell.walk(c, r.seq))
}

func (r recurrent) mask(c *nn.Call) *ops.Value { return r.seq.mask(c) }
