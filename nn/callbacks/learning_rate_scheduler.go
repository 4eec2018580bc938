package callbacks

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/antler-ml/antler/nn"
)

// LearningRateScheduler sets the learning rate at the beginning of each epoch
// and logs it as lr. It is not saved: functions have no name. For a rate that
// changes with each update see the optimizers' Schedule.
type LearningRateScheduler struct {
	nn.NopCallback
	// Schedule returns the rate of an epoch (0-based). lr is the rate so far; one
	// that depends on the epoch alone ignores it.
	Schedule func(epoch int, lr float64) float64 `keras:"-"`
	Output   io.Writer                           `keras:"-"` // for Keras' messages under verbose=1; nil: nowhere
}

// OnTrainBegin checks that there is a rate to set.
func (c *LearningRateScheduler) OnTrainBegin(r *nn.Run) error {
	if c.Schedule == nil {
		return errors.New("callbacks: LearningRateScheduler: no Schedule")
	}
	if r.Scheduled() {
		return errors.New("callbacks: LearningRateScheduler: the optimizer has a Schedule, which sets the rate at each update; leave one of them out")
	}
	return nil
}

// OnEpochBegin sets the rate.
func (c *LearningRateScheduler) OnEpochBegin(r *nn.Run, epoch int) error {
	lr := c.Schedule(epoch, r.LearningRate())
	if math.IsNaN(lr) || math.IsInf(lr, 0) || lr < 0 {
		return fmt.Errorf("callbacks: LearningRateScheduler: Schedule(%d, %v) is %v; want a number that is not negative", epoch, r.LearningRate(), lr)
	}
	r.SetLearningRate(lr)
	if c.Output != nil {
		fmt.Fprintf(c.Output, "\nEpoch %d: LearningRateScheduler setting learning rate to %s.\n", epoch+1, pythonFloat(lr))
	}
	return nil
}

// OnEpochEnd logs the rate.
func (c *LearningRateScheduler) OnEpochEnd(r *nn.Run, _ int, logs *nn.Logs) error {
	logs.Set("lr", r.LearningRate())
	return nil
}

// AddsLogs says that the rate is logged.
func (c *LearningRateScheduler) AddsLogs() []string { return []string{"lr"} }
