package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Schedule are the settings of the learning rate over the epochs.
type Schedule struct {
	Name        string  `flag:"schedule" group:"more" help:"cosine|constant|exponential|inverse-time|polynomial|step: the learning rate over the epochs; train help schedule"`
	DecayRate   float64 `flag:"decay-rate" group:"schedule" auto:"by the schedule" help:"X: factor of exponential and step, slope of inverse-time"`
	DecayEpochs string  `flag:"decay-epochs" group:"schedule" auto:"by the schedule" help:"N: epochs that one such decay takes; of step also a list: 10,15"`
	EndRate     float64 `flag:"end-rate" group:"schedule" help:"X: the last rate of cosine and polynomial"`
	Power       float64 `flag:"power" group:"schedule" help:"X: of polynomial"`
	Warmup      float64 `flag:"warmup" group:"schedule" help:"X: epochs in which the rate rises to its height"`
}

// Rate is the learning rate after so many of the epochs. Of the warm-up also
// parts of an epoch count, of what follows whole ones.
// Keras: optimizers.schedules CosineDecay, ExponentialDecay, InverseTimeDecay,
// PolynomialDecay and PiecewiseConstantDecay, with epochs in the place of steps.
func (c Schedule) Rate(top, at float64, epochs int) float64 {
	if at < c.Warmup {
		return top * at / c.Warmup
	}
	at = math.Max(0, math.Floor(at)-c.Warmup)
	all := float64(epochs) - c.Warmup
	rate := c.DecayRate
	switch c.Name {
	case "cosine":
		return c.EndRate + (top-c.EndRate)*0.5*(1+math.Cos(math.Pi*at/all))
	case "polynomial":
		return (top-c.EndRate)*math.Pow(1-math.Min(at, all)/all, c.Power) + c.EndRate
	case "exponential":
		return top * math.Pow(or(rate, 0.9), at/c.every(1))
	case "inverse-time":
		return top / (1 + or(rate, 0.5)*at/c.every(1))
	case "step":
		steps := math.Floor(at / c.every(math.Max(1, math.Floor(all/3))))
		if list, err := c.boundaries(); err == nil && len(list) > 1 {
			steps = 0
			for _, b := range list {
				if at >= b {
					steps++
				}
			}
		}
		return top * math.Pow(or(rate, 0.5), steps)
	}
	return top
}

func or(x, usual float64) float64 {
	if x == 0 {
		return usual
	}
	return x
}

// every is --decay-epochs as a number.
func (c Schedule) every(usual float64) float64 {
	if list, err := c.boundaries(); err == nil && len(list) == 1 {
		return list[0]
	}
	return usual
}

// boundaries is --decay-epochs as a list, in rising order.
func (c Schedule) boundaries() (list []float64, err error) {
	if c.DecayEpochs == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(c.DecayEpochs, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(x > 0) || math.IsInf(x, 0) || len(list) > 0 && x <= list[len(list)-1] {
			return nil, fmt.Errorf("want a number above 0, or a rising list")
		}
		list = append(list, x)
	}
	return list, nil
}

// String says what the schedule is.
func (c Schedule) String() string {
	if c.Warmup > 0 {
		return fmt.Sprintf("%s after a warm-up of %g epochs", c.Name, c.Warmup)
	}
	return c.Name
}

func (c Schedule) validate(s *Settings, bad func(flag string, got any, want string) error) error {
	list, err := c.boundaries()
	switch {
	case c.DecayRate < 0 || c.DecayRate > 1 && c.Name != "inverse-time":
		return bad("decay-rate", c.DecayRate, "a factor above 0, at most 1")
	case err != nil:
		return bad("decay-epochs", c.DecayEpochs, "a number of epochs above 0, or a rising list such as 10,15")
	case len(list) > 1 && c.Name != "step":
		return bad("decay-epochs", c.DecayEpochs, "one number; a list is for --schedule step")
	case c.EndRate < 0 || s.LearningRate > 0 && c.EndRate > s.LearningRate:
		return bad("end-rate", c.EndRate, "a rate from 0 to --learning-rate")
	case c.Power <= 0:
		return bad("power", c.Power, "a number above 0")
	case c.Warmup < 0 || s.Epochs > 0 && c.Warmup >= float64(s.Epochs):
		return bad("warmup", c.Warmup, "epochs from 0 to below --epochs")
	}
	return nil
}
