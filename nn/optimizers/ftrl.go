package optimizers

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Ftrl]()
	nn.Alias(&Ftrl{LearningRate: 0.001, EMAMomentum: new(0.99), LearningRatePower: new(-0.5), InitialAccumulatorValue: new(0.1)}, "ftrl")
}

// Ftrl is "follow the regularized leader" for wide sparse models: L1
// regularization makes weights exactly zero. McMahan et al., 2013, algorithm 1, with
// an L2 penalty on the gradients besides (L2Shrinkage…).
type Ftrl struct {
	LearningRate                      float64     `default:"0.001"`
	Schedule                          nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	LearningRatePower                 *float64    `default:"-0.5"`        // 0 or less
	InitialAccumulatorValue           *float64    `default:"0.1"`         // what the sums of squares start with
	L1RegularizationStrength          float64     `keras:"l1_regularization_strength"`
	L2RegularizationStrength          float64     `keras:"l2_regularization_strength"`
	L2ShrinkageRegularizationStrength float64     `keras:"l2_shrinkage_regularization_strength"`
	Beta                              float64
	WeightDecay                       float64
	Decay                             float64
	Clipnorm                          float64  // of each gradient; 0 is off
	Clipvalue                         float64  // 0 is off
	GlobalClipnorm                    float64  // of all gradients together; 0 is off
	UseEMA                            bool     `keras:"use_ema"` // average the weights
	EMAMomentum                       *float64 `default:"0.99" keras:"ema_momentum"`
	EMAOverwriteFrequency             int      `keras:"ema_overwrite_frequency"` // updates after which averages replace weights; 0: when Fit ends
	GradientAccumulationSteps         int      // batches an update; 0: one
}

// Slots is 2.
func (o *Ftrl) Slots() int { return 2 }

// SlotStart is InitialAccumulatorValue for the sums of squares.
func (o *Ftrl) SlotStart(slot int) float32 {
	if slot == 0 {
		return float32(*o.InitialAccumulatorValue)
	}
	return 0
}

// SlotNames are those of Keras.
func (o *Ftrl) SlotNames() [][]nn.SlotName { return oneGroup("accumulator", "linear") }

// Update does one update. Slots: sums of squares, linear terms.
func (o *Ftrl) Update(t nn.Step, w, g []float32, s [][]float32) {
	lr, l1, shrink := float32(t.LR), float32(o.L1RegularizationStrength), float32(2*o.L2ShrinkageRegularizationStrength)
	l2 := float32(2 * (o.L2RegularizationStrength + o.Beta/(2*t.LR)))
	if *o.LearningRatePower == -0.5 {
		kernel.FTRL(w, g, s[0], s[1], lr, shrink, l1, l2)
		return
	}
	power := -*o.LearningRatePower
	a, l := s[0], s[1]
	for i, g := range g {
		before := float32(math.Pow(float64(a[i]), power))
		a[i] += g * g
		root := float32(math.Pow(float64(a[i]), power))
		l[i] += g + shrink*w[i] - (root-before)/lr*w[i]
		w[i] = (min(max(l[i], -l1), l1) - l[i]) / (root/lr + l2)
	}
}

// Settings returns what the trainer needs.
func (o *Ftrl) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Validate checks the settings.
func (o *Ftrl) Validate() error {
	if p := *o.LearningRatePower; !(p <= 0) || math.IsInf(p, 0) {
		return fmt.Errorf("optimizer Ftrl: learning_rate_power is %g; want 0 or less", p)
	}
	for _, c := range []struct {
		name string
		x    float64
	}{
		{"initial_accumulator_value", *o.InitialAccumulatorValue},
		{"l1_regularization_strength", o.L1RegularizationStrength},
		{"l2_regularization_strength", o.L2RegularizationStrength},
		{"l2_shrinkage_regularization_strength", o.L2ShrinkageRegularizationStrength},
		{"beta", o.Beta},
	} {
		if !finite(c.x) {
			return fmt.Errorf("optimizer Ftrl: %s is %g; want 0 or more", c.name, c.x)
		}
	}
	if o.LearningRate == 0 {
		return fmt.Errorf("optimizer Ftrl: learning_rate is 0; it divides by it")
	}
	return validate("Ftrl", o.Settings())
}
