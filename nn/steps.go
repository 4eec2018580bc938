package nn

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/pipeline"
)

// An EndedEarlyError says that a source gave fewer batches than were asked for,
// which nobody could know before: its length is not known. What there is has
// been used. After such an epoch Fit validates and calls OnEpochEnd, then
// training ends well, as in tf-keras ("Your input ran out of data;
// interrupting training").
type EndedEarlyError struct {
	Of      string // "training", "validation", "evaluation" or "prediction"
	Epoch   int    // 0-based
	Batches int    // that there were
	Steps   int    // that were asked for
}

func (e *EndedEarlyError) Error() string {
	return fmt.Sprintf("nn: the data of %s ended after %d of %d batches in epoch %d; ask for at most %d steps, or make the data endless", e.Of, e.Batches, e.Steps, e.Epoch, e.Batches)
}

// requireSteps refuses a source that is known to be too short. setting is the
// name of what asks for steps batches; 0 asks for none.
func requireSteps(ctx context.Context, src pipeline.Source, steps int, setting string) error {
	if src == nil || steps <= 0 || src.Len() < 0 {
		return nil
	}
	if err := pipeline.RequireSteps(ctx, src, steps); err != nil {
		return fmt.Errorf("nn: %s is %d: %w", setting, steps, err)
	}
	return nil
}

// endedEarly tells warn, if anybody listens, that a source was too short.
func endedEarly(warn func(error), of string, epoch, batches, steps int) {
	if warn != nil && batches < steps {
		warn(&EndedEarlyError{Of: of, Epoch: epoch, Batches: batches, Steps: steps})
	}
}
