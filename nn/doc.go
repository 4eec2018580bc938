// Package nn is the Keras core: layers, models and their training.
//
// A model is drawn with symbols, as in Keras:
//
//	x := nn.Input(784)
//	h := nn.Apply(&layers.Dense{Units: 64, Activation: activations.ReLU}, x)
//	y := nn.Apply(&layers.Dense{Units: 10, Activation: activations.Softmax}, h)
//	model := nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{y})
//
// [Apply] builds the layer's weights and checks shapes at once; a mistake
// stays in the symbol and is returned by [Model.Err] and [Model.Compile], so a
// description needs no "if err". For each mode and batch size the drawing is
// traced once into an op graph, differentiated, planned and bound; after that
// a training step runs a flat list of closures and allocates nothing.
//
// Package nn names no layer, loss or optimizer: those live in the sub-packages
// layers, losses, metrics, optimizers, callbacks and so on.
package nn
