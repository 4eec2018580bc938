package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// rnnCall is one recurrent op with all its operands; nil where there is none.
type rnnCall struct {
	kind                             string // SimpleRNN, GRU, LSTM
	x, h0, c0, w, u, b, mask, dx, dh *ops.Value
	config                           ops.RNNConfig
}

// run returns the sequence, the last state and, of an LSTM, the last cell.
func (c rnnCall) run() []*ops.Value {
	c.config.DropX, c.config.DropH = c.dx, c.dh
	switch c.kind {
	case "LSTM":
		s, h, l := ops.LSTM(c.x, c.h0, c.c0, c.w, c.u, c.b, c.mask, c.config)
		return []*ops.Value{s, h, l}
	case "GRU":
		s, h := ops.GRU(c.x, c.h0, c.w, c.u, c.b, c.mask, c.config)
		return []*ops.Value{s, h}
	}
	s, h := ops.SimpleRNN(c.x, c.h0, c.w, c.u, c.b, c.mask, c.config)
	return []*ops.Value{s, h}
}

func gatesOf(kind string) int { return map[string]int{"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[kind] }

// rnnWeighted is an elementwise product whose gradient reaches both.
type rnnWeighted struct{}

func (rnnWeighted) Infer(in [][]int) [][]int { return in[:1] }
func (rnnWeighted) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i] = x * b.In[1][i]
		}
	}
}
func (rnnWeighted) Grad(in, _, dout []*ops.Value) []*ops.Value {
	return []*ops.Value{ops.Apply(rnnWeighted{}, dout[0], in[1])[0], ops.Apply(rnnWeighted{}, dout[0], in[0])[0]}
}

// projection is the concatenation of all values times numbers.
func projection(vs []*ops.Value, r []*ops.Value) *ops.Value {
	var all []*ops.Value
	for i, v := range vs {
		all = append(all, ops.Reshape(ops.Apply(rnnWeighted{}, v, r[i])[0], -1))
	}
	return ops.Concat(0, all...)
}

// rnnVariant makes random operands and says which of them there are.
type rnnVariant struct {
	kind                           string
	batch, time, in, units         int
	config                         ops.RNNConfig
	noBias, h0, c0, mask           bool
	dropX, dropXGate, dropH, dropG bool
	only                           int // result to look at: 0 all, 1 sequence, 2 last state, 3 last cell
}

func (v rnnVariant) String() string {
	var s []string
	add := func(on bool, name string) {
		if on {
			s = append(s, name)
		}
	}
	add(true, v.kind)
	add(true, fmt.Sprintf("b%d t%d i%d u%d", v.batch, v.time, v.in, v.units))
	add(v.config.ResetAfter, "reset after")
	add(v.config.GoBackwards, "backwards")
	add(v.config.ZeroOutputForMask, "zero output")
	add(v.config.Activation != 0, fmt.Sprint("activation ", v.config.Activation))
	add(v.config.RecurrentActivation != 0, fmt.Sprint("recurrent ", v.config.RecurrentActivation))
	add(v.noBias, "no bias")
	add(v.h0, "h0")
	add(v.c0, "c0")
	add(v.mask, "mask")
	add(v.dropX, "dropX")
	add(v.dropXGate, "dropX per gate")
	add(v.dropH, "dropH")
	add(v.dropG, "dropH per gate")
	add(v.only > 0, fmt.Sprint("only result ", v.only))
	return strings.Join(s, ", ")
}

