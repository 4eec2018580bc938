package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"time"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/kernel/impl"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// topics of package kernel that have instruction-set variants.
var topics = []string{"gemm", "conv", "pool", "vec", "math", "reduce", "softmax", "norm", "optim", "random"}

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
	w := &worker{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	enc := json.NewEncoder(out)
	if err := enc.Encode(reply{Versions: map[string]string{"go": runtime.Version()}}); err != nil {
		return err
	}
	for lines.Scan() {
		var q request
		var r reply
		err := json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			r, err = w.answer(q)
		}
		if err != nil {
			r = reply{Error: err.Error()}
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

type worker struct {
	spec     *spec
	model    *nn.Model
	weights  []*nn.Weight
	first    []*tensor.Tensor // their first values
	x, y     *tensor.Tensor
	accuracy bool

	product product
	a, b, c []float32
}

func (w *worker) answer(q request) (reply, error) {
	switch q.Op {
	case "load":
		return reply{}, w.load(q)
	case "losses":
		return w.losses(q.N)
	case "reset":
		return reply{}, w.reset()
	case "steps":
		return w.steps(q.N)
	case "predict":
		return w.predict(q.Batch, q.N)
	case "fit":
		return w.fit(q.N)
	case "gemm":
		return w.gemm(*q.Gemm, q.N), nil
	}
	return reply{}, fmt.Errorf("unknown op %q", q.Op)
}

func (w *worker) load(q request) (err error) {
	var ls []nn.Layer
	w.spec, w.accuracy = q.Model, q.Accuracy
	if w.model, ls, err = build(q.Model); err != nil {
		return err
	}
	if w.x, w.y, w.first, err = readCase(q.File); err != nil {
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
	if w.spec.binary() {
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

func (w *worker) losses(n int) (reply, error) {
	b := w.batch(w.spec.Batch)
	var r reply
	for range n {
		logs, err := w.model.TrainOnBatch(b)
		if err != nil {
			return r, err
		}
		r.Losses = append(r.Losses, logs.Get("loss"))
	}
	return r, nil
}

// steps times n steps of Fit on the first batch.
func (w *worker) steps(n int) (reply, error) {
	b := w.batch(w.spec.Batch)
	src := pipeline.Func(n, func(context.Context, int) iter.Seq2[pipeline.Batch, error] {
		return func(yield func(pipeline.Batch, error) bool) {
			for range n {
				if !yield(b, nil) {
					return
				}
			}
		}
	})
	start := time.Now()
	_, err := w.model.Fit(context.Background(), src, nn.FitConfig{})
	return reply{NS: float64(time.Since(start))}, err
}

// fit times n epochs over all samples.
func (w *worker) fit(n int) (reply, error) {
	src := pipeline.Arrays(w.x, w.y, pipeline.ArraysConfig{BatchSize: w.spec.Batch, Shuffle: true})
	start := time.Now()
	_, err := w.model.Fit(context.Background(), src, nn.FitConfig{Epochs: n})
	return reply{NS: float64(time.Since(start))}, err
}

// predict times n calls one by one.
func (w *worker) predict(batch, n int) (reply, error) {
	b := w.batch(batch)
	r := reply{Each: make([]float64, n)}
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

// gemm times n products.
func (w *worker) gemm(p product, n int) reply {
	if w.product != p {
		w.product = p
		w.a, w.b, w.c = make([]float32, p.M*p.K), make([]float32, p.K*p.N), make([]float32, p.M*p.N)
		for i := range w.a {
			w.a[i] = factor(i)
		}
		for i := range w.b {
			w.b[i] = factor(i + 7)
		}
	}
	a, b := kernel.Operand{Data: w.a, Ld: p.K}, kernel.Operand{Data: w.b, Ld: p.N}
	if p.Trans[0] == 'T' {
		a.Ld, a.Trans = p.M, true
	}
	if p.Trans[1] == 'T' {
		b.Ld, b.Trans = p.K, true
	}
	start := time.Now()
	for range n {
		kernel.Gemm(p.M, p.N, p.K, a, b, w.c, p.N, kernel.Epilogue{})
	}
	r := reply{NS: float64(time.Since(start))}
	abs := 0.0
	for _, v := range w.c {
		abs += max(float64(v), -float64(v))
	}
	r.Values = []float64{abs, float64(w.c[0]), float64(w.c[len(w.c)-1])}
	return r
}

func workerMain(args []string) {
	if err := runWorker(args, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
