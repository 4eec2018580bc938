// Package callbacks holds what watches training: ProgbarLogger, EarlyStopping,
// ModelCheckpoint, CSVLogger, LambdaCallback.
//
// What Keras prints under verbose=1 goes to a callback's Output; nil is nowhere.
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

// checkMonitor refuses, before any training, a log that is certainly a
// mistake: a val_ log without validation, or a name that looks like one that
// there is. Other names may yet be set by another callback: see missing.
func checkMonitor(monitor string, r *nn.Run) error {
	if len(r.Metrics) == 0 || slices.Contains(r.Metrics, monitor) {
		return nil
	}
	plain, val := strings.CutPrefix(monitor, "val_")
	if val && !r.DoValidation && slices.Contains(r.Metrics, plain) {
		return fmt.Errorf("Monitor is %q, but there is no validation; set Validation or ValidationSplit, or monitor %q", monitor, plain)
	}
	for _, name := range r.Metrics {
		known, v := strings.CutPrefix(name, "val_")
		if v == val && (strings.HasPrefix(known, plain) || strings.HasPrefix(plain, known) || len(config.Nearest(plain, []string{known})) > 0) {
			return fmt.Errorf("Monitor is %q; did you mean %q? Training logs %q", monitor, name, r.Metrics)
		}
	}
	return nil
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
