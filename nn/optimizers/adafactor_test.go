package optimizers_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/optimizers"
)

// A weight whose first row and last column have no gradient. By hand, step 1:
// β = 0, r = (0, 0.005, 0.02), mean(r) = 0.025/3, c = (0.05/3, 0), so that
// v = (0.01, 0.04) where there are gradients, u = 0.1/0.1 = 0.2/0.2 = 1,
// rms(u) = √(2/6) < 1, rms(w) = 1: these two move by the rate. tf-keras 2.21 and
// Keras 3.15 make all six numbers NaN.
func TestAdafactorWithoutGradients(t *testing.T) {
	o := &optimizers.Adafactor{Beta2Decay: new(-0.8), Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1}
	w := []float32{1, 1, 1, 1, 1, 1}
	slots := [][]float32{make([]float32, 3), make([]float32, 2), make([]float32, 6)}
	o.UpdateWhole(nn.Step{N: 1, LR: 0.002}, w, []float32{0, 0, 0.1, 0, 0.2, 0}, nn.Shape{3, 2}, slots)
	for i, want := range []float64{1, 1, 0.998, 1, 0.998, 1} {
		if math.Abs(float64(w[i])-want) > 1e-6 {
			t.Errorf("weight %d is %g, want %g", i, w[i], want)
		}
	}
}
