package optimizers

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Adagrad]()
	nn.Alias(&Adagrad{LearningRate: 0.001, EMAMomentum: new(0.99), InitialAccumulatorValue: new(0.1), Epsilon: 1e-7}, "adagrad")
}

// Adagrad divides the gradient by the root of the sum of its squares so far:
// a += g², w -= lr·g/√(a+Epsilon). Duchi et al., 2011.
type Adagrad struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	InitialAccumulatorValue   *float64    `default:"0.1"`         // what the sums start with
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

// Slots is 1.
func (o *Adagrad) Slots() int { return 1 }

// SlotStart is InitialAccumulatorValue.
func (o *Adagrad) SlotStart(int) float32 { return float32(*o.InitialAccumulatorValue) }

// SlotNames are those of Keras.
func (o *Adagrad) SlotNames() [][]nn.SlotName { return oneGroup("accumulator") }

// Update does one update. Slot: sums of squares.
func (o *Adagrad) Update(t nn.Step, w, g []float32, s [][]float32) {
	kernel.Adagrad(w, g, s[0], float32(t.LR), float32(o.Epsilon))
}

// Settings returns what the trainer needs.
func (o *Adagrad) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Adagrad) Idle() bool { return true }

// Validate checks the settings.
func (o *Adagrad) Validate() error {
	if !finite(*o.InitialAccumulatorValue) {
		return fmt.Errorf("optimizer Adagrad: initial_accumulator_value is %g; want 0 or more", *o.InitialAccumulatorValue)
	}
	if err := small("Adagrad", o.Epsilon); err != nil {
		return err
	}
	return validate("Adagrad", o.Settings())
}
