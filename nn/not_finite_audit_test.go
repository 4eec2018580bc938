package nn_test

import (
	"errors"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestInfiniteGradientOfFiniteLoss: √|p-y| is 0 where its slope is infinite.
// Training must stop before the update, although the loss looks well.
func TestInfiniteGradientOfFiniteLoss(t *testing.T) {
	m := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 1})
	root := nn.LossFunc("root", func(y, p *ops.Value) *ops.Value {
		return ops.Mean(ops.Sqrt(ops.Abs(ops.Sub(p, y))), -1)
	})
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: root}); err != nil {
		t.Fatal(err)
	}
	for _, w := range m.Weights() {
		clear(w.Value().Data())
	}
	_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.Ones(2, 3)}, Y: []*tensor.Tensor{tensor.New(2, 1)}})
	var nf *nn.NotFiniteError
	if !errors.As(err, &nf) || nf.Loss != 0 || nf.Tensor == "" {
		t.Fatalf("got %v, want a NotFiniteError with a loss of 0 that names a tensor", err)
	}
	for _, w := range m.Weights() {
		for _, x := range w.Value().Data() {
			if x != 0 {
				t.Fatalf("weight %s was changed to %v", w.Name(), w.Value())
			}
		}
	}
	if m.Updates() != 0 {
		t.Errorf("%d updates are counted, want 0", m.Updates())
	}
}
