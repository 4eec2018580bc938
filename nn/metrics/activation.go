package metrics

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
)

// readsChances refuses a metric of probabilities where predictions are none. logits
// is what to do where they are logits.
func readsChances(metric, activation, logits string, others ...string) error {
	if activation == "logits" {
		return fmt.Errorf("metric %s compares predictions with thresholds of probabilities, but the loss has FromLogits; %s", metric, logits)
	}
	if slices.Contains(others, activation) {
		return fmt.Errorf("metric %s takes probabilities, but the model's last activation is %s; end the model in a sigmoid or softmax, or %s", metric, activation, logits)
	}
	return nil
}

const sigmoidInstead = "end the model in a sigmoid or softmax and drop FromLogits"

// CheckActivation refuses logits of two classes: 0.5 is no threshold for them.
func (Accuracy) CheckActivation(activation string, p nn.Shape) error {
	if p.Last() != 1 {
		return nil
	}
	return readsChances("accuracy", activation, "use metrics.BinaryAccuracy{Threshold: new(0.0)}")
}

// CheckActivation refuses logits with the threshold of probabilities.
func (b BinaryAccuracy) CheckActivation(activation string, _ nn.Shape) error {
	if b.Threshold != nil && *b.Threshold != 0.5 {
		return nil
	}
	return readsChances("binary_accuracy", activation, "set Threshold: new(0.0)")
}

// CheckActivation refuses what gives no probabilities.
func (m AUC) CheckActivation(activation string, _ nn.Shape) error {
	if m.FromLogits {
		return nil
	}
	return readsChances("auc", activation, "set FromLogits: true of the metric", "linear", "tanh")
}

// CheckActivation refuses logits, unless the highest count whatever they are.
func (m Precision) CheckActivation(activation string, _ nn.Shape) error {
	return m.of().checkActivation(activation)
}

// CheckActivation refuses logits, unless the highest count whatever they are.
func (m Recall) CheckActivation(activation string, _ nn.Shape) error {
	return m.of().checkActivation(activation)
}

func (m picked) checkActivation(activation string) error {
	if m.topK != nil && len(m.thresholds) == 0 {
		return nil
	}
	return readsChances(m.metric, activation, sigmoidInstead)
}

// CheckActivation refuses logits.
func (m TruePositives) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead)
}

// CheckActivation refuses logits.
func (m TrueNegatives) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead)
}

// CheckActivation refuses logits.
func (m FalsePositives) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead)
}

// CheckActivation refuses logits.
func (m FalseNegatives) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead)
}

// CheckActivation refuses what gives no probabilities.
func (m SensitivityAtSpecificity) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead, "linear", "tanh")
}

// CheckActivation refuses what gives no probabilities.
func (m SpecificityAtSensitivity) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead, "linear", "tanh")
}

// CheckActivation refuses what gives no probabilities.
func (m PrecisionAtRecall) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead, "linear", "tanh")
}

// CheckActivation refuses what gives no probabilities.
func (m RecallAtPrecision) CheckActivation(activation string, _ nn.Shape) error {
	return readsChances(m.Name(), activation, sigmoidInstead, "linear", "tanh")
}

// CheckActivation refuses logits with a threshold.
func (m F1Score) CheckActivation(activation string, _ nn.Shape) error {
	return m.of().checkActivation(activation)
}

// CheckActivation refuses logits with a threshold.
func (m FBetaScore) CheckActivation(activation string, _ nn.Shape) error {
	return m.of().checkActivation(activation)
}

func (f fScore) checkActivation(activation string) error {
	if f.threshold == nil {
		return nil
	}
	return readsChances(f.metric, activation, sigmoidInstead)
}

// CheckActivation asks the metric.
func (c called) CheckActivation(activation string, p nn.Shape) error {
	if a, ok := c.Metric.(nn.ActivationChecker); ok {
		return a.CheckActivation(activation, p)
	}
	return nil
}

// CheckOutput asks the metric.
func (c called) CheckOutput(p nn.Shape) error {
	if o, ok := c.Metric.(interface{ CheckOutput(nn.Shape) error }); ok {
		return o.CheckOutput(p)
	}
	return nil
}
