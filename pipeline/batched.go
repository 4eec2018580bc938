package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"

	"github.com/antler-ml/antler/tensor"
)

// A Sample is one row of a [Batch]: the same tensors without the first axis.
type Sample struct {
	ID      string // what errors call it, such as "train.csv:17"; may be empty
	X, Y, W []*tensor.Tensor
}

// Name returns the ID.
func (s Sample) Name() string { return s.ID }

// Bytes returns the size of the sample's numbers.
func (s Sample) Bytes() int64 {
	n := int64(0)
	for _, ts := range [3][]*tensor.Tensor{s.X, s.Y, s.W} {
		for _, t := range ts {
			n += 4 * int64(volume(t.Shape()))
		}
	}
	return n
}

// BatchConfig says how [Batched] makes batches.
type BatchConfig struct {
	BatchSize int  `default:"32"` // samples in a batch; the last one of an epoch (or bucket) may be smaller
	DropLast  bool // leave out batches that are not full

	// Pad lets samples of a batch have different sizes: each axis becomes as
	// long as the longest sample's, filled up with PadValue at its end, or with
	// PadFront at its beginning.
	Pad      bool
	PadValue float32
	PadFront bool // Keras: padding="pre", the default of pad_sequences

	// Boundaries, rising, put samples of similar lengths into the same batches:
	// the first axis of X[0] is the length, and each sample is padded to the
	// first boundary that is not below it. It implies Pad. PadTargets says that
	// the first axis of Y and W is that length too.
	Boundaries []int
	PadTargets bool

	// MaxBytes bounds the memory of samples that wait for their batch and of
	// batches; 0: the stage's part of Budget, without one no bound. A batch takes
	// as much again as its samples. With Boundaries, where samples wait for many
	// batches, half of it is theirs: when that is full, the largest batch comes
	// before it has BatchSize samples, unless DropLast is set.
	MaxBytes int64
	Budget   *Budget
}

// Batched collects the samples of a stream into batches. All samples must have
// tensors of the same shapes, unless c allows padding. Every error of the
// stream ends the epoch; see [Stream.Tolerate].
func Batched(s Stream[Sample], c BatchConfig) Source {
	if c.BatchSize == 0 {
		c.BatchSize = 32
	}
	b := &batcher{in: s, c: c, part: c.Budget.Join("Batched", c.MaxBytes)}
	if c.BatchSize < 0 {
		b.err = fmt.Errorf("pipeline: Batched: BatchSize is %d, want at least 1", c.BatchSize)
	}
	for i, n := range c.Boundaries {
		if n < 0 || i > 0 && n <= c.Boundaries[i-1] {
			b.err = fmt.Errorf("pipeline: Batched: Boundaries are %v, want rising lengths", c.Boundaries)
		}
	}
	return b
}

type batcher struct {
	in   Stream[Sample]
	c    BatchConfig
	err  error
	free bins
	part *Part
}

// Len returns the batches of an epoch; with Boundaries they are not known.
func (b *batcher) Len() int {
	n, size := b.in.Len(), b.c.BatchSize
	switch {
	case b.err != nil:
		return 0
	case n < 0 || len(b.c.Boundaries) > 0:
		return -1
	case b.c.DropLast:
		return n / size
	}
	return (n + size - 1) / size
}

// Samples returns the samples of an epoch.
func (b *batcher) Samples() int {
	if b.c.DropLast {
		return times(b.Len(), b.c.BatchSize)
	}
	return b.in.Len()
}

func (b *batcher) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return b.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom begins behind the samples of the batches before; with Boundaries
// nobody knows which those are, and they are made.
func (b *batcher) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
	if len(b.c.Boundaries) > 0 {
		return dropped(ctx, b.collect(ctx, epoch, 0), epoch, batch)
	}
	return b.collect(ctx, epoch, batch*b.c.BatchSize)
}

// collect makes batches of the samples from the given one on.
func (b *batcher) collect(ctx context.Context, epoch, first int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		most, err := b.part.Bound()
		if err = cmp.Or(b.err, err); err != nil {
			yield(Batch{}, err)
			return
		}
		bins := b.free.get(max(1, len(b.c.Boundaries)))
		defer b.free.put(bins)
		room := &batchBytes{max: most, part: b.part, bins: bins}
		defer room.end()
		emit := func(k int) bool {
			err := b.fill(&bins[k].slot, bins[k].rows, k, room)
			room.gone(&bins[k])
			bins[k].empty()
			if err != nil {
				yield(Batch{}, err)
				return false
			}
			return yield(bins[k].slot.batch(), nil)
		}
		for v, err := range b.in.ItemsFrom(ctx, epoch, first) {
			k := 0
			if err == nil {
				k, err = b.bin(v)
			}
			if err != nil {
				yield(Batch{}, err)
				return
			}
			if len(bins) > 1 {
				for early := room.largest(v.Bytes()); early >= 0; early = room.largest(v.Bytes()) {
					if b.c.DropLast {
						yield(Batch{}, fmt.Errorf("pipeline: Batched: samples of all Boundaries that wait for their batches have more than half of what they may: %s; raise it, or make BatchSize smaller", b.part.allows()))
						return
					}
					if !emit(early) {
						return
					}
				}
			}
			bins[k].rows = append(bins[k].rows, v)
			room.came(&bins[k], v)
			if len(bins[k].rows) == b.c.BatchSize && !emit(k) {
				return
			}
		}
		if b.c.DropLast {
			return
		}
		for k := range bins {
			if len(bins[k].rows) > 0 && !emit(k) {
				return
			}
		}
	}
}

