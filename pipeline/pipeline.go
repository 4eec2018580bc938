// Package pipeline feeds batches to training: parallel, ordered, cancellable,
// with the same bytes for any number of workers.
//
// There are two things. A [Stream] yields items: paths, rows, pictures,
// samples. A [Source] yields batches of samples; training reads it. Arrays in
// memory are a source at once ([Arrays]); all else begins as a stream:
//
//   - where items come from: [List], [ListShuffled], [Each], [Chan], [Find] with
//     [ReadFiles], [Lines], [CSV], [JSONLines], [Tar] (gzip and zstd too), [ZipFiles];
//   - what happens to them: [Apply], [Stream.Tolerate], [Stream.Shuffle],
//     [Stream.Cache], [CacheFile], [Stream.Shard], [Stream.Take], [Stream.Skip],
//     [Stream.Repeat], [Zip], [Interleave];
//   - how they become batches: [Batched], with padding and by length;
//   - what happens to batches: [Prefetch], [PrefetchBytes], [Take], [Repeat],
//     [Concat], [NewResumable], [Timed], [Watch], [RequireSteps].
//
// A [Budget] bounds the bytes that all stages of a pipeline hold, by one number.
// Without one, each stage that buffers has a bound of its own (Ahead and MaxBytes
// of [ApplyConfig], Window and MaxBytes of [ShuffleConfig], MaxBytes of
// [BatchConfig], [PrefetchBytes], the maxBytes of [Stream.Cache]); those that do
// not buffer, such as [Zip] and [Interleave], have an item of each stream in
// their hands.
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
