package optimizers

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Lion]()
	nn.Alias(&Lion{LearningRate: 0.0001, EMAMomentum: new(0.99), Beta1: new(0.9), Beta2: new(0.99)}, "lion")
}

// Lion steps by the sign of a mean: w -= lr·sign(Beta1·m + (1-Beta1)·g), then
// m = Beta2·m + (1-Beta2)·g. Its learning rate is about a tenth of Adam's. Chen et
// al., 2023 (arXiv 2302.06675).
type Lion struct {
	LearningRate              float64     `default:"0.0001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Beta1                     *float64    `default:"0.9" keras:"beta_1"`
	Beta2                     *float64    `default:"0.99" keras:"beta_2"`
	WeightDecay               float64
	Decay                     float64
	Clipnorm                  float64  // of each gradient; 0 is off
	Clipvalue                 float64  // 0 is off
	GlobalClipnorm            float64  // of all gradients together; 0 is off
	UseEMA                    bool     `keras:"use_ema"` // average the weights
	EMAMomentum               *float64 `default:"0.99" keras:"ema_momentum"`
	EMAOverwriteFrequency     int      `keras:"ema_overwrite_frequency"` // updates after which averages replace weights; 0: when Fit ends
	GradientAccumulationSteps int      // batches an update; 0: one
}

// Slots is 1.
func (o *Lion) Slots() int { return 1 }

// SlotNames are those of Keras.
func (o *Lion) SlotNames() [][]nn.SlotName { return oneGroup("m") }

// Update does one update. Slot: mean.
func (o *Lion) Update(t nn.Step, w, g []float32, s [][]float32) {
	kernel.Lion(w, g, s[0], float32(t.LR), float32(*o.Beta1), float32(*o.Beta2))
}

// Settings returns what the trainer needs.
func (o *Lion) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Lion) Idle() bool { return true }

// Validate checks the settings.
func (o *Lion) Validate() error {
	if err := part("Lion", "beta_1", *o.Beta1); err != nil {
		return err
	}
	if err := part("Lion", "beta_2", *o.Beta2); err != nil {
		return err
	}
	return validate("Lion", o.Settings())
}
