package callbacks

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

func init() { nn.Register[EarlyStopping]() }

// EarlyStopping ends training when Monitor stops improving.
//
// Auto takes the larger for names that end in acc, accuracy or auc. Baseline is
// not the first best: it decides only whether the wait starts anew. Where
// Keras warns at every epoch that Monitor is missing, this is an error.
// Epochs before StartFromEpoch and those without validation do not count.
type EarlyStopping struct {
	nn.NopCallback
	Monitor  string   `default:"val_loss"`
	MinDelta float64  // a smaller improvement does not count
	Patience int      // epochs without improvement before the end; 0 and 1 both stop at the first
	Mode     Mode     `default:"auto"`
	Baseline *float64 // a value that must be beaten for the wait to start anew
	// RestoreBestWeights gives the model the weights of its best epoch, however
	// training ends (Keras 2.3: only when this callback stopped it).
	RestoreBestWeights bool
	StartFromEpoch     int       // earlier epochs (0-based) are not looked at
	Output             io.Writer `keras:"-"` // for Keras' messages under verbose=1; nil: nowhere

	// StoppedEpoch is the epoch (0-based) that ended training; 0 if none did.
	StoppedEpoch int `keras:"-"`
	// BestEpoch is the epoch (0-based) with the best value.
	BestEpoch int `keras:"-"`

	better  func(a, b float64) bool
	best    float64
	wait    int
	weights []*tensor.Tensor
}

// OnTrainBegin forgets earlier runs.
func (c *EarlyStopping) OnTrainBegin(r *nn.Run) error {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: EarlyStopping: %w", err)
	}
	if err := checkMonitor(c.Monitor, c, r); err != nil {
		return fmt.Errorf("callbacks: EarlyStopping: %w", err)
	}
	c.better, c.best = c.Mode.comparison(endsInAny(c.Monitor, "acc", "accuracy", "auc"))
	c.wait, c.StoppedEpoch, c.BestEpoch, c.weights = 0, 0, 0, nil
	return nil
}

// OnEpochEnd compares.
func (c *EarlyStopping) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if !logs.Has(c.Monitor) {
		if err := missing(c.Monitor, r, logs); err != nil {
			return fmt.Errorf("callbacks: EarlyStopping: %w", err)
		}
		return nil
	}
	if epoch < c.StartFromEpoch {
		return nil
	}
	now := logs.Get(c.Monitor)
	if c.RestoreBestWeights && c.weights == nil {
		c.keep(r, epoch)
	}
	c.wait++
	if c.improved(now, c.best) {
		c.best = now
		c.keep(r, epoch)
		if c.Baseline == nil || c.improved(now, *c.Baseline) {
			c.wait = 0
		}
		return nil
	}
	if c.wait >= c.Patience && epoch > 0 {
		c.StoppedEpoch = epoch
		r.Stop()
	}
	return nil
}

func (c *EarlyStopping) improved(now, than float64) bool {
	d := math.Abs(c.MinDelta)
	if c.better(1, 0) {
		d = -d
	}
	return c.better(now+d, than)
}

func (c *EarlyStopping) keep(r *nn.Run, epoch int) {
	c.BestEpoch = epoch
	if !c.RestoreBestWeights {
		return
	}
	if c.weights == nil {
		c.weights = r.Model.GetWeights()
		return
	}
	for i, w := range r.Model.Weights() {
		copy(c.weights[i].Data(), w.Value().Data())
	}
}

// OnTrainEnd announces and restores.
func (c *EarlyStopping) OnTrainEnd(r *nn.Run, _ nn.Logs) error {
	if c.StoppedEpoch > 0 && c.Output != nil {
		fmt.Fprintf(c.Output, "Epoch %d: early stopping\n", c.StoppedEpoch+1)
	}
	if c.RestoreBestWeights && c.weights != nil {
		if c.Output != nil {
			fmt.Fprintf(c.Output, "Restoring model weights from the end of the best epoch: %d.\n", c.BestEpoch+1)
		}
		return r.Model.SetWeights(c.weights)
	}
	return nil
}

// earlyStoppingState is what a checkpoint keeps.
type earlyStoppingState struct {
	Best         stateFloat
	Wait         int
	BestEpoch    int
	StoppedEpoch int
}

// State returns the best value and the wait, and the best weights if they are
// to be restored.
func (c *EarlyStopping) State() (nn.CallbackState, error) {
	st, err := stateOf(earlyStoppingState{stateFloat(c.best), c.wait, c.BestEpoch, c.StoppedEpoch})
	for _, w := range c.weights {
		st.Tensors = append(st.Tensors, w.Clone())
	}
	return st, err
}

// SetState goes on from a state.
func (c *EarlyStopping) SetState(st nn.CallbackState) error {
	var s earlyStoppingState
	if err := readState(st, &s); err != nil {
		return fmt.Errorf("callbacks: EarlyStopping: %w", err)
	}
	c.best, c.wait, c.BestEpoch, c.StoppedEpoch, c.weights = float64(s.Best), s.Wait, s.BestEpoch, s.StoppedEpoch, nil
	if c.RestoreBestWeights {
		for _, w := range st.Tensors {
			c.weights = append(c.weights, w.Clone())
		}
	}
	return nil
}

var _ nn.StatefulCallback = (*EarlyStopping)(nil)

// Validate checks the settings.
func (c *EarlyStopping) Validate() error {
	switch {
	case c.Patience < 0:
		return fmt.Errorf("Patience is %d; want 0 or more", c.Patience)
	case c.StartFromEpoch < 0:
		return fmt.Errorf("StartFromEpoch is %d; want 0 or more", c.StartFromEpoch)
	case math.IsNaN(c.MinDelta) || math.IsInf(c.MinDelta, 0):
		return fmt.Errorf("MinDelta is %v; want a number", c.MinDelta)
	}
	return c.Mode.validate()
}

func endsInAny(s string, ends ...string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(s, end) })
}