// operands returns the tensors, and a function that makes the op of values in
// the same order and returns its results side by side.
func (v rnnVariant) operands(seed uint64) (in []*tensor.Tensor, f func(in ...*ops.Value) *ops.Value) {
	r := rand.New(rand.NewPCG(seed, 5))
	g := gatesOf(v.kind)
	random := func(scale float32, shape ...int) *tensor.Tensor {
		x := tensor.New(shape...)
		for i := range x.Data() {
			x.Data()[i] = scale * float32(r.NormFloat64())
		}
		return x
	}
	flags := func(p, value float32, shape ...int) *tensor.Tensor {
		x := tensor.New(shape...)
		for i := range x.Data() {
			if r.Float32() < p {
				x.Data()[i] = value
			}
		}
		return x
	}
	var set []func(c *rnnCall, x *ops.Value)
	give := func(x *tensor.Tensor, f func(c *rnnCall, x *ops.Value)) { in, set = append(in, x), append(set, f) }
	n := v.units
	give(random(1, v.batch, v.time, v.in), func(c *rnnCall, x *ops.Value) { c.x = x })
	give(random(0.5, v.in, g*n), func(c *rnnCall, x *ops.Value) { c.w = x })
	// Below, states neither die nor run wild.
	give(random(min(0.5, float32(0.8/math.Sqrt(float64(n)))), n, g*n), func(c *rnnCall, x *ops.Value) { c.u = x })
	if !v.noBias {
		shape := []int{g * n}
		if v.kind == "GRU" && v.config.ResetAfter {
			shape = []int{2, g * n}
		}
		give(random(0.3, shape...), func(c *rnnCall, x *ops.Value) { c.b = x })
	}
	if v.h0 {
		give(random(0.7, v.batch, n), func(c *rnnCall, x *ops.Value) { c.h0 = x })
	}
	if v.c0 {
		give(random(0.7, v.batch, n), func(c *rnnCall, x *ops.Value) { c.c0 = x })
	}
	if v.mask {
		give(flags(0.6, 1, v.batch, v.time), func(c *rnnCall, x *ops.Value) { c.mask = x })
	}
	if v.dropX || v.dropXGate {
		cols := v.in
		if v.dropXGate {
			cols *= g
		}
		give(flags(0.7, 2, v.batch, cols), func(c *rnnCall, x *ops.Value) { c.dx = x })
	}
	if v.dropH || v.dropG {
		cols := n
		if v.dropG {
			cols *= g
		}
		give(flags(0.7, 2, v.batch, cols), func(c *rnnCall, x *ops.Value) { c.dh = x })
	}
	return in, func(in ...*ops.Value) *ops.Value {
		c := rnnCall{kind: v.kind, config: v.config}
		for i, x := range in {
			set[i](&c, x)
		}
		out := c.run()
		if v.only > 0 {
			return out[v.only-1]
		}
		for i := range out {
			out[i] = ops.Reshape(out[i], -1)
		}
		return ops.Concat(0, out...)
	}
}

func TestRNNContract(t *testing.T) {
	base := rnnVariant{batch: 3, time: 4, in: 2, units: 3}
	var all []rnnVariant
	add := func(change func(v *rnnVariant)) {
		for _, kind := range []string{"SimpleRNN", "GRU", "LSTM"} {
			for _, after := range []bool{false, true}[:1+gatesOf(kind)%4%2*gatesOf(kind)/3] {
				v := base
				v.kind, v.config.ResetAfter = kind, after
				change(&v)
				v.c0 = v.c0 && kind == "LSTM"
				if v.only == 3 && kind != "LSTM" {
					continue
				}
				all = append(all, v)
			}
		}
	}
	add(func(v *rnnVariant) {})
	add(func(v *rnnVariant) { v.noBias = true })
	add(func(v *rnnVariant) { v.h0, v.c0 = true, true })
	add(func(v *rnnVariant) { v.c0, v.only = true, 2 })
	add(func(v *rnnVariant) { v.h0, v.only = true, 1 })
	add(func(v *rnnVariant) { v.only = 3 })
	add(func(v *rnnVariant) { v.mask = true })
	add(func(v *rnnVariant) { v.mask, v.h0, v.c0, v.config.GoBackwards = true, true, true, true })
	add(func(v *rnnVariant) { v.mask, v.h0, v.config.ZeroOutputForMask = true, true, true })
	add(func(v *rnnVariant) { v.config.GoBackwards = true })
	add(func(v *rnnVariant) { v.dropX = true })
	add(func(v *rnnVariant) { v.dropXGate, v.h0 = true, true })
	add(func(v *rnnVariant) { v.dropH, v.h0 = true, true })
	add(func(v *rnnVariant) { v.dropG, v.dropXGate, v.mask, v.h0, v.c0 = true, true, true, true, true })
	add(func(v *rnnVariant) { v.config.Activation = ops.RNNLinear; v.config.RecurrentActivation = ops.RNNTanh })
	add(func(v *rnnVariant) {
		v.config.Activation = ops.RNNSigmoid
		v.config.RecurrentActivation = ops.RNNLinear
	})
	add(func(v *rnnVariant) { v.batch, v.time, v.in, v.units = 1, 1, 1, 1 })
	one := func(v *rnnVariant) { v.batch, v.time, v.in, v.units = 1, 9, 2, 70 } // two blocks
	add(func(v *rnnVariant) { one(v); v.h0, v.c0, v.mask = true, true, true })
	add(func(v *rnnVariant) { one(v); v.noBias, v.config.GoBackwards = true, true })
	add(func(v *rnnVariant) { one(v); v.config.Activation = ops.RNNLinear; v.dropH = true })
	add(func(v *rnnVariant) { one(v); v.config.RecurrentActivation = ops.RNNTanh })
	add(func(v *rnnVariant) { one(v); v.time, v.h0, v.units = 2, true, 130 })
	add(func(v *rnnVariant) { v.batch, v.time, v.in, v.units, v.h0 = 19, 3, 5, 33, true })
	add(func(v *rnnVariant) { v.batch, v.time, v.in, v.units = 9, 40, 3, 17 })
	for _, v := range all {
		t.Run(v.String(), func(t *testing.T) {
			in, f := v.operands(1)
			nntest.Op(t, f, in...)
		})
	}
}

