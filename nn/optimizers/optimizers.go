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
	case !finite(s.Decay) || !finite(s.WeightDecay):
		return fmt.Errorf("optimizer %s: decay is %g, weight_decay %g; want 0 or more", name, s.Decay, s.WeightDecay)
	case !finite(s.Clipnorm) || !finite(s.Clipvalue) || !finite(s.GlobalClipnorm):
		return fmt.Errorf("optimizer %s: clipnorm is %g, clipvalue %g, global_clipnorm %g; want 0 (off) or more", name, s.Clipnorm, s.Clipvalue, s.GlobalClipnorm)
	}
	if s.UseEMA && (!(s.EMAMomentum >= 0 && s.EMAMomentum <= 1) || s.EMAOverwriteFrequency < 0) {
		return fmt.Errorf("optimizer %s: ema_momentum is %g, ema_overwrite_frequency %d; want 0 to 1, and 0 (when Fit ends) or more", name, s.EMAMomentum, s.EMAOverwriteFrequency)
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

// oneGroup names the slots in order.
func oneGroup(names ...string) [][]nn.SlotName {
	group := make([]nn.SlotName, len(names))
	for i, n := range names {
		group[i] = nn.SlotName{Name: n, Slot: i}
	}
	return [][]nn.SlotName{group}
}
