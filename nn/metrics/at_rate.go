package metrics

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[SensitivityAtSpecificity]()
	nn.Register[SpecificityAtSensitivity]()
	nn.Register[PrecisionAtRecall]()
	nn.Register[RecallAtPrecision]()
}

// SensitivityAtSpecificity is the best sensitivity, TP / (TP + FN), among the
// thresholds whose specificity, TN / (TN + FP), is Specificity or more; 0 if there
// are none.
type SensitivityAtSpecificity struct {
	auto
	Specificity   float64 // from 0 to 1
	NumThresholds int     `default:"200"` // from 0 to 1, evenly; 1: only 0.5
	ClassID       *int    // the only class (of the last axis) that counts
}

// SpecificityAtSensitivity is the best specificity among the thresholds whose
// sensitivity is Sensitivity or more; 0 if there are none.
type SpecificityAtSensitivity struct {
	auto
	Sensitivity   float64 // from 0 to 1
	NumThresholds int     `default:"200"` // as in SensitivityAtSpecificity
	ClassID       *int    // the only class (of the last axis) that counts
}

// PrecisionAtRecall is the best precision, TP / (TP + FP), among the thresholds
// whose recall, TP / (TP + FN), is Recall or more; 0 if there are none.
type PrecisionAtRecall struct {
	auto
	Recall        float64 // from 0 to 1
	NumThresholds int     `default:"200"` // as in SensitivityAtSpecificity
	ClassID       *int    // the only class (of the last axis) that counts
}

// RecallAtPrecision is the best recall among the thresholds whose precision is
// Precision or more; 0 if there are none.
type RecallAtPrecision struct {
	auto
	Precision     float64 // from 0 to 1
	NumThresholds int     `default:"200"` // as in SensitivityAtSpecificity
	ClassID       *int    // the only class (of the last axis) that counts
}

// bound is the best of one rate where another is high enough.
type bound struct {
	metric, setting string
	least           float64
	thresholds      int
	class           *int
	bounded, best   func(counts) float64
}

func (m SensitivityAtSpecificity) of() bound {
	return bound{m.Name(), "specificity", m.Specificity, m.NumThresholds, m.ClassID, counts.specificity, counts.recall}
}

func (m SpecificityAtSensitivity) of() bound {
	return bound{m.Name(), "sensitivity", m.Sensitivity, m.NumThresholds, m.ClassID, counts.recall, counts.specificity}
}

func (m PrecisionAtRecall) of() bound {
	return bound{m.Name(), "recall", m.Recall, m.NumThresholds, m.ClassID, counts.recall, counts.precision}
}

func (m RecallAtPrecision) of() bound {
	return bound{m.Name(), "precision", m.Precision, m.NumThresholds, m.ClassID, counts.precision, counts.recall}
}

func (b bound) update(y, p, w *ops.Value) *ops.Value {
	t := tally{metric: b.metric, thresholds: spread(b.thresholds), even: b.thresholds > 1, class: b.class, chances: true}
	return t.update(y, p, w)
}

func (b bound) result(s []float64) float64 {
	best := 0.0
	histogram(s).each(func(_ int, c counts) {
		// Rates are float32 in Keras: a rate of 0.6 reaches a bound of 0.6.
		if float32(b.bounded(c)) >= float32(b.least) {
			best = max(best, b.best(c))
		}
	})
	return best
}

func (b bound) validate() error {
	if !(b.least >= 0 && b.least <= 1) {
		return fmt.Errorf("metric %s: %s is %g; want 0 to 1", b.metric, b.setting, b.least)
	}
	if b.thresholds < 1 {
		return fmt.Errorf("metric %s: num_thresholds is %d; want 1 or more", b.metric, b.thresholds)
	}
	return picked{levels{metric: b.metric}, nil, b.class}.validate()
}

func (b bound) check(y, p nn.Shape) error {
	return picked{levels{metric: b.metric}, nil, b.class}.check(y, p)
}

// Name is "sensitivity_at_specificity".
func (SensitivityAtSpecificity) Name() string { return "sensitivity_at_specificity" }

// Update describes the histograms of the predictions.
func (m SensitivityAtSpecificity) Update(y, p, w *ops.Value) *ops.Value {
	return m.of().update(y, p, w)
}

// Result is the best sensitivity.
func (m SensitivityAtSpecificity) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m SensitivityAtSpecificity) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m SensitivityAtSpecificity) Validate() error { return m.of().validate() }

// Name is "specificity_at_sensitivity".
func (SpecificityAtSensitivity) Name() string { return "specificity_at_sensitivity" }

// Update describes the histograms of the predictions.
func (m SpecificityAtSensitivity) Update(y, p, w *ops.Value) *ops.Value {
	return m.of().update(y, p, w)
}

// Result is the best specificity.
func (m SpecificityAtSensitivity) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m SpecificityAtSensitivity) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m SpecificityAtSensitivity) Validate() error { return m.of().validate() }

// Name is "precision_at_recall".
func (PrecisionAtRecall) Name() string { return "precision_at_recall" }

// Update describes the histograms of the predictions.
func (m PrecisionAtRecall) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the best precision.
func (m PrecisionAtRecall) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m PrecisionAtRecall) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m PrecisionAtRecall) Validate() error { return m.of().validate() }

// Name is "recall_at_precision".
func (RecallAtPrecision) Name() string { return "recall_at_precision" }

// Update describes the histograms of the predictions.
func (m RecallAtPrecision) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the best recall.
func (m RecallAtPrecision) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m RecallAtPrecision) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m RecallAtPrecision) Validate() error { return m.of().validate() }
