package nn

import "fmt"

// A Symbol is one wire of a model drawing: a value that a layer will produce.
type Symbol struct {
	shape    Shape
	node     *node
	index    int // which output of the node
	masked   bool
	maskAxes int   // of the mask
	err      error // the first mistake on the way here
}

// node is one call of a layer.
type node struct {
	layer   Layer
	call    int // how many calls of the layer came before
	in      []*Symbol
	out     []*Symbol
	metrics []string // names of the metrics that the call adds
	mode    *bool    // training or not, whatever the model does; nil: as the model
}

// Shape returns the symbol's shape, the batch axis included; nil after a mistake.
func (s *Symbol) Shape() Shape { return s.shape }

// Masked reports whether the values will carry a mask.
func (s *Symbol) Masked() bool { return s.masked }

// Err returns the first mistake that was made on the way to this symbol.
func (s *Symbol) Err() error { return s.err }

// Layer returns the layer that produces the symbol, nil after a mistake.
func (s *Symbol) Layer() Layer {
	if s.node == nil {
		return nil
	}
	return s.node.layer
}

// A Ref says where a symbol comes from, in Keras' terms: the output Tensor of
// call Node of a layer.
type Ref struct {
	Layer  Layer
	Node   int
	Tensor int
}

// Ref returns where the symbol comes from; the zero Ref after a mistake.
func (s *Symbol) Ref() Ref {
	if s.node == nil {
		return Ref{}
	}
	return Ref{s.node.layer, s.node.call, s.index}
}

// Inbound returns, for each call of the layer, where its inputs come from.
func (b *Base) Inbound() [][]Ref {
	var calls [][]Ref
	for _, n := range b.nodes {
		refs := []Ref{}
		for _, s := range n.in {
			refs = append(refs, s.Ref())
		}
		calls = append(calls, refs)
	}
	return calls
}

func failed(err error) *Symbol { return &Symbol{err: err} }

// errorOf returns the first mistake among symbols.
func errorOf(in []*Symbol) error {
	for i, s := range in {
		if s == nil {
			return fmt.Errorf("nn: symbol %d is nil", i)
		}
		if s.err != nil {
			return s.err
		}
	}
	return nil
}
