package ops_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func uniform(seed uint64, shape ...int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(seed, 11))
	t := tensor.New(shape...)
	for i := range t.Data() {
		t.Data()[i] = r.Float32()*2 - 1
	}
	return t
}

var convOps = []struct {
	name string
	x, w []int
	c    ops.Conv2DConfig
}{
	{"1x1", []int{2, 3, 4, 3}, []int{1, 1, 3, 2}, ops.Conv2DConfig{}},
	{"3x3", []int{2, 5, 4, 3}, []int{3, 3, 3, 4}, ops.Conv2DConfig{}},
	{"same", []int{1, 4, 5, 2}, []int{3, 2, 2, 3}, ops.Conv2DConfig{PadLow: [2]int{1, 0}, PadHigh: [2]int{1, 1}}},
	{"strided", []int{2, 7, 6, 2}, []int{3, 3, 2, 3}, ops.Conv2DConfig{Strides: [2]int{2, 3}, PadLow: [2]int{1, 1}, PadHigh: [2]int{0, 2}}},
	{"dilated", []int{1, 7, 6, 2}, []int{3, 2, 2, 3}, ops.Conv2DConfig{Dilation: [2]int{2, 3}}},
	{"both", []int{1, 9, 8, 2}, []int{3, 2, 2, 2}, ops.Conv2DConfig{Strides: [2]int{2, 3}, Dilation: [2]int{3, 2}, PadLow: [2]int{2, 1}, PadHigh: [2]int{1, 2}}},
	{"groups", []int{1, 4, 4, 6}, []int{2, 2, 2, 9}, ops.Conv2DConfig{Groups: 3}},
	{"depthwise", []int{2, 5, 4, 3}, []int{3, 3, 1, 3}, ops.Conv2DConfig{Groups: 3, PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}},
	{"depthwise x2", []int{1, 5, 5, 3}, []int{2, 3, 1, 6}, ops.Conv2DConfig{Groups: 3, Strides: [2]int{2, 2}}},
	{"narrow", []int{2, 4, 4, 20}, []int{3, 3, 20, 1}, ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}},
}

func TestConv2D(t *testing.T) {
	for _, c := range convOps {
		x, w := uniform(1, c.x...), uniform(2, c.w...)
		y := ops.Conv2D(ops.Input(c.x...), ops.Input(c.w...), c.c).Shape()
		dy := uniform(3, y...)
		size, window := [2]int{c.x[1], c.x[2]}, [2]int{c.w[0], c.w[1]}
		conv := func(in ...*ops.Value) *ops.Value { return ops.Conv2D(in[0], in[1], c.c) }
		t.Run(c.name, func(t *testing.T) { nntest.Op(t, conv, x, w) })
		t.Run(c.name+"/input gradient", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Conv2DInputGrad(in[0], in[1], size, c.c) }, dy, w)
		})
		t.Run(c.name+"/weight gradient", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Conv2DWeightGrad(in[0], in[1], window, c.c) }, x, dy)
		})
		t.Run(c.name+"/gradient of gradient", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				g := ops.Gradients(ops.Square(conv(in...)), in...)
				return ops.Add(ops.Sum(ops.Square(g[0])), ops.Sum(ops.Square(g[1])))
			}, uniform(4, c.x...), scaled(0.2, uniform(5, c.w...)))
		})
	}
}

func scaled(s float32, t *tensor.Tensor) *tensor.Tensor {
	for i := range t.Data() {
		t.Data()[i] *= s
	}
	return t
}

func TestConv2DFused(t *testing.T) {
	c := ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}
	x, w := uniform(1, 2, 5, 4, 3), uniform(2, 3, 3, 3, 5)
	for _, act := range []ops.Activation{ops.ActNone, ops.ActReLU, ops.ActTanh, ops.ActSigmoid} {
		t.Run(act.String(), func(t *testing.T) {
			b, bt := uniform(3, 5), uniform(5, 3)
			if act == ops.ActReLU { // sums of 27 or 45 products, kept away from the kink
				b = tensor.From([]float32{30, -30, 30, -30, 30}, 5)
				bt = tensor.From([]float32{50, -50, 50}, 3)
			}
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Conv2DFused(in[0], in[1], in[2], c, act) },
				x, w, b)
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				return ops.Conv2DTransposeFused(in[0], in[1], in[2], [2]int{5, 4}, c, act)
			}, uniform(4, 2, 5, 4, 5), w, bt)
		})
	}
}

// The gradients of weights and bias come out of one op; theirs do too.
func TestConv2DBiasGradientOfGradient(t *testing.T) {
	c := ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}
	for name, loss := range map[string]func(dw, db *ops.Value) *ops.Value{
		"both":    func(dw, db *ops.Value) *ops.Value { return ops.Add(ops.Sum(ops.Square(dw)), ops.Sum(ops.Square(db))) },
		"bias":    func(_, db *ops.Value) *ops.Value { return ops.Sum(ops.Square(db)) },
		"weights": func(dw, _ *ops.Value) *ops.Value { return ops.Sum(ops.Square(dw)) },
	} {
		t.Run(name, func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				g := ops.Gradients(ops.Square(ops.Conv2DFused(in[0], in[1], in[2], c, ops.ActNone)), in[1], in[2])
				return loss(g[0], g[1])
			}, uniform(4, 2, 4, 3, 2), scaled(0.2, uniform(5, 3, 3, 2, 3)), uniform(6, 3))
		})
	}
}

