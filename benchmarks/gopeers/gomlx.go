package main

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	antler "github.com/antler-ml/antler/tensor"
	"github.com/gomlx/gomlx/backends"
	_ "github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/train/losses"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
)

// A goMLXModel holds the programs that GoMLX makes of a model. Modes: parallel
// or sequential, how the backend runs independent operations.
type goMLXModel struct {
	spec    *wire.Spec
	backend backends.Backend
	x, y    *tensors.Tensor
	first   []*antler.Tensor
	all     []float32 // inputs
	samples int

	ctx    *context.Context
	steps  int
	train  map[int]*context.Exec // by step, up to exactSteps
	answer *context.Exec
	out    *tensors.Tensor
}

func loadGoMLX(q wire.Request) (peer, error) {
	for _, p := range q.Model.Parts {
		if p.Kind != "dense" && p.Kind != "output" {
			return nil, fmt.Errorf("not tried: GoMLX 0.26 could not train this model on its backend in Go (%s; see README)", p.Kind)
		}
	}
	x, y, w, err := wire.ReadCase(q.File)
	if err != nil {
		return nil, err
	}
	backend, err := backends.NewWithConfig("go:ops_" + q.Mode)
	if err != nil {
		return nil, err
	}
	n, batch := x.Shape()[0], min(q.Model.Batch, x.Shape()[0])
	m := &goMLXModel{spec: q.Model, backend: backend, all: x.Data(), samples: n, first: w}
	m.x = tensors.FromFlatDataAndDimensions(head(x.Data(), batch, n), batch, q.Model.Input[0])
	targets := head(y.Data(), batch, n)
	if m.spec.Binary() {
		m.y = tensors.FromFlatDataAndDimensions(targets, batch, 1)
	} else {
		ids := make([]int32, batch)
		for i, v := range targets {
			ids[i] = int32(v)
		}
		m.y = tensors.FromFlatDataAndDimensions(ids, batch, 1)
	}
	return m, m.reset()
}

// reset makes new variables: GoMLX takes the memory of old ones.
func (m *goMLXModel) reset() error {
	m.ctx, m.answer, m.steps, m.train = context.New(), nil, 0, map[int]*context.Exec{}
	for i, t := range m.first {
		m.ctx.VariableWithValue(fmt.Sprintf("w%d", i), tensors.FromFlatDataAndDimensions(t.Data(), t.Shape()...))
	}
	return nil
}

// exactSteps are compared by their losses. Keras adds Adam's epsilon before the
// bias correction, GoMLX after it, as a constant of the program: there is a
// program for each of these steps, in which both are the same formula.
const exactSteps = 3

// program is the training step, made for its number.
func (m *goMLXModel) program() (*context.Exec, error) {
	n := min(m.steps, exactSteps)
	if m.train[n] != nil {
		return m.train[n], nil
	}
	opt := optimizers.Adam().LearningRate(1e-3).Epsilon(1e-7 / math.Sqrt(1-math.Pow(0.999, float64(n)))).Done()
	exec, err := context.NewExec(m.backend, m.ctx.Checked(false), func(ctx *context.Context, x, y *graph.Node) *graph.Node {
		z := m.logits(ctx, x)
		loss := losses.SparseCategoricalCrossEntropyLogits
		if m.spec.Binary() {
			loss = losses.BinaryCrossentropyLogits
		}
		mean := loss([]*graph.Node{y}, []*graph.Node{z})
		if !mean.IsScalar() {
			mean = graph.ReduceAllMean(mean)
		}
		opt.UpdateGraph(ctx, x.Graph(), mean)
		return mean
	})
	m.train[n] = exec
	return exec, err
}

func (m *goMLXModel) logits(ctx *context.Context, x *graph.Node) *graph.Node {
	for i, p := range m.spec.Parts {
		w := ctx.GetVariable(fmt.Sprintf("w%d", 2*i)).ValueGraph(x.Graph())
		b := ctx.GetVariable(fmt.Sprintf("w%d", 2*i+1)).ValueGraph(x.Graph())
		x = graph.Add(graph.Dot(x, w), graph.Reshape(b, 1, p.Units))
		if p.ReLU {
			x = graph.Max(x, graph.ZerosLike(x))
		}
	}
	return x
}

func (m *goMLXModel) step() (func() float64, error) {
	m.steps++
	program, err := m.program()
	if err != nil {
		return nil, err
	}
	out, err := program.Exec(m.x, m.y)
	if err != nil {
		return nil, err
	}
	return func() float64 { return float64(tensors.ToScalar[float32](out[0])) }, nil
}

func (m *goMLXModel) predict(batch int) (func() error, func() []float64, error) {
	if m.answer == nil {
		exec, err := context.NewExec(m.backend, m.ctx, func(ctx *context.Context, x *graph.Node) *graph.Node {
			if m.spec.Binary() {
				return graph.Sigmoid(m.logits(ctx, x))
			}
			return graph.Softmax(m.logits(ctx, x))
		})
		if err != nil {
			return nil, nil, err
		}
		m.answer = exec
	}
	x := tensors.FromFlatDataAndDimensions(head(m.all, batch, m.samples), batch, m.spec.Input[0])
	run := func() error {
		out, err := m.answer.Exec(x)
		if err == nil {
			m.out = out[0]
		}
		return err
	}
	values := func() []float64 {
		data, err := tensors.CopyFlatData[float32](m.out)
		if err != nil {
			return nil
		}
		return widen(data[:len(data)/batch])
	}
	return run, values, nil
}
