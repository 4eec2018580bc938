// Package nntest holds the contract tests of the house: what every op, layer,
// loss, optimizer and callback must keep. They are public, like testing/fstest,
// so that a package that adds one can run the same test.
package nntest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// Finite differences in float32. A large step suffers from curvature and from
// kinks that it crosses (ReLU, a maximum), a small one from rounding; a gradient
// has to agree with one of them.
var opSteps = [...]float64{1. / 64, 1. / 256, 1. / 1024, 1. / 4096}

const (
	opTolerance = 1e-2 // relative to the norm of the gradient, which counts as 0.1 at least
	opElements  = 64   // inputs up to this size are also checked element by element
)

// Op checks what f computes from inputs like in:
//
//   - gradients of every input against finite differences of a random
//     projection of the result: along three random directions, and for small
//     inputs along each element;
//   - an input without a gradient must not matter, unless it holds whole numbers
//     only (ids, masks);
//   - planned and fused = node by node in fresh memory, bit for bit, results and
//     gradients, while the arena is filled with NaN before each run;
//   - the same bits for 1 and 2 workers;
//   - a run allocates nothing.
func Op(t *testing.T, f func(in ...*ops.Value) *ops.Value, in ...*tensor.Tensor) {
	t.Helper()
	checkOp(t, f, in...)
}

// reporter is the part of testing.TB that the checks need; their own tests
// bring another one.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func checkOp(t reporter, f func(in ...*ops.Value) *ops.Value, in ...*tensor.Tensor) {
	t.Helper()
	in = slices.Clone(in)
	for i, x := range in {
		in[i] = tensor.From(slices.Clone(x.Data()), x.Shape()...)
	}
	c := newOpCase(f, in)
	c.checkRuns(t)
	for i := range in {
		if c.grads[i] >= 0 {
			c.checkGradient(t, i)
		} else {
			c.checkUnused(t, i)
		}
	}
}

// opCase is one function, its projection on random weights and the gradients of that.
type opCase struct {
	in      []*tensor.Tensor
	spec    ops.Spec
	forward *ops.Program
	grads   []int // for each input, its place in the slab; -1 for none
	weights []float32
}

var opState = ops.State{Seed: 7, Step: 3}

func newOpCase(f func(in ...*ops.Value) *ops.Value, in []*tensor.Tensor) *opCase {
	c := &opCase{in: in}
	for _, x := range in {
		c.spec.In = append(c.spec.In, ops.Input(x.Shape()...))
	}
	y := f(c.spec.In...)
	c.weights = randoms(y.Size(), 1)
	// The projection is an input of its own, so that nothing is folded away.
	w := ops.Input(y.Shape()...)
	loss := ops.Apply(weighted{}, y, w)[0]
	c.spec.Out = []*ops.Value{y}
	for i, g := range ops.Gradients(loss, c.spec.In...) {
		c.grads = append(c.grads, -1)
		if g != nil {
			c.grads[i] = len(c.spec.Slab)
			c.spec.Slab = append(c.spec.Slab, g)
		}
	}
	arena := ops.NewArena()
	arena.Poison(true)
	c.forward = ops.Compile(ops.Spec{In: c.spec.In, Out: []*ops.Value{y}, Arena: arena})
	c.spec.In = append(c.spec.In, w)
	c.in = append(c.in, tensor.From(c.weights, y.Shape()...))
	return c
}

// weighted is the projection, an op of our own: elementwise product.
type weighted struct{}

func (weighted) Infer(in [][]int) [][]int { return in[:1] }
func (weighted) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i] = x * b.In[1][i]
		}
	}
}
func (weighted) Grad(in, _, dout []*ops.Value) []*ops.Value {
	return []*ops.Value{
		ops.Apply(weighted{}, dout[0], in[1])[0],
		ops.Apply(weighted{}, dout[0], in[0])[0],
	}
}

