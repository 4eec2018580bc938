package metrics

import (
	"errors"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Crossentropy]("AutoCrossentropy") }

// Crossentropy is the mean crossentropy of the kind that fits the shapes, as
// tf-keras chooses for "crossentropy" and "ce": binary when predictions have one
// number, sparse when targets are class ids, categorical otherwise. It takes
// probabilities; for logits name the kind, which has FromLogits.
type Crossentropy struct{ mean }

// Name is "crossentropy".
func (Crossentropy) Name() string { return "crossentropy" }

// Update describes [Σ w·loss, Σ w].
func (Crossentropy) Update(y, p, w *ops.Value) *ops.Value {
	switch kindOf(y, p) {
	case binary:
		return BinaryCrossentropy{}.Update(y, p, w)
	case sparse:
		return SparseCategoricalCrossentropy{}.Update(y, p, w)
	}
	return CategoricalCrossentropy{}.Update(y, p, w)
}

// CheckActivation refuses logits.
func (Crossentropy) CheckActivation(activation string, p nn.Shape) error {
	if activation != "logits" {
		return nil
	}
	if p.Last() == 1 {
		return errors.New("metric crossentropy takes probabilities, but the loss has FromLogits; use metrics.BinaryCrossentropy{FromLogits: true}")
	}
	return errors.New("metric crossentropy takes probabilities, but the loss has FromLogits; use metrics.CategoricalCrossentropy or SparseCategoricalCrossentropy with FromLogits: true")
}

// A kind is what a metric does for targets and predictions of some shapes.
type kind uint8

const (
	categorical kind = iota
	sparse
	binary
)

// kindOf is how tf-keras tells the kinds apart.
func kindOf(y, p *ops.Value) kind {
	switch {
	case p.Dim(-1) == 1:
		return binary
	case y.Rank() < p.Rank() || y.Dim(-1) == 1:
		return sparse
	}
	return categorical
}
