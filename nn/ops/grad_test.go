package ops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
)

func TestGradientsAddUp(t *testing.T) {
	x, y := ops.Input(2), ops.Input(2)
	a := mixed(x, y)    // x + 2y
	b := mixed(a, x)    // 3x + 2y
	loss := mixed(b, a) // 5x + 6y
	unrelated := twice(y)
	g := ops.Gradients(loss, x, y, a, unrelated, loss)
	if g[3] != nil {
		t.Error("a value that the loss does not depend on has a gradient")
	}
	p := ops.Compile(ops.Spec{In: values{x, y}, Out: values{g[0], g[1], g[2], g[4]}})
	run(t, p, numbers(2, 0), numbers(2, 0))
	wantFloats(t, "dx", p.Out(0).Data(), 5, 5)
	wantFloats(t, "dy", p.Out(1).Data(), 6, 6)
	wantFloats(t, "da", p.Out(2).Data(), 3, 3)
	wantFloats(t, "dloss", p.Out(3).Data(), 1, 1)
}

func TestGradientOfOneResultOfSeveral(t *testing.T) {
	x := ops.Input(6)
	parts := ops.Split(x, 0, 3)
	g := ops.Gradients(mixed(parts[2], parts[0]), x)
	p := ops.Compile(ops.Spec{In: values{x}, Slab: g})
	run(t, p, numbers(6, 0))
	wantFloats(t, "gradient", p.Slab(), 2, 2, 0, 0, 1, 1)
}

func TestGradientOfGradient(t *testing.T) {
	// loss = Σ w·x² through a user's op; d/dx of Σ dloss/dx is 2w.
	x, w := ops.Input(3), ops.Input(3)
	g := ops.Gradients(times(w, times(x, x)), x)
	gg := ops.Gradients(g[0], x, w)
	p := ops.Compile(ops.Spec{In: values{x, w}, Out: values{g[0], gg[0], gg[1]}})
	run(t, p, numbers(3, 1), numbers(3, 4))
	wantFloats(t, "first", p.Out(0).Data(), 8, 20, 36)
	wantFloats(t, "second", p.Out(1).Data(), 8, 10, 12)
	wantFloats(t, "by w", p.Out(2).Data(), 2, 4, 6)
}

type product struct{}

func (product) Infer(in [][]int) [][]int { return in[:1] }
func (product) Bind(b *ops.Binding) func() {
	return func() {
		for i := range b.Out[0] {
			b.Out[0][i] = b.In[0][i] * b.In[1][i]
		}
	}
}
func (product) Grad(in, _, dout values) values {
	return values{times(dout[0], in[1]), times(dout[0], in[0])}
}

func times(a, b *ops.Value) *ops.Value { return ops.Apply(product{}, a, b)[0] }

func TestDeadBranchesCostNothing(t *testing.T) {
	x, w := ops.Input(4), ops.Variable(numbers(4, 1))
	loss := times(x, w)
	count := func(wrt ...*ops.Value) int {
		return ops.Compile(ops.Spec{In: values{x}, Slab: ops.Gradients(loss, wrt...), Literal: true}).Memory().Steps
	}
	if one, both := count(w), count(x, w); one != 1 || both != 2 {
		t.Errorf("gradient of w takes %d steps, of both %d; want 1 and 2", one, both)
	}
}

func TestGradientLabels(t *testing.T) {
	x := ops.Input(2)
	h := times(x, x)
	ops.Label("square", h)
	loss := times(h, h)
	ops.Label("loss", loss)
	g := ops.Gradients(loss, x)[0]
	label, site := ops.LabelOf(g)
	if label != "gradient of square" || !strings.Contains(site, "grad_test.go") {
		t.Errorf("label %q at %q, want \"gradient of square\" at this file", label, site)
	}
	if label, _ := ops.LabelOf(g.In()[0]); label != "gradient of square" {
		t.Errorf("operand has label %q", label)
	}
	if label, _ := ops.LabelOf(h); label != "square" {
		t.Errorf("forward label became %q", label)
	}
}

type wrongGrad struct{ turn }

func (wrongGrad) Grad(in, _, dout values) values { return values{ops.Reshape(dout[0], 2, 2)} }

type wrongCount struct{ turn }

func (wrongCount) Grad(in, _, dout values) values { return values{dout[0], dout[0]} }

func TestWrongGradientsAreNamed(t *testing.T) {
	x := ops.Input(4)
	r := wantPanic(t, "a gradient of another shape", func() { ops.Gradients(ops.Apply(wrongGrad{}, x)[0], x) })
	var e *ops.ShapeError
	if err, ok := r.(error); !ok || !errors.As(err, &e) || !strings.Contains(e.Error(), "wrongGrad") {
		t.Errorf("panic is %v", r)
	}
	wantPanic(t, "a gradient too many", func() { ops.Gradients(ops.Apply(wrongCount{}, x)[0], x) })
}
