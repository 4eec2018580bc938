package layers

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Bidirectional]() }

// A MergeMode says how Bidirectional joins its two outputs.
type MergeMode string

// Keras' merge modes.
const (
	MergeConcat  MergeMode = "concat"
	MergeSum     MergeMode = "sum"
	MergeMul     MergeMode = "mul"
	MergeAve     MergeMode = "ave"
	MergeOutputs MergeMode = "none" // not at all: two outputs. Keras: None
)

// ConfigNull is the mode that files write as null.
func (MergeMode) ConfigNull() string { return string(MergeOutputs) }

// Bidirectional runs a copy of a recurrent layer over a sequence and another copy
// backwards, and joins what they give; with ReturnSequences the way back is turned
// round first, so that both outputs of a step are of that step. Schuster and
// Paliwal, 1997.
//
// Layer is one of SimpleRNN, GRU, LSTM, RNN and the ConvLSTMs, or a layer of your
// own with the settings GoBackwards, ReturnSequences, ReturnState and Stateful. It
// is a pattern: [Bidirectional.Forward] and [Bidirectional.Backward] are the
// layers that run. With ReturnSequences masked steps give zeros.
//
// Input: that of Layer; initial states, if any, are those of the forward layer, then
// those of the backward layer; then NumConstants constants for both.
// Output: that of Layer, the last axis twice as long with MergeConcat; two outputs
// with MergeOutputs; then with ReturnState the states, forward first.
// Weights: those of the forward layer, then those of the backward layer.
type Bidirectional struct {
	nn.Base
	Layer         nn.Layer  // required
	MergeMode     MergeMode `default:"concat"`
	BackwardLayer nn.Layer  // instead of a copy of Layer; its GoBackwards must be the opposite
	NumConstants  int       // how many of the inputs, at the end, are constants

	forward, backward nn.Layer
}

// Forward returns the layer that runs in the direction of Layer; nil before the
// first call. Keras: forward_layer.
func (l *Bidirectional) Forward() nn.Layer { return l.forward }

// Backward returns the layer that runs in the other direction; nil before the
// first call. Keras: backward_layer.
func (l *Bidirectional) Backward() nn.Layer { return l.backward }

// Validate checks the settings.
func (l *Bidirectional) Validate() error {
	switch l.MergeMode {
	case MergeConcat, MergeSum, MergeMul, MergeAve, MergeOutputs:
	default:
		return fmt.Errorf("MergeMode is %q; want concat, sum, mul, ave or none", l.MergeMode)
	}
	if l.Layer == nil {
		return errors.New("no Layer; try &layers.LSTM{Units: 32}")
	}
	if err := walksBothWays(l.Layer); err != nil {
		return err
	}
	if l.BackwardLayer == nil {
		return nil
	}
	if err := walksBothWays(l.BackwardLayer); err != nil {
		return fmt.Errorf("BackwardLayer: %w", err)
	}
	for _, name := range []string{"Stateful", "ReturnSequences", "ReturnState"} {
		if f, b := flag(l.Layer, name), flag(l.BackwardLayer, name); f != b {
			return fmt.Errorf("%s is %v in Layer and %v in BackwardLayer; they must agree", name, f, b)
		}
	}
	if b := flag(l.Layer, "GoBackwards"); b == flag(l.BackwardLayer, "GoBackwards") {
		return fmt.Errorf("GoBackwards is %v in Layer and in BackwardLayer; one of them must be the other way round", b)
	}
	return nil
}

// walksBothWays refuses layers without the settings of a recurrent layer.
func walksBothWays(l nn.Layer) error {
	for _, name := range []string{"GoBackwards", "ReturnSequences", "ReturnState", "Stateful"} {
		if f := setting(l, name); !f.IsValid() || f.Kind() != reflect.Bool {
			return fmt.Errorf("%s has no setting %s; want a recurrent layer, such as layers.LSTM, or layers.RNN with a cell", nn.ClassName(l), name)
		}
	}
	return nil
}

func flag(l nn.Layer, name string) bool {
	f := setting(l, name)
	return f.IsValid() && f.Bool()
}

// Build makes the two layers.
func (l *Bidirectional) Build(b *nn.Build, in ...nn.Shape) error {
	if err := l.make(); err != nil {
		return err
	}
	constants := l.constants()
	states := len(in) - 1 - constants
	if constants < 0 || states < 0 {
		return fmt.Errorf("NumConstants is %d, but only %d inputs follow the sequence", constants, len(in)-1)
	}
	if states%2 != 0 {
		return fmt.Errorf("got %d initial states; want those of the forward layer, then those of the backward layer: an even number", states)
	}
	forward, backward := split(in, states/2)
	if err := b.Sub("forward_layer", l.forward, forward...); err != nil {
		return err
	}
	return b.Sub("backward_layer", l.backward, backward...)
}

