package nn

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn/ops"
)

// Apply calls a layer on symbols, as Keras' layer(x): settings are completed
// and checked, weights are built at the first call, and the layer is traced to
// learn its output's shape. Calling a layer again shares its weights. For a
// layer with several outputs it returns the first; see [ApplyMulti].
//
// A mistake is carried by the returned symbol; see [Symbol.Err].
func Apply(l Layer, in ...*Symbol) *Symbol { return ApplyMulti(l, in...)[0] }

// ApplyMulti is [Apply] for layers with several outputs: recurrent layers that
// return their states, nested models.
func ApplyMulti(l Layer, in ...*Symbol) []*Symbol { return applyMode(nil, l, in) }

// ApplyTraining is [ApplyMulti] for a call that always runs as in training
// (true), or never (false): a pretrained model whose batch normalisation is to
// stay as it is, dropout that goes on when the model is used. It holds for all
// layers inside.
// Keras: layer(x, training=…).
func ApplyTraining(training bool, l Layer, in ...*Symbol) []*Symbol {
	return applyMode(&training, l, in)
}

func applyMode(mode *bool, l Layer, in []*Symbol) []*Symbol {
	if err := errorOf(in); err != nil {
		return []*Symbol{failed(err)}
	}
	if isNil(l) {
		return []*Symbol{failed(errors.New("nn: Apply: the layer is nil"))}
	}
	if len(in) == 0 {
		return []*Symbol{failed(fmt.Errorf("nn: %s: Apply without an input; a model begins with nn.Input", describe(l)))}
	}
	out, err := apply(mode, l, in)
	if err != nil {
		return []*Symbol{failed(&layerError{placed(l, in), err})}
	}
	return out
}

// A layerError is a mistake in one layer.
type layerError struct {
	layer string
	err   error
}

func (e *layerError) Error() string { return fmt.Sprintf("nn: %s: %v", e.layer, e.err) }
func (e *layerError) Unwrap() error { return e.err }

// placed describes a layer and, when it has no name yet and is not the first
// after an input, what it was applied to.
func placed(l Layer, in []*Symbol) string {
	s := describe(l)
	if l.base().name != "" {
		return s
	}
	var on []string
	inner := false
	for _, x := range in {
		_, input := x.node.layer.(*InputLayer)
		inner = inner || !input
		on = append(on, fmt.Sprintf("%v of %s", x.shape, describe(x.node.layer)))
	}
	if !inner {
		return s
	}
	return s + ", applied to " + strings.Join(on, " and ")
}

