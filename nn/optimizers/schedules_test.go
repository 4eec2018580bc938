package optimizers_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/optimizers"
)

// TestSchedulesAreKeras compares the rates of every schedule with real Keras.
func TestSchedulesAreKeras(t *testing.T) {
	tested := map[string]bool{}
	golden.Walk(t, "schedules", func(t *testing.T, c golden.Case) {
		var f struct {
			ClassName     string         `json:"class_name"`
			Config        map[string]any `json:"config"`
			Steps, Values string
		}
		c.Decode(t, &f)
		v, err := config.DecodeThing(map[string]any{"class_name": f.ClassName, "config": f.Config}, reflect.TypeFor[nn.Schedule]())
		must(t, err)
		tested[f.ClassName] = true
		var got []float32
		for _, s := range c.Array(t, f.Steps).Data {
			got = append(got, float32(v.(nn.Schedule).Rate(int(s))))
		}
		c.Close(t, f.Values, got)
	})
	for _, class := range config.Classes(reflect.TypeFor[nn.Schedule]()) {
		if !tested[class] {
			t.Errorf("schedule %s has no case made by Keras", class)
		}
	}
}

func TestMistakesInSchedules(t *testing.T) {
	for want, s := range map[string]nn.Schedule{
		"decay_steps is 0; want 1 or more":          &optimizers.ExponentialDecay{InitialLearningRate: 1},
		"initial_learning_rate is -1; want 0":       &optimizers.CosineDecay{InitialLearningRate: -1, DecaySteps: 1},
		"2 boundaries and 2 values; want one":       &optimizers.PiecewiseConstantDecay{Boundaries: []int{1, 2}, Values: []float64{1, 2}},
		"the boundaries are [2 1]; want them in":    &optimizers.PiecewiseConstantDecay{Boundaries: []int{2, 1}, Values: []float64{1, 2, 3}},
		"t_mul is 0.5, m_mul 1; want t_mul from 1":  &optimizers.CosineDecayRestarts{FirstDecaySteps: 2, TMul: 0.5},
		"warmup_steps is -1; want 0 or more":        &optimizers.CosineDecay{DecaySteps: 2, WarmupSteps: -1},
		"end_learning_rate is -0.1; want 0 or more": &optimizers.PolynomialDecay{DecaySteps: 2, EndLearningRate: new(-0.1)},
	} {
		_, err := config.Complete(&optimizers.SGD{Schedule: s})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: got %v, want %q", s, err, want)
		}
	}
}

// A schedule takes the place of the learning rate in the configuration.
func TestScheduleInConfig(t *testing.T) {
	o := &optimizers.SGD{Schedule: &optimizers.InverseTimeDecay{InitialLearningRate: 0.5, DecaySteps: 2, DecayRate: 1}}
	x, err := config.Encode(o)
	must(t, err)
	rate, _ := x.Get("learning_rate")
	if m, ok := rate.(config.Object); !ok || m[0].Value != "InverseTimeDecay" {
		t.Fatalf("learning_rate is written as %v", rate)
	}
}

// TestDecayToNothing: an end of 0 is 0, not Keras' default: 0.1·(1 - 5/20) and 0.
func TestDecayToNothing(t *testing.T) {
	s := &optimizers.PolynomialDecay{InitialLearningRate: 0.1, DecaySteps: 20, EndLearningRate: new(0.0)}
	if _, err := config.Complete(s); err != nil {
		t.Fatal(err)
	}
	for step, want := range map[int]float64{0: 0.1, 5: 0.075, 20: 0, 30: 0} {
		if got := s.Rate(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}
