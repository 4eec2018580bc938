package main

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	antler "github.com/antler-ml/antler/tensor"
	g "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A gorgoniaModel is a graph with its machine. Images are channels first, as
// Gorgonia's convolution wants them.
type gorgoniaModel struct {
	spec   *wire.Spec
	x, y   *antler.Tensor
	first  []*antler.Tensor
	train  *gorgoniaGraph
	infer  *gorgoniaGraph
	solver *g.AdamSolver
	steps  int
}

// A gorgoniaGraph is made for one batch size.
type gorgoniaGraph struct {
	batch   int
	graph   *g.ExprGraph
	weights g.Nodes
	out     *g.Node
	loss    g.Value
	vm      g.VM
}

func loadGorgonia(q wire.Request) (peer, error) {
	x, y, w, err := wire.ReadCase(q.File)
	if err != nil {
		return nil, err
	}
	m := &gorgoniaModel{spec: q.Model, x: x, y: y, first: w}
	return m, m.reset()
}

// reset forgets the graph: its values are the weights.
func (m *gorgoniaModel) reset() error {
	m.steps, m.solver = 0, g.NewAdamSolver(g.WithLearnRate(1e-3))
	if m.train != nil {
		m.train.vm.Close()
		m.train = nil
	}
	return nil
}

// step is one training step. Gorgonia adds epsilon after the bias correction,
// Keras before: for the comparison it is set so that both are the same formula.
func (m *gorgoniaModel) step() (func() float64, error) {
	if m.train == nil {
		t, err := m.build(m.spec.Batch, true)
		if err != nil {
			return nil, err
		}
		m.train = t
	}
	t := m.train
	m.steps++
	g.WithEps(1e-7 / math.Sqrt(1-math.Pow(0.999, float64(m.steps))))(m.solver)
	if err := t.vm.RunAll(); err != nil {
		return nil, err
	}
	if err := m.solver.Step(g.NodesToValueGrads(t.weights)); err != nil {
		return nil, err
	}
	t.vm.Reset()
	return func() float64 { return float64(t.loss.Data().(float32)) }, nil
}

func (m *gorgoniaModel) predict(batch int) (func() error, func() []float64, error) {
	if m.infer == nil || m.infer.batch != batch {
		t, err := m.build(batch, false)
		if err != nil {
			return nil, nil, err
		}
		m.infer = t
	}
	t := m.infer
	run := func() error {
		t.vm.Reset()
		return t.vm.RunAll()
	}
	values := func() []float64 {
		data := t.out.Value().Data().([]float32)
		return widen(data[:len(data)/batch])
	}
	return run, values, nil
}

func widen(xs []float32) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = float64(x)
	}
	return ys
}

// build draws the model, with data and first weights in it.
func (m *gorgoniaModel) build(batch int, train bool) (*gorgoniaGraph, error) {
	b := &gorgoniaBuilder{gorgoniaGraph: gorgoniaGraph{batch: batch, graph: g.NewGraph()}, rest: m.first}
	in := m.spec.Input
	data := append([]float32(nil), head(m.x.Data(), batch, m.x.Shape()[0])...)
	shape := append([]int{batch}, in...)
	if len(in) == 3 {
		data, shape = channelsFirst(data, batch, in), []int{batch, in[2], in[0], in[1]}
	}
	b.at = b.constant("x", data, shape...)
	for _, p := range m.spec.Parts {
		if err := b.part(p); err != nil {
			return nil, err
		}
	}
	units := m.spec.Parts[len(m.spec.Parts)-1].Units
	if !train {
		if m.spec.Binary() {
			b.out = g.Must(g.Sigmoid(b.at))
		} else {
			b.out = g.Must(g.SoftMax(b.at))
		}
		b.vm = g.NewTapeMachine(b.graph)
		return &b.gorgoniaGraph, nil
	}
	targets := make([]float32, batch*units)
	for i, v := range head(m.y.Data(), batch, m.y.Shape()[0]) {
		if m.spec.Binary() {
			targets[i] = v
		} else {
			targets[i*units+int(v)] = 1
		}
	}
	y := b.constant("y", targets, batch, units)
	var sum *g.Node
	if m.spec.Binary() { // softplus(z) - z·y
		sum = g.Must(g.Sum(g.Must(g.Sub(g.Must(g.Softplus(b.at)), g.Must(g.HadamardProd(b.at, y))))))
	} else {
		sum = g.Must(g.Neg(g.Must(g.Sum(g.Must(g.HadamardProd(g.Must(g.Log(g.Must(g.SoftMax(b.at)))), y))))))
	}
	loss := g.Must(g.Div(sum, g.NewConstant(float32(batch))))
	g.Read(loss, &b.loss)
	if _, err := g.Grad(loss, b.weights...); err != nil {
		return nil, err
	}
	b.vm = g.NewTapeMachine(b.graph, g.BindDualValues(b.weights...))
	return &b.gorgoniaGraph, nil
}

type gorgoniaBuilder struct {
	gorgoniaGraph
	at     *g.Node
	rest   []*antler.Tensor // weights that are still to come
	pixels []int            // channels, height and width before flatten
}

func (b *gorgoniaBuilder) constant(name string, data []float32, shape ...int) *g.Node {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return g.NewTensor(b.graph, g.Float32, len(shape), g.WithShape(shape...), g.WithName(name), g.WithValue(t))
}

func (b *gorgoniaBuilder) weight(data []float32, shape ...int) *g.Node {
	n := b.constant(fmt.Sprintf("w%d", len(b.weights)), data, shape...)
	b.weights = append(b.weights, n)
	return n
}

// take is a copy of the next weight's first value.
func (b *gorgoniaBuilder) take() []float32 {
	w := append([]float32(nil), b.rest[0].Data()...)
	b.rest = b.rest[1:]
	return w
}

func (b *gorgoniaBuilder) part(p wire.Part) (err error) {
	s := b.at.Shape()
	switch p.Kind {
	case "dense", "output":
		w := b.take()
		if b.pixels != nil { // rows are in the order h, w, c; here c, h, w
			w, b.pixels = rowsChannelsFirst(w, b.pixels, p.Units), nil
		}
		b.at = g.Must(g.Mul(b.at, b.weight(w, s[1], p.Units)))
		b.at, err = g.BroadcastAdd(b.at, b.weight(b.take(), 1, p.Units), nil, []byte{0})
	case "conv":
		k := p.Kernel
		w := b.weight(filtersFirst(b.take(), k, s[1], p.Units), p.Units, s[1], k, k)
		pad := 0
		if p.Same {
			pad = k / 2
		}
		b.at = g.Must(g.Conv2d(b.at, w, tensor.Shape{k, k}, []int{pad, pad}, []int{p.Stride, p.Stride}, []int{1, 1}))
		if !p.NoBias {
			b.at, err = g.BroadcastAdd(b.at, b.weight(b.take(), 1, p.Units, 1, 1), nil, []byte{0, 2, 3})
		}
	case "maxpool":
		b.at, err = g.MaxPool2D(b.at, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2})
	case "flatten":
		b.pixels = append([]int(nil), s[1:]...)
		b.at, err = g.Reshape(b.at, tensor.Shape{s[0], s[1] * s[2] * s[3]})
	default:
		return fmt.Errorf("not drawn for Gorgonia: %s", p.Kind)
	}
	if err == nil && p.ReLU {
		b.at, err = g.Rectify(b.at)
	}
	return err
}
