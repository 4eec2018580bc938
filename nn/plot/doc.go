// Package plot draws models, training curves, confusion matrices, weights and
// activations.
//
// [Model] draws the layers of a model into a file, [ModelToDot] returns the
// drawing as a value that can be changed before it is rendered. Placing its
// boxes is Graphviz' work: programs that draw models import package
// nn/plot/graphviz too. PNG, JPEG and PDF are drawn here from its layout.
// Everything else, and DOT, needs no Graphviz. Letters outside Latin, Greek and
// Cyrillic have no font here: take SVG or DOT for those.
package plot
