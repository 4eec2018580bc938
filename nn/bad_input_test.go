package nn_test

import (
	"context"
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestBadInput: what is wrong with data and settings is said in these words.
func TestBadInput(t *testing.T) {
	ctx := context.Background()
	compiled := func(units int, a activations.Activation, l nn.Loss) *nn.Model {
		m := nn.NewSequential(nn.Input(2), nn.Name("out", &layers.Dense{Units: units, Activation: a}))
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: l}))
		return m
	}
	sparse := func() *nn.Model { return compiled(3, activations.Softmax, losses.SparseCategoricalCrossentropy{}) }
	binary := func() *nn.Model { return compiled(1, activations.Sigmoid, losses.BinaryCrossentropy{}) }
	mse := func() *nn.Model { return compiled(2, nil, losses.MeanSquaredError{}) }
	x := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	fit := func(m *nn.Model, x, y *tensor.Tensor, c nn.FitConfig) error {
		_, err := m.Fit(ctx, pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 2}), c)
		return err
	}
	ids, two := tensor.From([]float32{0, 1, 2}, 3), tensor.New(3, 2)
	for _, c := range []struct {
		name string
		err  func() error
		want string
	}{
		{"targets too few", func() error { return fit(sparse(), x, tensor.New(2), nn.FitConfig{}) }, "pipeline: Arrays: Y[0] has 2 samples (shape [2]) but X[0] has 3 (shape [3 2]); all arrays need the same first axis"},
		{"a class too many", func() error { return fit(sparse(), x, tensor.From([]float32{0, 3, 1}, 3), nn.FitConfig{}) }, `nn: output "out": label 1 is 3, but the model has 3 classes: ids go from 0 to 2; start ids at 0, or give the last layer more units`},
		{"a label that is no id", func() error { return fit(sparse(), x, tensor.From([]float32{0, 0.5, 1}, 3), nn.FitConfig{}) }, `nn: output "out": label 1 is 0.5, but the model has 3 classes: ids go from 0 to 2; start ids at 0, or give the last layer more units`},
		{"one-hot for ids", func() error { return fit(sparse(), x, tensor.New(3, 3), nn.FitConfig{}) }, `nn: output "out": loss sparse_categorical_crossentropy needs class ids (2,), got one-hot targets (2, 3); use losses.CategoricalCrossentropy`},
		{"a label beyond 1", func() error { return fit(binary(), x, ids, nn.FitConfig{Epochs: 1}) }, `nn: output "out": loss binary_crossentropy: target 0 is 2; want 0 to 1; for labels -1 and 1 use losses.Hinge, for class ids losses.SparseCategoricalCrossentropy`},
		{"no broadcasting", func() error { return fit(mse(), x, tensor.New(3, 1), nn.FitConfig{}) }, `nn: output "out": loss mean_squared_error: targets have shape (2, 1), predictions (2, 2); they must be the same`},
		{"no broadcasting of a list", func() error { return fit(mse(), x, tensor.New(3), nn.FitConfig{}) }, `nn: output "out": loss mean_squared_error: targets have shape (2,), predictions (2, 2); they must be the same`},
		{"NaN", func() error { return fit(mse(), tensor.From([]float32{1, 2, 3, nan, 5, 6}, 3, 2), two, nn.FitConfig{}) }, "nn: the data hold no number at epoch 1 batch 1: input input_1, sample 1, column 1 (value NaN), which is row 1 of the arrays; clean the data: every value must be finite"},
		{"infinity", func() error { return fit(mse(), tensor.From([]float32{1, 2, 3, 4, inf, 6}, 3, 2), two, nn.FitConfig{}) }, "nn: the data hold no number at epoch 1 batch 2: input input_1, sample 0, column 0 (value +Inf), which is row 2 of the arrays; clean the data: every value must be finite"},
		{"NaN target", func() error { return fit(mse(), x, tensor.From([]float32{0, 0, 0, nan, 0, 0}, 3, 2), nn.FitConfig{}) }, "nn: the data hold no number at epoch 1 batch 1: target of output out, sample 1, column 1 (value NaN), which is row 1 of the arrays; clean the data: every value must be finite"},
		{"infinite target", func() error { return fit(mse(), x, tensor.From([]float32{0, -inf, 0, 0, 0, 0}, 3, 2), nn.FitConfig{}) }, "nn: the data hold no number at epoch 1 batch 1: target of output out, sample 0, column 1 (value -Inf), which is row 0 of the arrays; clean the data: every value must be finite"},
		{"NaN among shuffled rows, made ahead", func() error {
			// The last row is for validation; the others are read as 1, 0.
			x := tensor.From([]float32{1, nan, 3, 4, 5, 6}, 3, 2)
			src := pipeline.Arrays(x, two, pipeline.ArraysConfig{BatchSize: 1, Shuffle: true, Seed: 3})
			_, err := mse().Fit(ctx, src, nn.FitConfig{MaxQueueSize: 2, ValidationSplit: 0.3})
			return err
		}, "nn: the data hold no number at epoch 1 batch 2: input input_1, sample 0, column 1 (value NaN), which is row 0 of the arrays; clean the data: every value must be finite"},
		{"NaN in validation", func() error {
			x := tensor.From([]float32{1, 2, 3, 4, 5, nan}, 3, 2)
			return fit(mse(), x, two, nn.FitConfig{ValidationSplit: 0.3})
		}, "validation: nn: the data hold no number: input input_1, sample 0, column 1 (value NaN), which is row 2 of the arrays; clean the data: every value must be finite"},
		{"NaN in evaluation", func() error {
			_, err := mse().Evaluate(ctx, pipeline.Arrays(tensor.From([]float32{nan, 2}, 1, 2), tensor.New(1, 2), pipeline.ArraysConfig{}), nn.EvaluateConfig{})
			return err
		}, "nn: the data hold no number: input input_1, sample 0, column 0 (value NaN), which is row 0 of the arrays; clean the data: every value must be finite"},
		{"negative epochs", func() error { return fit(mse(), x, two, nn.FitConfig{Epochs: -1}) }, "nn: Fit: Epochs is -1; want 0 (1 epoch) or more"},
		{"negative steps", func() error {
			_, err := mse().Predict(ctx, pipeline.Arrays(x, nil, pipeline.ArraysConfig{}), nn.PredictConfig{Steps: -1})
			return err
		}, "nn: Predict: Steps is -1; want 1 or more, or 0 for all the data"},
		{"no data", func() error { _, err := mse().Evaluate(ctx, nil, nn.EvaluateConfig{}); return err }, "nn: Evaluate: no data"},
		{"no data to predict", func() error { _, err := mse().Predict(ctx, nil, nn.PredictConfig{}); return err }, "nn: Predict: no data"},
		{"queue", func() error { return fit(mse(), x, two, nn.FitConfig{MaxQueueSize: -2}) }, "nn: Fit: MaxQueueSize is -2; want 1 or more batches, or 0 for none ahead"},
		{"two frequencies", func() error { return fit(mse(), x, two, nn.FitConfig{ValidationFreq: 2, ValidationEpochs: []int{1}}) }, "nn: Fit: both ValidationFreq and ValidationEpochs are set; choose one"},
		{"epoch 0", func() error { return fit(mse(), x, two, nn.FitConfig{ValidationEpochs: []int{0}}) }, "nn: Fit: ValidationEpochs holds 0; epochs count from 1 there"},
		{"unknown class weight", func() error { return fit(sparse(), x, ids, nn.FitConfig{ClassWeight: map[int]float64{0: 1, 5: 2}}) }, `nn: Fit: class weights of output "out": there is no class 5; the output has the classes 0 to 2`},
	} {
		err := c.err()
		if err == nil {
			t.Errorf("%s: no error, want %q", c.name, c.want)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, err.Error(), c.want)
		}
	}
}