// isNil reports whether there is no layer, or a nil pointer to one.
func isNil(l Layer) bool {
	if l == nil {
		return true
	}
	v := reflect.ValueOf(l)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func apply(mode *bool, l Layer, in []*Symbol) ([]*Symbol, error) {
	shapes := make([]Shape, len(in))
	for i, s := range in {
		shapes[i] = s.shape
	}
	if err := build(l, shapes); err != nil {
		return nil, err
	}
	a, err := probe(l, in, small, mode != nil && *mode)
	if err != nil {
		return nil, reuse(l, shapes, err)
	}
	b, err := probe(l, in, large, mode == nil || *mode)
	if err != nil {
		return nil, reuse(l, shapes, err)
	}
	if err := allUsed(in, a, b); err != nil {
		return nil, err
	}
	if !slices.Equal(a.metrics, b.metrics) {
		return nil, fmt.Errorf("Call adds the metrics %q while training and %q otherwise; add the same ones in both", b.metrics, a.metrics)
	}
	n := &node{layer: l, call: len(l.base().nodes), in: slices.Clone(in), metrics: a.metrics, mode: mode}
	for i := range a.out {
		s := &Symbol{node: n, index: i, masked: a.masks[i] != nil}
		if m := a.called.masks[i]; m != nil {
			s.maskAxes = m.Rank()
		}
		if s.shape, err = stated(l, i, shapes, a.out[i].Shape(), b.out[i].Shape()); err != nil {
			return nil, err
		}
		if s.shape.Rank() > maxRank {
			return nil, fmt.Errorf("the output would have %d axes; at most %d are possible", s.shape.Rank(), maxRank)
		}
		if tooLarge(s.shape) {
			return nil, fmt.Errorf("the output of one sample would have the shape %v, more numbers than fit into memory", s.shape)
		}
		n.out = append(n.out, s)
	}
	if err := l.base().setGiven(); err != nil {
		return nil, err
	}
	l.base().nodes = append(l.base().nodes, n)
	return n.out, nil
}

// build prepares a layer for its first call: defaults, validation, weights.
func build(l Layer, in []Shape) error {
	b := l.base()
	if b.ready {
		return nil
	}
	if m, ok := l.(*Model); ok {
		return m.buildOn(in)
	}
	if err := Complete(l); err != nil {
		return err
	}
	if v, ok := l.(Validator); ok {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	b.weights, b.subs = nil, nil
	if x, ok := l.(Builder); ok {
		if err := recovered(func() error { return x.Build(&Build{owner: b}, in...) }); err != nil {
			return err
		}
	}
	b.builtOn = slices.Clone(in)
	b.ready = true
	return nil
}

// stated is the shape of output i: what the layer says, checked against what
// it does, or else what two traces have in common.
func stated(l Layer, i int, in []Shape, a, b []int) (Shape, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("output %d has rank %d for one batch size and %d for another", i, len(a), len(b))
	}
	traced := merge(a, b)
	s, ok := l.(Shaper)
	if !ok || i > 0 {
		return traced, nil
	}
	said, err := s.OutputShape(in...)
	if err != nil {
		return nil, err
	}
	if !said.Equal(traced) {
		return nil, fmt.Errorf("OutputShape says %v, but Call makes %v", said, traced)
	}
	return said, nil
}

// recovered runs f and turns a shape error of an op, or an error value that
// Build panicked with, into an error. Anything else is a bug and goes on.
func recovered(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *ops.ShapeError:
			err = p
		case buildError:
			err = p
		default:
			panic(p)
		}
	}()
	return f()
}

// buildError is what Build.Weight panics with.
type buildError struct{ error }

func (e buildError) Unwrap() error { return e.error }

// InputLayer is the start of a model: it has no inputs and hands on what is fed.
type InputLayer struct {
	Base
	shape Shape
	first Layer // of a Sequential model, which names the input
}

// Call returns the fed value.
func (l *InputLayer) Call(_ *Call, in ...*ops.Value) *ops.Value { return in[0] }

// ConfigBatchShape returns the full shape, for saving.
func (l *InputLayer) ConfigBatchShape() Shape { return l.shape }

// Input starts a model. shape is that of one sample, without the batch;
// [Unknown] axes are allowed (sequences of any length).
func Input(shape ...int) *Symbol { return BatchInput(Unknown, shape...) }

// BatchInput is [Input] with a fixed batch size, which stateful recurrent
// layers need.
func BatchInput(batch int, shape ...int) *Symbol {
	return NamedInput("", append(Shape{batch}, shape...))
}

// NamedInput starts a model with an input of a given name ("" = automatic) and
// full shape, the batch included.
// Keras: Input(batch_shape=…, name=…).
func NamedInput(name string, s Shape) *Symbol {
	for i, d := range s {
		if d < 0 && d != Unknown {
			return failed(fmt.Errorf("nn: Input: axis %d has size %d; sizes are positive, or nn.Unknown", i, d))
		}
	}
	if len(s) == 0 {
		return failed(errors.New("nn: Input: the shape needs at least the batch axis"))
	}
	if s.Rank() > maxRank {
		return failed(fmt.Errorf("nn: Input: the shape has %d axes with that of the batch; at most %d are possible", s.Rank(), maxRank))
	}
	if tooLarge(s) {
		return failed(fmt.Errorf("nn: Input: the shape %v has more numbers than fit into memory", s))
	}
	l := &InputLayer{shape: slices.Clone(s)}
	l.name, l.ready = name, true
	n := &node{layer: l}
	n.out = []*Symbol{{shape: l.shape, node: n}}
	l.nodes = []*node{n}
	return n.out[0]
}
