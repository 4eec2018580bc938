package metrics

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Precision]()
	nn.Register[Recall]()
}

// Precision is the share of right ones among what is predicted to be positive,
// TP / (TP + FP), over the whole epoch; 0 where nothing is.
type Precision struct {
	auto
	// Thresholds are what a prediction must be above to be positive, each from 0 to
	// 1. None: 0.5, or with TopK any number. Each of several has a log of its own:
	// precision_at_0.2, …
	Thresholds []float64
	TopK       *int // only so many of the highest predictions of a row can be positive
	ClassID    *int // the only class (of the last axis) that counts
}

// Recall is the share of what is predicted to be positive among the positive
// targets, TP / (TP + FN), over the whole epoch; 0 where there are none.
type Recall struct {
	auto
	Thresholds []float64 // as in Precision
	TopK       *int      // as in Precision
	ClassID    *int      // as in Precision
}

// Name is "precision".
func (Precision) Name() string { return "precision" }

// Name is "recall".
func (Recall) Name() string { return "recall" }

func (m Precision) of() picked {
	return picked{levels{m.Name(), m.Thresholds, counts.precision}, m.TopK, m.ClassID}
}

func (m Recall) of() picked {
	return picked{levels{m.Name(), m.Thresholds, counts.recall}, m.TopK, m.ClassID}
}

// picked are levels of some predictions of each row.
type picked struct {
	levels
	topK, class *int
}

func (m picked) update(y, p, w *ops.Value) *ops.Value {
	t := tally{metric: m.metric, thresholds: m.sorted(0.5), even: isEven(m.thresholds), class: m.class}
	if m.topK != nil {
		t.topK, t.thresholds = *m.topK, m.sorted(lowest)
	}
	return t.update(y, p, w)
}

func (m picked) validate() error {
	if m.topK != nil && *m.topK < 1 {
		return fmt.Errorf("metric %s: top_k is %d; want 1 or more", m.metric, *m.topK)
	}
	if m.class != nil && *m.class < 0 {
		return fmt.Errorf("metric %s: class_id is %d; want 0 or more", m.metric, *m.class)
	}
	return m.levels.validate()
}

func (m picked) check(y, p nn.Shape) error {
	if err := hasClass(m.metric, m.class, p); err != nil {
		return err
	}
	return sameOrIDs(m.metric, y, p)
}

// hasClass refuses a class that predictions do not have.
func hasClass(metric string, class *int, p nn.Shape) error {
	if class != nil && *class >= p.Last() {
		return fmt.Errorf("metric %s: class_id is %d, but predictions of shape %v have classes 0 to %d", metric, *class, p, p.Last()-1)
	}
	return nil
}

// Update describes the histograms of the predictions.
func (m Precision) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the precision; of several thresholds, the mean.
func (m Precision) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m Precision) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the precision at each threshold.
func (m Precision) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m Precision) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m Precision) Validate() error { return m.of().validate() }

// Update describes the histograms of the predictions.
func (m Recall) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the recall; of several thresholds, the mean.
func (m Recall) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m Recall) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the recall at each threshold.
func (m Recall) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m Recall) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m Recall) Validate() error { return m.of().validate() }
