package nn_test

import (
	"testing"

	"github.com/antler-ml/antler/internal/golden"
)

// TestRunsGolden repeats whole trainings of real Keras, with metrics, masks, class,
// sample and step weights, several inputs and outputs, within 1e-5: the history of each
// epoch, weights, evaluation and predictions.
func TestRunsGolden(t *testing.T) {
	golden.Walk(t, "runs", func(t *testing.T, c golden.Case) {
		var f trainingCase
		c.Decode(t, &f)
		if c.RTol > 1e-5 {
			t.Errorf("the case allows %g, want 1e-5", c.RTol)
		}
		train(t, c, f)
	})
}
