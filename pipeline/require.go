package pipeline

import (
	"context"
	"fmt"
)

// RequireSteps returns an error if an epoch of src has fewer than steps batches,
// so that training is refused before it begins. A source of unknown length is
// read, up to steps batches of epoch 0, to find out; do not give it the stream
// of a channel, which cannot be read again. nn.Fit asks it of StepsPerEpoch and
// ValidationSteps where the length is known.
func RequireSteps(ctx context.Context, src Source, steps int) error {
	n := src.Len()
	if n <= 0 { // of a source without batches, the reason may be an error
		n = 0
		for _, err := range src.Batches(ctx, 0) {
			if err != nil {
				return err
			}
			if n++; n >= steps {
				break
			}
		}
	}
	switch {
	case n >= steps:
		return nil
	case n == 0:
		return fmt.Errorf("pipeline: the source has no batches, %d steps were asked for", steps)
	}
	return fmt.Errorf("pipeline: an epoch of the source has %d batches, %d steps were asked for; ask for at most %d, or Repeat the source %d times", n, steps, n, (steps+n-1)/n)
}
