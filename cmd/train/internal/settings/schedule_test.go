package settings

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn/optimizers"
)

// The schedules are Keras' (whose values the tests of nn/optimizers have), with
// epochs in the place of steps.
func TestSchedules(t *testing.T) {
	const top, epochs = 0.02, 12
	for _, c := range []struct {
		schedule Schedule
		keras    interface{ Rate(int) float64 }
	}{
		{Schedule{Name: "cosine"}, &optimizers.CosineDecay{InitialLearningRate: top, DecaySteps: epochs}},
		{Schedule{Name: "cosine", EndRate: 0.005}, &optimizers.CosineDecay{InitialLearningRate: top, DecaySteps: epochs, Alpha: 0.25}},
		{Schedule{Name: "polynomial", EndRate: 0.001, Power: 2}, &optimizers.PolynomialDecay{InitialLearningRate: top, DecaySteps: epochs, EndLearningRate: new(0.001), Power: 2}},
		{Schedule{Name: "exponential"}, &optimizers.ExponentialDecay{InitialLearningRate: top, DecaySteps: 1, DecayRate: 0.9}},
		{Schedule{Name: "exponential", DecayRate: 0.3, DecayEpochs: "5"}, &optimizers.ExponentialDecay{InitialLearningRate: top, DecaySteps: 5, DecayRate: 0.3}},
		{Schedule{Name: "step"}, &optimizers.ExponentialDecay{InitialLearningRate: top, DecaySteps: 4, DecayRate: 0.5, Staircase: true}},
		{Schedule{Name: "step", DecayRate: 0.1, DecayEpochs: "3"}, &optimizers.ExponentialDecay{InitialLearningRate: top, DecaySteps: 3, DecayRate: 0.1, Staircase: true}},
		// Keras' boundaries are the last steps of a value, so one less than ours.
		{Schedule{Name: "step", DecayRate: 0.1, DecayEpochs: "4, 10"}, &optimizers.PiecewiseConstantDecay{Boundaries: []int{3, 9}, Values: []float64{top, top / 10, top / 100}}},
		{Schedule{Name: "inverse-time", DecayRate: 2, DecayEpochs: "3"}, &optimizers.InverseTimeDecay{InitialLearningRate: top, DecaySteps: 3, DecayRate: 2}},
		{Schedule{Name: "constant"}, &optimizers.PiecewiseConstantDecay{Values: []float64{top}}},
	} {
		for e := range epochs {
			got, want := c.schedule.Rate(top, float64(e), epochs), c.keras.Rate(e)
			if math.Abs(got-want) > 1e-15 {
				t.Errorf("%+v: epoch %d has %v, Keras %v", c.schedule, e, got, want)
			}
		}
	}
}

// A warm-up rises in a straight line; what follows begins after it.
func TestWarmup(t *testing.T) {
	c := Schedule{Name: "cosine", Warmup: 2}
	after := Schedule{Name: "cosine"}
	for _, x := range []struct{ at, want float64 }{{0.5, 0.25}, {1, 0.5}, {1.75, 0.875}, {2, 1}, {2.9, 1}, {7, after.Rate(1, 5, 10)}} {
		if got := c.Rate(1, x.at, 12); math.Abs(got-x.want) > 1e-15 {
			t.Errorf("after %v epochs the rate is %v; want %v", x.at, got, x.want)
		}
	}
}

// Numbers that make no schedule are refused.
func TestScheduleMistakes(t *testing.T) {
	for _, args := range [][]string{
		{"--decay-rate=-1"}, {"--decay-rate=1.5"}, {"--decay-epochs=0"}, {"--decay-epochs=5,4", "--schedule=step"}, {"--decay-epochs=5,10"}, {"--decay-epochs=x"},
		{"--end-rate=-1"}, {"--end-rate=0.1", "--learning-rate=0.01"}, {"--power=0"}, {"--warmup=-1"}, {"--warmup=3", "--epochs=3"},
	} {
		s := Default()
		f := Flags(s)
		if _, err := f.Parse(args); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if s.Validate(f.Changed) == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
