package report

import (
	"math"
	"testing"
)

// By hand: the residuals are 0, 1, 0 and -2; the squares about the mean 2.5 are 5.
func TestResiduals(t *testing.T) {
	r := NewResiduals("y", []float32{1, 2, 3, 4}, []float32{1, 3, 3, 2})
	for name, c := range map[string][2]float64{"MAE": {r.MAE, 0.75}, "RMSE": {r.RMSE, math.Sqrt(1.25)}, "R2": {r.R2, 0}, "bias": {r.Bias, -0.25}, "baseline": {r.Baseline, 1}, "half": {r.Quantile[0], 0}, "all": {r.Quantile[3], 2}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, c[0], c[1])
		}
	}
	if n := len(r.Tenths); n != 4 || r.Tenths[1].MAE != 2 || r.Tenths[1].True != 4 {
		t.Errorf("%d parts: %+v", n, r.Tenths)
	}
}
