package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// An Estimator learns from arrays and judges itself on others. The first axis
// of x and y is the sample. A higher score is better.
type Estimator interface {
	Fit(ctx context.Context, x, y *tensor.Tensor) (*nn.History, error)
	Score(ctx context.Context, x, y *tensor.Tensor) (float64, error)
}

// A Recipe draws a new model from parameters and says how it is compiled. The
// Seed of the configuration is set by whoever calls it, unless the recipe sets
// one. It may be called from several goroutines at once.
// Keras: build_fn.
type Recipe[P any] func(p P) (*nn.Model, nn.CompileConfig)

// A Maker makes the estimator of one trial. [Classifiers] and [Regressors] make
// makers.
type Maker[P any] func(p P, t Trial) Estimator

// A Trial is what a search tells an estimator beside the parameters.
type Trial struct {
	Seed   uint64 // of weights, dropout and the order of samples
	Epochs int    // above zero: instead of those of the parameters
}

// fitted is what Classifier and Regressor keep of their last Fit.
type fitted struct {
	model *nn.Model
	train Training
}

// errNotFitted is returned by methods that need Fit first.
var errNotFitted = errors.New("search: the estimator has no model yet; call Fit first")

// draw makes a new model and compiles it.
func draw[P any](r Recipe[P], p P, seed uint64) (*nn.Model, nn.CompileConfig, error) {
	if r == nil {
		return nil, nn.CompileConfig{}, errors.New("search: Recipe is nil; give a function that returns a model and its nn.CompileConfig")
	}
	m, c := r(p)
	if m == nil {
		return nil, c, errors.New("search: Recipe returned no model")
	}
	if c.Seed == 0 {
		c.Seed = seed
	}
	return m, c, m.Compile(c)
}

// fit trains a new, compiled model, and keeps it when that went well.
func (f *fitted) fit(ctx context.Context, m *nn.Model, t Training, x, y, w *tensor.Tensor, seed uint64) (*nn.History, error) {
	f.model, f.train = nil, t
	h, err := m.Fit(ctx, t.source(x, y, w, seed), t.fitConfig())
	if err == nil {
		f.model = m
	}
	return h, err
}

// predict returns the model's only output for every sample.
func (f *fitted) predict(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	if f.model == nil {
		return nil, errNotFitted
	}
	out, err := f.model.Predict(ctx, f.train.plain(x, nil, nil), nn.PredictConfig{})
	if err != nil {
		return nil, err
	}
	if len(out) != 1 {
		return nil, fmt.Errorf("search: the model has %d outputs; a Classifier or Regressor has one", len(out))
	}
	return out[0], nil
}

// Model returns the model of the last Fit, or nil.
func (f *fitted) Model() *nn.Model { return f.model }
