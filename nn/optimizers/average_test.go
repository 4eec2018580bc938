package optimizers_test

import (
	"context"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Fit ends with the averages. By hand: the weight 1 has the gradient 2 in the
// loss w², so it becomes 1 - 0.1·2 = 0.8, and the average 0.9·1 + 0.1·0.8 = 0.98.
func TestFitEndsWithAverages(t *testing.T) {
	d := &layers.Dense{Units: 1, UseBias: new(false)}
	m := nn.NewSequential(nn.Input(1), d)
	must(t, m.Compile(nn.CompileConfig{
		Optimizer: &optimizers.SGD{LearningRate: 0.1, UseEMA: true, EMAMomentum: new(0.9)}, Loss: losses.MeanSquaredError{},
	}))
	w := m.Weights()[0]
	must(t, w.Set(tensor.From([]float32{1}, 1, 1)))
	src := pipeline.Arrays(tensor.From([]float32{1}, 1, 1), tensor.New(1, 1), pipeline.ArraysConfig{BatchSize: 1})
	_, err := m.Fit(context.Background(), src, nn.FitConfig{})
	must(t, err)
	if got := w.Value().Data()[0]; got < 0.97999 || got > 0.98001 {
		t.Errorf("the weight is %g, want 0.98", got)
	}
}

func TestMistakesInAverages(t *testing.T) {
	for _, o := range []*optimizers.SGD{{UseEMA: true, EMAMomentum: new(1.5)}, {UseEMA: true, EMAOverwriteFrequency: -1}} {
		if _, err := config.Complete(o); err == nil || !strings.Contains(err.Error(), "optimizer SGD: ema_") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}

// Callbacks see the rate of the schedule: 0.5/(1 + 3/3) after three updates.
func TestRunShowsSchedule(t *testing.T) {
	m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1})
	must(t, m.Compile(nn.CompileConfig{
		Optimizer: &optimizers.SGD{Schedule: &optimizers.InverseTimeDecay{InitialLearningRate: 0.5, DecaySteps: 3, DecayRate: 1}}, Loss: losses.MeanSquaredError{},
	}))
	var rate float64
	seen := &callbacks.LambdaCallback{EpochEnd: func(r *nn.Run, _ int, _ *nn.Logs) error { rate = r.LearningRate(); return nil }}
	_, err := m.Fit(context.Background(), pipeline.Arrays(tensor.New(3, 1), tensor.New(3, 1), pipeline.ArraysConfig{BatchSize: 1}), nn.FitConfig{Callbacks: []nn.Callback{seen}})
	must(t, err)
	if rate != 0.25 {
		t.Errorf("the rate is %g, want 0.25", rate)
	}
}
