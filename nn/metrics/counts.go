package metrics

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[TruePositives]()
	nn.Register[TrueNegatives]()
	nn.Register[FalsePositives]()
	nn.Register[FalseNegatives]()
}

// TruePositives counts (or weighs) targets that are not 0 and whose prediction is
// above the threshold. With several thresholds each has a log of its own:
// true_positives_at_0.2, …
type TruePositives struct {
	auto
	Thresholds []float64 // each from 0 to 1; none: 0.5
}

// TrueNegatives counts targets of 0 whose prediction is not above the threshold.
type TrueNegatives struct {
	auto
	Thresholds []float64 // as in TruePositives
}

// FalsePositives counts targets of 0 whose prediction is above the threshold.
type FalsePositives struct {
	auto
	Thresholds []float64 // as in TruePositives
}

// FalseNegatives counts targets that are not 0 and whose prediction is not above
// the threshold.
type FalseNegatives struct {
	auto
	Thresholds []float64 // as in TruePositives
}

// Name is "true_positives".
func (TruePositives) Name() string { return "true_positives" }

// Name is "true_negatives".
func (TrueNegatives) Name() string { return "true_negatives" }

// Name is "false_positives".
func (FalsePositives) Name() string { return "false_positives" }

// Name is "false_negatives".
func (FalseNegatives) Name() string { return "false_negatives" }

func truePositives(c counts) float64  { return c.tp }
func trueNegatives(c counts) float64  { return c.tn }
func falsePositives(c counts) float64 { return c.fp }
func falseNegatives(c counts) float64 { return c.fn }

func (m TruePositives) of() levels  { return levels{m.Name(), m.Thresholds, truePositives} }
func (m TrueNegatives) of() levels  { return levels{m.Name(), m.Thresholds, trueNegatives} }
func (m FalsePositives) of() levels { return levels{m.Name(), m.Thresholds, falsePositives} }
func (m FalseNegatives) of() levels { return levels{m.Name(), m.Thresholds, falseNegatives} }

// levels are a metric of the counts at each of some thresholds.
type levels struct {
	metric     string
	thresholds []float64
	of         func(counts) float64
}

// sorted are the thresholds as the tally takes them.
func (l levels) sorted(without float64) []float32 {
	if len(l.thresholds) == 0 {
		return []float32{float32(without)}
	}
	t := make([]float32, len(l.thresholds))
	for i, x := range l.thresholds {
		t[i] = float32(x)
	}
	slices.Sort(t)
	return t
}

func (l levels) update(y, p, w *ops.Value) *ops.Value {
	t := tally{metric: l.metric, thresholds: l.sorted(0.5), even: isEven(l.thresholds)}
	return t.update(y, p, w)
}

// names are what follows the metric's name in the logs.
func (l levels) names() []string {
	if len(l.thresholds) < 2 {
		return nil
	}
	s := make([]string, len(l.thresholds))
	for i, t := range l.thresholds {
		s[i] = "at_" + strconv.FormatFloat(t, 'g', -1, 64)
	}
	return s
}

// results fills one number for each threshold, in the order given.
func (l levels) results(sums, results []float64) {
	if len(l.thresholds) < 2 {
		histogram(sums).each(func(_ int, c counts) { results[0] = l.of(c) })
		return
	}
	sorted := slices.IsSorted(l.thresholds)
	histogram(sums).each(func(i int, c counts) {
		if sorted {
			results[i] = l.of(c)
			return
		}
		for k := range l.thresholds {
			if l.rank(k) == i {
				results[k] = l.of(c)
			}
		}
	})
}

// rank is the place of threshold k among the sorted ones.
func (l levels) rank(k int) int {
	r := 0
	for i, t := range l.thresholds {
		if t < l.thresholds[k] || t == l.thresholds[k] && i < k {
			r++
		}
	}
	return r
}

func (l levels) result(sums []float64) float64 {
	r := make([]float64, max(1, len(l.thresholds)))
	l.results(sums, r)
	return average(r)
}

func (l levels) validate() error {
	for _, t := range l.thresholds {
		if !(t >= 0 && t <= 1) {
			return fmt.Errorf("metric %s: threshold %g; want 0 to 1", l.metric, t)
		}
	}
	return nil
}

// Update describes the histograms of the predictions.
func (m TruePositives) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the count; of several thresholds, the mean.
func (m TruePositives) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m TruePositives) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the counts.
func (m TruePositives) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m TruePositives) CheckTarget(y, p nn.Shape) error { return sameOrIDs(m.Name(), y, p) }

// Validate checks the settings.
func (m TruePositives) Validate() error { return m.of().validate() }

// Update describes the histograms of the predictions.
func (m TrueNegatives) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the count; of several thresholds, the mean.
func (m TrueNegatives) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m TrueNegatives) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the counts.
func (m TrueNegatives) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m TrueNegatives) CheckTarget(y, p nn.Shape) error { return sameOrIDs(m.Name(), y, p) }

// Validate checks the settings.
func (m TrueNegatives) Validate() error { return m.of().validate() }

// Update describes the histograms of the predictions.
func (m FalsePositives) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the count; of several thresholds, the mean.
func (m FalsePositives) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m FalsePositives) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the counts.
func (m FalsePositives) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m FalsePositives) CheckTarget(y, p nn.Shape) error { return sameOrIDs(m.Name(), y, p) }

// Validate checks the settings.
func (m FalsePositives) Validate() error { return m.of().validate() }

// Update describes the histograms of the predictions.
func (m FalseNegatives) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the count; of several thresholds, the mean.
func (m FalseNegatives) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of several thresholds.
func (m FalseNegatives) ResultNames(nn.Shape) []string { return m.of().names() }

// Results fills in the counts.
func (m FalseNegatives) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m FalseNegatives) CheckTarget(y, p nn.Shape) error { return sameOrIDs(m.Name(), y, p) }

// Validate checks the settings.
func (m FalseNegatives) Validate() error { return m.of().validate() }
