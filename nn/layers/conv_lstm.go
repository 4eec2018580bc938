package layers

import (
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// convLSTM is an LSTM whose products are convolutions: what ConvLSTM1D, ConvLSTM2D
// and ConvLSTM3D share. They fill it from their fields.
//
// Nothing joins the steps in the input's convolution, so it runs over all of them
// at once, for the four gates together; only the state's runs step by step.
type convLSTM struct {
	seq                       sequence
	filters                   int
	window                    window // of the input's convolution
	act, rec                  ActivationFunc
	dropout, recurrentDropout float64
	useBias                   bool
	kernel, recurrent, bias   weightSettings
	w                         *gatedWeights
}

func (l convLSTM) validate() error {
	w := l.window
	err := firstError(positive("Filters", l.filters), eachPositive("KernelSize", w.size), eachPositive("Strides", w.strides),
		eachPositive("DilationRate", w.dilation), w.padding.validate(), w.format.validate(),
		dropoutRate("Dropout", l.dropout), dropoutRate("RecurrentDropout", l.recurrentDropout))
	switch {
	case err != nil:
		return err
	case slices.Max(w.strides) > 1 && slices.Max(w.dilation) > 1:
		return fmt.Errorf("Strides %v and DilationRate %v: one of them must be 1", w.strides, w.dilation)
	case l.seq.unroll:
		return errors.New("Unroll is not possible with convolutions; leave it out, the result is the same")
	case l.seq.timeMajor:
		return errors.New("TimeMajor is not possible with convolutions; transpose the input to (batch, time, …)")
	}
	return nil
}

// step is the shape of one step of the input.
func (l convLSTM) step(in nn.Shape) (nn.Shape, error) {
	n := len(l.window.size)
	axes := "(batch, time, " + spatialNames[n] + ", channels)"
	if l.window.format == ChannelsFirst {
		axes = "(batch, time, channels, " + spatialNames[n] + ")"
	}
	if err := rank(in, n+3, axes); err != nil {
		return nil, err
	}
	return l.seq.step(in), nil
}

// stateShapes is the shape of h and of c, for a step of this shape.
func (l convLSTM) stateShapes(step nn.Shape) ([]nn.Shape, error) {
	out, err := l.window.output(step, l.filters)
	if err != nil {
		return nil, fmt.Errorf("each step is %v: %w", step, err)
	}
	return []nn.Shape{out[1:], out[1:]}, nil
}

func (l convLSTM) build(b *nn.Build, in []nn.Shape) error {
	step, err := l.step(in[0])
	if err != nil {
		return err
	}
	channels, err := l.window.channels(step)
	if err != nil {
		return err
	}
	if l.seq.states, err = l.stateShapes(step); err != nil {
		return err
	}
	size, cols := l.window.size, 4*l.filters
	l.w.kernel = b.Weight(l.kernel.spec("kernel", slices.Concat(size, []int{channels, cols})...))
	l.w.recurrent = b.Weight(l.recurrent.spec("recurrent_kernel", slices.Concat(size, []int{l.filters, cols})...))
	l.w.bias = nil
	if l.useBias {
		l.w.bias = b.Weight(l.bias.spec("bias", cols))
	}
	return l.seq.build(b, in)
}

func (l convLSTM) call(c *nn.Call, in []*ops.Value) []*ops.Value {
	step, err := l.step(in[0].Shape())
	if err == nil {
		l.seq.states, err = l.stateShapes(step)
	}
	if err != nil {
		panic(&ops.ShapeError{Op: "ConvLSTM", Shapes: [][]int{in[0].Shape()}, Reason: err.Error()})
	}
	return l.seq.call(c, in, l.walk(c))
}

// walk works channels last and turns what comes in and goes out.
func (l convLSTM) walk(c *nn.Call) walk {
	return func(x *ops.Value, states, _ []*ops.Value, mask *ops.Value) walked {
		if l.window.format == ChannelsLast {
			return l.walkLast(c, x, states, mask)
		}
		for i, s := range states {
			if s != nil {
				states[i] = channelsTo(s, 1, -1)
			}
		}
		w := l.walkLast(c, channelsTo(x, 2, -1), states, mask)
		for i, s := range w.states {
			w.states[i] = channelsTo(s, -1, 1)
		}
		all := w.all
		return walked{out: channelsTo(w.out, -1, 1), all: func() *ops.Value { return channelsTo(all(), -1, 2) }, states: w.states}
	}
}

// channelsTo moves an axis to another place; -1 is the last.
func channelsTo(x *ops.Value, from, to int) *ops.Value {
	n := x.Rank()
	from, to = (from+n)%n, (to+n)%n
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	perm = slices.Insert(slices.Delete(perm, from, from+1), to, from)
	return ops.Transpose(x, perm...)
}

func (l convLSTM) walkLast(c *nn.Call, x *ops.Value, states []*ops.Value, mask *ops.Value) walked {
	z := l.project(c, x)
	batch := x.Dim(0)
	state := append([]int{batch}, z.Shape()[2:z.Rank()-1]...)
	state = append(state, l.filters)
	u := c.Read(l.w.recurrent)
	var drops []*ops.Value
	if c.Training && l.recurrentDropout > 0 {
		for range 4 {
			drops = append(drops, dropMask(c, l.recurrentDropout, state...))
		}
	}
	same := window{size: l.window.size, strides: ones(len(l.window.size)), padding: Same}
	low, high := same.pads(state[1 : len(state)-1]...)
	conv := func(h, u *ops.Value) *ops.Value {
		return ops.Conv(h, u, ops.ConvConfig{PadLow: low, PadHigh: high})
	}
	zeros := make([]*ops.Value, 2)
	if mask != nil {
		for i := range zeros {
			zeros[i] = ops.BroadcastTo(ops.Scalar(0), state...)
		}
	}
	return l.seq.loop(z, states, zeros, mask, func(z *ops.Value, states []*ops.Value) (*ops.Value, []*ops.Value) {
		h := states[0]
		switch {
		case h == nil:
		case drops == nil:
			z = ops.Add(z, conv(h, u))
		default:
			z = ops.Add(z, perGate(u, func(g int, u *ops.Value) *ops.Value { return conv(ops.Mul(h, drops[g]), u) }))
		}
		next := lstmStep(z, states[1], l.act, l.rec)
		return next[0], next
	})
}

// project is the convolution of the input with the kernel, plus the bias, for
// all steps: (batch, time, …, 4·filters).
func (l convLSTM) project(c *nn.Call, x *ops.Value) *ops.Value {
	batch, time := x.Dim(0), x.Dim(1)
	cells := x.Shape()[2 : x.Rank()-1]
	low, high := l.window.pads(cells...)
	conv := func(x, w *ops.Value) *ops.Value {
		x = ops.Reshape(x, append([]int{batch * time}, x.Shape()[2:]...)...)
		return ops.Conv(x, w, ops.ConvConfig{Strides: l.window.strides, Dilation: l.window.dilation, PadLow: low, PadHigh: high})
	}
	w := c.Read(l.w.kernel)
	var z *ops.Value
	if c.Training && l.dropout > 0 {
		z = perGate(w, func(_ int, w *ops.Value) *ops.Value { // each gate drops what it drops, at every step
			shape := append([]int{batch, 1}, x.Shape()[2:]...)
			return conv(ops.Mul(x, dropMask(c, l.dropout, shape...)), w)
		})
	} else {
		z = conv(x, w)
	}
	if l.w.bias != nil {
		z = ops.Add(z, c.Read(l.w.bias))
	}
	return ops.Reshape(z, append([]int{batch, time}, z.Shape()[1:]...)...)
}

// perGate puts side by side what f makes of the columns of each gate.
func perGate(w *ops.Value, f func(g int, w *ops.Value) *ops.Value) *ops.Value {
	var parts []*ops.Value
	for g, w := range ops.Split(w, -1, 4) {
		parts = append(parts, f(g, w))
	}
	return ops.Concat(-1, parts...)
}

func ones(n int) []int { return slices.Repeat([]int{1}, n) }
