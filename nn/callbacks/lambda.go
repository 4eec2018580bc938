package callbacks

import "github.com/antler-ml/antler/nn"

// LambdaCallback calls the functions that are set. It is not saved: functions
// have no name. Keras: LambdaCallback(on_epoch_end=…).
type LambdaCallback struct {
	TrainBegin func(r *nn.Run) error                           `keras:"-"`
	TrainEnd   func(r *nn.Run, logs nn.Logs) error             `keras:"-"`
	EpochBegin func(r *nn.Run, epoch int) error                `keras:"-"`
	EpochEnd   func(r *nn.Run, epoch int, logs *nn.Logs) error `keras:"-"`
	BatchBegin func(r *nn.Run, batch int) error                `keras:"-"`
	BatchEnd   func(r *nn.Run, batch int, logs nn.Logs) error  `keras:"-"`
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
