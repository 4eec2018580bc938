package nn

import "errors"

// OutputShapes returns the shapes that a layer or a model makes of inputs of the
// given shapes, the batch included. It asks a copy (see [CloneLayer]): the layer is
// neither built nor called. Wrong inputs are the errors that [Apply] gives.
// Keras: Layer.compute_output_shape, Model.compute_output_shape, Sequential.compute_output_shape.
func OutputShapes(l Layer, in ...Shape) ([]Shape, error) {
	if isNil(l) {
		return nil, errors.New("nn: OutputShapes: the layer is nil")
	}
	inputs := make([]*Symbol, len(in))
	for i, s := range in {
		inputs[i] = NamedInput("", s)
	}
	l, err := CloneLayer(l)
	if err != nil {
		return nil, err
	}
	out := ApplyMulti(l, inputs...)
	return shapesOfSymbols(out), errorOf(out)
}
