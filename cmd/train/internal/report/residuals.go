package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn/plot"
)

// Residuals compare predicted numbers with true ones, in their unit.
type Residuals struct {
	Name     string
	N        int
	MAE      float64   // mean of |predicted - true|
	RMSE     float64   // root of the mean square
	R2       float64   // 1 - squares of the residuals / squares about the mean; NaN of equal numbers becomes 0
	Bias     float64   // mean of predicted - true
	Baseline float64   // the MAE of always saying the median
	Quantile []float64 // of |predicted - true|: 50 %, 90 %, 99 %, all
	Tenths   []Tenth   // of the rows, by the predicted number

	truth, predicted []float32
}

// A Tenth is a tenth of the rows: those with near predictions.
type Tenth struct {
	Low       float64 `json:"low"` // predictions
	High      float64 `json:"high"`
	Count     int     `json:"count"`
	Predicted float64 `json:"predicted"` // mean
	True      float64 `json:"true"`      // mean
	MAE       float64 `json:"mae"`
}

// NewResiduals compares two lists of numbers, which are not empty.
func NewResiduals(name string, truth, predicted []float32) *Residuals {
	r := &Residuals{Name: name, N: len(truth), truth: truth, predicted: predicted}
	n := float64(r.N)
	mean := 0.0
	sorted := make([]float64, r.N)
	errors := make([]float64, r.N)
	for i, y := range truth {
		sorted[i] = float64(y)
		mean += float64(y) / n
	}
	slices.Sort(sorted)
	median := (sorted[(r.N-1)/2] + sorted[r.N/2]) / 2
	var squares, about float64
	for i, y := range truth {
		d := float64(predicted[i]) - float64(y)
		errors[i] = math.Abs(d)
		r.MAE += math.Abs(d) / n
		r.Bias += d / n
		squares += d * d
		about += (float64(y) - mean) * (float64(y) - mean)
		r.Baseline += math.Abs(float64(y)-median) / n
	}
	r.RMSE = math.Sqrt(squares / n)
	if about > 0 {
		r.R2 = 1 - squares/about
	}
	slices.Sort(errors)
	for _, q := range []float64{0.5, 0.9, 0.99, 1} {
		r.Quantile = append(r.Quantile, errors[max(0, int(math.Ceil(q*n))-1)])
	}
	r.tenths(truth, predicted)
	return r
}

func (r *Residuals) tenths(truth, predicted []float32) {
	order := make([]int, r.N)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case predicted[a] < predicted[b]:
			return -1
		case predicted[a] > predicted[b]:
			return 1
		}
		return 0
	})
	parts := min(10, r.N)
	for k := range parts {
		part := order[k*r.N/parts : (k+1)*r.N/parts]
		t := Tenth{Low: float64(predicted[part[0]]), High: float64(predicted[part[len(part)-1]]), Count: len(part)}
		for _, i := range part {
			t.Predicted += float64(predicted[i]) / float64(len(part))
			t.True += float64(truth[i]) / float64(len(part))
			t.MAE += math.Abs(float64(predicted[i])-float64(truth[i])) / float64(len(part))
		}
		r.Tenths = append(r.Tenths, t)
	}
}

// Picture draws the residuals.
func (r *Residuals) Picture() (*plot.Picture, error) {
	return plot.Residuals(r.Name, r.truth, r.predicted)
}

// String shows the errors, and where they are large.
func (r *Residuals) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "MAE        %.5g (always saying the median: %.5g)\nRMSE       %.5g\nR²         %.4f\nbias       %.4g (predicted - true)\n", r.MAE, r.Baseline, r.RMSE, r.R2, r.Bias)
	fmt.Fprintf(&b, "errors     half at most %.4g, 90 %% %.4g, 99 %% %.4g, all %.4g\n", r.Quantile[0], r.Quantile[1], r.Quantile[2], r.Quantile[3])
	if len(r.Tenths) < 2 {
		return b.String()
	}
	fmt.Fprintf(&b, "predicted                  rows  mean true   MAE\n")
	most := 0.0
	for _, t := range r.Tenths {
		most = max(most, t.MAE)
	}
	for _, t := range r.Tenths {
		bar := 0
		if most > 0 {
			bar = int(math.Round(20 * t.MAE / most))
		}
		fmt.Fprintf(&b, "%10.4g to %-10.4g %6d %10.4g   %-9.4g %s\n", t.Low, t.High, t.Count, t.True, t.MAE, strings.Repeat("█", bar))
	}
	return b.String()
}
