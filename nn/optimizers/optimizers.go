// Package optimizers turns gradients into new weights: SGD, RMSprop, Adam.
//
// The formulas are those of tf-keras (the living Keras 2). Decay is Keras 2.3's
// argument: the rate of update t is LearningRate / (1 + Decay·t). Embeddings keep
// Keras' dense arithmetic: momentum goes on moving rows that a batch does not
// touch; only rows that nothing can move are skipped.
package optimizers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[SGD]()
	nn.Register[RMSprop]()
	nn.Register[Adam]()
	nn.Alias(&SGD{LearningRate: 0.01}, "sgd")
	nn.Alias(&RMSprop{LearningRate: 0.001, Rho: new(0.9), Epsilon: 1e-7}, "rmsprop")
	nn.Alias(&Adam{LearningRate: 0.001, Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}, "adam")
}

// validate checks what all optimizers share.
func validate(name string, s nn.OptimizerSettings) error {
	switch {
	case s.LearningRate < 0:
		return fmt.Errorf("optimizer %s: learning_rate is %g; want 0 or more", name, s.LearningRate)
	case s.Decay < 0 || s.WeightDecay < 0:
		return fmt.Errorf("optimizer %s: decay is %g, weight_decay %g; want 0 or more", name, s.Decay, s.WeightDecay)
	case s.Clipnorm < 0 || s.Clipvalue < 0 || s.GlobalClipnorm < 0:
		return fmt.Errorf("optimizer %s: clipnorm is %g, clipvalue %g, global_clipnorm %g; want 0 (off) or more", name, s.Clipnorm, s.Clipvalue, s.GlobalClipnorm)
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

// part refuses a factor that is no part of one.
func part(name, setting string, x float64) error {
	if x < 0 || x > 1 {
		return fmt.Errorf("optimizer %s: %s is %g; want 0 to 1", name, setting, x)
	}
	return nil
}
