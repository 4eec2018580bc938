package losses

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
)

// unbounded are activations whose numbers are no probabilities.
var unbounded = []string{"linear", "relu", "tanh", "elu", "selu", "leaky_relu", "gelu", "swish", "softplus", "softsign", "exponential", "log_softmax", "mish"}

// wantsChances refuses a model whose last activation does not give what a
// cross-entropy takes.
func wantsChances(loss, activation, right string, logits bool) error {
	squashed := slices.Contains([]string{"softmax", "sigmoid", "hard_sigmoid"}, activation)
	switch {
	case logits && squashed:
		return fmt.Errorf("loss %s has FromLogits, but the model ends in a %s, whose numbers are no logits; drop FromLogits or the activation", loss, activation)
	case !logits && slices.Contains(unbounded, activation):
		return fmt.Errorf("loss %s takes probabilities, but the model's last activation is %s; end the model in a %s, or set FromLogits: true (on a layer without activation)", loss, activation, right)
	}
	return nil
}

// CheckActivation wants a sigmoid, or logits.
func (l BinaryCrossentropy) CheckActivation(activation string, p nn.Shape) error {
	return binaryActivation("binary_crossentropy", activation, p, l.FromLogits)
}

// TakesLogits reports whether predictions are logits.
func (l BinaryCrossentropy) TakesLogits() bool { return l.FromLogits }

// CheckActivation wants a sigmoid, or logits.
func (l BinaryFocalCrossentropy) CheckActivation(activation string, p nn.Shape) error {
	return binaryActivation("binary_focal_crossentropy", activation, p, l.FromLogits)
}

// TakesLogits reports whether predictions are logits.
func (l BinaryFocalCrossentropy) TakesLogits() bool { return l.FromLogits }

func binaryActivation(loss, activation string, p nn.Shape, logits bool) error {
	if activation == "softmax" && !logits {
		return fmt.Errorf("loss %s judges each of the %d numbers by itself, but those of a softmax belong together; for one class of several use losses.CategoricalCrossentropy (one-hot targets) or losses.SparseCategoricalCrossentropy (class ids), for several labels at once a sigmoid", loss, p.Last())
	}
	return wantsChances(loss, activation, "sigmoid", logits)
}

// CheckActivation wants a softmax, or logits.
func (l CategoricalCrossentropy) CheckActivation(activation string, _ nn.Shape) error {
	return categoricalActivation("categorical_crossentropy", activation, l.FromLogits)
}

// TakesLogits reports whether predictions are logits.
func (l CategoricalCrossentropy) TakesLogits() bool { return l.FromLogits }

// CheckActivation wants a softmax, or logits.
func (l SparseCategoricalCrossentropy) CheckActivation(activation string, _ nn.Shape) error {
	return categoricalActivation("sparse_categorical_crossentropy", activation, l.FromLogits)
}

// TakesLogits reports whether predictions are logits.
func (l SparseCategoricalCrossentropy) TakesLogits() bool { return l.FromLogits }

func categoricalActivation(loss, activation string, logits bool) error {
	if !logits && (activation == "sigmoid" || activation == "hard_sigmoid") {
		return fmt.Errorf("loss %s is for one class of several, but the numbers of a %s do not add up to 1; use a softmax, or for several labels at once losses.BinaryCrossentropy", loss, activation)
	}
	return wantsChances(loss, activation, "softmax", logits)
}
