package callbacks

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[ReduceLROnPlateau]() }

// ReduceLROnPlateau multiplies the learning rate by Factor when Monitor has not
// improved for Patience epochs, and logs the rate of the epoch as lr.
//
// Auto takes the larger for names with acc in them. Rates are float32, as in
// Keras, so decisions at MinLR are the same. Where Keras warns at every epoch
// that Monitor is missing, this is an error.
type ReduceLROnPlateau struct {
	nn.NopCallback
	Monitor  string    `default:"val_loss"`
	Factor   float64   `default:"0.1"` // below 1
	Patience *int      `default:"10"`  // epochs without improvement before the rate falls; 0 and 1 are the same
	Mode     Mode      `default:"auto"`
	MinDelta *float64  `default:"1e-4"` // a smaller improvement does not count
	Cooldown int       // epochs after a reduction in which nothing counts as waiting
	MinLR    float64   `keras:"min_lr"` // the rate falls no lower
	Output   io.Writer `keras:"-"`      // for Keras' messages under verbose=1; nil: nowhere

	better   func(a, b float64) bool
	best     float64
	wait     int
	cooldown int // epochs that are left
}

// OnTrainBegin forgets earlier runs.
func (c *ReduceLROnPlateau) OnTrainBegin(r *nn.Run) error {
	err := complete(c)
	if err == nil {
		err = checkMonitor(c.Monitor, c, r)
	}
	if err == nil && r.Scheduled() {
		err = errors.New("the optimizer has a Schedule, which sets the rate at each update; leave one of them out")
	}
	if err != nil {
		return fmt.Errorf("callbacks: ReduceLROnPlateau: %w", err)
	}
	c.better, c.best = c.Mode.comparison(strings.Contains(c.Monitor, "acc"))
	c.wait, c.cooldown = 0, 0
	return nil
}

// OnEpochEnd compares and reduces.
func (c *ReduceLROnPlateau) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	logs.Set("lr", r.LearningRate())
	if !logs.Has(c.Monitor) {
		if err := missing(c.Monitor, r, logs); err != nil {
			return fmt.Errorf("callbacks: ReduceLROnPlateau: %w", err)
		}
		return nil
	}
	now := logs.Get(c.Monitor)
	if c.cooldown > 0 {
		c.cooldown--
		c.wait = 0
	}
	margin := *c.MinDelta
	if !c.better(1, 0) {
		margin = -margin
	}
	switch {
	case c.better(now, c.best+margin):
		c.best, c.wait = now, 0
	case c.cooldown == 0:
		if c.wait++; c.wait >= *c.Patience {
			c.reduce(r, epoch)
		}
	}
	return nil
}

// reduce lowers the rate unless it is as low as it may be.
func (c *ReduceLROnPlateau) reduce(r *nn.Run, epoch int) {
	old := float32(r.LearningRate())
	if old <= float32(c.MinLR) {
		return
	}
	lr := old * float32(c.Factor)
	shown, rate := float64(lr), shortest(lr)
	if lr < float32(c.MinLR) {
		shown, rate = c.MinLR, c.MinLR
	}
	r.SetLearningRate(rate)
	if c.Output != nil {
		fmt.Fprintf(c.Output, "\nEpoch %d: ReduceLROnPlateau reducing learning rate to %s.\n", epoch+1, pythonFloat(shown))
	}
	c.cooldown, c.wait = c.Cooldown, 0
}

// shortest is the float64 that reads as x prints: 0.01, not 0.009999999776482582.
func shortest(x float32) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', -1, 32), 64)
	return y
}

// AddsLogs says that the rate is logged.
func (c *ReduceLROnPlateau) AddsLogs() []string { return []string{"lr"} }

// Validate checks the settings.
func (c *ReduceLROnPlateau) Validate() error {
	switch {
	case !(c.Factor >= 0 && c.Factor < 1):
		return fmt.Errorf("Factor is %v; want 0 or more, below 1: the rate is multiplied by it", c.Factor)
	case *c.Patience < 0 || c.Cooldown < 0:
		return fmt.Errorf("Patience is %d, Cooldown %d; want 0 or more", *c.Patience, c.Cooldown)
	case !(c.MinLR >= 0):
		return fmt.Errorf("MinLR is %v; want 0 or more", c.MinLR)
	case math.IsNaN(*c.MinDelta) || math.IsInf(*c.MinDelta, 0):
		return fmt.Errorf("MinDelta is %v; want a number", *c.MinDelta)
	}
	return c.Mode.validate()
}

// reduceLRState is what a checkpoint keeps; the rate is the optimizer's.
type reduceLRState struct {
	Best           stateFloat
	Wait, Cooldown int
}

// State returns the best value, the wait and what is left of the cooldown.
func (c *ReduceLROnPlateau) State() (nn.CallbackState, error) {
	return stateOf(reduceLRState{stateFloat(c.best), c.wait, c.cooldown})
}

// SetState goes on from a state.
func (c *ReduceLROnPlateau) SetState(st nn.CallbackState) error {
	var s reduceLRState
	if err := readState(st, &s); err != nil {
		return fmt.Errorf("callbacks: ReduceLROnPlateau: %w", err)
	}
	c.best, c.wait, c.cooldown = float64(s.Best), s.Wait, s.Cooldown
	return nil
}

var _ nn.StatefulCallback = (*ReduceLROnPlateau)(nil)
