package optimizers

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[SGD]()
	nn.Alias(&SGD{LearningRate: 0.01, EMAMomentum: new(0.99)}, "sgd")
}

// SGD is stochastic gradient descent, with momentum v = Momentum·v - lr·g,
// w += v, or Nesterov's w += Momentum·v - lr·g.
type SGD struct {
	LearningRate              float64     `default:"0.01"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Momentum                  float64
	Nesterov                  bool
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

// Slots is 1 with momentum.
func (o *SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// SlotNames are those of Keras, which keeps m also without momentum.
func (o *SGD) SlotNames() [][]nn.SlotName { return [][]nn.SlotName{{{Name: "m", Slot: o.Slots() - 1}}} }

// Update does one update.
func (o *SGD) Update(t nn.Step, w, g []float32, slots [][]float32) {
	lr, mu := float32(t.LR), float32(o.Momentum)
	switch {
	case o.Momentum == 0:
		kernel.SGD(w, g, lr)
	case o.Nesterov:
		kernel.Nesterov(w, g, slots[0], lr, mu)
	default:
		kernel.Momentum(w, g, slots[0], lr, mu)
	}
}

// Settings returns what the trainer needs.
func (o *SGD) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *SGD) Idle() bool { return true }

// Validate checks the settings.
func (o *SGD) Validate() error {
	if err := part("SGD", "momentum", o.Momentum); err != nil {
		return err
	}
	return validate("SGD", o.Settings())
}
