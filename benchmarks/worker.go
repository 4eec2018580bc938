package main

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"math"
	"os"
	"runtime"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"github.com/antler-ml/antler/internal/kernel/impl"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// topics of package kernel that have more than AVX2. A test holds the
// list to package kernel.
var topics = []string{"gemm", "conv", "pool", "vec", "math", "reduce", "rnn", "softmax", "norm", "optim", "random"}

// runWorker is our side of the protocol, in a process of its own like a peer's.
func runWorker(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	threads := flags.Int("threads", 1, "cores to use")
	isa := flags.String("isa", "", "use this instruction set alone, such as AVX2")
	if err := flags.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(*threads)
	if *isa != "" {
		for _, t := range topics {
			impl.Select(t, *isa)
		}
	}
	return wire.Serve(in, out, map[string]string{"go": runtime.Version()}, (&worker{}).answer)
}

type worker struct {
	spec     *wire.Spec
	model    *nn.Model
	weights  []*nn.Weight
	first    []*tensor.Tensor // their first values
	x, y     *tensor.Tensor
	accuracy bool

	product wire.Product
	a, b, c []float32
	passing *passes
}

func (w *worker) answer(q wire.Request) (wire.Reply, error) {
	switch q.Op {
	case "load":
		return wire.Reply{}, w.load(q)
	case "losses":
		return w.losses(q.N)
	case "reset":
		return wire.Reply{}, w.reset()
	case "steps":
		return w.steps(q.N)
	case "predict":
		return w.predict(q.Batch, q.N)
	case "fit":
		return w.fit(q.N)
	case "gemm":
		return w.gemm(*q.Gemm, q.N), nil
	case "pass":
		return w.pass(q)
	}
	return wire.Reply{}, fmt.Errorf("unknown op %q", q.Op)
}

func (w *worker) load(q wire.Request) (err error) {
	var ls []nn.Layer
	w.spec, w.accuracy = q.Model, q.Accuracy
	if w.model, ls, err = build(q.Model); err != nil {
		return err
	}
	if w.x, w.y, w.first, err = wire.ReadCase(q.File); err != nil {
		return err
	}
	w.weights = weightsOf(ls)
	if len(w.weights) != len(w.first) {
		return fmt.Errorf("%s has %d weights, the model %d", q.File, len(w.first), len(w.weights))
	}
	return w.reset()
}

// reset gives weights and optimizer their first state again.
func (w *worker) reset() error {
	for i, t := range w.first {
		if err := w.weights[i].Set(t); err != nil {
			return err
		}
	}
	c := nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.SparseCategoricalCrossentropy{}}
	if w.spec.Binary() {
		c.Loss = losses.BinaryCrossentropy{}
	}
	if w.accuracy {
		c.Metrics = []nn.Metric{metrics.Accuracy{}}
	}
	return w.model.Compile(c)
}

// batch is the first samples.
func (w *worker) batch(n int) pipeline.Batch {
	cut := func(t *tensor.Tensor) *tensor.Tensor {
		s := append([]int{n}, t.Shape()[1:]...)
		return tensor.From(t.Data()[:t.Len()/t.Shape()[0]*n], s...)
	}
	return pipeline.Batch{X: []*tensor.Tensor{cut(w.x)}, Y: []*tensor.Tensor{cut(w.y)}}
}

func (w *worker) losses(n int) (wire.Reply, error) {
	b := w.batch(w.spec.Batch)
	var r wire.Reply
	for range n {
		logs, err := w.model.TrainOnBatch(b)
		if err != nil {
			return r, err
		}
		r.Losses = append(r.Losses, logs.Get("loss"))
	}
	sum := fnv.New64a()
	for _, weight := range w.weights {
		for _, v := range weight.Value().Data() {
			u := math.Float32bits(v)
			sum.Write([]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)})
		}
	}
	r.Digest = fmt.Sprintf("%016x", sum.Sum64())
	return r, nil
}

// steps times n steps of Fit on the first batch, and counts the allocations
// from the end of the first to the end of the last, as for n: what a call of
// Fit needs once is no matter of a step.
func (w *worker) steps(n int) (wire.Reply, error) {
	b := w.batch(w.spec.Batch)
	var before, after runtime.MemStats
	src := pipeline.Func(n, func(context.Context, int) iter.Seq2[pipeline.Batch, error] {
		return func(yield func(pipeline.Batch, error) bool) {
			for i := range n {
				if i == 1 {
					runtime.ReadMemStats(&before)
				}
				if !yield(b, nil) {
					return
				}
			}
			runtime.ReadMemStats(&after)
		}
	})
	start := time.Now()
	_, err := w.model.Fit(context.Background(), src, nn.FitConfig{})
	r := wire.Reply{NS: float64(time.Since(start))}
	if n > 1 {
		r.Allocs = float64(after.Mallocs-before.Mallocs) * float64(n) / float64(n-1)
	}
	return r, err
}

// fit times n epochs over all samples.
func (w *worker) fit(n int) (wire.Reply, error) {
	src := pipeline.Arrays(w.x, w.y, pipeline.ArraysConfig{BatchSize: w.spec.Batch, Shuffle: true})
	start := time.Now()
	_, err := w.model.Fit(context.Background(), src, nn.FitConfig{Epochs: n})
	return wire.Reply{NS: float64(time.Since(start))}, err
}

// predict times n calls one by one.
func (w *worker) predict(batch, n int) (wire.Reply, error) {
	b := w.batch(batch)
	r := wire.Reply{Each: make([]float64, n)}
	for i := range n {
		start := time.Now()
		out, err := w.model.PredictOnBatch(b.X...)
		r.Each[i] = float64(time.Since(start))
		if err != nil {
			return r, err
		}
		if i == 0 {
			for _, v := range out[0].Data()[:out[0].Len()/batch] {
				r.Values = append(r.Values, float64(v))
			}
		}
	}
	return r, nil
}

func workerMain(args []string) {
	if err := runWorker(args, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
