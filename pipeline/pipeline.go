// Package pipeline feeds batches to training: parallel, ordered, cancellable,
// with the same bytes for any number of workers.
package pipeline

import (
	"context"
	"iter"

	"github.com/antler-ml/antler/tensor"
)

// A Batch is one step's worth of samples: inputs, targets and sample weights,
// one tensor for each input or output of the model, first axis the sample. Y
// and W may be empty. A batch is valid until the loop body that received it
// ends (as with bufio.Scanner); copy what must live longer.
type Batch struct{ X, Y, W []*tensor.Tensor }

// A Source yields the batches of one epoch. The same epoch always gives the
// same bytes. Len is the number of batches in an epoch, -1 when unknown.
type Source interface {
	Len() int
	Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error]
}