// Two directions, turned and joined, hand back parts of one gradient.
func TestRNNJoined(t *testing.T) {
	for _, kind := range []string{"SimpleRNN", "GRU", "LSTM"} {
		for _, extra := range []bool{false, true} {
			v := rnnVariant{kind: kind, batch: 3, time: 4, in: 2, units: 3, only: 1, mask: extra, h0: extra}
			in, forward := v.operands(1)
			v.config.GoBackwards = true
			more, backward := v.operands(2)
			both := func(x ...*ops.Value) *ops.Value {
				f := forward(x[:len(in)]...)
				return ops.Concat(-1, f, ops.Reverse(backward(x[len(in):]...), 1))
			}
			all := slices.Concat(in, more)
			t.Run(v.String(), func(t *testing.T) { nntest.Op(t, both, all...) })
			vals := make([]*ops.Value, len(all))
			for i, x := range all {
				vals[i] = ops.Input(x.Shape()...)
			}
			y := both(vals...)
			grads := ops.Gradients(ops.Mul(y, ops.Input(y.Shape()...)), vals[0], vals[len(in)])
			if n := ops.Fired(ops.Spec{Slab: grads})["part of sequence gradient"]; n != 3 {
				t.Errorf("%v: two parts and one turn of the gradient should vanish, %d did", v, n)
			}
		}
	}
}

// Sizes of 0 must work and give what the definition gives: states as they were.
func TestRNNEmpty(t *testing.T) {
	for _, kind := range []string{"SimpleRNN", "GRU", "LSTM"} {
		for _, s := range [][4]int{{0, 3, 2, 2}, {2, 0, 2, 2}, {2, 3, 0, 2}, {2, 3, 2, 0}} {
			for _, extra := range []bool{false, true} {
				v := rnnVariant{kind: kind, batch: s[0], time: s[1], in: s[2], units: s[3], h0: extra, mask: extra, dropXGate: extra, dropG: extra}
				if extra && (s[2] == 0 || s[3] == 0) {
					v.dropXGate, v.dropG = false, false
				}
				t.Run(v.String(), func(t *testing.T) {
					in, f := v.operands(2)
					var vals []*ops.Value
					for _, x := range in {
						vals = append(vals, ops.Input(x.Shape()...))
					}
					y := f(vals...)
					p := ops.Compile(ops.Spec{In: vals, Out: []*ops.Value{y}, Slab: ops.Gradients(y, vals[:3]...)})
					if err := p.Run(ops.State{}, in); err != nil {
						t.Fatal(err)
					}
					if s[1] == 0 {
						want := make([]float32, s[0]*s[3])
						if extra {
							want = in[4].Data()
						}
						if got := p.Out(0).Data()[:len(want)]; !slices.Equal(got, want) {
							t.Errorf("state after no step: %v, want %v", got, want)
						}
					}
					if i := slices.IndexFunc(p.Slab(), func(x float32) bool { return x != x }); i >= 0 {
						t.Errorf("gradient %d is NaN", i)
					}
				})
			}
		}
	}
}

