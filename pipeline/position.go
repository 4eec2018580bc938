package pipeline

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// A Seeker is a [Source] that begins an epoch at a later batch without making
// the ones before.
type Seeker interface {
	BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error]
}

// BatchesFrom yields the batches of an epoch from the given one on. A source
// that is no [Seeker] makes the ones before and drops them.
func BatchesFrom(ctx context.Context, src Source, epoch, batch int) iter.Seq2[Batch, error] {
	return from(ctx, src, epoch, batch)
}

func from(ctx context.Context, src Source, epoch, batch int) iter.Seq2[Batch, error] {
	if batch == 0 {
		return src.Batches(ctx, epoch)
	}
	if s, ok := src.(Seeker); ok {
		return s.BatchesFrom(ctx, epoch, batch)
	}
	return dropped(ctx, src.Batches(ctx, epoch), epoch, batch)
}

// dropped leaves out the first batches of an epoch, which are made all the same.
func dropped(ctx context.Context, batches iter.Seq2[Batch, error], epoch, batch int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		i := 0
		for b, err := range batches {
			if (i >= batch || err != nil) && !yield(b, err) {
				return
			}
			i++
		}
		if i < batch && ctx.Err() == nil {
			yield(Batch{}, fmt.Errorf("pipeline: epoch %d has %d batches, the position is after %d; is it the same data?", epoch, i, batch))
		}
	}
}

// A Position is how far reading a source has come. It is small and goes to JSON.
type Position struct {
	Epoch   int `json:"epoch"`
	Batch   int `json:"batch"`   // batches of the epoch that were handed out
	Len     int `json:"len"`     // of the source, to notice other data
	Samples int `json:"samples"` // likewise
}

// A Resumable is a source that knows its position and can take up from a saved
// one: what follows has the bytes it would have had without the interruption.
type Resumable struct {
	src    Source
	mu     sync.Mutex
	at     Position
	resume *Position
}

// NewResumable wraps src. It must be the outermost stage, since a stage that
// reads ahead would hide the position; what is one already stays itself. Going on
// costs nothing for sources that are a [Seeker], as arrays are, batches of lists
// of files, and what stages make of such.
func NewResumable(src Source) *Resumable {
	if r, ok := src.(*Resumable); ok {
		return r
	}
	return &Resumable{src: src, at: Position{Len: src.Len(), Samples: Samples(src)}}
}

// Position returns the position after the batch that was handed out last; save
// it when that batch has been used.
func (r *Resumable) Position() Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// Resume makes the next run of epoch p.Epoch begin behind batch p.Batch; train
// on with p.Epoch as the first epoch. Read the epoch from the position that
// Resume returns: after the last batch of an epoch it is the start of the next,
// unless the length of src is not known; then the rest of the epoch is empty.
func (r *Resumable) Resume(p Position) (Position, error) {
	n, samples := r.src.Len(), Samples(r.src)
	if p.Epoch < 0 || p.Batch < 0 {
		return p, fmt.Errorf("pipeline: Resume: epoch %d, batch %d: neither may be negative", p.Epoch, p.Batch)
	}
	if p.Len != n || p.Samples != samples {
		return p, fmt.Errorf("pipeline: Resume: the position is of a source of %d batches and %d samples, this one has %d and %d; use the same data and batch size", p.Len, p.Samples, n, samples)
	}
	if n >= 0 && p.Batch > n {
		return p, fmt.Errorf("pipeline: Resume: the position is after %d batches, the source has %d", p.Batch, n)
	}
	if p.Batch > 0 && p.Batch == n {
		p.Epoch, p.Batch = p.Epoch+1, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.resume = p, &p
	return p, nil
}

// Len returns the batches of a whole epoch.
func (r *Resumable) Len() int { return r.src.Len() }

// Samples returns the samples of a whole epoch.
func (r *Resumable) Samples() int { return Samples(r.src) }

// Batches yields the batches of an epoch, or what is left of it after Resume.
func (r *Resumable) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return r.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom yields the batches of an epoch from the given one on, or from
// where Resume said.
func (r *Resumable) BatchesFrom(ctx context.Context, epoch, start int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		start := start
		r.mu.Lock()
		if r.resume != nil && r.resume.Epoch == epoch {
			start = r.resume.Batch
		}
		r.resume = nil
		r.mu.Unlock()
		r.move(epoch, start)
		n := start
		for b, err := range from(ctx, r.src, epoch, start) {
			if err == nil {
				n++
				r.move(epoch, n)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
		r.move(epoch+1, 0)
	}
}

func (r *Resumable) move(epoch, batch int) {
	r.mu.Lock()
	r.at.Epoch, r.at.Batch = epoch, batch
	r.mu.Unlock()
}
