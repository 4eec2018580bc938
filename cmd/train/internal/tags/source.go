package tags

import (
	"context"
	"iter"
	"slices"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A Source makes batches of sentences of like length. Words and tags are
// numbered; 0 as a word is padding, at the end.
type Source struct {
	Words, Tags [][]int
	BatchSize   int
	Shuffle     bool
	Seed        uint64
	Rare        *Rare   // nil: words are always themselves
	Weigh       bool    // weights of 1 for words and 0 for padding go along
	buckets     [][]int // of sentences
	lengths     []int   // that a bucket is padded to
}

// buckets is how many lengths there are: each is a program of the model.
const buckets = 5

// NewSource sorts sentences into buckets by their length.
func NewSource(words, tags [][]int, batchSize int, shuffle bool, seed uint64) *Source {
	s := &Source{Words: words, Tags: tags, BatchSize: batchSize, Shuffle: shuffle, Seed: seed}
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(words[a]) - len(words[b]) })
	for k := range buckets {
		lo, hi := k*len(order)/buckets, (k+1)*len(order)/buckets
		if lo == hi {
			continue
		}
		part := slices.Clone(order[lo:hi])
		n := len(words[part[len(part)-1]])
		slices.Sort(part)
		if j := len(s.lengths) - 1; j >= 0 && s.lengths[j] == n {
			s.buckets[j] = append(s.buckets[j], part...)
			continue
		}
		s.buckets, s.lengths = append(s.buckets, part), append(s.lengths, n)
	}
	return s
}

// Len returns the batches of an epoch.
func (s *Source) Len() (n int) {
	for _, b := range s.buckets {
		n += (len(b) + s.BatchSize - 1) / s.BatchSize
	}
	return n
}

// Samples returns the sentences of an epoch.
func (s *Source) Samples() int { return len(s.Words) }

// Batches yields the batches of an epoch.
func (s *Source) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return s.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom yields the batches of an epoch from batch first on.
func (s *Source) BatchesFrom(ctx context.Context, epoch, first int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		type batch struct{ bucket, lo int }
		var all []batch
		orders := make([]rng.Permutation, len(s.buckets))
		for k, b := range s.buckets {
			orders[k] = rng.NewPermutation(len(b), rng.Mix(s.Seed, uint64(epoch), uint64(k)))
			for lo := 0; lo < len(b); lo += s.BatchSize {
				all = append(all, batch{k, lo})
			}
		}
		places := rng.NewPermutation(len(all), rng.Mix(s.Seed, uint64(epoch), uint64(len(s.buckets))))
		for i := first; i < len(all); i++ {
			if ctx.Err() != nil {
				yield(pipeline.Batch{}, ctx.Err())
				return
			}
			at := i
			if s.Shuffle {
				at = places.At(i)
			}
			b := all[at]
			bucket := s.buckets[b.bucket]
			var rows []int
			for j := b.lo; j < min(b.lo+s.BatchSize, len(bucket)); j++ {
				k := j
				if s.Shuffle {
					k = orders[b.bucket].At(j)
				}
				rows = append(rows, bucket[k])
			}
			x, y := Pad(s.Words, rows, s.lengths[b.bucket]), Pad(s.Tags, rows, s.lengths[b.bucket])
			s.forget(x, rows, epoch)
			made := pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}
			if s.Weigh {
				made.W = []*tensor.Tensor{weights(s.Words, rows, s.lengths[b.bucket])}
			}
			if !yield(made, nil) {
				return
			}
		}
	}
}

// forget puts shapes in the place of rare words, by the seed, the epoch and the
// sentence.
func (s *Source) forget(x *tensor.Tensor, rows []int, epoch int) {
	if s.Rare == nil {
		return
	}
	length := x.Len() / len(rows)
	var r rng.Source
	for i, row := range rows {
		r.Reset(s.Seed, uint64(epoch), uint64(row), 1)
		for j, rate := range s.Rare.Rates[row] {
			if float64(r.Uint32())/(1<<32) < rate {
				x.Data()[i*length+j] = float32(s.Rare.Shapes[row][j])
			}
		}
	}
}

// weights are 1 for words and 0 for padding.
func weights(words [][]int, rows []int, length int) *tensor.Tensor {
	t := tensor.New(len(rows), length)
	for i, r := range rows {
		for j := range words[r] {
			t.Data()[i*length+j] = 1
		}
	}
	return t
}

// Pad makes an array of some rows, with zeros at their ends.
func Pad(all [][]int, rows []int, length int) *tensor.Tensor {
	t := tensor.New(len(rows), length)
	for i, r := range rows {
		for j, v := range all[r] {
			t.Data()[i*length+j] = float32(v)
		}
	}
	return t
}
