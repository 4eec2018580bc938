package callbacks

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[BaseLogger]() }

// BaseLogger averages the logs of batches over the epoch, weighted by
// [nn.Run.BatchSize], and sets the means in the logs of the epoch. It is for
// training loops of your own that hand out the logs of single batches, such as
// those of [nn.Model.TrainOnBatch]; in Fit, whose logs are those of the epoch
// so far, it has nothing to do.
type BaseLogger struct {
	nn.NopCallback
	StatefulMetrics []string // logs of which the last value counts

	sums nn.Logs
	seen float64 // samples
}

// OnEpochBegin starts at nothing.
func (c *BaseLogger) OnEpochBegin(*nn.Run, int) error {
	c.sums, c.seen = nn.Logs{}, 0
	return nil
}

// OnBatchEnd adds the logs of a batch.
func (c *BaseLogger) OnBatchEnd(r *nn.Run, _ int, logs nn.Logs) error {
	if r.EpochLogs {
		return nil
	}
	size := float64(r.BatchSize)
	c.seen += size
	for name, v := range logs.All() {
		switch {
		case slices.Contains(c.StatefulMetrics, name):
			c.sums.Set(name, v)
		case c.sums.Has(name):
			c.sums.Set(name, c.sums.Get(name)+v*size)
		default:
			c.sums.Set(name, v*size)
		}
	}
	return nil
}

// OnEpochEnd sets the means of the logs that [nn.Run.Metrics] names.
func (c *BaseLogger) OnEpochEnd(r *nn.Run, _ int, logs *nn.Logs) error {
	for _, name := range r.Metrics {
		switch {
		case !c.sums.Has(name):
		case slices.Contains(c.StatefulMetrics, name):
			logs.Set(name, c.sums.Get(name))
		case c.seen > 0:
			logs.Set(name, c.sums.Get(name)/c.seen)
		}
	}
	return nil
}

// baseLoggerState is what a checkpoint in the middle of an epoch keeps.
type baseLoggerState struct {
	Seen  float64
	Names []string
	Sums  []stateFloat
}

// State returns the sums so far.
func (c *BaseLogger) State() (nn.CallbackState, error) {
	s := baseLoggerState{Seen: c.seen, Names: c.sums.Names()}
	for _, v := range c.sums.All() {
		s.Sums = append(s.Sums, stateFloat(v))
	}
	return stateOf(s)
}

// SetState goes on from a state.
func (c *BaseLogger) SetState(st nn.CallbackState) error {
	var s baseLoggerState
	if err := readState(st, &s); err != nil {
		return fmt.Errorf("callbacks: BaseLogger: %w", err)
	}
	if len(s.Names) != len(s.Sums) {
		return fmt.Errorf("callbacks: BaseLogger: the state has %d names and %d sums", len(s.Names), len(s.Sums))
	}
	c.sums, c.seen = nn.Logs{}, s.Seen
	for i, name := range s.Names {
		c.sums.Set(name, float64(s.Sums[i]))
	}
	return nil
}

var _ nn.StatefulCallback = (*BaseLogger)(nil)
