package optimizers

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[RMSprop]()
	nn.Alias(&RMSprop{LearningRate: 0.001, EMAMomentum: new(0.99), Rho: new(0.9), Epsilon: 1e-7}, "rmsprop")
}

// RMSprop divides the gradient by a running root of its squares:
// v = Rho·v + (1-Rho)·g², w -= lr·g/√(v+Epsilon). Centered subtracts the
// square of the running mean from v. Hinton, lecture 6e, 2012.
type RMSprop struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Rho                       *float64    `default:"0.9"`
	Momentum                  float64
	Epsilon                   float64 `default:"1e-7"`
	Centered                  bool
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

// Slots is 1, and one more for each of momentum and centring.
func (o *RMSprop) Slots() int {
	n := 1
	if o.Momentum > 0 {
		n++
	}
	if o.Centered {
		n++
	}
	return n
}

// SlotNames are those of Keras, in its order.
func (o *RMSprop) SlotNames() [][]nn.SlotName {
	names := [][]nn.SlotName{{{Name: "velocity"}}}
	if o.Momentum > 0 {
		names = append(names, []nn.SlotName{{Name: "momentum", Slot: o.Slots() - 1}})
	}
	if o.Centered {
		names = append(names, []nn.SlotName{{Name: "average_gradient", Slot: 1}})
	}
	return names
}

// Update does one update. Slots: squares, then mean, then momentum.
func (o *RMSprop) Update(t nn.Step, w, g []float32, s [][]float32) {
	lr, rho, eps, mu := float32(t.LR), float32(*o.Rho), float32(o.Epsilon), float32(o.Momentum)
	switch {
	case o.Centered && o.Momentum > 0:
		kernel.RMSpropCenteredMomentum(w, g, s[0], s[1], s[2], lr, rho, eps, mu)
	case o.Centered:
		kernel.RMSpropCentered(w, g, s[0], s[1], lr, rho, eps)
	case o.Momentum > 0:
		kernel.RMSpropMomentum(w, g, s[0], s[1], lr, rho, eps, mu)
	default:
		kernel.RMSprop(w, g, s[0], lr, rho, eps)
	}
}

// Settings returns what the trainer needs.
func (o *RMSprop) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *RMSprop) Idle() bool { return true }

// Validate checks the settings.
func (o *RMSprop) Validate() error {
	if err := part("RMSprop", "rho", *o.Rho); err != nil {
		return err
	}
	if err := part("RMSprop", "momentum", o.Momentum); err != nil {
		return err
	}
	if err := small("RMSprop", o.Epsilon); err != nil {
		return err
	}
	return validate("RMSprop", o.Settings())
}
