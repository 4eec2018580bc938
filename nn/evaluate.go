package nn

import (
	"context"
	"errors"

	"github.com/antler-ml/antler/pipeline"
)

// EvaluateConfig is how Evaluate runs. The zero value evaluates all the data.
type EvaluateConfig struct {
	Steps int // batches; 0: all. A source that is known to have fewer is refused.
	// MaxQueueSize is as in [FitConfig].
	MaxQueueSize int
	Warn         func(error) // as in [FitConfig]
	Callbacks    []Callback  // those that are a [TestCallback] are called
}

// Evaluate returns loss and metrics over the data, with the names of
// [Model.MetricsNames].
// Keras: evaluate, evaluate_generator.
func (m *Model) Evaluate(ctx context.Context, data pipeline.Source, c EvaluateConfig) (Logs, error) {
	if m.err != nil {
		return Logs{}, m.err
	}
	if err := checkSource("Evaluate", data, c.Steps, c.MaxQueueSize); err != nil {
		return Logs{}, err
	}
	if err := m.buildFrom(ctx, data); err != nil {
		return Logs{}, err
	}
	if m.compiled == nil {
		return Logs{}, ErrNotCompiled
	}
	if err := requireSteps(ctx, data, c.Steps, "Evaluate: Steps"); err != nil {
		return Logs{}, err
	}
	data = ahead(data, c.MaxQueueSize)
	hooks := hooksOf(m.newRun(ctx, data, c.Steps, c.Callbacks, c.Warn), c.Callbacks)
	return m.evaluate(ctx, data, c.Steps, m.newMeter(""), &hooks, func(n int) { endedEarly(c.Warn, "evaluation", 0, n, c.Steps) })
}

// EvaluateGenerator is Evaluate: a generator is a Source.
func (m *Model) EvaluateGenerator(ctx context.Context, data pipeline.Source, c EvaluateConfig) (Logs, error) {
	return m.Evaluate(ctx, data, c)
}

// evaluate calls ended with the number of batches.
func (m *Model) evaluate(ctx context.Context, data pipeline.Source, steps int, mt *meter, hooks *testHooks, ended func(batches int)) (Logs, error) {
	err := hooks.begin()
	n := 0
	if err == nil {
		n, err = m.evaluateBatches(ctx, data, steps, mt, hooks)
	}
	if err != nil {
		return Logs{}, hooks.end(Logs{}, err)
	}
	ended(n)
	logs := mt.read(m.compiled)
	return logs, hooks.end(mt.plain(m.compiled), nil)
}

func (m *Model) evaluateBatches(ctx context.Context, data pipeline.Source, steps int, mt *meter, hooks *testHooks) (n int, err error) {
	mt.reset()
	for b, err := range data.Batches(ctx, 0) {
		if err != nil {
			return n, err
		}
		if err := m.checkBatch(b, true); err != nil {
			return n, err
		}
		if err := hooks.batchBegin(n, b.X[0].Shape()[0]); err != nil {
			return n, err
		}
		if err := m.testStep(b.X, b.Y, b.W, mt); err != nil {
			nameRow(err, data, 0, n)
			return n, err
		}
		if err := hooks.batchEnd(n, mt, m.compiled); err != nil {
			return n, err
		}
		n++
		if n == steps {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return n, context.Cause(ctx)
	}
	if n == 0 {
		return n, errors.New("nn: Evaluate: the data has no batches")
	}
	return n, nil
}