func TestRNNErrors(t *testing.T) {
	x, w, u := ops.Input(2, 3, 4), ops.Input(4, 20), ops.Input(5, 20)
	for want, f := range map[string]func(){
		"LSTM[[3 4] [4 20] [5 20]]: x must be [batch, time, features]": func() { ops.LSTM(ops.Input(3, 4), nil, nil, w, u, nil, nil, ops.RNNConfig{}) },
		"w has shape [4 19], want [4 20]":                              func() { ops.LSTM(x, nil, nil, ops.Input(4, 19), u, nil, nil, ops.RNNConfig{}) },
		"u has shape [5 20], want [5 15]":                              func() { ops.GRU(x, nil, ops.Input(4, 15), u, nil, nil, ops.RNNConfig{}) },
		"b has shape [15], want [2 15]": func() {
			ops.GRU(x, nil, ops.Input(4, 15), ops.Input(5, 15), ops.Input(15), nil, ops.RNNConfig{ResetAfter: true})
		},
		"h0 has shape [1 5], want [2 5]":    func() { ops.LSTM(x, ops.Input(1, 5), nil, w, u, nil, nil, ops.RNNConfig{}) },
		"mask has shape [3 2], want [2 3]":  func() { ops.LSTM(x, nil, nil, w, u, nil, ops.Input(3, 2), ops.RNNConfig{}) },
		"DropH has shape [2 4], want [2 5]": func() { ops.LSTM(x, nil, nil, w, u, nil, nil, ops.RNNConfig{DropH: ops.Input(2, 4)}) },
		"the weights must be matrices":      func() { ops.SimpleRNN(x, nil, w, ops.Input(5), nil, nil, ops.RNNConfig{}) },
	} {
		func() {
			defer func() {
				e, ok := recover().(*ops.ShapeError)
				if !ok || !strings.Contains(e.Error(), want) {
					t.Errorf("got %v, want %q", e, want)
				}
			}()
			f()
		}()
	}
}

// What nobody asks for is not computed: without the gradient of x there is one
// step less.
func TestRNNDropsUnusedGradients(t *testing.T) {
	x, w, u := ops.Input(2, 3, 4), ops.Input(4, 20), ops.Input(5, 20)
	s, _, _ := ops.LSTM(x, nil, nil, w, u, nil, nil, ops.RNNConfig{})
	steps := func(wrt ...*ops.Value) int {
		return ops.Compile(ops.Spec{In: []*ops.Value{x, w, u}, Slab: ops.Gradients(s, wrt...)}).Memory().Steps
	}
	if all, some := steps(x, w, u), steps(w, u); some != all-1 {
		t.Errorf("%d steps with the gradient of x, %d without", all, some)
	}
}

func BenchmarkRNN(b *testing.B) {
	const batch, time, in, units = 32, 80, 128, 128
	for _, kind := range []string{"LSTM", "GRU", "SimpleRNN"} {
		v := rnnVariant{kind: kind, batch: batch, time: time, in: in, units: units, only: 1, config: ops.RNNConfig{ResetAfter: kind == "GRU"}}
		x, f := v.operands(1)
		var vals []*ops.Value
		for _, t := range x {
			vals = append(vals, ops.Input(t.Shape()...))
		}
		y := f(vals...)
		flop := 2 * float64(batch*time*(in+units)*gatesOf(kind)*units)
		for name, s := range map[string]ops.Spec{
			"forward": {In: vals, Out: []*ops.Value{y}},
			"both":    {In: vals, Slab: ops.Gradients(y, vals...)},
		} {
			work := flop
			if name == "both" {
				work *= 3
			}
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%s/%d", kind, name, workers), func(b *testing.B) {
					par.SetWorkers(workers)
					defer par.SetWorkers(0)
					p := ops.Compile(s)
					b.ReportAllocs()
					for b.Loop() {
						if err := p.Run(ops.State{}, x); err != nil {
							b.Fatal(err)
						}
					}
					ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
					b.ReportMetric(ns/1e6, "ms")
					b.ReportMetric(work/ns, "GFLOP/s")
				})
			}
		}
	}
}
