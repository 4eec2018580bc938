package search

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/tensor"
)

func TestClassifierLearnsLabels(t *testing.T) {
	ctx := context.Background()
	x, y := clouds(90)
	for name, loss := range map[string]nn.Loss{"sparse": losses.SparseCategoricalCrossentropy{}, "one-hot": &losses.CategoricalCrossentropy{}} {
		c := &Classifier[settings]{Recipe: func(s settings) (*nn.Model, nn.CompileConfig) {
			m, cfg := sparse(3)(s)
			cfg.Loss = loss
			return m, cfg
		}, Params: base, Trial: Trial{Seed: 1}}
		c.Params.Epochs = 20
		if _, err := c.Fit(ctx, x, y); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		score, err := c.Score(ctx, x, y)
		if err != nil || score < 0.95 {
			t.Errorf("%s: score %v, %v", name, score, err)
		}
		got, err := c.Predict(ctx, x)
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for i, l := range got.Data() {
			if l != 10 && l != 20 && l != 30 {
				t.Fatalf("%s: predicted %v, which is no label", name, l)
			}
			if l == y.At(i) {
				right++
			}
		}
		if share := float64(right) / 90; share != score {
			t.Errorf("%s: %v of the predictions are right, Score says %v", name, share, score)
		}
	}
}

// TestClassifierOfOneOutput computes by hand: the model is sigmoid(2x - 1).
func TestClassifierOfOneOutput(t *testing.T) {
	ctx := context.Background()
	c := &Classifier[Training]{Recipe: func(Training) (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, Activation: activations.Sigmoid,
			KernelInitializer: &initializers.Constant{Value: 2}, BiasInitializer: &initializers.Constant{Value: -1}})
		return m, nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1e-30}, Loss: losses.BinaryCrossentropy{}}
	}}
	x := tensor.From([]float32{0, 0.4, 0.6, 3}, 4, 1)
	y := tensor.From([]float32{5, 5, 5, 9}, 4)
	if _, err := c.Score(ctx, x, y); !errors.Is(err, errNotFitted) {
		t.Errorf("Score before Fit: %v", err)
	}
	if _, err := c.Fit(ctx, x, y); err != nil {
		t.Fatal(err)
	}
	p, err := c.PredictProba(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range []float64{0, 0.4, 0.6, 3} {
		want := 1 / (1 + math.Exp(1-2*v))
		if math.Abs(float64(p.At(i, 1))-want) > 1e-6 || math.Abs(float64(p.At(i, 0))-(1-want)) > 1e-6 {
			t.Errorf("row %d: %v and %v, want %v and %v", i, p.At(i, 0), p.At(i, 1), 1-want, want)
		}
	}
	labels, err := c.Predict(ctx, x)
	if err != nil || !tensor.ArrayEqual(labels, tensor.From([]float32{5, 5, 9, 9}, 4)) {
		t.Errorf("labels %v, %v", labels, err)
	}
	if s, err := c.Score(ctx, x, y); s != 0.75 || err != nil {
		t.Errorf("score %v, %v; want 0.75", s, err)
	}
	if _, err := c.Score(ctx, x, tensor.From([]float32{5, 5, 5, 8}, 4)); err == nil || err.Error() != "search: Classifier: sample 3 has label 8, which was not among the 2 labels of Fit" {
		t.Errorf("unknown label: %v", err)
	}
}

// TestRegressor: the score of a model that predicts 3 for targets 1 and 2 is
// -((3-1)²+(3-2)²)/2 = -2.5.
func TestRegressor(t *testing.T) {
	ctx := context.Background()
	r := &Regressor[Training]{Recipe: func(Training) (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, KernelInitializer: &initializers.Zeros{}, BiasInitializer: &initializers.Constant{Value: 3}})
		return m, nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1e-30}, Loss: losses.MeanSquaredError{}}
	}}
	x, y := tensor.New(2, 1), tensor.From([]float32{1, 2}, 2)
	if _, err := r.Fit(ctx, x, y); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Score(ctx, x, y); s != -2.5 || err != nil {
		t.Errorf("score %v, %v; want -2.5", s, err)
	}
	p, err := r.Predict(ctx, x)
	if err != nil || p.Rank() != 1 || p.At(0) != 3 || p.At(1) != 3 {
		t.Errorf("predictions %v, %v", p, err)
	}
}

func TestEstimatorMistakes(t *testing.T) {
	ctx := context.Background()
	x, y := clouds(6)
	fit := func(c *Classifier[settings]) error { _, err := c.Fit(ctx, x, y); return err }
	bad := base
	bad.Epochs = -1
	for _, c := range []struct {
		err  error
		want string
	}{
		{fit(&Classifier[settings]{Params: base}), "search: Recipe is nil"},
		{fit(&Classifier[settings]{Params: bad, Recipe: sparse(3)}), "search: Training: Epochs -1, BatchSize 8; both must be at least 1"},
		{fit(&Classifier[settings]{Params: base, Recipe: func(settings) (*nn.Model, nn.CompileConfig) { return nil, nn.CompileConfig{} }}), "search: Recipe returned no model"},
		{fit(&Classifier[settings]{Params: base, Recipe: func(s settings) (*nn.Model, nn.CompileConfig) {
			m, _ := sparse(3)(s)
			return m, nn.CompileConfig{}
		}}), "nn: Compile: no optimizer"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), c.want) {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}
