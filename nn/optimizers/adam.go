package optimizers

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Adam]()
	nn.Alias(&Adam{LearningRate: 0.001, EMAMomentum: new(0.99), Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}, "adam")
}

// Adam keeps running means of the gradient and of its square:
// w -= lr·√(1-Beta2ᵗ)/(1-Beta1ᵗ)·m/(√v+Epsilon). AMSGrad takes the largest v so
// far. Kingma and Ba, 2014 (arXiv 1412.6980); Reddi et al., 2018.
type Adam struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Beta1                     *float64    `default:"0.9" keras:"beta_1"`
	Beta2                     *float64    `default:"0.999" keras:"beta_2"`
	Epsilon                   float64     `default:"1e-7"`
	AMSGrad                   bool        `keras:"amsgrad"`
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

// Slots is 2, or 3 with AMSGrad.
func (o *Adam) Slots() int {
	if o.AMSGrad {
		return 3
	}
	return 2
}

// SlotNames are those of Keras.
func (o *Adam) SlotNames() [][]nn.SlotName { return adamSlots(o.AMSGrad) }

func adamSlots(amsgrad bool) [][]nn.SlotName {
	names := oneGroup("m", "v")
	if amsgrad {
		names = append(names, []nn.SlotName{{Name: "vhat", Slot: 2}})
	}
	return names
}

// Update does one update. Slots: mean, squares, largest squares.
func (o *Adam) Update(t nn.Step, w, g []float32, s [][]float32) {
	adam(t, w, g, s, *o.Beta1, *o.Beta2, o.Epsilon, o.AMSGrad)
}

// adam is the update of Adam and AdamW.
func adam(t nn.Step, w, g []float32, s [][]float32, beta1, beta2, epsilon float64, amsgrad bool) {
	alpha := float32(t.LR * math.Sqrt(1-t.Pow(beta2)) / (1 - t.Pow(beta1)))
	b1, b2, eps := float32(beta1), float32(beta2), float32(epsilon)
	if amsgrad {
		kernel.AMSGrad(w, g, s[0], s[1], s[2], alpha, b1, b2, eps)
		return
	}
	kernel.Adam(w, g, s[0], s[1], alpha, b1, b2, eps)
}

// Settings returns what the trainer needs.
func (o *Adam) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps, Bases: [2]float64{*o.Beta1, *o.Beta2}}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Adam) Idle() bool { return true }

// Validate checks the settings.
func (o *Adam) Validate() error {
	if err := running("Adam", o.Epsilon, *o.Beta1, *o.Beta2); err != nil {
		return err
	}
	return validate("Adam", o.Settings())
}
