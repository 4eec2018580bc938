package sequence

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// BucketConfig says how [Bucketed] makes batches.
type BucketConfig struct {
	PadConfig        // sides and value; sequences longer than MaxLen are cut, 0 = none is
	BatchSize  int   // sequences in a batch; default 32. The last one of a bucket may be smaller
	Buckets    int   // how many lengths batches may have; default 8. Each is a shape that a model plans for
	Boundaries []int // the lengths themselves, rising, if Buckets shall not choose them
	Shuffle    bool  // a new order of sequences and batches in every epoch
	Seed       uint64
	DropLast   bool // leave out batches that are not full
}

// A BucketSource is a [pipeline.Source] of padded batches of sequences of
// nearly equal lengths.
type BucketSource struct {
	c       BucketConfig
	samples []pipeline.Sample // the sequences, cut, and their targets
	lengths *Lengths
	bounds  []int
	buckets [][]int // numbers of the sequences
	src     pipeline.Source
}

var _ pipeline.Source = (*BucketSource)(nil)

// Bucketed returns a source that puts sequences of nearly equal lengths into
// the same batches, so that little of them is padding: each sequence is padded
// to the first of a few lengths that it does not exceed. Unless Boundaries are
// given, the lengths are those that pad least. targets [sequences, …] may be nil.
// The batches are made by [pipeline.Batched], which does the same for streams
// whose lengths are not known beforehand; like its batches they are valid until
// the loop body ends.
//
// Full batches come first, without Shuffle from the shortest bucket to the
// longest; then, in that order, those that are not full.
//
// It is an error if a setting is out of range, if a sequence is longer than the
// last boundary or holds a number that has no float32, and if there is not one
// target for each sequence.
func Bucketed(sequences [][]int, targets *tensor.Tensor, c BucketConfig) (*BucketSource, error) {
	if c.BatchSize == 0 {
		c.BatchSize = 32
	}
	if c.Buckets == 0 {
		c.Buckets = 8
	}
	if len(sequences) == 0 {
		return nil, fmt.Errorf("sequence: no sequences to make batches of")
	}
	if _, err := c.resolve(1, func(int) int { return 0 }); err != nil {
		return nil, err
	}
	if c.BatchSize < 0 || c.Buckets < 0 {
		return nil, fmt.Errorf("sequence: BatchSize is %d and Buckets is %d: want numbers above 0", c.BatchSize, c.Buckets)
	}
	if targets != nil && (targets.Rank() == 0 || targets.Dim(0) != len(sequences)) {
		return nil, fmt.Errorf("sequence: %d sequences and targets of shape %v: want one target for each", len(sequences), targets.Shape())
	}
	s := &BucketSource{c: c, lengths: LengthsOf(sequences)}
	s.bounds = slices.Clone(c.Boundaries)
	if s.bounds == nil {
		s.bounds = s.lengths.Boundaries(c.Buckets, c.MaxLen)
	}
	for i, b := range s.bounds {
		if b < 0 || i > 0 && b <= s.bounds[i-1] {
			return nil, fmt.Errorf("sequence: Boundaries are %v: want rising lengths", s.bounds)
		}
	}
	s.buckets = make([][]int, len(s.bounds))
	for i, seq := range sequences {
		n := s.cut(len(seq))
		k := sort.SearchInts(s.bounds, n)
		if k == len(s.bounds) {
			return nil, fmt.Errorf("sequence: sequence %d has %d elements, but the last of the Boundaries %v is shorter: add one of %d, or set MaxLen to cut", i, n, s.bounds, s.lengths.Max())
		}
		s.buckets[k] = append(s.buckets[k], i)
	}
	if err := s.fill(sequences, targets); err != nil {
		return nil, err
	}
	s.src = pipeline.Batched(pipeline.NewStream(s.Samples(), s.order), pipeline.BatchConfig{
		BatchSize: c.BatchSize, DropLast: c.DropLast, Boundaries: s.bounds, PadFront: c.Padding != Post, PadValue: c.Value,
	})
	return s, nil
}

