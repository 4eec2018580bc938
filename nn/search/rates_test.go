package search

import (
	"context"
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestLearningRates follows one weight by hand: the loss of w·1 against 0 is w²,
// its gradient 2w, so plain descent multiplies w by 1-2·rate.
func TestLearningRates(t *testing.T) {
	x, y := tensor.Ones(4, 1), tensor.New(4, 1)
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 2})
	c := RatesConfig{From: 0.001, To: 4, Steps: 60, Smoothing: 0.5}
	got, err := LearningRates(context.Background(), func() (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, UseBias: new(false), KernelInitializer: &initializers.Ones{}})
		return m, nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}
	}, data, c)
	if err != nil {
		t.Fatal(err)
	}
	w, past, lowest := 1., 0., math.Inf(1)
	for i := range got.Rate {
		rate := c.From * math.Pow(c.To/c.From, float64(i)/59)
		loss := w * w
		past = 0.5*past + 0.5*loss
		smooth := past / (1 - math.Pow(0.5, float64(i+1)))
		lowest = math.Min(lowest, smooth)
		for _, v := range [][2]float64{{got.Rate[i], rate}, {got.Loss[i], loss}, {got.Smooth[i], smooth}} {
			if math.Abs(v[0]-v[1]) > 1e-4*math.Abs(v[1])+1e-6 {
				t.Fatalf("step %d: got %v, want %v", i, v[0], v[1])
			}
		}
		if last := i == len(got.Rate)-1; last != (smooth > 4*lowest || i == 59) {
			t.Fatalf("step %d of %d: smoothed loss %v, lowest %v", i, len(got.Rate), smooth, lowest)
		}
		w *= 1 - 2*rate
	}
	if s, l := got.Steepest(), got.Lowest(); s <= 0.001 || s >= l {
		t.Errorf("steepest at %v, lowest at %v", s, l)
	}
}

func TestLearningRatesMistakes(t *testing.T) {
	_, err := LearningRates(context.Background(), nil, nil, RatesConfig{From: 1, To: 0.5})
	if err == nil {
		t.Fatal("To below From is no error")
	}
	_, err = LearningRates(context.Background(), func() (*nn.Model, nn.CompileConfig) {
		return nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1}), nn.CompileConfig{
			Optimizer: &optimizers.SGD{Schedule: &optimizers.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 10, DecayRate: 0.9}}, Loss: losses.MeanSquaredError{}}
	}, pipeline.Arrays(tensor.Ones(4, 1), tensor.New(4, 1), pipeline.ArraysConfig{}), RatesConfig{})
	if err == nil || err.Error() != "search: LearningRates: the optimizer has a Schedule, which sets the rate; leave it out here" {
		t.Fatalf("a schedule: %v", err)
	}
}