// make copies Layer for both ways.
func (l *Bidirectional) make() (err error) {
	if l.forward, err = nn.CloneLayer(l.Layer); err != nil {
		return err
	}
	if l.BackwardLayer != nil {
		l.backward, err = nn.CloneLayer(l.BackwardLayer)
	} else if l.backward, err = nn.CloneLayer(l.Layer); err == nil {
		setting(l.backward, "GoBackwards").SetBool(!flag(l.Layer, "GoBackwards"))
	}
	if err != nil {
		return err
	}
	for prefix, x := range map[string]nn.Layer{"forward_": l.forward, "backward_": l.backward} {
		name := nn.BaseOf(x).Name()
		if name == "" {
			name = nn.AutoName(nn.ClassName(x))
		}
		nn.Name(prefix+name, x)
		if f := setting(x, "ZeroOutputForMask"); f.IsValid() && f.Kind() == reflect.Bool {
			f.SetBool(flag(x, "ReturnSequences"))
		}
		if f := setting(x, "NumConstants"); f.IsValid() && f.CanInt() {
			f.SetInt(int64(l.constants()))
		}
	}
	return nil
}

// constants is how many of the inputs are: as this layer or the one inside says.
func (l *Bidirectional) constants() int {
	if f := setting(l.Layer, "NumConstants"); l.NumConstants == 0 && f.IsValid() && f.CanInt() {
		return int(f.Int())
	}
	return l.NumConstants
}

// split gives each layer the sequence, its half of the states and the constants.
func split[T any](in []T, half int) (forward, backward []T) {
	constants := in[1+2*half:]
	forward = append(append(forward, in[:1+half]...), constants...)
	backward = append(append(append(backward, in[0]), in[1+half:1+2*half]...), constants...)
	return forward, backward
}

// Call describes the layer's first output.
func (l *Bidirectional) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes all outputs.
func (l *Bidirectional) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	forward, backward := split(in, (len(in)-1-l.constants())/2)
	masks := make([]*ops.Value, len(forward))
	masks[0] = c.Mask(0)
	f, _ := c.SubMasked(l.forward, forward, masks)
	b, _ := c.SubMasked(l.backward, backward, masks)
	back := b[0]
	if flag(l.Layer, "ReturnSequences") {
		time := 1
		if flag(l.forward, "TimeMajor") {
			time = 0
		}
		back = ops.Reverse(back, time)
	}
	if m := l.MergeMode; m == MergeSum || m == MergeMul || m == MergeAve {
		if !slices.Equal(f[0].Shape(), back.Shape()) {
			panic(&ops.ShapeError{Op: "Bidirectional", Shapes: [][]int{f[0].Shape(), back.Shape()}, Reason: fmt.Sprintf("MergeMode %s needs outputs of one shape; give both layers the same Units, or use concat", m)})
		}
	}
	out := l.MergeMode.merge(f[0], back)
	if flag(l.Layer, "ReturnSequences") {
		for i := range out {
			c.SetMask(i, c.Mask(0))
		}
	} else {
		c.SetMask(0, nil)
	}
	return append(append(out, f[1:]...), b[1:]...)
}

func (m MergeMode) merge(f, b *ops.Value) []*ops.Value {
	switch m {
	case MergeSum:
		return []*ops.Value{ops.Add(f, b)}
	case MergeMul:
		return []*ops.Value{ops.Mul(f, b)}
	case MergeAve:
		return []*ops.Value{ops.MulScalar(ops.Add(f, b), 0.5)}
	case MergeOutputs:
		return []*ops.Value{f, b}
	}
	return []*ops.Value{ops.Concat(-1, f, b)}
}

// ResetStates makes stateful layers start from zeros again.
func (l *Bidirectional) ResetStates() {
	for _, x := range []nn.Layer{l.forward, l.backward} {
		if r, ok := x.(nn.Resetter); ok {
			r.ResetStates()
		}
	}
}

// SetStates gives stateful layers their states: half of them for each, the
// forward layer first.
func (l *Bidirectional) SetStates(states ...[]float32) error {
	half := len(states) / 2
	for i, x := range []nn.Layer{l.forward, l.backward} {
		s, ok := x.(interface{ SetStates(...[]float32) error })
		if !ok {
			return errors.New("layers: Bidirectional: SetStates before the first call, or the layer keeps no states")
		}
		if err := s.SetStates(states[i*half : i*half+half]...); err != nil {
			return err
		}
	}
	return nil
}

// setting returns a field of a layer by its Go name; invalid when it has none.
func setting(l nn.Layer, name string) reflect.Value {
	v := reflect.Indirect(reflect.ValueOf(l))
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.FieldByName(name)
}