// One op or three: the bits are the same.
func TestConv2DFusedBits(t *testing.T) {
	c := ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}
	in := []*tensor.Tensor{uniform(1, 3, 9, 8, 70), uniform(2, 3, 3, 70, 40), uniform(3, 40)}
	x, w, b := ops.Input(3, 9, 8, 70), ops.Input(3, 3, 70, 40), ops.Input(40)
	conv := ops.Add(ops.Conv2D(x, w, c), b)
	for act, plain := range map[ops.Activation]*ops.Value{
		ops.ActNone: conv, ops.ActReLU: ops.ReLU(conv), ops.ActTanh: ops.Tanh(conv), ops.ActSigmoid: ops.Sigmoid(conv),
	} {
		fused := ops.Conv2DFused(x, w, b, c, act)
		p := ops.Compile(ops.Spec{In: []*ops.Value{x, w, b}, Out: []*ops.Value{plain, fused}, Literal: true})
		if err := p.Run(ops.State{}, in); err != nil {
			t.Fatal(err)
		}
		for i, y := range p.Out(0).Data() {
			if z := p.Out(1).Data()[i]; y != z {
				t.Fatalf("%v: element %d is %g in one pass, %g in three", act, i, z, y)
			}
		}
	}
}

func TestConv2DShapeErrors(t *testing.T) {
	for _, c := range []struct {
		x, w []int
		c    ops.Conv2DConfig
		want string
	}{
		{[]int{2, 5, 5}, []int{3, 3, 3, 4}, ops.Conv2DConfig{}, "want x (n, h, w, c) of rank 4, got rank 3"},
		{[]int{2, 5, 5, 3}, []int{3, 3, 4}, ops.Conv2DConfig{}, "want w (kh, kw, c/groups, f) of rank 4, got rank 3"},
		{[]int{2, 5, 5, 3}, []int{3, 3, 4, 4}, ops.Conv2DConfig{}, "axis 3 of x has 3 channels, but axis 2 of w has 4"},
		{[]int{2, 5, 5, 4}, []int{3, 3, 2, 5}, ops.Conv2DConfig{Groups: 2}, "5 output channels do not fall into 2 groups"},
		{[]int{2, 2, 5, 3}, []int{3, 3, 3, 4}, ops.Conv2DConfig{}, "height (axis 1): the kernel spans 3, but the padded image has 2"},
		{[]int{2, 5, 4, 3}, []int{3, 3, 3, 4}, ops.Conv2DConfig{Dilation: [2]int{1, 2}}, "width (axis 2): the kernel spans 5, but the padded image has 4"},
		{[]int{2, 5, 5, 3}, []int{3, 3, 3, 4}, ops.Conv2DConfig{Strides: [2]int{-1, 1}}, "height: stride -1"},
		{[]int{2, 5, 5, 3}, []int{3, 3, 3, 4}, ops.Conv2DConfig{Groups: -1}, "Groups is -1"},
	} {
		wantShapeError(t, c.want, func() { ops.Conv2D(ops.Input(c.x...), ops.Input(c.w...), c.c) })
	}
	x, w := ops.Input(2, 5, 5, 3), ops.Input(3, 3, 3, 4)
	wantShapeError(t, "bias has shape [3], want [4]", func() { ops.Conv2DFused(x, w, ops.Input(3), ops.Conv2DConfig{}, ops.ActNone) })
	wantShapeError(t, "axis 2 of dy is 4, but a convolution of 5x5 by a 3x3 kernel makes 3", func() {
		ops.Conv2DInputGrad(ops.Input(2, 3, 4, 4), w, [2]int{5, 5}, ops.Conv2DConfig{})
	})
	wantShapeError(t, "axis 0 differs: x has 2 images, dy 1", func() {
		ops.Conv2DWeightGrad(x, ops.Input(1, 3, 3, 4), [2]int{3, 3}, ops.Conv2DConfig{})
	})
	wantShapeError(t, "axis 1 of dy is 4", func() {
		ops.Conv2DWeightGrad(x, ops.Input(2, 4, 3, 4), [2]int{3, 3}, ops.Conv2DConfig{})
	})
}

func wantShapeError(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		var e *ops.ShapeError
		err, _ := recover().(error)
		if !errors.As(err, &e) || !strings.Contains(e.Error(), want) {
			t.Errorf("got %v, want a ShapeError with %q", err, want)
		}
	}()
	f()
}

// The values are TensorFlow's.
func TestSamePadding(t *testing.T) {
	for _, c := range []struct{ in, kernel, stride, dilation, low, high int }{
		{5, 3, 1, 1, 1, 1},
		{5, 2, 1, 1, 0, 1},
		{6, 3, 2, 1, 0, 1},
		{7, 3, 2, 1, 1, 1},
		{7, 3, 1, 2, 2, 2},
		{8, 5, 3, 1, 1, 2},
		{4, 1, 2, 1, 0, 0},
		{3, 7, 1, 1, 3, 3},
		{5, 2, 0, 0, 0, 1},
		{0, 3, 1, 1, 1, 1}, // no window; total is (0-1)+3-0
	} {
		low, high := ops.SamePadding(c.in, c.kernel, c.stride, c.dilation)
		if low != c.low || high != c.high {
			t.Errorf("SamePadding(%d, %d, %d, %d) = %d, %d, want %d, %d",
				c.in, c.kernel, c.stride, c.dilation, low, high, c.low, c.high)
		}
	}
}

func ExampleConv2D() {
	x := ops.Input(1, 28, 28, 3)
	w := ops.Input(5, 5, 3, 16)
	low, high := ops.SamePadding(28, 5, 2, 1)
	y := ops.Conv2D(x, w, ops.Conv2DConfig{
		Strides: [2]int{2, 2},
		PadLow:  [2]int{low, low},
		PadHigh: [2]int{high, high},
	})
	fmt.Println(y.Shape())
	// Output: [1 14 14 16]
}
