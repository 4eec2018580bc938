package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestRecurrentDropoutPerGate: one mask for all gates under Implementation 2,
// one for each gate under 1 or with RecurrentDropout (as tf-keras). The
// gradient of the kernel tells: a dropped feature leaves its row without any, for all
// gates or for one.
func TestRecurrentDropoutPerGate(t *testing.T) {
	for name, c := range map[string]struct {
		l       *layers.LSTM
		perGate bool
	}{
		"2":                       {&layers.LSTM{Units: 2, Dropout: 0.5}, false},
		"1":                       {&layers.LSTM{Units: 2, Dropout: 0.5, Implementation: 1}, true},
		"2 and recurrent dropout": {&layers.LSTM{Units: 2, Dropout: 0.5, RecurrentDropout: 0.5}, true},
	} {
		t.Run(name, func(t *testing.T) {
			const features = 40
			m := nn.NewSequential(nn.Input(1, features), c.l)
			total := nn.LossFunc("total", func(_, p *ops.Value) *ops.Value { return ops.Sum(p, -1) })
			if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1}, Loss: total}); err != nil {
				t.Fatal(err)
			}
			before := m.GetWeights()[0].Data()
			if _, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.Ones(1, 1, features)}, Y: []*tensor.Tensor{tensor.New(1, 2)}}); err != nil {
				t.Fatal(err)
			}
			after := m.GetWeights()[0].Data()
			differ, kept := 0, 0
			for f := range features {
				gate := func(g int) bool { return before[f*8+2*g] != after[f*8+2*g] } // f has no gradient: c before is 0
				i, cell, o := gate(0), gate(2), gate(3)
				if i {
					kept++
				}
				if i != cell || i != o {
					differ++
				}
			}
			if kept == 0 || kept == features {
				t.Fatalf("%d of %d features kept", kept, features)
			}
			if (differ > 0) != c.perGate {
				t.Errorf("%d of %d features are dropped for some gates only; one mask a gate: %v", differ, features, c.perGate)
			}
		})
	}
}
