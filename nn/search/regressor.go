package search

import (
	"context"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// A Regressor is a model that predicts numbers, behind Fit, Predict and Score.
// Every Fit begins with a new model.
// Keras: KerasRegressor.
type Regressor[P any] struct {
	Recipe Recipe[P]
	Params P
	Trial

	fitted
}

// Regressors makes a Regressor of every candidate, for [Run].
func Regressors[P any](r Recipe[P]) Maker[P] {
	return func(p P, t Trial) Estimator { return &Regressor[P]{Recipe: r, Params: p, Trial: t} }
}

// FitWeighted is Fit with sample weights; nil weighs all the same.
func (r *Regressor[P]) FitWeighted(ctx context.Context, x, y, w *tensor.Tensor) (*nn.History, error) {
	t, err := trainingOf(r.Params, r.Epochs)
	if err != nil {
		return nil, err
	}
	m, _, err := draw(r.Recipe, r.Params, r.Seed)
	if err != nil {
		return nil, err
	}
	return r.fit(ctx, m, t, x, column(y), w, r.Seed)
}

// Predict returns the model's output; a last axis of size 1 is left out.
func (r *Regressor[P]) Predict(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	p, err := r.predict(ctx, x)
	if err != nil {
		return nil, err
	}
	if s := p.Shape(); len(s) > 1 && s[len(s)-1] == 1 {
		p = tensor.Reshape(p, s[:len(s)-1]...)
	}
	return p, nil
}

// ScoreWeighted returns the weighted loss with its sign turned. As everywhere in
// Keras it is divided by the number of samples, not by their weights.
func (r *Regressor[P]) ScoreWeighted(ctx context.Context, x, y, w *tensor.Tensor) (float64, error) {
	if r.model == nil {
		return 0, errNotFitted
	}
	logs, err := r.model.Evaluate(ctx, r.train.plain(x, column(y), w), nn.EvaluateConfig{})
	if err != nil {
		return 0, err
	}
	return -logs.Get("loss"), nil
}

// column gives plain numbers the axis that a Dense layer's output has.
func column(y *tensor.Tensor) *tensor.Tensor {
	if y != nil && y.Rank() == 1 {
		return tensor.Reshape(y, y.Len(), 1)
	}
	return y
}
