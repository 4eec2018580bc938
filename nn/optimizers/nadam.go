package optimizers

import (
	"math"
	"sync"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Nadam]()
	nn.Alias(&Nadam{LearningRate: 0.001, EMAMomentum: new(0.99), Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}, "nadam")
}

// Nadam is [Adam] with Nesterov's momentum, which grows by a schedule:
// μₜ = Beta1·(1 - ½·0.96ᵗ), and the step mixes μₜ₊₁ of the mean with 1-μₜ of the
// gradient. Dozat, 2016.
type Nadam struct {
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
func (o *Nadam) Slots() int { return 2 }

// SlotNames are those of Keras.
func (o *Nadam) SlotNames() [][]nn.SlotName { return oneGroup("m", "v") }

// Update does one update. Slots: mean, squares.
func (o *Nadam) Update(t nn.Step, w, g []float32, s [][]float32) {
	b1, n := *o.Beta1, t.N
	now, next := b1*warming(n), b1*warming(n+1)
	product := t.Pow(b1) * warmed(n) // of μ₁ to μₜ
	cm, cg := next/(1-product*next), (1-now)/(1-product)
	cv := 1 / (1 - t.Pow(*o.Beta2))
	kernel.Nadam(w, g, s[0], s[1], float32(t.LR), float32(b1), float32(*o.Beta2), float32(o.Epsilon), float32(cm), float32(cg), float32(cv))
}

// warming is by how much the schedule holds the momentum of step n back.
func warming(n int) float64 { return 1 - 0.5*math.Pow(0.96, float64(n)) }

// nadamSteps is where warming is 1 to the last bit of a float64.
const nadamSteps = 900

// warmedUp has the products of warming(1) to warming(n).
var warmedUp = sync.OnceValue(func() *[nadamSteps + 1]float64 {
	p := [nadamSteps + 1]float64{1}
	for n := 1; n < len(p); n++ {
		p[n] = p[n-1] * warming(n)
	}
	return &p
})

func warmed(n int) float64 { return warmedUp()[min(n, nadamSteps)] }

// Settings returns what the trainer needs.
func (o *Nadam) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps, Bases: [2]float64{*o.Beta1, *o.Beta2}}
}

// Idle is true: without gradient and momentum nothing moves.
func (o *Nadam) Idle() bool { return true }

// Validate checks the settings.
func (o *Nadam) Validate() error {
	if err := running("Nadam", o.Epsilon, *o.Beta1, *o.Beta2); err != nil {
		return err
	}
	return validate("Nadam", o.Settings())
}
