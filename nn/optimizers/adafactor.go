package optimizers

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Adafactor]()
	nn.Alias(&Adafactor{LearningRate: 0.001, EMAMomentum: new(0.99), Beta2Decay: new(-0.8), Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1, RelativeStep: new(true)}, "adafactor")
}

// Adafactor divides the gradient by a root of squares of which it keeps only
// the means of rows and columns: v = r·c/mean(r). With β = 1 - tᵦ, tᵦ = t^Beta2Decay:
// r = β·r + tᵦ·mean(g²+Epsilon1) over the last axis, c likewise over the one before;
// weights of one axis keep v itself. The step is u = g/√v, divided by
// max(1, rms(u)/ClipThreshold), times max(Epsilon2, rms(w))·min(lr, 1/√t).
// Shazeer and Stern, 2018 (arXiv 1804.04235), without its momentum, as Keras.
// Where a row and a column without any gradient meet, v is less than float32 has
// numbers for: the weight stays, while Keras makes all of it NaN.
type Adafactor struct {
	LearningRate              float64     `default:"0.001"`
	Schedule                  nn.Schedule `keras:"learning_rate"` // in the place of LearningRate; nil is none
	Beta2Decay                *float64    `default:"-0.8" keras:"beta_2_decay"`
	Epsilon1                  float64     `default:"1e-30" keras:"epsilon_1"`
	Epsilon2                  float64     `default:"1e-3" keras:"epsilon_2"`
	ClipThreshold             float64     `default:"1"`
	RelativeStep              *bool       `default:"true"` // no difference: Keras takes the smaller of lr and 1/√t in either case
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

// Slots is 3.
func (o *Adafactor) Slots() int { return 3 }

// SlotNames are those of Keras.
func (o *Adafactor) SlotNames() [][]nn.SlotName { return oneGroup("r", "c", "v") }

// SlotShapes has means of rows and columns for weights of two axes and more.
func (o *Adafactor) SlotShapes(s nn.Shape) []nn.Shape {
	n := len(s)
	if n < 2 {
		return []nn.Shape{nil, nil, s}
	}
	c := append(nn.Shape{}, s[:n-2]...)
	return []nn.Shape{s[:n-1], append(c, s[n-1]), s}
}

// Update treats w as a weight of one axis.
func (o *Adafactor) Update(t nn.Step, w, g []float32, s [][]float32) {
	o.UpdateWhole(t, w, g, nn.Shape{len(w)}, s)
}

// UpdateWhole does one update of a weight. Slots: rows, columns, squares.
func (o *Adafactor) UpdateWhole(t nn.Step, w, g []float32, shape nn.Shape, s [][]float32) {
	if len(w) == 0 {
		return
	}
	fresh := float32(math.Pow(float64(t.N), *o.Beta2Decay))
	if len(shape) < 2 {
		o.squares(g, s[2], fresh)
	} else {
		rows, cols := shape[len(shape)-2], shape[len(shape)-1]
		for k := range len(w) / (rows * cols) {
			lo, hi := k*rows*cols, (k+1)*rows*cols
			o.factored(g[lo:hi], s[0][k*rows:(k+1)*rows], s[1][k*cols:(k+1)*cols], s[2][lo:hi], fresh)
		}
	}
	sum := 0.0
	for i, v := range s[2] {
		u := float32(0)
		if v > 0 { // else a row and a column without gradient meet, where Keras' 0/0 spoils the weight
			u = g[i] / float32(math.Sqrt(float64(v)))
		}
		g[i] = u
		sum += float64(u) * float64(u)
	}
	rate := max(o.Epsilon2, rms(w)) * min(t.LR, 1/math.Sqrt(float64(t.N)))
	rate /= max(1, math.Sqrt(sum/float64(len(g)))/o.ClipThreshold)
	for i, u := range g {
		w[i] -= float32(rate) * u
	}
}

// squares moves v towards the squares of g.
func (o *Adafactor) squares(g, v []float32, fresh float32) {
	eps := float32(o.Epsilon1)
	for i, x := range g {
		v[i] = (1-fresh)*v[i] + fresh*(x*x+eps)
	}
}

// factored moves r and c towards the means of the squares of g, a matrix, and
// sets v to what they say of it.
func (o *Adafactor) factored(g, r, c, v []float32, fresh float32) {
	eps, cols := float32(o.Epsilon1), len(c)
	for j := range c {
		c[j] *= 1 - fresh
	}
	part := fresh / float32(len(r))
	all := 0.0
	for i := range r {
		sum := 0.0
		for j, x := range g[i*cols : (i+1)*cols] {
			q := x*x + eps
			sum += float64(q)
			c[j] += part * q
		}
		r[i] = (1-fresh)*r[i] + fresh*float32(sum/float64(cols))
		all += float64(r[i])
	}
	mean := float32(all / float64(len(r)))
	for i, x := range r {
		for j, y := range c {
			v[i*cols+j] = x / mean * y
		}
	}
}

func rms(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(x)))
}

// Settings returns what the trainer needs.
func (o *Adafactor) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: o.LearningRate, Schedule: o.Schedule, Decay: o.Decay, WeightDecay: o.WeightDecay,
		Clipnorm: o.Clipnorm, GlobalClipnorm: o.GlobalClipnorm, Clipvalue: o.Clipvalue,
		UseEMA: o.UseEMA, EMAMomentum: *o.EMAMomentum, EMAOverwriteFrequency: o.EMAOverwriteFrequency, GradientAccumulationSteps: o.GradientAccumulationSteps}
}

// Validate checks the settings.
func (o *Adafactor) Validate() error {
	if !(*o.Beta2Decay <= 0) || math.IsInf(*o.Beta2Decay, 0) {
		return fmt.Errorf("optimizer Adafactor: beta_2_decay is %g; want 0 or less", *o.Beta2Decay)
	}
	for _, c := range []struct {
		setting string
		x       float64
	}{{"epsilon_1", o.Epsilon1}, {"epsilon_2", o.Epsilon2}, {"clip_threshold", o.ClipThreshold}} {
		if !finite(c.x) {
			return fmt.Errorf("optimizer Adafactor: %s is %g; want more than 0", c.setting, c.x)
		}
	}
	return validate("Adafactor", o.Settings())
}
