package sequence

import (
	"context"
	"fmt"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TimeseriesConfig says which windows a [TimeseriesGenerator] cuts.
type TimeseriesConfig struct {
	Length       int  // time steps that a window spans; required
	SamplingRate int  // every how many of them one is taken; default 1
	Stride       int  // time steps from one window to the next; default 1
	StartIndex   int  // time steps before this one are not used; default 0
	EndIndex     *int // time steps after this one are not used; nil = the last
	Shuffle      bool // draw windows at random, with repetition
	Reverse      bool // let time run backwards in each window
	BatchSize    int  // windows in a batch; default 128
	// Seed is for Shuffle: epoch e has the windows that Keras draws, batch after
	// batch, after numpy.random.seed(Seed + e).
	Seed uint32
}

// A TimeseriesGenerator makes batches of windows of a series and, as their
// targets, what stands at the time step after each. It is a
// [pipeline.Source].
//
// The window before time step t holds the steps t-Length, t-Length+SamplingRate,
// … below t, and has the target of step t. Without Shuffle the time steps are
// StartIndex+Length, and every Stride steps on, up to EndIndex, once in each
// epoch; the last batch may be smaller.
//
// Its methods may be used by several goroutines at once.
//
// Keras: TimeseriesGenerator
type TimeseriesGenerator struct {
	data, targets *tensor.Tensor
	c             TimeseriesConfig // without zeros that mean a default
	first, last   int              // time steps that have a window
}

var _ pipeline.Source = (*TimeseriesGenerator)(nil)

// NewTimeseriesGenerator returns a generator over data [time, …] with targets
// [time, …]. Both are kept, not copied.
//
// It is an error if data and targets are not equally long, if a setting is out
// of range, and if no time step has a window.
func NewTimeseriesGenerator(data, targets *tensor.Tensor, c TimeseriesConfig) (*TimeseriesGenerator, error) {
	if data.Rank() == 0 || targets.Rank() == 0 {
		return nil, fmt.Errorf("sequence: a series of shape %v with targets of shape %v: want time as the first axis of both", data.Shape(), targets.Shape())
	}
	n := data.Dim(0)
	if m := targets.Dim(0); m != n {
		return nil, fmt.Errorf("sequence: %d time steps and %d targets: want one target for each", n, m)
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.SamplingRate, 1}, {&c.Stride, 1}, {&c.BatchSize, 128}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	end := n - 1
	if c.EndIndex != nil {
		end = *c.EndIndex
	}
	c.EndIndex = &end
	for _, f := range []struct {
		name string
		v    int
		min  int
	}{{"Length", c.Length, 1}, {"SamplingRate", c.SamplingRate, 1}, {"Stride", c.Stride, 1}, {"BatchSize", c.BatchSize, 1}, {"StartIndex", c.StartIndex, 0}} {
		if f.v < f.min {
			return nil, fmt.Errorf("sequence: %s is %d: want %d or more", f.name, f.v, f.min)
		}
	}
	if end >= n {
		return nil, fmt.Errorf("sequence: EndIndex is %d, but the last of %d time steps is %d", end, n, n-1)
	}
	g := &TimeseriesGenerator{data: data.Contiguous(), targets: targets.Contiguous(), c: c, first: c.StartIndex + c.Length, last: end}
	if c.StartIndex > end || c.Length > end-c.StartIndex { // in two steps, since the sum may overflow
		return nil, fmt.Errorf("sequence: no time step has a window: the first one after %d steps from StartIndex %d is beyond EndIndex %d: use a shorter Length or more data", c.Length, c.StartIndex, end)
	}
	return g, nil
}

// Len returns the number of batches in an epoch.
func (g *TimeseriesGenerator) Len() int { return (g.windows() + g.c.BatchSize - 1) / g.c.BatchSize }

// Samples returns the number of windows in an epoch. With Shuffle every batch
// is full, as in Keras.
func (g *TimeseriesGenerator) Samples() int {
	if g.c.Shuffle {
		return g.Len() * g.c.BatchSize
	}
	return g.windows()
}

func (g *TimeseriesGenerator) windows() int { return (g.last-g.first)/g.c.Stride + 1 }

// Batch returns batch i of an epoch, which is the only one unless Shuffle: a
// tensor [windows, steps, …] and the targets [windows, …]. It panics if there
// is no batch i.
//
// Keras: TimeseriesGenerator.__getitem__
func (g *TimeseriesGenerator) Batch(epoch, i int) (x, y *tensor.Tensor) {
	if i < 0 || i >= g.Len() {
		panic(fmt.Sprintf("sequence: batch %d of %d", i, g.Len()))
	}
	if !g.c.Shuffle {
		return g.cut(g.inOrder(i))
	}
	random := g.random(epoch)
	for range i {
		g.draw(random)
	}
	return g.cut(g.draw(random))
}

// Batches yields the batches of an epoch.
func (g *TimeseriesGenerator) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		random := g.random(epoch)
		for i := range g.Len() {
			if err := ctx.Err(); err != nil {
				yield(pipeline.Batch{}, context.Cause(ctx))
				return
			}
			rows := g.inOrder
			if g.c.Shuffle {
				rows = func(int) []int { return g.draw(random) }
			}
			x, y := g.cut(rows(i))
			if !yield(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}, nil) {
				return
			}
		}
	}
}

func (g *TimeseriesGenerator) random(epoch int) *rng.MT { return rng.NewMT(g.c.Seed + uint32(epoch)) }

// inOrder returns the time steps of batch i.
func (g *TimeseriesGenerator) inOrder(i int) []int {
	rows := make([]int, 0, g.c.BatchSize)
	for k := i * g.c.BatchSize; k < min((i+1)*g.c.BatchSize, g.windows()); k++ {
		rows = append(rows, g.first+k*g.c.Stride)
	}
	return rows
}

// draw returns the time steps of the next batch at random. Stride does not matter.
func (g *TimeseriesGenerator) draw(random *rng.MT) []int {
	rows := make([]int, g.c.BatchSize)
	for k := range rows {
		rows[k] = random.Randint(g.first, g.last+1)
	}
	return rows
}

// cut returns the windows before time steps, and the targets at them.
func (g *TimeseriesGenerator) cut(rows []int) (x, y *tensor.Tensor) {
	steps := (g.c.Length + g.c.SamplingRate - 1) / g.c.SamplingRate
	x = tensor.New(append([]int{len(rows), steps}, g.data.Shape()[1:]...)...)
	y = tensor.New(append([]int{len(rows)}, g.targets.Shape()[1:]...)...)
	n := g.data.Dim(0)
	width, out := g.data.Len()/n, g.targets.Len()/n
	from, to := g.data.Data(), x.Data()
	for i, row := range rows {
		for s := range steps {
			t := row - g.c.Length + s*g.c.SamplingRate
			at := i*steps + s
			if g.c.Reverse {
				at = (i+1)*steps - 1 - s
			}
			copy(to[at*width:(at+1)*width], from[t*width:])
		}
		copy(y.Data()[i*out:(i+1)*out], g.targets.Data()[row*out:])
	}
	return x, y
}
