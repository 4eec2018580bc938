package nn

import (
	"fmt"
	"strings"
)

// A layer may be called more than once: each call is a node of Keras, with
// inputs and outputs of its own. The methods below count calls from 0.

// Calls returns how often the layer was applied.
func (b *Base) Calls() int { return len(b.nodes) }

// InputsAt returns the inputs of call i; nil when there is no such call, or for
// an InputLayer.
// Keras: get_input_at.
func (b *Base) InputsAt(i int) []*Symbol {
	if i < 0 || i >= len(b.nodes) {
		return nil
	}
	return b.nodes[i].in
}

// OutputsAt returns the outputs of call i; nil when there is no such call.
// Keras: get_output_at.
func (b *Base) OutputsAt(i int) []*Symbol {
	if i < 0 || i >= len(b.nodes) {
		return nil
	}
	return b.nodes[i].out
}

// InputAt returns the first input of call i. Without one the symbol carries an
// error that says so.
// Keras: get_input_at.
func (b *Base) InputAt(i int) *Symbol { return b.first("InputAt", i, b.InputsAt(i)) }

// OutputAt returns the first output of call i. Without such a call the symbol
// carries an error that says so. Other outputs of one call: see [Base.OutputsAt].
// Keras: get_output_at.
func (b *Base) OutputAt(i int) *Symbol { return b.first("OutputAt", i, b.OutputsAt(i)) }

// InputShapeAt returns the shape of the first input of call i, nil if there is
// none.
// Keras: get_input_shape_at.
func (b *Base) InputShapeAt(i int) Shape { return b.InputAt(i).shape }

// OutputShapeAt returns the shape of the first output of call i, nil if there
// is none.
// Keras: get_output_shape_at.
func (b *Base) OutputShapeAt(i int) Shape { return b.OutputAt(i).shape }

// InputMaskAt reports whether the first input of call i carries a mask. The
// mask itself exists while the model runs only; a layer reads it with
// [Call.Mask].
// Keras: get_input_mask_at.
func (b *Base) InputMaskAt(i int) bool { return b.InputAt(i).masked }

// OutputMaskAt reports whether the first output of call i carries a mask.
// Keras: get_output_mask_at.
func (b *Base) OutputMaskAt(i int) bool { return b.OutputAt(i).masked }

// TrainingAt returns what [ApplyTraining] said of call i, nil if nothing.
func (b *Base) TrainingAt(i int) *bool {
	if i < 0 || i >= len(b.nodes) {
		return nil
	}
	return b.nodes[i].mode
}

// Input returns the input of a layer that was called once, on one symbol.
// Otherwise the symbol carries an error that says what to use.
// Keras: input.
func (b *Base) Input() *Symbol {
	if err := b.calledOnce("Input"); err != nil {
		return failed(err)
	}
	if n := len(b.nodes[0].in); n != 1 {
		return failed(fmt.Errorf("nn: Input: %s has %d inputs; use InputsAt(0)", describe(b.nodes[0].layer), n))
	}
	return b.nodes[0].in[0]
}

// Output returns the output of a layer that was called once. Otherwise the
// symbol carries an error that says what to use.
// Keras: output.
func (b *Base) Output() *Symbol {
	if err := b.calledOnce("Output"); err != nil {
		return failed(err)
	}
	if n := len(b.nodes[0].out); n != 1 {
		return failed(fmt.Errorf("nn: Output: %s has %d outputs; use OutputsAt(0)", describe(b.nodes[0].layer), n))
	}
	return b.nodes[0].out[0]
}

func (b *Base) calledOnce(method string) error {
	switch n := len(b.nodes); n {
	case 0:
		return fmt.Errorf("nn: %s: the layer was not called yet; use nn.Apply, or put it into a model", method)
	case 1:
		return nil
	default:
		return fmt.Errorf("nn: %s: %s was called %d times; use %sAt(i)", method, describe(b.nodes[0].layer), n, method)
	}
}

// first is the first of the symbols of call i, or says why there is none.
func (b *Base) first(method string, i int, ss []*Symbol) *Symbol {
	if len(ss) > 0 {
		return ss[0]
	}
	if len(b.nodes) == 0 {
		return failed(b.calledOnce(method))
	}
	who := describe(b.nodes[0].layer)
	if i < 0 || i >= len(b.nodes) {
		return failed(fmt.Errorf("nn: %s(%d): %s has %d call(s), and they count from 0; all that belongs to one call is %s(call)", method, i, who, len(b.nodes), strings.Replace(method, "At", "sAt", 1)))
	}
	return failed(fmt.Errorf("nn: %s(%d): %s has no input", method, i, who))
}
