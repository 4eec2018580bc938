// Package callbacks holds what watches and steers training, with Keras' names:
//
//   - steering: EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, TerminateOnNaN
//   - keeping: ModelCheckpoint, BackupAndRestore
//   - telling: ProgbarLogger, CSVLogger, TensorBoard, RemoteMonitor, BaseLogger
//   - anything: LambdaCallback
//
// What Keras prints under verbose=1 goes to a callback's Output; nil is nowhere.
// Those with a memory are a [nn.StatefulCallback]: training that goes on from a
// checkpoint decides as if it had never stopped.
package callbacks

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// A Mode says whether a monitored log gets better by falling or by rising.
type Mode string

// Keras' modes. What Auto means is up to the callback, as in Keras.
const (
	Auto Mode = "auto"
	Min  Mode = "min"
	Max  Mode = "max"
)

func (m Mode) validate() error {
	switch m {
	case Auto, Min, Max:
		return nil
	}
	return fmt.Errorf("Mode is %q; want auto, min or max", m)
}

// comparison returns "a is better than b" and the worst value there is.
// rising is what Auto stands for. NaN is never better.
func (m Mode) comparison(rising bool) (better func(a, b float64) bool, worst float64) {
	if m == Max || m == Auto && rising {
		return func(a, b float64) bool { return a > b }, math.Inf(-1)
	}
	return func(a, b float64) bool { return a < b }, math.Inf(1)
}

// complete fills defaults in and validates.
func complete(c interface{ Validate() error }) error {
	if err := config.Defaults(c); err != nil {
		return err
	}
	return c.Validate()
}

// checkMonitor refuses, before any training, a log that there will not be. Only
// when a callback of the user's stands before self, which may set any log, is
// that known at the end of the first epoch: see missing.
func checkMonitor(monitor string, self nn.Callback, r *nn.Run) error {
	names, sure := foreseen(self, r)
	if len(names) == 0 || slices.Contains(names, monitor) {
		return nil
	}
	plain, val := strings.CutPrefix(monitor, "val_")
	meant := ""
	for _, name := range names {
		known, v := strings.CutPrefix(name, "val_")
		if v == (val && r.DoValidation) && plain != "" && (strings.HasPrefix(known, plain) || strings.HasPrefix(plain, known) || len(config.Nearest(plain, []string{known})) > 0) {
			meant = name
			break
		}
	}
	switch {
	case meant != "" && val && !r.DoValidation:
		return fmt.Errorf("Monitor is %q, but there is no validation; set Validation or ValidationSplit, or monitor %q", monitor, meant)
	case meant != "":
		return fmt.Errorf("Monitor is %q; did you mean %q? Training logs %q", monitor, meant, names)
	}
	if sure {
		return fmt.Errorf("Monitor is %q, but training logs %q; a callback that adds a log must stand before this one", monitor, names)
	}
	return nil
}

// foreseen are the logs that self will find at the end of an epoch; not sure means that
// a callback of the user's may add others.
func foreseen(self nn.Callback, r *nn.Run) (names []string, sure bool) {
	if len(r.Metrics) == 0 {
		return nil, false
	}
	names, sure = slices.Clone(r.Metrics), true
	for _, c := range r.Callbacks {
		if c == self {
			break
		}
		added, ok := addedLogs(c)
		names, sure = append(names, added...), sure && ok
	}
	return names, sure
}

// addedLogs are the logs that a callback sets at the end of an epoch; not ok
// means that it does not say.
func addedLogs(c nn.Callback) (names []string, ok bool) {
	switch c := c.(type) {
	case nn.LogAdder:
		return c.AddsLogs(), true
	case *LambdaCallback:
		return c.Adds, c.Adds != nil || c.EpochEnd == nil
	case *BackupAndRestore, *BaseLogger, *CSVLogger, *EarlyStopping, *ModelCheckpoint, *ProgbarLogger, *RemoteMonitor, *TensorBoard, *TerminateOnNaN, *nn.History:
		return nil, true
	}
	return nil, false
}

// missing explains a log that an epoch did not bring; nil when it will come in
// epochs with validation.
func missing(monitor string, r *nn.Run, logs *nn.Logs) error {
	if slices.Contains(r.Metrics, monitor) {
		return nil
	}
	if monitor == "" {
		return errors.New("no Monitor")
	}
	return fmt.Errorf("Monitor is %q, but the epoch logged %q; a callback that adds a log must stand before this one", monitor, logs.Names())
}
