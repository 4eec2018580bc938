package optimizers

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Adadelta]()
	nn.Alias(&Adadelta{LearningRate: 0.001, EMAMomentum: new(0.99), Rho: new(0.95), Epsilon: 1e-7}, "adadelta")
}

// Adadelta scales the gradient by running roots of squares, of the steps by
// those of the gradients: a = Rho·a + (1-Rho)·g², d = √(u+Epsilon)/√(a+Epsilon)·g,
// u = Rho·u + (1-Rho)·d², w -= lr·d. The paper has lr = 1. Zeiler, 2012 (arXiv 1212.5701).
type Adadelta struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Rho                       *float64    `default:"0.95"`
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
func (o *Adadelta) Slots() int { return 2 }

// SlotNames are those of Keras.
func (o *Adadelta) SlotNames() [][]nn.SlotName {
	return oneGroup("accumulated_grad", "accumulated_delta_var")
}

// Update does one update. Slots: squares of gradients, squares of steps.
func (o *Adadelta) Update(t nn.Step, w, g []float32, s [][]float32) {
	kernel.Adadelta(w, g, s[0], s[1], float32(t.LR), float32(*o.Rho), float32(o.Epsilon))
}

// Settings returns what the trainer needs.
func (o *Adadelta) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Adadelta) Idle() bool { return true }

// Validate checks the settings.
func (o *Adadelta) Validate() error {
	if err := part("Adadelta", "rho", *o.Rho); err != nil {
		return err
	}
	if err := small("Adadelta", o.Epsilon); err != nil {
		return err
	}
	return validate("Adadelta", o.Settings())
}
