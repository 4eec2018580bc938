// Package plot draws models, training curves, confusion matrices, weights and
// activations.
//
// [Model] draws the layers of a model into a file, [ModelToDot] returns the
// drawing as a value that can be changed before it is rendered. Layouts and SVG
// are Graphviz', which runs inside the program; PNG, JPEG and PDF are drawn
// from its layout. Letters outside Latin, Greek and Cyrillic have no font here:
// take SVG or DOT for those.
package plot
