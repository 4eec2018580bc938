package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// RatesConfig is how [LearningRates] looks.
type RatesConfig struct {
	From       float64 `default:"1e-7"` // first rate
	To         float64 `default:"10"`   // last rate
	Steps      int     `default:"100"`  // updates at most; one rate each
	Smoothing  float64 `default:"0.9"`  // weight of the past in the smoothed loss
	Divergence float64 `default:"4"`    // ends when the smoothed loss is so many times the lowest
}

// Rates is what [LearningRates] saw: one entry an update.
type Rates struct {
	Rate   []float64
	Loss   []float64 // of each batch
	Smooth []float64 // exponential average of Loss, its start corrected
}

// LearningRates trains a new model for a few batches while the learning rate
// grows from From to To, each step by the same factor, and returns how the loss
// took it. The data is repeated as needed. (Smith 2015, "Cyclical Learning Rates
// for Training Neural Networks", arXiv:1506.01186.)
func LearningRates(ctx context.Context, recipe func() (*nn.Model, nn.CompileConfig), data pipeline.Source, c RatesConfig) (*Rates, error) {
	if err := config.Defaults(&c); err != nil {
		return nil, err
	}
	if c.From <= 0 || c.To <= c.From || c.Steps < 2 || c.Smoothing < 0 || c.Smoothing >= 1 || c.Divergence <= 1 {
		return nil, fmt.Errorf("search: LearningRates: From %v, To %v, Steps %d, Smoothing %v, Divergence %v; want 0 < From < To, Steps of 2 or more, 0 ≤ Smoothing < 1 and Divergence above 1", c.From, c.To, c.Steps, c.Smoothing, c.Divergence)
	}
	m, cfg, err := draw(func(struct{}) (*nn.Model, nn.CompileConfig) { return recipe() }, struct{}{}, 0)
	if err != nil {
		return nil, err
	}
	if cfg.Optimizer.Settings().Schedule != nil {
		return nil, errors.New("search: LearningRates: the optimizer has a Schedule, which sets the rate; leave it out here")
	}
	r := &rising{c: c, factor: math.Pow(c.To/c.From, 1/float64(c.Steps-1))}
	_, err = m.Fit(ctx, data, nn.FitConfig{Epochs: c.Steps, Callbacks: []nn.Callback{r}}) // it stops itself
	var nf *nn.NotFiniteError
	if errors.As(err, &nf) && len(r.seen.Rate) > 0 { // too high a rate: what we came to see
		err = nil
	}
	return &r.seen, err
}

// rising is the callback that raises the rate.
type rising struct {
	nn.NopCallback
	c      RatesConfig
	factor float64
	seen   Rates
	weight float64 // samples of the epoch so far
	total  float64 // their loss
	past   float64
	lowest float64
}

func (r *rising) OnEpochBegin(*nn.Run, int) error {
	r.weight, r.total = 0, 0
	return nil
}

func (r *rising) OnBatchBegin(run *nn.Run, _ int) error {
	run.SetLearningRate(r.c.From * math.Pow(r.factor, float64(len(r.seen.Rate))))
	return nil
}

// OnBatchEnd takes the batch's loss out of the epoch's mean.
func (r *rising) OnBatchEnd(run *nn.Run, _ int, logs nn.Logs) error {
	n := float64(run.BatchSize)
	sum := logs.Get("loss") * (r.weight + n)
	loss := (sum - r.total) / n
	r.weight, r.total = r.weight+n, sum
	k := len(r.seen.Rate) + 1
	r.past = r.c.Smoothing*r.past + (1-r.c.Smoothing)*loss
	smooth := r.past / (1 - math.Pow(r.c.Smoothing, float64(k)))
	r.seen.Rate = append(r.seen.Rate, r.c.From*math.Pow(r.factor, float64(k-1)))
	r.seen.Loss = append(r.seen.Loss, loss)
	r.seen.Smooth = append(r.seen.Smooth, smooth)
	if k == 1 || smooth < r.lowest {
		r.lowest = smooth
	}
	if k == r.c.Steps || math.IsNaN(smooth) || smooth > r.c.Divergence*math.Abs(r.lowest) {
		run.Stop()
	}
	return nil
}

// Steepest returns the rate at which the smoothed loss falls fastest against
// the rate's logarithm, before its lowest point: a good rate to begin with. 0
// when the loss never falls.
func (r *Rates) Steepest() float64 {
	low := r.lowestAt()
	best, rate := 0.0, 0.0
	for i := 1; i < low; i++ {
		slope := (r.Smooth[i+1] - r.Smooth[i-1]) / (math.Log(r.Rate[i+1]) - math.Log(r.Rate[i-1]))
		if slope < best {
			best, rate = slope, r.Rate[i]
		}
	}
	return rate
}

// Lowest returns the rate at which the smoothed loss is lowest; a tenth of it
// is another good rate. 0 when there is none.
func (r *Rates) Lowest() float64 {
	if len(r.Rate) == 0 {
		return 0
	}
	return r.Rate[r.lowestAt()]
}

func (r *Rates) lowestAt() int {
	low := 0
	for i, l := range r.Smooth {
		if l < r.Smooth[low] {
			low = i
		}
	}
	return low
}