// fill makes samples of the sequences. They share one array of numbers.
func (s *BucketSource) fill(sequences [][]int, targets *tensor.Tensor) error {
	total := 0
	for _, seq := range sequences {
		total += s.cut(len(seq))
	}
	data := make([]float32, total)
	var y []float32
	size := 0
	if targets != nil {
		y = targets.Contiguous().Data()
		size = len(y) / len(sequences)
	}
	s.samples = make([]pipeline.Sample, len(sequences))
	for i, seq := range sequences {
		n := s.cut(len(seq))
		row := data[:n:n]
		data = data[n:]
		if err := padRow(row, seq, i, s.c.PadConfig); err != nil {
			return err
		}
		s.samples[i] = pipeline.Sample{ID: fmt.Sprintf("sequence %d", i), X: []*tensor.Tensor{tensor.From(row, n)}}
		if targets != nil {
			s.samples[i].Y = []*tensor.Tensor{tensor.From(y[i*size:(i+1)*size], targets.Shape()[1:]...)}
		}
	}
	return nil
}

// cut is the length of a sequence after truncation.
func (s *BucketSource) cut(n int) int {
	if s.c.MaxLen > 0 {
		return min(n, s.c.MaxLen)
	}
	return n
}

// Boundaries returns the lengths that batches have.
func (s *BucketSource) Boundaries() []int { return slices.Clone(s.bounds) }

// Padding returns what share of the cells of an epoch is padding.
func (s *BucketSource) Padding() float64 {
	cells, filled := 0, 0
	for k, b := range s.buckets {
		for _, i := range b {
			filled += s.samples[i].X[0].Dim(0)
		}
		cells += len(b) * s.bounds[k]
	}
	if cells == 0 {
		return 0
	}
	return 1 - float64(filled)/float64(cells)
}

// PaddingWithout returns what that share would be if all sequences were padded
// to one length, as [Pad] does.
func (s *BucketSource) PaddingWithout() float64 {
	return s.lengths.Padding(s.cut(s.lengths.Max()))
}

// String says what the buckets save.
func (s *BucketSource) String() string {
	return fmt.Sprintf("%d sequences in %d buckets of lengths %v: %.1f %% padding (%.1f %% without buckets)",
		len(s.samples), len(s.bounds), s.bounds, 100*s.Padding(), 100*s.PaddingWithout())
}

// Len returns the number of batches in an epoch.
func (s *BucketSource) Len() int {
	n := 0
	for _, b := range s.buckets {
		n += s.batches(len(b))
	}
	return n
}

// batches is how many batches n sequences make.
func (s *BucketSource) batches(n int) int {
	if s.c.DropLast {
		return n / s.c.BatchSize
	}
	return (n + s.c.BatchSize - 1) / s.c.BatchSize
}

// Samples returns the number of sequences in an epoch.
func (s *BucketSource) Samples() int {
	n := 0
	for _, b := range s.buckets {
		n += min(len(b), s.batches(len(b))*s.c.BatchSize)
	}
	return n
}

// Batches yields the batches of an epoch.
func (s *BucketSource) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return s.src.Batches(ctx, epoch)
}

// order yields the samples of an epoch batch by batch.
func (s *BucketSource) order(_ context.Context, epoch int) iter.Seq2[pipeline.Sample, error] {
	return func(yield func(pipeline.Sample, error) bool) {
		var full, rest [][]int
		random := rng.At(s.c.Seed, uint64(epoch))
		for _, rows := range s.buckets {
			if s.c.Shuffle {
				rows = slices.Clone(rows)
				random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			}
			for b := range slices.Chunk(rows, s.c.BatchSize) {
				if len(b) == s.c.BatchSize {
					full = append(full, b)
				} else if !s.c.DropLast {
					rest = append(rest, b)
				}
			}
		}
		if s.c.Shuffle {
			random.Shuffle(len(full), func(i, j int) { full[i], full[j] = full[j], full[i] })
		}
		for _, b := range append(full, rest...) {
			for _, i := range b {
				if !yield(s.samples[i], nil) {
					return
				}
			}
		}
	}
}
