package layers

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

// recurrent is what SimpleRNN, GRU and LSTM share: how a cell runs over a
// sequence. The layers fill it from their fields.
type recurrent struct {
	units, gates, states            int // gates: columns of the weights in units
	act, rec                        ActivationFunc
	returnSequences, returnState    bool
	goBackwards, stateful, unroll   bool
	timeMajor, zeroOutputForMask    bool
	resetAfter                      bool
	dropout, recurrentDropout       float64
	implementation                  int
	useBias                         bool
	kernel, recurrentKernel, biasAs weightSettings
	w                               *recurrentWeights
	step                            stepFunc // one step, for activations that the fused op does not know
	fused                           func(x *ops.Value, states []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (seq *ops.Value, last []*ops.Value)
}

// weightSettings is how one weight is made.
type weightSettings struct {
	init        nn.Initializer
	regularizer nn.Regularizer
	constraint  nn.Constraint
}

// recurrentWeights is what Build makes.
type recurrentWeights struct {
	kernel, recurrent, bias *nn.Weight
	remembered              []*nn.Weight // states of a stateful layer
}

// stepFunc computes one step from the products of input and state with the
// weights, gates side by side, biases added.
type stepFunc func(p stepInput) (states []*ops.Value)

type stepInput struct {
	x       *ops.Value                                  // x·w + b
	states  []*ops.Value                                // h, and c of an LSTM
	product func(h *ops.Value, from, to int) *ops.Value // h times the columns of gates from..to
}

func (r *recurrent) validate() error {
	if r.implementation != 1 && r.implementation != 2 {
		return fmt.Errorf("Implementation is %d; want 1 or 2", r.implementation)
	}
	return firstError(positive("Units", r.units), dropoutRate("Dropout", r.dropout), dropoutRate("RecurrentDropout", r.recurrentDropout))
}

func (r *recurrent) build(b *nn.Build, in []nn.Shape) error {
	if len(in) != 1 && len(in) != 1+r.states {
		return fmt.Errorf("want the sequence, or the sequence and %d initial states, got %d inputs", r.states, len(in))
	}
	axes := "(batch, time, features)"
	if r.timeMajor {
		axes = "(time, batch, features)"
	}
	if err := rank(in[0], 3, axes); err != nil {
		return err
	}
	time, batch := in[0][1], in[0][0]
	if r.timeMajor {
		time, batch = batch, time
	}
	if r.unroll && time == nn.Unknown {
		return fmt.Errorf("Unroll needs a known number of time steps, got %v", in[0])
	}
	for i, s := range in[1:] {
		if s.Rank() != 2 || s.Last() != r.units {
			return fmt.Errorf("initial state %d: want (batch, %d), got %v", i, r.units, s)
		}
	}
	cols := r.gates * r.units
	r.w.kernel = b.Weight(r.kernel.spec("kernel", in[0].Last(), cols))
	r.w.recurrent = b.Weight(r.recurrentKernel.spec("recurrent_kernel", r.units, cols))
	if r.useBias {
		shape := nn.Shape{cols}
		if r.resetAfter {
			shape = nn.Shape{2, cols}
		}
		r.w.bias = b.Weight(r.biasAs.spec("bias", shape...))
	}
	if r.stateful {
		if batch == nn.Unknown {
			return fmt.Errorf("Stateful needs a fixed batch size, got input %v; start the model with nn.BatchInput(batch, …)", in[0])
		}
		for i := range r.states {
			r.w.remembered = append(r.w.remembered, b.Weight(nn.WeightSpec{
				Name: fmt.Sprintf("state_%d", i), Shape: nn.Shape{batch, r.units}, State: true,
			}))
		}
	}
	return nil
}

func (s weightSettings) spec(name string, shape ...int) nn.WeightSpec {
	return nn.WeightSpec{Name: name, Shape: shape, Initializer: s.init, Regularizer: s.regularizer, Constraint: s.constraint}
}

// call runs the layer and returns the output and, if asked for, the states.
func (r *recurrent) call(c *nn.Call, in []*ops.Value) []*ops.Value {
	x, mask := in[0], c.Mask(0)
	if r.timeMajor {
		x = ops.Transpose(x, 1, 0, 2)
		if mask != nil {
			mask = ops.Transpose(mask, 1, 0)
		}
	}
	w, u := c.Read(r.w.kernel), c.Read(r.w.recurrent)
	var b *ops.Value
	if r.w.bias != nil {
		b = c.Read(r.w.bias)
	}
	states := slices.Clone(in[1:])
	if len(states) == 0 {
		states = r.remembered(c, x.Dim(0))
	}
	cfg := ops.RNNConfig{GoBackwards: r.goBackwards, ResetAfter: r.resetAfter, ZeroOutputForMask: r.zeroOutputForMask}
	r.drops(c, x, &cfg)

	seq, last := r.over(x, states, w, u, b, mask, cfg)
	for i, s := range r.w.remembered {
		if x.Dim(0) == s.Shape()[0] { // a probe may use another batch size
			c.Assign(s, last[i])
		}
	}
	out := last[0]
	switch {
	case r.returnSequences && r.timeMajor:
		out = ops.Transpose(seq, 1, 0, 2)
	case r.returnSequences:
		out = seq
	case mask != nil: // a masked last step repeats an output, which may be zeros
		t := seq.Dim(1)
		out = ops.Squeeze(ops.Slice(seq, 1, t-1, t), 1)
	}
	if r.returnState {
		return append([]*ops.Value{out}, last...)
	}
	return []*ops.Value{out}
}

// remembered are the states that a stateful layer starts from; nil: zeros.
func (r *recurrent) remembered(c *nn.Call, batch int) []*ops.Value {
	if !r.stateful || batch != r.w.remembered[0].Shape()[0] {
		return make([]*ops.Value, r.states)
	}
	var s []*ops.Value
	for _, w := range r.w.remembered {
		s = append(s, c.Read(w))
	}
	return s
}

// drops draws the masks that input and state are multiplied with in training:
// one for each sequence, the same at every step. Implementation 1 draws one
// for each gate; recurrent dropout forces it, as in tf-keras.
func (r *recurrent) drops(c *nn.Call, x *ops.Value, cfg *ops.RNNConfig) {
	if !c.Training {
		return
	}
	masks := 1
	if r.implementation == 1 || r.recurrentDropout > 0 {
		masks = r.gates
	}
	draw := func(rate float64, width int) *ops.Value {
		if rate == 0 {
			return nil
		}
		ones := ops.BroadcastTo(ops.Scalar(1), x.Dim(0), masks*width)
		return ops.StopGradient(ops.Dropout(ones, c.Stream(), float32(rate), nil))
	}
	cfg.DropX = draw(r.dropout, x.Dim(2))
	cfg.DropH = draw(r.recurrentDropout, r.units)
}

// over runs the cell over the sequence: by the fused op, or step by step when
// an activation is not one that the op knows.
func (r *recurrent) over(x *ops.Value, states []*ops.Value, w, u, b, mask *ops.Value, cfg ops.RNNConfig) (seq *ops.Value, last []*ops.Value) {
	act, ok1 := fusable(r.act)
	rec, ok2 := fusable(r.rec)
	if ok1 && (ok2 || r.gates == 1) {
		cfg.Activation, cfg.RecurrentActivation = act, rec
		return r.fused(x, states, w, u, b, mask, cfg)
	}
	return r.unrolled(x, states, w, u, b, mask, cfg)
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

// maxUnrolled bounds the steps of an unrolled layer, whose graph grows with them.
const maxUnrolled = 4096

// unrolled is the same with one op after another.
func (r *recurrent) unrolled(x *ops.Value, states []*ops.Value, w, u, b, mask *ops.Value, cfg ops.RNNConfig) (seq *ops.Value, last []*ops.Value) {
	batch, steps := x.Dim(0), x.Dim(1)
	if steps > maxUnrolled {
		panic(&ops.ShapeError{Op: "recurrent", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("%d steps are too many to unroll (%d); activations tanh, sigmoid, hard_sigmoid, relu and linear need no unrolling", steps, maxUnrolled)})
	}
	zeros := ops.BroadcastTo(ops.Scalar(0), batch, r.units)
	for i := range states {
		if states[i] == nil {
			states[i] = zeros
		}
	}
	inBias := b
	if r.resetAfter && b != nil {
		inBias = ops.Squeeze(ops.Slice(b, 0, 0, 1), 0)
	}
	output, outputs := zeros, make([]*ops.Value, steps)
	for s := range steps {
		t := s
		if r.goBackwards {
			t = steps - 1 - s
		}
		xt := ops.Squeeze(ops.Slice(x, 1, t, t+1), 1)
		p := stepInput{x: product(xt, w, cfg.DropX, r.units, 0, r.gates), states: states}
		if inBias != nil {
			p.x = ops.Add(p.x, inBias)
		}
		p.product = func(h *ops.Value, from, to int) *ops.Value {
			y := product(h, u, cfg.DropH, r.units, from, to)
			if r.resetAfter && b != nil {
				row := ops.Squeeze(ops.Slice(b, 0, 1, 2), 0)
				y = ops.Add(y, ops.Slice(row, 0, from*r.units, to*r.units))
			}
			return y
		}
		next := r.step(p)
		out := next[0]
		if mask != nil {
			m := ops.Slice(mask, 1, t, t+1) // (batch, 1)
			for i := range next {
				next[i] = ops.Where(m, next[i], states[i])
			}
			held := output
			if r.zeroOutputForMask {
				held = zeros
			}
			out = ops.Where(m, out, held)
		}
		states, output, outputs[s] = next, out, out
	}
	return ops.Stack(1, outputs...), states
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

// mask is the mask of the output.
func (r *recurrent) mask(c *nn.Call) *ops.Value {
	if r.returnSequences {
		return c.Mask(0)
	}
	return nil
}

// forget makes a stateful layer start from zeros again.
func (w *recurrentWeights) forget() {
	for _, s := range w.remembered {
		clear(s.Value().Data())
	}
}

// set gives a stateful layer its states.
func (w *recurrentWeights) set(initial [][]float32) error {
	if len(initial) != len(w.remembered) {
		return fmt.Errorf("layers: want %d states, got %d; is the layer stateful and applied?", len(w.remembered), len(initial))
	}
	for i, s := range w.remembered {
		if len(initial[i]) != s.Value().Len() {
			return fmt.Errorf("layers: state %d has %d numbers, want %v", i, len(initial[i]), s.Shape())
		}
		copy(s.Value().Data(), initial[i])
	}
	return nil
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
