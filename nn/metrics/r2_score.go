package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[R2Score]() }

// R2Score is the coefficient of determination, 1 - Σ(y-p)²/Σ(y-mean y)²: 1 for
// exact predictions, 0 for those as good as the mean, less for worse ones.
type R2Score struct {
	// ClassAggregation makes one number of the columns: uniform_average,
	// variance_weighted_average or none. With none each column has a log of its own:
	// r2_score_class_0, …
	ClassAggregation r2Aggregation `default:"uniform_average"`
	// NumRegressors is the number of independent variables: more than 0 gives the
	// adjusted score. Where there are no more samples than that it is not adjusted.
	NumRegressors int
}

// r2Aggregation is a string for which null is "none".
type r2Aggregation string

// ConfigNull is what null means.
func (r2Aggregation) ConfigNull() string { return "none" }

// Name is "r2_score".
func (R2Score) Name() string { return "r2_score" }

// r2Sums are the sums of one column: Σ w, Σ w·y, Σ w·y², Σ w·(y-p)². Each is two
// float32 numbers, since the variance is a small difference of large sums.
const r2Sums = 4

// Update describes the sums of each column, and the number of targets.
func (m R2Score) Update(y, p, w *ops.Value) *ops.Value {
	_, columns := rowsOf(p.Shape())
	op := &sums{name: "r2_score", size: 2*r2Sums*columns + 1, bind: bindR2}
	return op.apply(operands(y, p, w)...)
}

func bindR2(b *ops.Binding) func() {
	y, p, out, w := b.In[0], b.In[1], b.Out[0], weights(b)
	rows, columns := rowsOf(b.InShape[1])
	return func() {
		for c := range columns {
			var s [r2Sums]float64
			for r := range rows {
				i := r*columns + c
				t, weight := float64(y[i]), float64(w.at(i))
				e := t - float64(p[i])
				s[0] += weight
				s[1] += weight * t
				s[2] += weight * t * t
				s[3] += weight * e * e
			}
			for k, x := range s {
				high := float32(x)
				out[2*(r2Sums*c+k)], out[2*(r2Sums*c+k)+1] = high, float32(x-float64(high))
			}
		}
		out[len(out)-1] = float32(len(y))
	}
}

// raw is the score of column c and the variation of its targets.
func (m R2Score) raw(s []float64, c int) (score, variation float64) {
	at := func(k int) float64 { return s[2*(r2Sums*c+k)] + s[2*(r2Sums*c+k)+1] }
	mean := at(1) / at(0)
	variation = at(2) - at(1)*mean
	score = 1 - at(3)/variation
	if math.IsInf(score, 0) {
		score = 0
	}
	return score, variation
}

func (m R2Score) adjust(score float64, s []float64) float64 {
	n, p := s[len(s)-1], float64(m.NumRegressors)
	if p == 0 || p >= n-1 {
		return score
	}
	return 1 - (1-score)*(n-1)/(n-p-1)
}

// Result is the score; without aggregation, the mean of the columns.
func (m R2Score) Result(s []float64) float64 {
	sum, weights := 0.0, 0.0
	for c := range len(s) / (2 * r2Sums) {
		score, w := m.raw(s, c)
		if m.ClassAggregation != "variance_weighted_average" {
			w = 1
		}
		sum += w * score
		weights += w
	}
	return m.adjust(sum/weights, s)
}

// ResultNames names the results of the columns.
func (m R2Score) ResultNames(p nn.Shape) []string {
	if m.ClassAggregation != "none" {
		return nil
	}
	return classNames(p)
}

// Results fills in the score of each column.
func (m R2Score) Results(s, results []float64) {
	for c := range results {
		score, _ := m.raw(s, c)
		results[c] = m.adjust(score, s)
	}
}

// CheckTarget refuses targets of another shape than the predictions.
func (m R2Score) CheckTarget(y, p nn.Shape) error { return same("r2_score", y, p) }

// Validate checks the settings.
func (m R2Score) Validate() error {
	if !slices.Contains([]r2Aggregation{"none", "uniform_average", "variance_weighted_average"}, m.ClassAggregation) {
		return fmt.Errorf("metric r2_score: class_aggregation is %q; want uniform_average, variance_weighted_average or none", m.ClassAggregation)
	}
	if m.NumRegressors < 0 {
		return fmt.Errorf("metric r2_score: num_regressors is %d; want 0 or more", m.NumRegressors)
	}
	return nil
}
