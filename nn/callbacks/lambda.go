package callbacks

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// LambdaCallback calls the functions that are set. It is not saved: functions
// have no name. Keras: LambdaCallback(on_epoch_end=…).
type LambdaCallback struct {
	TrainBegin func(r *nn.Run) error                           `keras:"-"`
	TrainEnd   func(r *nn.Run, logs nn.Logs) error             `keras:"-"`
	EpochBegin func(r *nn.Run, epoch int) error                `keras:"-"`
	EpochEnd   func(r *nn.Run, epoch int, logs *nn.Logs) error `keras:"-"`
	BatchBegin func(r *nn.Run, batch int) error                `keras:"-"`
	BatchEnd   func(r *nn.Run, batch int, logs nn.Logs) error  `keras:"-"`

	TestBegin      func(r *nn.Run) error                          `keras:"-"`
	TestEnd        func(r *nn.Run, logs nn.Logs) error            `keras:"-"`
	TestBatchBegin func(r *nn.Run, batch int) error               `keras:"-"`
	TestBatchEnd   func(r *nn.Run, batch int, logs nn.Logs) error `keras:"-"`

	PredictBegin      func(r *nn.Run) error                                      `keras:"-"`
	PredictEnd        func(r *nn.Run) error                                      `keras:"-"`
	PredictBatchBegin func(r *nn.Run, batch int) error                           `keras:"-"`
	PredictBatchEnd   func(r *nn.Run, batch int, outputs []*tensor.Tensor) error `keras:"-"`

	// Adds names the logs that EpochEnd sets, so that callbacks after this one
	// may monitor them without doubt; nil: it does not say.
	Adds []string `keras:"-"`
}

// OnTrainBegin calls TrainBegin.
func (c *LambdaCallback) OnTrainBegin(r *nn.Run) error {
	if c.TrainBegin == nil {
		return nil
	}
	return c.TrainBegin(r)
}

// OnTrainEnd calls TrainEnd.
func (c *LambdaCallback) OnTrainEnd(r *nn.Run, logs nn.Logs) error {
	if c.TrainEnd == nil {
		return nil
	}
	return c.TrainEnd(r, logs)
}

// OnEpochBegin calls EpochBegin.
func (c *LambdaCallback) OnEpochBegin(r *nn.Run, epoch int) error {
	if c.EpochBegin == nil {
		return nil
	}
	return c.EpochBegin(r, epoch)
}

// OnEpochEnd calls EpochEnd.
func (c *LambdaCallback) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if c.EpochEnd == nil {
		return nil
	}
	return c.EpochEnd(r, epoch, logs)
}

// OnBatchBegin calls BatchBegin.
func (c *LambdaCallback) OnBatchBegin(r *nn.Run, batch int) error {
	if c.BatchBegin == nil {
		return nil
	}
	return c.BatchBegin(r, batch)
}

// OnBatchEnd calls BatchEnd.
func (c *LambdaCallback) OnBatchEnd(r *nn.Run, batch int, logs nn.Logs) error {
	if c.BatchEnd == nil {
		return nil
	}
	return c.BatchEnd(r, batch, logs)
}

// OnTestBegin calls TestBegin.
func (c *LambdaCallback) OnTestBegin(r *nn.Run) error {
	if c.TestBegin == nil {
		return nil
	}
	return c.TestBegin(r)
}

// OnTestEnd calls TestEnd.
func (c *LambdaCallback) OnTestEnd(r *nn.Run, logs nn.Logs) error {
	if c.TestEnd == nil {
		return nil
	}
	return c.TestEnd(r, logs)
}

// OnTestBatchBegin calls TestBatchBegin.
func (c *LambdaCallback) OnTestBatchBegin(r *nn.Run, batch int) error {
	if c.TestBatchBegin == nil {
		return nil
	}
	return c.TestBatchBegin(r, batch)
}

// OnTestBatchEnd calls TestBatchEnd.
func (c *LambdaCallback) OnTestBatchEnd(r *nn.Run, batch int, logs nn.Logs) error {
	if c.TestBatchEnd == nil {
		return nil
	}
	return c.TestBatchEnd(r, batch, logs)
}

// OnPredictBegin calls PredictBegin.
func (c *LambdaCallback) OnPredictBegin(r *nn.Run) error {
	if c.PredictBegin == nil {
		return nil
	}
	return c.PredictBegin(r)
}

// OnPredictEnd calls PredictEnd.
func (c *LambdaCallback) OnPredictEnd(r *nn.Run) error {
	if c.PredictEnd == nil {
		return nil
	}
	return c.PredictEnd(r)
}

// OnPredictBatchBegin calls PredictBatchBegin.
func (c *LambdaCallback) OnPredictBatchBegin(r *nn.Run, batch int) error {
	if c.PredictBatchBegin == nil {
		return nil
	}
	return c.PredictBatchBegin(r, batch)
}

// OnPredictBatchEnd calls PredictBatchEnd.
func (c *LambdaCallback) OnPredictBatchEnd(r *nn.Run, batch int, outputs []*tensor.Tensor) error {
	if c.PredictBatchEnd == nil {
		return nil
	}
	return c.PredictBatchEnd(r, batch, outputs)
}

var (
	_ nn.TestCallback    = (*LambdaCallback)(nil)
	_ nn.PredictCallback = (*LambdaCallback)(nil)
)
