package wire

import (
	"math"
	"testing"
)

// Counted by hand, in operations of one sample (a multiplication and an
// addition are two): see each line.
func TestFLOP(t *testing.T) {
	for name, want := range map[string][2]float64{
		// 784·512 + 512·512 + 512·10 weights; the first has no gradient of its input
		"mlp": {2 * (401408 + 262144 + 5120), 2 * (2*401408 + 3*262144 + 3*5120)},
		// conv 26·26·9·32, conv 24·24·9·32·64, dense 12·12·64·128, dense 128·10
		"cnn28": {2 * (194688 + 10616832 + 1179648 + 1280), 2 * (2*194688 + 3*(10616832+1179648+1280))},
		// 80 steps of 4 gates × 128 units × (128 inputs + 128 states), dense 128·1; the embedding has a gradient
		"lstm": {2 * (80*131072 + 128), 6 * (80*131072 + 128)},
		"gru":  {2 * (80*98304 + 128), 6 * (80*98304 + 128)},
	} {
		forward, step := Named(name).FLOP()
		if forward != want[0] || step != want[1] {
			t.Errorf("%s: %g and %g, want %g and %g", name, forward, step, want[0], want[1])
		}
	}
	// He et al. (2015) give 0.04 billion multiplications and additions for ResNet-20;
	// projections make it a little more.
	if forward, _ := Named("resnet20").FLOP(); math.Abs(forward/2-41e6) > 1e6 {
		t.Errorf("resnet20: %g multiplications forward", forward/2)
	}
}
