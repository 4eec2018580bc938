package pipeline

import (
	"context"
	"fmt"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// ArraysConfig says how [Arrays] and [ArraysN] cut arrays into batches.
type ArraysConfig struct {
	BatchSize    int    `default:"32"` // samples in a batch; the last one of an epoch may be smaller
	Shuffle      bool   // a new order of the samples in every epoch
	ShuffleBatch bool   // Keras: shuffle='batch'. Batches keep consecutive samples and change places as wholes.
	Seed         uint64 // the order of epoch e depends on (Seed, e) only
	DropLast     bool   // leave out the last batch when it is not full
}

// Arrays is the source of the samples of x and the targets y (nil for none):
// Keras' fit(x, y). Both have the sample as their first axis.
func Arrays(x, y *tensor.Tensor, c ArraysConfig) Source {
	var ys []*tensor.Tensor
	if y != nil {
		ys = []*tensor.Tensor{y}
	}
	return ArraysN([]*tensor.Tensor{x}, ys, nil, c)
}

// ArraysN is [Arrays] for models with several inputs, outputs or sample
// weights. All arrays have the sample as their first axis. Arrays that do not
// fit together are reported by the first batch. The batches are copies; the
// memory of the arrays themselves is kept, not copied.
func ArraysN(X, Y, W []*tensor.Tensor, c ArraysConfig) Source {
	if c.BatchSize == 0 {
		c.BatchSize = 32
	}
	a := &arrays{c: c}
	if a.err = a.check(X, Y, W); a.err == nil {
		a.cols[0], a.cols[1], a.cols[2] = columns(X), columns(Y), columns(W)
	}
	return a
}

// A column is one array: data is row-major, a row is one sample.
type column struct {
	data  []float32
	row   int
	shape []int // of one sample
}

type arrays struct {
	c    ArraysConfig
	n    int
	cols [3][]column // X, Y, W
	top  int         // rows of the arrays that lie before these
	err  error
	free pool
}

func columns(ts []*tensor.Tensor) []column {
	cols := make([]column, len(ts))
	for i, t := range ts {
		s := t.Shape()
		row := 1
		for _, d := range s[1:] {
			row *= d
		}
		cols[i] = column{data: t.Data(), row: row, shape: s[1:]}
	}
	return cols
}

func (a *arrays) check(X, Y, W []*tensor.Tensor) error {
	if a.c.BatchSize < 0 {
		return fmt.Errorf("pipeline: Arrays: BatchSize is %d, want at least 1", a.c.BatchSize)
	}
	if len(X) == 0 {
		return fmt.Errorf("pipeline: Arrays: no input array given")
	}
	for g, ts := range [3][]*tensor.Tensor{X, Y, W} {
		for i, t := range ts {
			name := fmt.Sprintf("%s[%d]", "XYW"[g:g+1], i)
			if t == nil {
				return fmt.Errorf("pipeline: Arrays: %s is nil", name)
			}
			if len(t.Shape()) == 0 {
				return fmt.Errorf("pipeline: Arrays: %s is a scalar; its first axis must be the sample", name)
			}
			n := t.Shape()[0]
			if g == 0 && i == 0 {
				a.n = n
			}
			if n != a.n {
				return fmt.Errorf("pipeline: Arrays: %s has %d samples (shape %v) but X[0] has %d (shape %v); all arrays need the same first axis",
					name, n, t.Shape(), a.n, X[0].Shape())
			}
		}
	}
	if a.n == 0 {
		return fmt.Errorf("pipeline: Arrays: X[0] has shape %v: no samples", X[0].Shape())
	}
	if a.c.DropLast && a.n < a.c.BatchSize {
		return fmt.Errorf("pipeline: Arrays: DropLast leaves no batch: %d samples, BatchSize %d", a.n, a.c.BatchSize)
	}
	return nil
}

// Len returns the batches of an epoch.
func (a *arrays) Len() int {
	if a.err != nil {
		return 0
	}
	if a.c.DropLast {
		return a.n / a.c.BatchSize
	}
	return (a.n + a.c.BatchSize - 1) / a.c.BatchSize
}

// Samples returns the samples of an epoch.
func (a *arrays) Samples() int {
	if a.c.DropLast {
		return a.Len() * a.c.BatchSize
	}
	return a.n
}

// Batches yields the batches of an epoch.
func (a *arrays) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return a.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom yields the batches of an epoch from batch first on.
func (a *arrays) BatchesFrom(ctx context.Context, epoch, first int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if a.err != nil {
			yield(Batch{}, a.err)
			return
		}
		s := a.free.get()
		defer a.free.put(s)
		var order []int
		if a.c.Shuffle || a.c.ShuffleBatch {
			order = a.order(s.order, epoch)
			s.order = order
		}
		size := a.c.BatchSize
		for b := first; b < a.Len(); b++ {
			if err := ctx.Err(); err != nil {
				yield(Batch{}, err)
				return
			}
			lo, hi := b*size, min(b*size+size, a.n)
			for g := range a.cols {
				for i := range a.cols[g] {
					t := s.tensor(g, i, hi-lo, a.cols[g][i].shape)
					a.cols[g][i].gather(t, order, lo, hi)
				}
			}
			if !yield(s.batch(), nil) {
				return
			}
		}
	}
}

// Row is what [RowOf] returns.
func (a *arrays) Row(epoch, batch, sample int) int {
	i := batch*a.c.BatchSize + sample
	if i < 0 || i >= a.n {
		return -1
	}
	if a.c.Shuffle || a.c.ShuffleBatch {
		i = a.order(nil, epoch)[i]
	}
	return a.top + i
}

// gather copies the samples order[lo:hi], or lo…hi-1 without an order, to t.
func (c *column) gather(t *tensor.Tensor, order []int, lo, hi int) {
	dst := t.Data()
	switch {
	case order == nil:
		copy(dst, c.data[lo*c.row:hi*c.row])
	case c.row == 1:
		for k, j := range order[lo:hi] {
			dst[k] = c.data[j]
		}
	default:
		for k, j := range order[lo:hi] {
			copy(dst[k*c.row:(k+1)*c.row], c.data[j*c.row:])
		}
	}
}

// order writes the order of the samples in an epoch to p.
func (a *arrays) order(p []int, epoch int) []int {
	r := rng.At(a.c.Seed, uint64(epoch))
	if cap(p) < a.n {
		p = make([]int, a.n)
	}
	p = p[:a.n]
	for i := range p {
		p[i] = i
	}
	if !a.c.ShuffleBatch {
		r.Shuffle(a.n, func(i, j int) { p[i], p[j] = p[j], p[i] })
		return p
	}
	// Keras: batch_shuffle. The samples of the last, partial batch stay last.
	size := a.c.BatchSize
	for i, b := range r.Perm(a.n / size) {
		for k := range size {
			p[i*size+k] = b*size + k
		}
	}
	return p
}
