package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// PredictConfig is how Predict runs. The zero value predicts all the data.
type PredictConfig struct {
	Steps     int         // batches; 0: all. A source that is known to have fewer is refused.
	Warn      func(error) // as in [FitConfig]
	Callbacks []Callback  // those that are a [PredictCallback] are called
	// MaxQueueSize is as in [FitConfig].
	MaxQueueSize int
}

// Predict returns the model's outputs for all samples, in order, one tensor
// for each output. It is safe for concurrent use, except for models with
// stateful layers.
// Keras: predict, predict_generator.
func (m *Model) Predict(ctx context.Context, data pipeline.Source, c PredictConfig) (_ []*tensor.Tensor, err error) {
	if m.err != nil {
		return nil, m.err
	}
	if err := checkSource("Predict", data, c.Steps, c.MaxQueueSize); err != nil {
		return nil, err
	}
	if err := requireSteps(ctx, data, c.Steps, "Predict: Steps"); err != nil {
		return nil, err
	}
	data = ahead(data, c.MaxQueueSize)
	hooks := m.predictHooks(ctx, data, c)
	defer func() { err = hooks.end(err) }()
	if err := hooks.begin(); err != nil {
		return nil, err
	}
	var rows [][]float32
	var shape [][]int
	var outputs []*tensor.Tensor
	n, samples := 0, 0
	for b, err := range data.Batches(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if err := m.checkBatch(b, false); err != nil {
			return nil, err
		}
		if err := hooks.batchBegin(n, b.X[0].Shape()[0]); err != nil {
			return nil, err
		}
		outputs = outputs[:0]
		err := m.predict(b.X, func(i int, t *tensor.Tensor) error {
			if i == len(rows) {
				rows = append(rows, nil)
				shape = append(shape, slices.Clone(t.Shape()))
			} else if !slices.Equal(shape[i][1:], t.Shape()[1:]) {
				return fmt.Errorf("nn: Predict: output %d has shape %v in one batch and %v in another; predict batches of one length at a time", i, Shape(shape[i]), Shape(t.Shape()))
			}
			rows[i] = append(rows[i], t.Data()...)
			if outputs = append(outputs, t); len(outputs) < len(m.outputs) {
				return nil
			}
			return hooks.batchEnd(n, outputs)
		})
		if err != nil {
			return nil, err
		}
		samples += b.X[0].Shape()[0]
		n++
		if n == c.Steps {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if n == 0 {
		return nil, errors.New("nn: Predict: the data has no batches")
	}
	endedEarly(c.Warn, "prediction", 0, n, c.Steps)
	out := make([]*tensor.Tensor, len(rows))
	for i := range rows {
		shape[i][0] = samples
		out[i] = tensor.From(rows[i], shape[i]...)
	}
	return out, nil
}

// PredictGenerator is Predict: a generator is a Source.
func (m *Model) PredictGenerator(ctx context.Context, data pipeline.Source, c PredictConfig) ([]*tensor.Tensor, error) {
	return m.Predict(ctx, data, c)
}

// PredictOnBatch returns the outputs for one batch: one tensor for each input
// of the model in, one for each output out.
// Keras: predict_on_batch.
func (m *Model) PredictOnBatch(x ...*tensor.Tensor) ([]*tensor.Tensor, error) {
	if err := m.checkBatch(pipeline.Batch{X: x}, false); err != nil {
		return nil, err
	}
	var out []*tensor.Tensor
	err := m.predict(x, func(_ int, t *tensor.Tensor) error {
		out = append(out, tensor.From(slices.Clone(t.Data()), t.Shape()...))
		return nil
	})
	return out, err
}

// predict runs one batch and hands out each output, valid during the call.
func (m *Model) predict(x []*tensor.Tensor, take func(i int, t *tensor.Tensor) error) error {
	m.initialize()
	p, err := m.plan(predicting, x, nil, nil)
	if err != nil {
		return err
	}
	defer m.release(p)
	if err := p.run(ops.State{Seed: m.seed}, x, nil, nil); err != nil {
		return fmt.Errorf("nn: %w", err)
	}
	for i := range m.outputs {
		if err := take(i, p.program.Out(i)); err != nil {
			return err
		}
	}
	return nil
}
