package layers_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestWhenFrozen: what the three rules do with the batch 1, 3, whose mean is 2
// and whose variance is 1, while the moving averages are 0 and 1. Epsilon is 0
// and the momentum ½.
func TestWhenFrozen(t *testing.T) {
	for rule, want := range map[layers.FrozenRule]struct{ y, mean, variance float32 }{
		"":                     {1, 0, 1}, // (1 - 0)/√1
		layers.FrozenInference: {1, 0, 1},
		layers.FrozenBatch:     {-1, 0, 1}, // (1 - 2)/√1
		layers.FrozenUpdate:    {-1, 1, 1},
	} {
		l := nn.Freeze(&layers.BatchNormalization{WhenFrozen: rule, Momentum: new(0.5), Epsilon: 1e-12})
		must(t, nn.Apply(l, nn.Input(1)).Err())
		ws := nn.BaseOf(l).Weights()
		for i, v := range []float32{1, 0, 0, 1} {
			must(t, ws[i].Set(tensor.From([]float32{v}, 1)))
		}
		x := ops.Input(2, 1)
		tr, err := nn.Trace(l, true, []*ops.Value{x}, nil)
		must(t, err)
		p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: tr.Out, Assign: tr.Assign})
		must(t, p.Run(ops.State{}, []*tensor.Tensor{tensor.From([]float32{1, 3}, 2, 1)}))
		got := []float32{p.Out(0).Data()[0], ws[2].Value().Data()[0], ws[3].Value().Data()[0]}
		for i, w := range []float32{want.y, want.mean, want.variance} {
			if math.Abs(float64(got[i]-w)) > 1e-5 {
				t.Errorf("%q: y, mean, variance are %v, want %v", rule, got, want)
				break
			}
		}
	}
}

// TestEmbeddingOutOfRange: the first batch says which id is too large, where,
// and what the limit is, in training and in prediction.
func TestEmbeddingOutOfRange(t *testing.T) {
	m := nn.NewSequential(nn.Input(2), nn.Name("words", &layers.Embedding{InputDim: 5, OutputDim: 2}), &layers.Flatten{}, &layers.Dense{Units: 1})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
	x := tensor.From([]float32{0, 1, 4, 5}, 2, 2)
	src := pipeline.Arrays(x, tensor.New(2, 1), pipeline.ArraysConfig{BatchSize: 2})
	_, fit := m.Fit(context.Background(), src, nn.FitConfig{})
	_, predict := m.PredictOnBatch(x)
	for _, err := range []error{fit, predict} {
		var id *ops.IDError
		if !errors.As(err, &id) || !strings.Contains(err.Error(), `layer "words": id 5 (sample 1, step 1) is outside a table of 5 rows: ids go from 0 to 4`) {
			t.Errorf("got %v", err)
		}
	}
}

// TestEmbeddingUnknownLength: a length that the input does not know is no mistake.
func TestEmbeddingUnknownLength(t *testing.T) {
	must(t, nn.Apply(&layers.Embedding{InputDim: 5, OutputDim: 2, InputLength: []int{4}}, nn.Input(nn.Unknown)).Err())
	must(t, nn.Apply(&layers.Embedding{InputDim: 5, OutputDim: 2, InputLength: []int{nn.Unknown, 3}}, nn.Input(7, 3)).Err())
}
