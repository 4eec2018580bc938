package optimizers

import (
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[AdamW]()
	nn.Alias(&AdamW{LearningRate: 0.001, EMAMomentum: new(0.99), WeightDecay: new(0.004), Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}, "adamw")
}

// AdamW is [Adam] with weights that shrink apart from the gradients:
// w -= w·WeightDecay·lr comes first. Loshchilov and Hutter, 2017 (arXiv 1711.05101).
type AdamW struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	WeightDecay               *float64    `default:"0.004"`
	Beta1                     *float64    `default:"0.9" keras:"beta_1"`
	Beta2                     *float64    `default:"0.999" keras:"beta_2"`
	Epsilon                   float64     `default:"1e-7"`
	AMSGrad                   bool        `keras:"amsgrad"`
	Decay                     float64
	Clipnorm                  float64  // of each gradient; 0 is off
	Clipvalue                 float64  // 0 is off
	GlobalClipnorm            float64  // of all gradients together; 0 is off
	UseEMA                    bool     `keras:"use_ema"` // average the weights
	EMAMomentum               *float64 `default:"0.99" keras:"ema_momentum"`
	EMAOverwriteFrequency     int      `keras:"ema_overwrite_frequency"` // updates after which averages replace weights; 0: when Fit ends
	GradientAccumulationSteps int      // batches an update; 0: one
}

// Slots is 2, or 3 with AMSGrad.
func (o *AdamW) Slots() int {
	if o.AMSGrad {
		return 3
	}
	return 2
}

// SlotNames are those of Keras.
func (o *AdamW) SlotNames() [][]nn.SlotName { return adamSlots(o.AMSGrad) }

// Update does one update. Slots: mean, squares, largest squares.
func (o *AdamW) Update(t nn.Step, w, g []float32, s [][]float32) {
	adam(t, w, g, s, *o.Beta1, *o.Beta2, o.Epsilon, o.AMSGrad)
}

// Settings returns what the trainer needs.
func (o *AdamW) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: *o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps, Bases: [2]float64{*o.Beta1, *o.Beta2}}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *AdamW) Idle() bool { return true }

// Validate checks the settings.
func (o *AdamW) Validate() error {
	if err := running("AdamW", o.Epsilon, *o.Beta1, *o.Beta2); err != nil {
		return err
	}
	return validate("AdamW", o.Settings())
}
