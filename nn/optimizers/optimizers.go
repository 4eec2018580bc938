// Package optimizers turns gradients into new weights: SGD, RMSprop, Adagrad,
// Adadelta, Adam, AdamW, Adamax, Nadam, Adafactor, Ftrl and Lion.
//
// The formulas are those of tf-keras (the living Keras 2). Decay is Keras 2.3's
// argument: the rate of update t is LearningRate / (1 + Decay·t). Embeddings keep
// Keras' dense arithmetic: momentum goes on moving rows that a batch does not
// touch; only rows that nothing can move are skipped.
package optimizers

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
)

// validate checks what all optimizers share.
func validate(name string, s nn.OptimizerSettings) error {
	switch {
	case s.Schedule == nil && !(finite(s.LearningRate) && s.LearningRate > 0):
		return fmt.Errorf("optimizer %s: learning_rate is %g; want more than 0 (nn.Freeze keeps weights as they are)", name, s.LearningRate)
	case s.GradientAccumulationSteps < 0:
		return fmt.Errorf("optimizer %s: gradient_accumulation_steps is %d; want 0 (an update after every batch) or more", name, s.GradientAccumulationSteps)
	case s.UseEMA && s.EMAOverwriteFrequency < 0:
		return fmt.Errorf("optimizer %s: ema_overwrite_frequency is %d; want 0 (when Fit ends) or more", name, s.EMAOverwriteFrequency)
	}
	for _, c := range []struct {
		setting string
		x       float64
	}{{"decay", s.Decay}, {"weight_decay", s.WeightDecay}, {"clipnorm", s.Clipnorm}, {"clipvalue", s.Clipvalue}, {"global_clipnorm", s.GlobalClipnorm}} {
		if !finite(c.x) {
			return fmt.Errorf("optimizer %s: %s is %g; want 0 (off) or more", name, c.setting, c.x)
		}
	}
	if s.UseEMA {
		if err := part(name, "ema_momentum", s.EMAMomentum); err != nil {
			return err
		}
	}
	n := 0
	for _, c := range []float64{s.Clipnorm, s.Clipvalue, s.GlobalClipnorm} {
		if c > 0 {
			n++
		}
	}
	if n > 1 {
		return fmt.Errorf("optimizer %s: set one of clipnorm, clipvalue and global_clipnorm, not %d", name, n)
	}
	return nil
}

// finite reports whether x is a number from 0 upwards.
func finite(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }

// part refuses a factor that is no part of one.
func part(name, setting string, x float64) error {
	if !(x >= 0 && x <= 1) {
		return fmt.Errorf("optimizer %s: %s is %g; want 0 to 1", name, setting, x)
	}
	return nil
}

// running refuses factors of running means that would never move from 0, by which the
// means are then divided, and an epsilon below 0.
func running(name string, epsilon float64, betas ...float64) error {
	for i, b := range betas {
		if !(b >= 0 && b < 1) {
			return fmt.Errorf("optimizer %s: beta_%d is %g; want 0 or more, below 1", name, i+1, b)
		}
	}
	return small(name, epsilon)
}

// small refuses an epsilon that is not a small number.
func small(name string, epsilon float64) error {
	if !finite(epsilon) {
		return fmt.Errorf("optimizer %s: epsilon is %g; want more than 0, such as 1e-7", name, epsilon)
	}
	return nil
}

// oneGroup names the slots in order.
func oneGroup(names ...string) [][]nn.SlotName {
	group := make([]nn.SlotName, len(names))
	for i, n := range names {
		group[i] = nn.SlotName{Name: n, Slot: i}
	}
	return [][]nn.SlotName{group}
}
