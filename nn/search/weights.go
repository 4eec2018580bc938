package search

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// A Weigher is an Estimator that samples may count differently for: w has one
// number a sample, 0 or more. nil weighs all the same.
// Keras: the argument sample_weight.
type Weigher interface {
	FitWeighted(ctx context.Context, x, y, w *tensor.Tensor) (*nn.History, error)
	ScoreWeighted(ctx context.Context, x, y, w *tensor.Tensor) (float64, error)
}

// Fit trains a new model. y is one label a sample, shape (n) or (n, 1), any
// numbers, or one-hot, shape (n, classes). Labels become one-hot where the loss
// is categorical crossentropy.
func (c *Classifier[P]) Fit(ctx context.Context, x, y *tensor.Tensor) (*nn.History, error) {
	return c.FitWeighted(ctx, x, y, nil)
}

// Score returns the share of samples whose class is predicted.
func (c *Classifier[P]) Score(ctx context.Context, x, y *tensor.Tensor) (float64, error) {
	return c.ScoreWeighted(ctx, x, y, nil)
}

// Fit trains a new model.
func (r *Regressor[P]) Fit(ctx context.Context, x, y *tensor.Tensor) (*nn.History, error) {
	return r.FitWeighted(ctx, x, y, nil)
}

// Score returns the loss with its sign turned, so that more is better.
func (r *Regressor[P]) Score(ctx context.Context, x, y *tensor.Tensor) (float64, error) {
	return r.ScoreWeighted(ctx, x, y, nil)
}

// weighs checks the weights of n samples.
func weighs(w *tensor.Tensor, n int) error {
	if w == nil {
		return nil
	}
	if w.Rank() != 1 || w.Shape()[0] != n {
		return fmt.Errorf("search: sample weights have shape %v; want (%d), one a sample", nn.Shape(w.Shape()), n)
	}
	sum := 0.0
	for i, x := range w.Data() {
		if !(x >= 0) || x-x != 0 {
			return fmt.Errorf("search: the weight of sample %d is %v; want a number, 0 or more", i, x)
		}
		sum += float64(x)
	}
	if sum == 0 && n > 0 {
		return fmt.Errorf("search: all sample weights are 0")
	}
	return nil
}

// share is the weight of the samples that are right over that of all.
func share(right []bool, w *tensor.Tensor) float64 {
	sum, all := 0.0, 0.0
	for i, ok := range right {
		weight := 1.0
		if w != nil {
			weight = float64(w.Data()[i])
		}
		if all += weight; ok {
			sum += weight
		}
	}
	return sum / all
}
