package nn

import (
	"context"
	"errors"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestCallback is a callback that is also told of evaluation: that of
// [Model.Evaluate], and the validation of an epoch of Fit. Hooks are called in
// Keras' order; logs have no val_ before their names and are valid during the
// call.
type TestCallback interface {
	Callback
	// OnTestBegin is called before the first batch.
	OnTestBegin(r *Run) error
	// OnTestEnd is called however evaluation ends; without logs after an error.
	OnTestEnd(r *Run, logs Logs) error
	// OnTestBatchBegin is called before each batch.
	OnTestBatchBegin(r *Run, batch int) error
	// OnTestBatchEnd is called after each batch, with the logs so far.
	OnTestBatchEnd(r *Run, batch int, logs Logs) error
}

// PredictCallback is a callback that is also told of [Model.Predict]. One that
// is given to several Predicts at a time must be safe for that itself.
type PredictCallback interface {
	Callback
	// OnPredictBegin is called before the first batch.
	OnPredictBegin(r *Run) error
	// OnPredictEnd is called however Predict ends.
	OnPredictEnd(r *Run) error
	// OnPredictBatchBegin is called before each batch.
	OnPredictBatchBegin(r *Run, batch int) error
	// OnPredictBatchEnd is called after each batch, with the model's outputs for
	// it, which are valid during the call.
	OnPredictBatchEnd(r *Run, batch int, outputs []*tensor.Tensor) error
}

// LogAdder is a callback that sets logs in OnEpochEnd and says which, so that
// callbacks after it may monitor them. One that does not say is known only by
// what the first epoch brings.
type LogAdder interface{ AddsLogs() []string }

// testHooks are those of one evaluation; the zero value has none.
type testHooks struct {
	r     *Run
	cbs   []TestCallback
	began int // how many have been told of the beginning
}

// hooksOf picks the callbacks that want to know of an evaluation.
func hooksOf(r *Run, cs []Callback) testHooks {
	h := testHooks{r: r}
	for _, c := range cs {
		if t, ok := c.(TestCallback); ok {
			h.cbs = append(h.cbs, t)
		}
	}
	return h
}

func (h *testHooks) begin() error {
	h.began = 0
	for _, c := range h.cbs {
		if err := c.OnTestBegin(h.r); err != nil {
			return err
		}
		h.began++
	}
	return nil
}

// end tells all that began; err is what evaluation ended with.
func (h *testHooks) end(logs Logs, err error) error {
	errs := []error{err}
	for _, c := range h.cbs[:h.began] {
		errs = append(errs, c.OnTestEnd(h.r, logs))
	}
	return errors.Join(errs...)
}

func (h *testHooks) batchBegin(batch, size int) error {
	if h.r == nil {
		return nil
	}
	h.r.BatchSize = size
	for _, c := range h.cbs {
		if err := c.OnTestBatchBegin(h.r, batch); err != nil {
			return err
		}
	}
	return nil
}

func (h *testHooks) batchEnd(batch int, mt *meter, k *compiled) error {
	if len(h.cbs) == 0 {
		return nil
	}
	logs := mt.plain(k)
	for _, c := range h.cbs {
		if err := c.OnTestBatchEnd(h.r, batch, logs); err != nil {
			return err
		}
	}
	return nil
}

// predictHooks are those of one Predict.
type predictHooks struct {
	r     *Run
	cbs   []PredictCallback
	began int
}

func (m *Model) predictHooks(ctx context.Context, data pipeline.Source, c PredictConfig) predictHooks {
	h := predictHooks{}
	for _, cb := range c.Callbacks {
		if p, ok := cb.(PredictCallback); ok {
			h.cbs = append(h.cbs, p)
		}
	}
	if len(h.cbs) > 0 {
		h.r = m.newRun(ctx, data, c.Steps, c.Callbacks, c.Warn)
	}
	return h
}

// newRun is one pass over data.
func (m *Model) newRun(ctx context.Context, data pipeline.Source, steps int, cs []Callback, warn func(error)) *Run {
	if steps == 0 {
		steps = data.Len()
	}
	return &Run{Model: m, Context: ctx, Epochs: 1, Steps: steps, Metrics: m.MetricsNames(), Callbacks: cs, EpochLogs: true, warn: warn}
}

func (h *predictHooks) begin() error {
	for _, c := range h.cbs {
		if err := c.OnPredictBegin(h.r); err != nil {
			return err
		}
		h.began++
	}
	return nil
}

func (h *predictHooks) end(err error) error {
	if len(h.cbs) == 0 {
		return err
	}
	errs := []error{err}
	for _, c := range h.cbs[:h.began] {
		errs = append(errs, c.OnPredictEnd(h.r))
	}
	return errors.Join(errs...)
}

func (h *predictHooks) batchBegin(batch, size int) error {
	for _, c := range h.cbs {
		h.r.BatchSize = size
		if err := c.OnPredictBatchBegin(h.r, batch); err != nil {
			return err
		}
	}
	return nil
}

func (h *predictHooks) batchEnd(batch int, outputs []*tensor.Tensor) error {
	for _, c := range h.cbs {
		if err := c.OnPredictBatchEnd(h.r, batch, outputs); err != nil {
			return err
		}
	}
	return nil
}
