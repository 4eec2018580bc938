package callbacks

import (
	"fmt"
	"io"
	"math"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[TerminateOnNaN]() }

// TerminateOnNaN ends training well when the loss or a gradient is NaN or
// infinite: Fit returns what it has, without an error. Without this callback
// such a batch is Fit's error ([nn.NotFiniteError]). Either way the batch
// changes no weight, and [nn.Run.NotFinite] and FitConfig.Warn say where it was and
// which tensor it began with.
//
// Difference from Keras: there the weights are spoilt before the loss is looked
// at, and a gradient that is no number is found one batch late.
type TerminateOnNaN struct {
	nn.NopCallback
	Output io.Writer `keras:"-"` // for Keras' message; nil: nowhere
}

// OnBatchEnd looks at the loss.
func (c *TerminateOnNaN) OnBatchEnd(r *nn.Run, batch int, logs nn.Logs) error {
	loss := logs.Get("loss")
	bad := logs.Has("loss") && (math.IsNaN(loss) || math.IsInf(loss, 0))
	if !bad && r.NotFinite == nil {
		return nil
	}
	r.Stop()
	if c.Output == nil {
		return nil
	}
	fmt.Fprintf(c.Output, "Batch %d: Invalid loss, terminating training\n", batch)
	if r.NotFinite != nil {
		fmt.Fprintln(c.Output, r.NotFinite)
	}
	return nil
}
