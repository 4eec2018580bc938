package optimizers

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Adamax]()
	nn.Alias(&Adamax{LearningRate: 0.001, EMAMomentum: new(0.99), Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}, "adamax")
}

// Adamax is [Adam] with the largest recent gradient in the place of the root:
// u = max(Beta2·u, |g|), w -= lr/(1-Beta1ᵗ)·m/(u+Epsilon). Kingma and Ba, 2014, section 7.
type Adamax struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Beta1                     *float64    `default:"0.9" keras:"beta_1"`
	Beta2                     *float64    `default:"0.999" keras:"beta_2"`
	Epsilon                   float64     `default:"1e-7"`
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

// Slots is 2.
func (o *Adamax) Slots() int { return 2 }

// SlotNames are those of Keras.
func (o *Adamax) SlotNames() [][]nn.SlotName { return oneGroup("m", "u") }

// Update does one update. Slots: mean, largest gradient.
func (o *Adamax) Update(t nn.Step, w, g []float32, s [][]float32) {
	kernel.Adamax(w, g, s[0], s[1], float32(t.LR), float32(*o.Beta1), float32(*o.Beta2), float32(o.Epsilon), float32(1-t.Pow(*o.Beta1)))
}

// Settings returns what the trainer needs.
func (o *Adamax) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps, Bases: [2]float64{*o.Beta1}}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Adamax) Idle() bool { return true }

// Validate checks the settings.
func (o *Adamax) Validate() error {
	if err := running("Adamax", o.Epsilon, *o.Beta1); err != nil {
		return err
	}
	if err := part("Adamax", "beta_2", *o.Beta2); err != nil {
		return err
	}
	return validate("Adamax", o.Settings())
}
