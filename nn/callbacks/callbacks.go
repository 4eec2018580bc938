// Package callbacks holds what watches training: ProgbarLogger, EarlyStopping,
// ModelCheckpoint, CSVLogger, LambdaCallback.
package callbacks

import (
	"fmt"
	"math"
	"strings"

	"github.com/antler-ml/antler/internal/config"
)

// A Mode says whether a monitored log gets better by falling or by rising.
type Mode string

// Keras' modes. Auto is Max for names with "acc" in them or that begin with
// "fmeasure", else Min.
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
	return fmt.Errorf("mode is %q; want auto, min or max", m)
}

// comparison returns "a is better than b" and the worst value there is.
func (m Mode) comparison(monitor string) (better func(a, b float64) bool, worst float64) {
	if m == Max || m == Auto && (strings.Contains(monitor, "acc") || strings.HasPrefix(monitor, "fmeasure") || strings.HasSuffix(monitor, "auc")) {
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
