package tabular

import (
	"context"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A SourceConfig says how rows become batches.
type SourceConfig struct {
	BatchSize int
	Shuffle   bool // all rows, anew in every epoch, wherever they are
	Seed      uint64
	Packed    bool // one input: a row as it is
}

// Source is rows as batches: features, an input for each embedded column, the
// target and the weights.
func (e *Encoding) Source(r *Rows, c SourceConfig) pipeline.Source {
	return &source{e: e, rows: r, c: c, parts: e.parts(c.Packed)}
}

// parts are the widths of the model's inputs.
func (e *Encoding) parts(packed bool) (parts []int) {
	if packed {
		return []int{e.Width()}
	}
	if n := e.Features(); n > 0 {
		parts = []int{n}
	}
	for range e.Embedded() {
		parts = append(parts, 1)
	}
	return parts
}

type source struct {
	e     *Encoding
	rows  *Rows
	c     SourceConfig
	parts []int
}

// Len returns the batches of an epoch.
func (s *source) Len() int { return (s.rows.n + s.c.BatchSize - 1) / s.c.BatchSize }

// Samples returns the rows of an epoch.
func (s *source) Samples() int { return s.rows.n }

// Batches yields the batches of an epoch.
func (s *source) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return s.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom yields the batches of an epoch from batch first on.
func (s *source) BatchesFrom(ctx context.Context, epoch, first int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		n, size, width := s.rows.n, s.c.BatchSize, s.rows.width
		p := rng.NewPermutation(n, rng.Mix(s.c.Seed, uint64(epoch)))
		var b pipeline.Batch
		block, buf := make([]float32, min(size, n)*width), make([]byte, 4*min(size, n)*width)
		for k := first; k < s.Len(); k++ {
			if ctx.Err() != nil {
				yield(pipeline.Batch{}, ctx.Err())
				return
			}
			lo, hi := k*size, min(k*size+size, n)
			m := hi - lo
			var err error
			if !s.c.Shuffle {
				err = s.rows.read(block[:m*width], lo, buf)
			}
			for i := 0; s.c.Shuffle && i < m && err == nil; i++ {
				err = s.rows.read(block[i*width:(i+1)*width], p.At(lo+i), buf)
			}
			if err != nil {
				yield(pipeline.Batch{}, err)
				return
			}
			if len(b.X) == 0 || b.X[0].Shape()[0] != m {
				b = s.e.batch(m, s.parts, s.rows.weighted)
			}
			spread(b, block[:m*width], width)
			if !yield(b, nil) {
				return
			}
		}
	}
}

// batch makes room for n rows.
func (e *Encoding) batch(n int, parts []int, weighted bool) (b pipeline.Batch) {
	for _, w := range parts {
		b.X = append(b.X, tensor.New(n, w))
	}
	b.Y = []*tensor.Tensor{tensor.New(n, 1)}
	if weighted {
		b.W = []*tensor.Tensor{tensor.New(n)}
	}
	return b
}

// spread copies rows to the tensors of a batch.
func spread(b pipeline.Batch, block []float32, width int) {
	at := 0
	for _, group := range [][]*tensor.Tensor{b.X, b.Y, b.W} {
		for _, t := range group {
			d := t.Data()
			n := t.Shape()[0]
			w := len(d) / n
			for i := range n {
				copy(d[i*w:(i+1)*w], block[i*width+at:])
			}
			at += w
		}
	}
}

// Targets are the targets of all rows, in order; Weights their weights, or nil.
func (r *Rows) Targets() (y, w []float32, err error) {
	row, buf := make([]float32, r.width), make([]byte, 4*r.width)
	for i := range r.n {
		if err := r.read(row, i, buf); err != nil {
			return nil, nil, err
		}
		if !r.weighted {
			y = append(y, row[r.width-1])
			continue
		}
		y, w = append(y, row[r.width-2]), append(w, row[r.width-1])
	}
	return y, w, nil
}

// Arrays are all rows as one input, their targets, and their weights or nil, for a
// search.
func Arrays(all ...*Rows) (x, y, w *tensor.Tensor, err error) {
	n, width := 0, all[0].width-1
	if all[0].weighted {
		width--
	}
	for _, r := range all {
		n += r.n
	}
	x, y = tensor.New(n, width), tensor.New(n)
	if all[0].weighted {
		w = tensor.New(n)
	}
	i := 0
	for _, r := range all {
		row, buf := make([]float32, r.width), make([]byte, 4*r.width)
		for k := range r.n {
			if err := r.read(row, k, buf); err != nil {
				return nil, nil, nil, err
			}
			copy(x.Data()[i*width:(i+1)*width], row)
			y.Data()[i] = row[width]
			if w != nil {
				w.Data()[i] = row[width+1]
			}
			i++
		}
	}
	return x, y, w, nil
}
