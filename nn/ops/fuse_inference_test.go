package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// above is a ramp of numbers above zero, for variances.
func above(shape ...int) *tensor.Tensor {
	t := ramp(shape...)
	for i, x := range t.Data() {
		t.Data()[i] = x*x + 0.25
	}
	return t
}

// TestFuseInference: products and convolutions with the normalisation of
// inference behind them give what separate ops give, but for the last bits of
// rows that are no whole vectors; and the same bits for any workers.
func TestFuseInference(t *testing.T) {
	defer par.SetWorkers(0)
	norm := func(x *ops.Value, p []*ops.Value) *ops.Value {
		return ops.BatchNormInference(x, p[0], p[1], p[2], p[3], 1e-3)
	}
	for name, c := range map[string]struct {
		x, w, bias *tensor.Tensor
		residual   bool
		config     ops.Conv2DConfig
		after      func(*ops.Value) *ops.Value
		left       string
	}{
		"points":             {x: ramp(2, 9, 7, 12), w: ramp(1, 1, 12, 20), left: "Dense(BatchNormInference)"},
		"points, wide":       {x: ramp(3, 20, 21, 40), w: ramp(1, 1, 40, 300), after: ops.ReLU6, left: "Dense(BatchNormInference(relu6))"},
		"points, many rows":  {x: ramp(1, 60, 60, 8), w: ramp(1, 1, 8, 24), after: ops.ReLU, left: "Dense(BatchNormInference(relu))"},
		"points and a bias":  {x: ramp(2, 9, 7, 12), w: ramp(1, 1, 12, 20), bias: ramp(20), after: ops.ReLU, residual: true, left: "Dense(BatchNormInference(add)(relu))"},
		"one cell":           {x: ramp(1, 1, 1, 12), w: ramp(1, 1, 12, 33), after: ops.ReLU, residual: true, left: "Dense(BatchNormInference(add)(relu))"},
		"window":             {x: ramp(2, 9, 8, 5), w: ramp(3, 3, 5, 7), bias: ramp(7), residual: true, left: "Conv2D(BatchNormInference(add))"},
		"window, large":      {x: ramp(1, 40, 41, 3), w: ramp(3, 3, 3, 40), config: ops.Conv2DConfig{Strides: [2]int{2, 2}, PadLow: [2]int{1, 1}}, after: ops.ReLU6, left: "Conv2D(BatchNormInference(relu6))"},
		"Winograd":           {x: ramp(2, 12, 11, 16), w: ramp(3, 3, 16, 32), config: ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}, residual: true, after: ops.ReLU, left: "Conv2D(BatchNormInference(add)(relu))"},
		"channels alone":     {x: ramp(2, 12, 11, 24), w: ramp(3, 3, 1, 24), config: ops.Conv2DConfig{Groups: 24}, after: ops.ReLU6, left: "Conv2D(BatchNormInference(relu6))"},
		"few channels alone": {x: ramp(2, 30, 31, 3), w: ramp(3, 3, 1, 3), config: ops.Conv2DConfig{Groups: 3, PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}}, left: "Conv2D(BatchNormInference)"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.w.Shape()[3]
			in := []*tensor.Tensor{c.x, c.w, ramp(f), ramp(f), ramp(f), above(f)}
			if c.bias != nil {
				in = append(in, c.bias)
			}
			s := ops.Spec{}
			for _, x := range in {
				s.In = append(s.In, ops.Input(x.Shape()...))
			}
			var bias *ops.Value
			if c.bias != nil {
				bias = s.In[6]
			}
			y := ops.Conv2DFused(s.In[0], s.In[1], bias, c.config, ops.ActNone)
			r := ops.Input(y.Shape()...)
			s.In, in = append(s.In, r), append(in, ramp(y.Shape()...))
			y = norm(y, s.In[2:])
			if c.residual {
				y = ops.Add(y, r)
			}
			if c.after != nil {
				y = c.after(y)
			}
			s.Out = values{y}
			fused := ops.Compile(s)
			if got := ops.OpNames(fused); !slices.Equal(got, []string{c.left}) {
				t.Errorf("ops are %v, want %v", got, c.left)
			}
			s.Literal = true
			literal := ops.Compile(s)
			run(t, literal, in...)
			var first []float32
			for _, workers := range []int{1, 2, 5} {
				par.SetWorkers(workers)
				run(t, fused, in...)
				got := fused.Out(0).Data()
				if first == nil {
					first = slices.Clone(got)
				}
				for i, want := range literal.Out(0).Data() {
					if got[i] != first[i] || math.Abs(float64(got[i]-want)) > 2e-6*max(1, math.Abs(float64(want))) {
						t.Fatalf("%d workers: element %d is %v, with one worker %v, by separate ops %v", workers, i, got[i], first[i], want)
					}
				}
			}
			if n := testing.AllocsPerRun(3, func() { run(t, fused, in...) }); n > 2 {
				t.Errorf("%g allocations a run", n)
			}
		})
	}
}

// TestFuseInferenceNot: what others read stays.
func TestFuseInferenceNot(t *testing.T) {
	x, w := ops.Input(2, 3, 4, 5), ops.Input(1, 1, 5, 6)
	var p []*ops.Value
	for range 4 {
		p = append(p, ops.Input(6))
	}
	y := ops.Conv2D(x, w, ops.Conv2DConfig{})
	s := ops.Spec{In: append(values{x, w}, p...), Out: values{ops.BatchNormInference(y, p[0], p[1], p[2], p[3], 1e-3), ops.ReLU(y)}}
	if n := ops.Fired(s)["normalization of inference"]; n != 0 {
		t.Errorf("fired %d times", n)
	}
}
