package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[F1Score]()
	nn.Register[FBetaScore]()
}

// F1Score is the harmonic mean of precision and recall, for targets that are
// one-hot, of several labels, or class ids. Without Average each class has a log of
// its own: f1_score_class_0, …
type F1Score struct {
	// Average is "micro" (of all counts together), "macro" (the mean of classes),
	// "weighted" (by the targets of each class) or none.
	Average string
	// Threshold is what a prediction must be above to be positive. None: the highest
	// predictions of a row are.
	Threshold *float64
}

// FBetaScore is [F1Score] with recall counting Beta times as much as precision:
// (1 + β²)·precision·recall / (β²·precision + recall).
type FBetaScore struct {
	Average   string   // as in F1Score
	Beta      float64  `default:"1"`
	Threshold *float64 // as in F1Score
}

// Name is "f1_score".
func (F1Score) Name() string { return "f1_score" }

// Name is "fbeta_score".
func (FBetaScore) Name() string { return "fbeta_score" }

func (m F1Score) of() fScore    { return fScore{m.Name(), m.Average, 1, m.Threshold} }
func (m FBetaScore) of() fScore { return fScore{m.Name(), m.Average, m.Beta, m.Threshold} }

type fScore struct {
	metric, average string
	beta            float64
	threshold       *float64
}

// update describes [TP, FP, FN, targets] of each class.
func (f fScore) update(y, p, w *ops.Value) *ops.Value {
	_, classes := rowsOf(p.Shape())
	op := &sums{name: f.metric, size: 4 * classes, bind: f.bind}
	return op.apply(operands(oneHot(y, p), p, w)...)
}

func (f fScore) bind(b *ops.Binding) func() {
	y, p, out, w := b.In[0], b.In[1], b.Out[0], weights(b)
	rows, classes := rowsOf(b.InShape[1])
	if classes == 1 && f.threshold != nil {
		return func() { binaryCounts(y, p, out, w, float32(*f.threshold)) }
	}
	return func() {
		clear(out)
		for r := range rows {
			row := p[r*classes : (r+1)*classes]
			var highest float32
			if f.threshold == nil {
				highest = slices.Max(row)
			}
			for c, v := range row {
				i := r*classes + c
				yes := v >= highest && (v > 1e-9 || v < -1e-9) // a row of zeros says nothing
				if f.threshold != nil {
					yes = v > float32(*f.threshold)
				}
				weight, sum := w.at(i), out[4*c:4*c+4]
				if yes {
					sum[0] += weight * y[i]
					sum[1] += weight * (1 - y[i])
				} else {
					sum[2] += weight * y[i]
				}
				sum[3] += weight * y[i]
			}
		}
	}
}

// binaryCounts are the counts of a single class, in registers and without branches.
func binaryCounts(y, p, out []float32, w weigher, threshold float32) {
	var tp, fp, fn, all float32
	for i, v := range p {
		weight, yes := w.at(i), float32(bit(v > threshold))
		hit := weight * y[i]
		tp += hit * yes
		fp += weight * (1 - y[i]) * yes
		fn += hit * (1 - yes)
		all += hit
	}
	out[0], out[1], out[2], out[3] = tp, fp, fn, all
}

func (f fScore) score(tp, fp, fn float64) float64 {
	c := counts{tp: tp, fp: fp, fn: fn}
	p, r, b := c.precision(), c.recall(), f.beta*f.beta
	return divide(p*r, b*p+r) * (1 + b)
}

func (f fScore) result(s []float64) float64 {
	if f.average == "micro" {
		var tp, fp, fn float64
		for ; len(s) > 0; s = s[4:] {
			tp, fp, fn = tp+s[0], fp+s[1], fn+s[2]
		}
		return f.score(tp, fp, fn)
	}
	sum, weights := 0.0, 0.0
	for ; len(s) > 0; s = s[4:] {
		w := 1.0
		if f.average == "weighted" {
			w = s[3]
		}
		sum += w * f.score(s[0], s[1], s[2])
		weights += w
	}
	return divide(sum, weights)
}

func (f fScore) results(s, results []float64) {
	for c := range results {
		results[c] = f.score(s[4*c], s[4*c+1], s[4*c+2])
	}
}

func (f fScore) names(p nn.Shape) []string {
	if f.average != "" {
		return nil
	}
	return classNames(p)
}

// classNames are what follows the metric's name in the logs of each class.
func classNames(p nn.Shape) []string {
	if p.Rank() < 2 || p.Last() < 2 {
		return nil
	}
	s := make([]string, p.Last())
	for i := range s {
		s[i] = fmt.Sprintf("class_%d", i)
	}
	return s
}

func (f fScore) check(y, p nn.Shape) error {
	if f.threshold == nil && (p.Rank() < 2 || p.Last() == 1) {
		return fmt.Errorf("metric %s: predictions of shape %v have one number, which is always the highest; set Threshold: new(0.5)", f.metric, p)
	}
	return sameOrIDs(f.metric, y, p)
}

func (f fScore) validate() error {
	if !slices.Contains([]string{"", "micro", "macro", "weighted"}, f.average) {
		return fmt.Errorf("metric %s: average is %q; want micro, macro, weighted or none", f.metric, f.average)
	}
	if !(f.beta > 0) || math.IsInf(f.beta, 0) {
		return fmt.Errorf("metric %s: beta is %g; want more than 0", f.metric, f.beta)
	}
	if f.threshold != nil && !(*f.threshold > 0 && *f.threshold <= 1) {
		return fmt.Errorf("metric %s: threshold is %g; want more than 0, up to 1", f.metric, *f.threshold)
	}
	return nil
}

// Update describes the counts of each class.
func (m F1Score) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the score; without Average, the mean of the classes.
func (m F1Score) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of the classes.
func (m F1Score) ResultNames(p nn.Shape) []string { return m.of().names(p) }

// Results fills in the score of each class.
func (m F1Score) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m F1Score) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m F1Score) Validate() error { return m.of().validate() }

// Update describes the counts of each class.
func (m FBetaScore) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the score; without Average, the mean of the classes.
func (m FBetaScore) Result(s []float64) float64 { return m.of().result(s) }

// ResultNames names the results of the classes.
func (m FBetaScore) ResultNames(p nn.Shape) []string { return m.of().names(p) }

// Results fills in the score of each class.
func (m FBetaScore) Results(s, results []float64) { m.of().results(s, results) }

// CheckTarget refuses targets that do not fit.
func (m FBetaScore) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m FBetaScore) Validate() error { return m.of().validate() }
