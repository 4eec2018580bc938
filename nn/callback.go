package nn

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/internal/config"
)

// A Callback is told how training goes. Embed [NopCallback] and override the
// hooks you need. A returned error ends the training with that error;
// [Run.Stop] ends it well. Hooks are called in Keras' order: epochs and
// batches are 0-based. The logs handed to OnBatchEnd are valid during the call.
type Callback interface {
	// OnTrainBegin is called before the first epoch.
	OnTrainBegin(r *Run) error
	// OnTrainEnd is called however training ends, with the logs of the last
	// epoch; also when another callback returned an error.
	OnTrainEnd(r *Run, logs Logs) error
	// OnEpochBegin is called before the first batch of an epoch.
	OnEpochBegin(r *Run, epoch int) error
	// OnEpochEnd is called after the epoch's validation. What it sets in logs is
	// seen by later callbacks and by the History.
	OnEpochEnd(r *Run, epoch int, logs *Logs) error
	// OnBatchBegin is called before each update.
	OnBatchBegin(r *Run, batch int) error
	// OnBatchEnd is called after each update, with the logs of the epoch so far.
	OnBatchEnd(r *Run, batch int, logs Logs) error
}

// NopCallback has all hooks and does nothing.
type NopCallback struct{}

// OnTrainBegin does nothing.
func (NopCallback) OnTrainBegin(*Run) error { return nil }

// OnTrainEnd does nothing.
func (NopCallback) OnTrainEnd(*Run, Logs) error { return nil }

// OnEpochBegin does nothing.
func (NopCallback) OnEpochBegin(*Run, int) error { return nil }

// OnEpochEnd does nothing.
func (NopCallback) OnEpochEnd(*Run, int, *Logs) error { return nil }

// OnBatchBegin does nothing.
func (NopCallback) OnBatchBegin(*Run, int) error { return nil }

// OnBatchEnd does nothing.
func (NopCallback) OnBatchEnd(*Run, int, Logs) error { return nil }

// A Run is one call of Fit, as callbacks see it.
type Run struct {
	Model        *Model
	Context      context.Context
	Epochs       int // absolute index of the last epoch + 1
	InitialEpoch int
	Steps        int      // batches an epoch; -1 unknown until the first epoch ends
	Metrics      []string // names of the logs of an epoch, val_ ones included
	DoValidation bool
	BatchSize    int     // of the last batch
	DataWait     float64 // share of the epoch's time, so far, spent waiting for data
	// Callbacks are all that take part, in order.
	Callbacks []Callback
	// EpochLogs says that the logs of a batch are those of the epoch so far, as
	// Fit has them; a loop of your own may hand out those of the batch alone.
	EpochLogs bool
	// NotFinite is the batch without update that ended training well, because a
	// callback (TerminateOnNaN) stopped there; else it is Fit's error.
	NotFinite *NotFiniteError
	stop      bool
	failed    error // of SetLearningRate
	warn      func(error)
}

// Warn tells whoever listens (FitConfig.Warn) what ends no training but should
// be known, such as a full disk.
func (r *Run) Warn(err error) {
	if r.warn != nil {
		r.warn(err)
	}
}

// Stop ends training after the current batch; OnEpochEnd and OnTrainEnd are
// called. Validation follows only the last batch of an epoch, as in Keras 2.3.
// Keras: model.stop_training = True.
func (r *Run) Stop() { r.stop = true }

// Stopped reports whether Stop was called.
func (r *Run) Stopped() bool { return r.stop }

// LearningRate returns the rate of the next update, before decay.
func (r *Run) LearningRate() float64 {
	c := r.Model.compiled
	if s := c.opt.set.Schedule; s != nil {
		return s.Rate(int(c.opt.updates))
	}
	return c.lr
}

// Scheduled reports whether the optimizer has a Schedule, which leaves nothing
// for SetLearningRate to do.
func (r *Run) Scheduled() bool { return r.Model.compiled.opt.set.Schedule != nil }

// SetLearningRate changes the rate from the next update on. Beside a Schedule it
// is an error, as in Keras, and so is a rate below 0; Fit ends with that error,
// also when the callback passes over it.
func (r *Run) SetLearningRate(lr float64) error {
	c := r.Model.compiled
	switch {
	case c.opt.set.Schedule != nil:
		r.failed = fmt.Errorf("nn: SetLearningRate: the optimizer has the schedule %s, which sets the rate; leave out the one or the other", config.ClassName(c.opt.set.Schedule))
	case !(lr >= 0) || math.IsInf(lr, 0):
		r.failed = fmt.Errorf("nn: SetLearningRate: the rate is %g; want 0 or more", lr)
	default:
		c.lr = lr
		return nil
	}
	return r.failed
}

// callbacks calls hooks in order and stops at the first error.
type callbacks []Callback

func (cs callbacks) each(f func(Callback) error) error {
	for _, c := range cs {
		if err := f(c); err != nil {
			return err
		}
	}
	return nil
}

// History is what Fit returns: the logs of each epoch. It is a callback too, for
// those who want to read along while Fit runs.
// Keras: History.
type History struct {
	NopCallback
	Epoch  []int // 0-based
	names  []string
	values map[string][]float64
}

// Get returns one value an epoch of a log, such as "loss" or "val_accuracy".
func (h *History) Get(name string) []float64 { return h.values[name] }

// Names returns the names of the logs in order.
func (h *History) Names() []string { return h.names }

// Last returns the latest value of a log; 0 when there is none.
func (h *History) Last(name string) float64 {
	v := h.values[name]
	if len(v) == 0 {
		return 0
	}
	return v[len(v)-1]
}

// OnTrainBegin forgets earlier runs.
func (h *History) OnTrainBegin(*Run) error {
	*h = History{}
	return nil
}

// OnEpochEnd takes the epoch's logs.
func (h *History) OnEpochEnd(_ *Run, epoch int, logs *Logs) error {
	h.add(epoch, *logs)
	return nil
}

func (h *History) add(epoch int, logs Logs) {
	if h.values == nil {
		h.values = map[string][]float64{}
	}
	h.Epoch = append(h.Epoch, epoch)
	for n, v := range logs.All() {
		if !slices.Contains(h.names, n) {
			h.names = append(h.names, n)
		}
		h.values[n] = append(h.values[n], v)
	}
}
