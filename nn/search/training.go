package search

import (
	"fmt"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Training is how a [Classifier] or [Regressor] fits. Embed it in the
// parameters to set it or to search over it; without it the defaults hold.
// Keras: the arguments of fit among sk_params.
type Training struct {
	Epochs          int     `default:"1"`
	BatchSize       int     `default:"32"`
	Shuffle         *bool   `default:"true"`
	ValidationSplit float64 // as in nn.FitConfig
	// Callbacks makes the callbacks of one Fit; nil: none.
	Callbacks func() []nn.Callback `keras:"-"`
}

func (t Training) training() Training { return t }

// trainer is what parameters with an embedded Training are.
type trainer interface{ training() Training }

// trainingOf returns what the parameters say of training. Epochs above zero
// overrule them.
func trainingOf(params any, epochs int) (Training, error) {
	var t Training
	if p, ok := params.(trainer); ok {
		t = p.training()
	}
	if err := config.Defaults(&t); err != nil {
		return t, err
	}
	if epochs > 0 {
		t.Epochs = epochs
	}
	if t.Epochs < 1 || t.BatchSize < 1 {
		return t, fmt.Errorf("search: Training: Epochs %d, BatchSize %d; both must be at least 1", t.Epochs, t.BatchSize)
	}
	return t, nil
}

// source is the arrays in batches, as Fit takes them.
func (t Training) source(x, y, w *tensor.Tensor, seed uint64) pipeline.Source {
	return pipeline.ArraysN(list(x), list(y), list(w), pipeline.ArraysConfig{BatchSize: t.BatchSize, Shuffle: *t.Shuffle, Seed: seed})
}

// plain is the arrays in order, for evaluation and prediction.
func (t Training) plain(x, y, w *tensor.Tensor) pipeline.Source {
	return pipeline.ArraysN(list(x), list(y), list(w), pipeline.ArraysConfig{BatchSize: t.BatchSize})
}

// list is a tensor, if there is one, as ArraysN wants it.
func list(t *tensor.Tensor) []*tensor.Tensor {
	if t == nil {
		return nil
	}
	return []*tensor.Tensor{t}
}

// fitConfig is what Fit is told beside the data.
func (t Training) fitConfig() nn.FitConfig {
	c := nn.FitConfig{Epochs: t.Epochs, ValidationSplit: t.ValidationSplit}
	if t.Callbacks != nil {
		c.Callbacks = t.Callbacks()
	}
	return c
}
