package vectors

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
)

// Sequences are the word numbers of many passages, four bytes a word.
type Sequences struct {
	ids  []uint32
	ends []int
}

// Add appends a passage, cut into pieces where it is very long.
func (s *Sequences) Add(ids []int) {
	for piece := range slices.Chunk(ids, longest) {
		for _, id := range piece {
			s.ids = append(s.ids, uint32(id))
		}
		s.ends = append(s.ends, len(s.ids))
	}
}

// longest is how many words of a passage make pairs with each other.
const longest = 10_000

// Len returns the number of passages.
func (s *Sequences) Len() int { return len(s.ends) }

// Words returns the number of words.
func (s *Sequences) Words() int { return len(s.ids) }

// appendTo appends passage i to dst.
func (s *Sequences) appendTo(dst []int, i int) []int {
	from := 0
	if i > 0 {
		from = s.ends[i-1]
	}
	for _, id := range s.ids[from:s.ends[i]] {
		dst = append(dst, int(id))
	}
	return dst
}

// PairConfig says which pairs are made; see sequence.SkipGramConfig.
type PairConfig struct {
	Vocabulary      int
	WindowSize      int
	NegativeSamples float64
	SamplingTable   []float64
	BatchSize       int
	Seed            uint64
}

// Expected is how many pairs an epoch has, on average.
func (s *Sequences) Expected(c PairConfig) float64 {
	pairs, from := 0.0, 0
	for _, end := range s.ends {
		for i := from; i < end; i++ {
			near := min(i-from, c.WindowSize) + min(end-1-i, c.WindowSize)
			pairs += c.SamplingTable[s.ids[i]] * float64(near)
		}
		from = end
	}
	return pairs * (1 + c.NegativeSamples)
}

// Pairs is a source of batches: first words, second words, and 1 for pairs
// from the text or 0 for random ones. They are made as they are needed, from
// passages in a new order each epoch, and mixed over some dozen passages.
// Epoch e depends on (Seed, e) only.
//
// An epoch has as many batches as the expected number of pairs fills. When its
// passages make fewer, they are gone through again.
func (s *Sequences) Pairs(c PairConfig) pipeline.Source {
	steps := max(1, int(s.Expected(c))/c.BatchSize)
	return pipeline.Func(steps, func(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
		return func(yield func(pipeline.Batch, error) bool) {
			p := newPairer(c)
			left := steps
			for pass := uint64(0); left > 0; pass++ {
				before := left
				for err := range s.pass(p, uint64(epoch), pass) {
					if err == nil {
						err = ctx.Err()
					}
					if err != nil {
						yield(pipeline.Batch{}, err)
						return
					}
					for p.next() {
						if !yield(p.batch, nil) {
							return
						}
						if left--; left == 0 {
							return
						}
					}
				}
				if pass > 1000 && before == left {
					yield(pipeline.Batch{}, errNoPairs)
					return
				}
			}
		}
	})
}

// Fixed is the same pairs in every epoch, to measure with.
func Fixed(src pipeline.Source) pipeline.Source {
	return pipeline.Func(src.Len(), func(ctx context.Context, _ int) iter.Seq2[pipeline.Batch, error] {
		return src.Batches(ctx, math.MaxInt32)
	})
}

// block is how many pairs are mixed at a time.
const block = 1 << 16

// pass goes through all passages and yields whenever a block of pairs is mixed.
func (s *Sequences) pass(p *pairer, epoch, pass uint64) iter.Seq[error] {
	return func(yield func(error) bool) {
		seed := rng.Mix(p.Seed, epoch, pass)
		r := rand.New(rand.NewPCG(seed, 1)) // mixing takes most of the time, and this one is quick
		order := r.Perm(s.Len())
		var scratch []int
		passages := func(yield func([]int) bool) {
			for _, i := range order {
				if scratch = s.appendTo(scratch[:0], i); !yield(scratch) {
					return
				}
			}
		}
		g := sequence.SkipGramConfig{
			WindowSize: p.WindowSize, NegativeSamples: &p.NegativeSamples, SamplingTable: p.SamplingTable,
			Shuffle: new(false), Seed: seed, Fast: true,
		}
		mix := func() bool {
			r.Shuffle(len(p.pairs), func(i, j int) { p.pairs[i], p.pairs[j] = p.pairs[j], p.pairs[i] })
			return yield(nil)
		}
		for grams, err := range sequence.SkipGramsSeq(passages, p.Vocabulary, g) {
			if err != nil {
				yield(err)
				return
			}
			p.add(grams)
			if len(p.pairs) >= block && !mix() {
				return
			}
		}
		mix()
	}
}

// pairer holds the pairs that wait, and the batch.
type pairer struct {
	PairConfig
	pairs []pair
	batch pipeline.Batch
}

type pair struct {
	first, second int32
	label         float32
}

func newPairer(c PairConfig) *pairer {
	column := func() *tensor.Tensor { return tensor.New(c.BatchSize, 1) }
	return &pairer{PairConfig: c, batch: pipeline.Batch{X: []*tensor.Tensor{column(), column()}, Y: []*tensor.Tensor{column()}}}
}

func (p *pairer) add(g sequence.Grams) {
	p.pairs = slices.Grow(p.pairs, len(g.Couples))
	for i, c := range g.Couples {
		p.pairs = append(p.pairs, pair{int32(c[0]), int32(c[1]), float32(g.Labels[i])})
	}
}

// next fills the batch from the end of the pairs, if there are enough.
func (p *pairer) next() bool {
	rest := len(p.pairs) - p.BatchSize
	if rest < 0 {
		return false
	}
	first, second, label := p.batch.X[0].Data(), p.batch.X[1].Data(), p.batch.Y[0].Data()
	for i, x := range p.pairs[rest:] {
		first[i], second[i], label[i] = float32(x.first), float32(x.second), x.label
	}
	p.pairs = p.pairs[:rest]
	return true
}
