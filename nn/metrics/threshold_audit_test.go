package metrics_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// TestThresholdItself: a prediction of just the threshold counts as 0 (tf-keras
// compares p > threshold; Keras 2.3 rounds half to even, which agrees at 0.5).
func TestThresholdItself(t *testing.T) {
	y, p := tensor.From([]float32{1, 0, 0, 0}, 4, 1), tensor.From([]float32{0.5, 0.5, 0.5, 0.75}, 4, 1)
	m := &metrics.BinaryAccuracy{Threshold: new(0.5)}
	yv, pv := ops.Input(4, 1), ops.Input(4, 1)
	prog := ops.Compile(ops.Spec{In: []*ops.Value{yv, pv}, Out: []*ops.Value{m.Update(yv, pv, nil)}})
	if err := prog.Run(ops.State{}, []*tensor.Tensor{y, p}); err != nil {
		t.Fatal(err)
	}
	sums := prog.Out(0).Data()
	if got := m.Result([]float64{float64(sums[0]), float64(sums[1])}); got != 0.5 {
		t.Errorf("accuracy %g, want 0.5: the second and the third are right", got)
	}
}