// bin returns the bucket of a sample and checks that it has tensors.
func (b *batcher) bin(v Sample) (int, error) {
	if len(v.X) == 0 {
		return 0, fmt.Errorf("pipeline: Batched: sample %s has no input tensor X[0]", v.called())
	}
	for g, ts := range v.groups() {
		for i, t := range ts {
			if t == nil {
				return 0, fmt.Errorf("pipeline: Batched: %s[%d] of sample %s is nil", "XYW"[g:g+1], i, v.called())
			}
		}
	}
	if len(b.c.Boundaries) == 0 {
		return 0, nil
	}
	if v.X[0].Rank() == 0 {
		return 0, fmt.Errorf("pipeline: Batched: X[0] of sample %s is a scalar; Boundaries need its first axis as the length", v.called())
	}
	n := v.X[0].Dim(0)
	k := sort.SearchInts(b.c.Boundaries, n)
	if k == len(b.c.Boundaries) {
		return 0, fmt.Errorf("pipeline: Batched: sample %s has length %d, but the last of the Boundaries %v is shorter; add one of %d, or cut the sample", v.called(), n, b.c.Boundaries, n)
	}
	return k, nil
}

// fill writes the samples of bucket k to s.
func (b *batcher) fill(s *slot, rows []Sample, k int, room *batchBytes) error {
	first := rows[0].groups()
	for g := range first {
		s.trim(g, len(first[g]))
		for _, r := range rows {
			if got := len(r.groups()[g]); got != len(first[g]) {
				return fmt.Errorf("pipeline: Batched: sample %s has %d tensors %s, sample %s has %d; all samples need as many",
					r.called(), got, "XYW"[g:g+1], rows[0].called(), len(first[g]))
			}
		}
		for i := range first[g] {
			shape, err := b.shape(s, rows, g, i, k)
			if err != nil {
				return err
			}
			if err := room.make(s, g, i, len(rows)*volume(shape)); err != nil {
				return err
			}
			dst, row := s.tensor(g, i, len(rows), shape).Data(), volume(shape)
			for j, r := range rows {
				t := r.groups()[g][i]
				if slices.Equal(t.Shape(), shape) {
					copy(dst[j*row:(j+1)*row], t.Data())
				} else {
					b.c.pad(dst[j*row:(j+1)*row], shape, t.Data(), t.Shape())
				}
			}
		}
	}
	return nil
}

// shape returns the shape of tensor i of group g in a batch of rows. The result
// is valid until the next call.
func (b *batcher) shape(s *slot, rows []Sample, g, i, k int) ([]int, error) {
	s.shape = append(s.shape[:0], rows[0].groups()[g][i].Shape()...)
	bucketed := len(b.c.Boundaries) > 0
	for _, r := range rows {
		got := r.groups()[g][i].Shape()
		if !slices.Equal(got, s.shape) && (!b.c.Pad && !bucketed || len(got) != len(s.shape)) {
			return nil, fmt.Errorf("pipeline: Batched: %s[%d] of sample %s has shape %v, that of sample %s %v; %s", "XYW"[g:g+1], i,
				r.called(), got, rows[0].called(), rows[0].groups()[g][i].Shape(), cmp.Or(b.hint(len(got) == len(s.shape)), "all need the same"))
		}
		for a, n := range got {
			s.shape[a] = max(s.shape[a], n)
		}
	}
	if bucketed && (g == 0 && i == 0 || b.c.PadTargets && g > 0) {
		if len(s.shape) == 0 || s.shape[0] > b.c.Boundaries[k] {
			return nil, fmt.Errorf("pipeline: Batched: %s[%d] of sample %s has shape %v; PadTargets wants the length of X[0], at most %d here, as its first axis",
				"XYW"[g:g+1], i, rows[0].called(), rows[0].groups()[g][i].Shape(), b.c.Boundaries[k])
		}
		s.shape[0] = b.c.Boundaries[k]
	}
	return s.shape, nil
}

func (b *batcher) hint(sameRank bool) string {
	if sameRank {
		return "set Pad to fill up the smaller ones"
	}
	return "padding changes sizes, not the number of axes"
}

func (s Sample) groups() [3][]*tensor.Tensor { return [3][]*tensor.Tensor{s.X, s.Y, s.W} }

func (s Sample) called() string { return cmp.Or(s.ID, "without ID") }

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// pad copies src of shape ss, nowhere larger than ds, to the low corner of dst,
// with PadFront to the high one, and fills the rest with PadValue.
func (c *BatchConfig) pad(dst []float32, ds []int, src []float32, ss []int) {
	dn, sn := volume(ds[1:]), volume(ss[1:])
	at := 0 // where src begins
	if c.PadFront {
		at = ds[0] - ss[0]
	}
	spread(dst[:at*dn], c.PadValue)
	spread(dst[(at+ss[0])*dn:], c.PadValue)
	dst = dst[at*dn:]
	if dn == sn { // on the last axis too
		copy(dst, src)
		return
	}
	for i := range ss[0] {
		c.pad(dst[i*dn:(i+1)*dn], ds[1:], src[i*sn:(i+1)*sn], ss[1:])
	}
}

func spread(dst []float32, v float32) {
	if v == 0 {
		clear(dst)
		return
	}
	for i := range dst {
		dst[i] = v
	}
}
