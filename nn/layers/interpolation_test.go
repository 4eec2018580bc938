package layers_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// enlarged is a row of one channel, enlarged.
func enlarged(t *testing.T, m layers.Interpolation, factor int, row ...float32) []float32 {
	t.Helper()
	model := nn.NewSequential(nn.Input(1, len(row), 1), &layers.UpSampling2D{Size: [2]int{1, factor}, Interpolation: m})
	out, err := model.PredictOnBatch(tensor.From(row, 1, 1, len(row), 1))
	must(t, err)
	return out[0].Data()
}

// TestInterpolationByHand: a single 1 shows the weights. Its neighbours at
// distances of ¼ … 1¾ cells get Keys' (1.5d-2.5)d²+1 and -0.5d³+2.5d²-4d+2.
func TestInterpolationByHand(t *testing.T) {
	for name, c := range map[string]struct {
		got, want []float32
	}{
		"bilinear": {enlarged(t, layers.Bilinear, 2, 0, 0, 1, 0, 0), []float32{0, 0, 0, 0.25, 0.75, 0.75, 0.25, 0, 0, 0}},
		"nearest":  {enlarged(t, layers.Nearest, 2, 1, 2, 3), []float32{1, 1, 2, 2, 3, 3}},
		"area":     {enlarged(t, layers.Area, 3, 1, 2), []float32{1, 1, 1, 2, 2, 2}},
		"bicubic":  {enlarged(t, layers.Bicubic, 2, 0, 0, 0, 1, 0, 0, 0)[2:12], []float32{0, -0.0234375, -0.0703125, 0.2265625, 0.8671875, 0.8671875, 0.2265625, -0.0703125, -0.0234375, 0}},
	} {
		for i, w := range c.want {
			if math.Abs(float64(c.got[i]-w)) > 1e-6 {
				t.Errorf("%s: %v, want %v", name, c.got, c.want)
				break
			}
		}
	}
}

// TestInterpolationKeepsLevels: an even area stays even up to its borders.
func TestInterpolationKeepsLevels(t *testing.T) {
	for _, m := range []layers.Interpolation{layers.Bilinear, layers.Bicubic, layers.Lanczos3, layers.Lanczos5, layers.Gaussian, layers.MitchellCubic} {
		for i, v := range enlarged(t, m, 3, 2, 2, 2, 2) {
			if math.Abs(float64(v)-2) > 1e-6 {
				t.Errorf("%s: cell %d is %g, want 2", m, i, v)
			}
		}
	}
}
