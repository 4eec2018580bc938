package nn

import "iter"

// OwnWeights returns the weights that the layer made itself, without those of
// layers inside it: trainable ones first, as in [Base.Weights].
func (b *Base) OwnWeights() []*Weight {
	var train, rest []*Weight
	for _, w := range b.weights {
		switch {
		case w.state:
		case w.trainable:
			train = append(train, w)
		default:
			rest = append(rest, w)
		}
	}
	return append(train, rest...)
}

// OwnStates returns what the layer itself remembers from batch to batch.
func (b *Base) OwnStates() []*Weight {
	var ws []*Weight
	for _, w := range b.weights {
		if w.state {
			ws = append(ws, w)
		}
	}
	return ws
}

// Inner yields the layers inside a wrapper with the names that lead to them:
// forward_layer, cell, cells/0.
func (b *Base) Inner() iter.Seq2[string, Layer] {
	return func(yield func(string, Layer) bool) {
		for _, s := range b.subs {
			if !yield(s.name, s.layer) {
				return
			}
		}
	}
}

// LocalName is the weight's name within its layer: kernel.
func (w *Weight) LocalName() string { return w.name }