// checkRuns compares the ways to run the graph.
func (c *opCase) checkRuns(t reporter) {
	t.Helper()
	debug := ops.Debug(c.spec, nil)
	c.run(t, debug)
	want := snapshot(debug)
	spec := c.spec
	spec.Arena = ops.NewArena()
	spec.Arena.Poison(true)
	p := ops.Compile(spec)
	// The result alone: here operands may be overwritten that gradients read.
	if err := c.forward.Run(opState, c.in[:len(c.in)-1]); err != nil {
		t.Fatalf("%v", err)
	}
	if y := c.forward.Out(0).Data(); differ(y, want) >= 0 {
		i := differ(y, want)
		t.Fatalf("planned run without gradients: number %d of the result is %v, node by node %v", i, y[i], want[i])
	}
	defer par.SetWorkers(0)
	for _, workers := range []int{1, 2} {
		par.SetWorkers(workers)
		for run := range 2 {
			c.run(t, p)
			if i := differ(snapshot(p), want); i >= 0 {
				t.Fatalf("planned run %d with %d workers: number %d (result, then gradients) is %v, node by node %v",
					run, workers, i, snapshot(p)[i], want[i])
			}
		}
		if n := testing.AllocsPerRun(3, func() { _ = p.Run(opState, c.in) }); n != 0 {
			t.Errorf("a run with %d workers allocates %v times", workers, n)
		}
	}
	spec.Arena.Poison(false)
	c.run(t, p)
	if i := differ(snapshot(p), want); i >= 0 {
		t.Fatalf("the second kind of run, on memory of the first: number %d is %v, want %v", i, snapshot(p)[i], want[i])
	}
}

func (c *opCase) run(t reporter, p *ops.Program) {
	t.Helper()
	if err := p.Run(opState, c.in); err != nil {
		t.Fatalf("%v", err)
	}
}

// snapshot copies result and gradients.
func snapshot(p *ops.Program) []float32 {
	return slices.Concat(p.Out(0).Data(), p.Slab())
}

// differ returns the first index at which the bits differ, or -1. Any NaN equals any other.
func differ(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) && (a[i] == a[i] || b[i] == b[i]) {
			return i
		}
	}
	return -1
}

// at is the projection of the result for input i moved by h along dir.
func (c *opCase) at(t reporter, i int, dir []float32, h float64) float64 {
	t.Helper()
	x := c.in[i].Data()
	old := slices.Clone(x)
	for k, d := range dir {
		x[k] += float32(h * float64(d))
	}
	err := c.forward.Run(opState, c.in[:len(c.in)-1])
	copy(x, old)
	if err != nil {
		t.Fatalf("%v", err)
	}
	sum := 0.0
	for k, y := range c.forward.Out(0).Data() {
		sum += float64(y) * float64(c.weights[k])
	}
	return sum
}

func (c *opCase) checkGradient(t reporter, i int) {
	t.Helper()
	p := ops.Compile(c.spec)
	c.run(t, p)
	grad := slices.Clone(p.SlabPart(c.grads[i]))
	norm := 0.0
	for _, g := range grad {
		norm += float64(g) * float64(g)
	}
	// A direction sees about sqrt(norm) of the gradient, an element its share.
	size := math.Sqrt(norm)
	for k := range 3 {
		dir := randoms(len(grad), uint64(2+k))
		c.compare(t, i, fmt.Sprintf("along random direction %d", k), dir, dot(grad, dir), size)
	}
	if len(grad) > opElements {
		return
	}
	for e := range grad {
		dir := make([]float32, len(grad))
		dir[e] = 1
		c.compare(t, i, fmt.Sprintf("at element %d", e), dir, float64(grad[e]), size)
	}
}

// compare checks one directional derivative.
func (c *opCase) compare(t reporter, i int, where string, dir []float32, got, size float64) {
	t.Helper()
	tolerance := opTolerance * max(0.1, size)
	var seen []string
	for _, h := range opSteps {
		want := (c.at(t, i, dir, h) - c.at(t, i, dir, -h)) / (2 * h)
		if math.Abs(got-want) <= tolerance {
			return
		}
		seen = append(seen, fmt.Sprintf("%.6g", want))
	}
	t.Errorf("gradient of input %d %s is %.6g, finite differences from large to small steps give %s (tolerance %.2g)",
		i, where, got, strings.Join(seen, ", "), tolerance)
}

func (c *opCase) checkUnused(t reporter, i int) {
	t.Helper()
	whole := !slices.ContainsFunc(c.in[i].Data(), func(x float32) bool { return x != float32(math.Trunc(float64(x))) })
	if whole {
		return
	}
	dir := randoms(c.in[i].Len(), 2)
	if a, b := c.at(t, i, dir, 0), c.at(t, i, dir, opSteps[0]); a != b {
		t.Errorf("input %d has no gradient, but the result depends on it: %v becomes %v", i, a, b)
	}
}

// randoms returns numbers in [0.5, 1.5) with random signs: none is too small to see.
func randoms(n int, stream uint64) []float32 {
	r := rng.At(1, stream, 0)
	s := make([]float32, n)
	for i := range s {
		s[i] = 0.5 + float32(r.Float64())
		if r.Float64() < 0.5 {
			s[i] = -s[i]
		}
	}
	return s
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
