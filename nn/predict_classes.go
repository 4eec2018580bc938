package nn

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// PredictClasses returns the class id of each sample (and time step): the place of
// the highest number, or where there is one number whether it is above 0.5. The
// result has the shape of the output without its last axis. For models with one
// output; logits of one number need [Model.Predict] and a threshold of 0.
// Keras: predict_classes.
func (m *Model) PredictClasses(ctx context.Context, data pipeline.Source, c PredictConfig) (*tensor.Tensor, error) {
	p, err := m.predictOne(ctx, data, c, "PredictClasses")
	if err != nil {
		return nil, err
	}
	shape := p.Shape()
	n := shape[len(shape)-1]
	ids := tensor.New(shape[:len(shape)-1]...)
	x, out := p.Data(), ids.Data()
	for i := range out {
		row := x[i*n : (i+1)*n]
		if n > 1 {
			out[i] = float32(argMax(row))
		} else if row[0] > 0.5 {
			out[i] = 1
		}
	}
	return ids, nil
}

// PredictProba is [Model.Predict] for models with one output, whose numbers must be
// probabilities.
// Keras: predict_proba.
func (m *Model) PredictProba(ctx context.Context, data pipeline.Source, c PredictConfig) (*tensor.Tensor, error) {
	p, err := m.predictOne(ctx, data, c, "PredictProba")
	if err != nil {
		return nil, err
	}
	for i, v := range p.Data() {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("nn: PredictProba: the output has %s, which is no probability from 0 to 1; end the model in a softmax or sigmoid, or use Predict", placeOf(p.Shape(), i, v))
		}
	}
	return p, nil
}

func (m *Model) predictOne(ctx context.Context, data pipeline.Source, c PredictConfig, method string) (*tensor.Tensor, error) {
	ps, err := m.Predict(ctx, data, c)
	if err != nil {
		return nil, err
	}
	if len(ps) != 1 {
		return nil, fmt.Errorf("nn: %s is for models with one output, this one has %q; use Predict", method, m.OutputNames())
	}
	if ps[0].Rank() < 2 {
		return nil, fmt.Errorf("nn: %s: the output has shape %v; want (batch, …, numbers)", method, m.OutputShapes()[0])
	}
	return ps[0], nil
}
