package ops_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// fusionCase is a graph in which a rewrite must fire, and the ops that are left.
type fusionCase struct {
	rule  string
	times int
	f     func(in ...*ops.Value) values // all results are kept
	in    []*tensor.Tensor
	left  []string // ops bound, in order; nil to leave unchecked
}

func (c fusionCase) spec() ops.Spec {
	s := ops.Spec{}
	for _, x := range c.in {
		s.In = append(s.In, ops.Input(x.Shape()...))
	}
	s.Out = c.f(s.In...)
	return s
}

func TestRewrites(t *testing.T) {
	x, w, b := ramp(4, 6), ramp(6, 5), ramp(5)
	for name, c := range map[string]fusionCase{
		"constants": {"fold constants", 2, func(in ...*ops.Value) values {
			return values{ops.Mul(in[0], twice(ops.Transpose(ops.Constant(ramp(6, 4)))))}
		}, []*tensor.Tensor{x}, []string{"Mul"}},
		"a large constant is made anew": {"fold constants", 0, func(in ...*ops.Value) values {
			return values{ops.Concat(0, in[0], ops.BroadcastTo(ops.Scalar(3), 5000))}
		}, []*tensor.Tensor{ramp(4)}, []string{"BroadcastTo", "Concat"}},
		"random numbers are no constants": {"fold constants", 0, func(in ...*ops.Value) values {
			return values{ops.Mul(in[0], ops.Dropout(ops.Constant(ramp(4, 6)), 1, 0.5, nil))}
		}, []*tensor.Tensor{x}, nil},
		"reshapes": {"reshape of reshape", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Reshape(ops.Reshape(in[0], 3, 8), 2, 12))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double"}},
		"reshapes that cancel": {"reshape of reshape", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Reshape(ops.Reshape(in[0], 3, 8), 4, 6))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double"}},
		"transposes that cancel": {"transpose of transpose", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Transpose(ops.Transpose(in[0], 1, 2, 0), 2, 0, 1))}
		}, []*tensor.Tensor{ramp(2, 3, 4)}, []string{"ops_test.double"}},
		"transposes that compose": {"transpose of transpose", 1, func(in ...*ops.Value) values {
			return values{ops.Transpose(ops.Transpose(in[0], 1, 2, 0), 0, 2, 1)}
		}, []*tensor.Tensor{ramp(2, 3, 4)}, []string{"Transpose"}},
		"a transpose that moves nothing": {"transpose of transpose", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Transpose(in[0], 1, 0, 2))}
		}, []*tensor.Tensor{ramp(1, 3, 4)}, []string{"ops_test.double"}},
		"transposes around elementwise ops": {"transpose of transpose", 1, func(in ...*ops.Value) values {
			y := ops.ReLU(ops.Transpose(twice(in[0]), 0, 3, 1, 2))
			z := ops.Mul(y, ops.Transpose(in[1], 0, 3, 1, 2))
			return values{twice(ops.Transpose(ops.Mul(z, in[2]), 0, 2, 3, 1))}
		}, []*tensor.Tensor{ramp(2, 3, 4, 5), ramp(2, 3, 4, 5), ramp(1, 1)},
			[]string{"ops_test.double", "Chain(ReLU Mul Mul)", "ops_test.double"}},
		"a transpose that others read stays": {"sink transposes", 0, func(in ...*ops.Value) values {
			y := ops.Transpose(in[0])
			return values{ops.ReLU(y), y}
		}, []*tensor.Tensor{x}, []string{"Transpose", "ReLU"}},
		"a transpose beside a row stays": {"sink transposes", 0, func(in ...*ops.Value) values {
			return values{ops.Mul(ops.Transpose(in[0]), in[1])}
		}, []*tensor.Tensor{x, ramp(4)}, []string{"Transpose", "Mul"}},
		"ones": {"multiply by one", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Mul(ops.Constant(tensor.From([]float32{1, 1, 1, 1, 1, 1}, 6)), in[0]))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double"}},
		"ones that stretch": {"multiply by one", 0, func(in ...*ops.Value) values {
			return values{ops.Mul(ops.Constant(tensor.From([]float32{1, 1}, 2, 1)), in[0])}
		}, []*tensor.Tensor{b}, []string{"Mul"}},
		"the mean of one number": {"reduction of one", 1, func(in ...*ops.Value) values {
			return values{twice(ops.Mean(ops.Reshape(in[0], 24, 1), -1))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double"}},
		"the sum of several": {"reduction of one", 0, func(in ...*ops.Value) values {
			return values{ops.Sum(ops.Reshape(in[0], 12, 1, 2), 1, 2)}
		}, []*tensor.Tensor{x}, []string{"Sum"}},
		"broadcast": {"absorb broadcast", 1, func(in ...*ops.Value) values {
			return values{ops.Mul(in[0], ops.BroadcastTo(in[1], 4, 6))}
		}, []*tensor.Tensor{x, ramp(6)}, []string{"Mul"}},
		"two broadcasts, one has to stay": {"absorb broadcast", 1, func(in ...*ops.Value) values {
			return values{ops.Mul(ops.BroadcastTo(in[0], 4, 6), ops.BroadcastTo(in[0], 4, 6))}
		}, []*tensor.Tensor{ramp(6)}, []string{"BroadcastTo", "Mul"}},
		"stop": {"drop stop gradient", 1, func(in ...*ops.Value) values {
			return values{twice(ops.StopGradient(in[0]))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double"}},
		"equal nodes": {"merge equal nodes", 2, func(in ...*ops.Value) values {
			return values{mixed(twice(twice(in[0])), twice(twice(in[0])))}
		}, []*tensor.Tensor{x}, []string{"ops_test.double", "ops_test.double", "ops_test.mix"}},
		"equal products": {"merge equal nodes", 1, func(in ...*ops.Value) values {
			return values{mixed(ops.MatMul(in[0], in[1]), ops.MatMul(in[0], in[1]))}
		}, []*tensor.Tensor{x, w}, []string{"MatMul", "ops_test.mix"}},
		"unequal products": {"merge equal nodes", 0, func(in ...*ops.Value) values {
			return values{mixed(ops.MatMulT(in[0], in[0], true, false), ops.MatMulT(in[0], in[0], false, true))}
		}, []*tensor.Tensor{ramp(4, 4)}, nil},
		"dense": {"dense", 1, func(in ...*ops.Value) values {
			return values{ops.Add(ops.MatMul(in[0], in[1]), in[2])}
		}, []*tensor.Tensor{x, w, b}, []string{"Dense"}},
		"dense with relu": {"dense", 2, func(in ...*ops.Value) values {
			return values{ops.ReLU(ops.Add(in[2], ops.MatMul(in[0], in[1])))}
		}, []*tensor.Tensor{x, w, b}, []string{"Dense(relu)"}},
		"dense on a batch of sequences": {"dense", 2, func(in ...*ops.Value) values {
			return values{ops.Tanh(ops.Add(ops.MatMul(in[0], in[1]), ops.Reshape(in[2], 1, 1, 5)))}
		}, []*tensor.Tensor{ramp(2, 3, 6), w, b}, []string{"Dense(tanh)"}},
		"dense, but the product is wanted": {"dense", 0, func(in ...*ops.Value) values {
			m := ops.MatMul(in[0], in[1])
			return values{ops.Add(m, in[2]), m}
		}, []*tensor.Tensor{x, w, b}, []string{"MatMul", "Add"}},
		"dense, but the sum is wanted": {"dense", 1, func(in ...*ops.Value) values {
			m := ops.Add(ops.MatMul(in[0], in[1]), in[2])
			return values{ops.Sigmoid(m), m}
		}, []*tensor.Tensor{x, w, b}, []string{"Dense", "Sigmoid"}},
		"a full matrix is no bias": {"dense", 0, func(in ...*ops.Value) values {
			return values{ops.Add(ops.MatMul(in[0], in[1]), in[2])}
		}, []*tensor.Tensor{x, w, ramp(4, 5)}, []string{"MatMul", "Add"}},
		"a column is no bias": {"dense", 0, func(in ...*ops.Value) values {
			return values{ops.Add(ops.MatMul(in[0], in[1]), in[2])}
		}, []*tensor.Tensor{ramp(5, 6), w, ramp(5, 1)}, []string{"MatMul", "Add"}},
		"dense, a bias that stretches the product": {"dense", 0, func(in ...*ops.Value) values {
			return values{ops.Add(ops.MatMul(in[0], in[1]), in[2])}
		}, []*tensor.Tensor{x, w, ramp(2, 1, 5)}, []string{"MatMul", "Add"}},
		"gradients of slices": {"add into", 2, func(in ...*ops.Value) values {
			v := in[0]
			all := ops.Concat(0, ops.Slice(v, 0, 1, 3), ops.Slice(v, 0, 0, 1), ops.Slice(v, 0, 2, 4))
			return ops.Gradients(times(all, in[1]), v)
		}, []*tensor.Tensor{x, ramp(5, 6)}, nil},
		"elementwise": {"fuse elementwise", 1, func(in ...*ops.Value) values {
			return values{ops.Exp(ops.Neg(ops.Square(ops.Sub(in[0], in[1]))))}
		}, []*tensor.Tensor{x, ramp(6)}, []string{"Chain(Sub Square Neg Exp)"}},
		"elementwise, with a result between": {"fuse elementwise", 1, func(in ...*ops.Value) values {
			d := ops.Sub(in[0], in[1])
			return values{ops.Square(d), d}
		}, []*tensor.Tensor{x, ramp(6)}, []string{"Chain(Sub Square)"}},
		"activation of a product": {"dense", 1, func(in ...*ops.Value) values {
			return values{ops.ReLU(ops.MatMul(in[0], in[1]))}
		}, []*tensor.Tensor{x, w}, []string{"Dense(relu)"}},
		"convolution": {"convolution", 2, func(in ...*ops.Value) values {
			return values{ops.ReLU(ops.Add(ops.Conv2D(in[0], in[1], ops.Conv2DConfig{}), in[2]))}
		}, []*tensor.Tensor{ramp(2, 5, 5, 3), ramp(3, 3, 3, 4), ramp(4)}, []string{"Conv2D(relu)"}},
		"transposed convolution": {"convolution", 2, func(in ...*ops.Value) values {
			y := ops.Conv2DInputGrad(in[0], in[1], [2]int{7, 7}, ops.Conv2DConfig{})
			return values{ops.Sigmoid(ops.Add(y, ops.Reshape(in[2], 1, 1, 1, 3)))}
		}, []*tensor.Tensor{ramp(2, 5, 5, 4), ramp(3, 3, 3, 4), ramp(3)}, nil},
		"gradients through relu": {"convolution", 3, func(in ...*ops.Value) values {
			y := ops.ReLU(ops.Conv2D(ops.ReLU(in[0]), in[1], ops.Conv2DConfig{}))
			return ops.Gradients(ops.MaxPool2D(y, ops.PoolConfig{Size: [2]int{2, 2}}), in[0], in[1])
		}, []*tensor.Tensor{ramp(2, 6, 5, 3), ramp(3, 3, 3, 4)}, nil},
		"zeros around an image": {"padding in convolution", 1, func(in ...*ops.Value) values {
			x := ops.Pad(in[0], [][2]int{{0, 0}, {0, 1}, {2, 1}, {0, 0}}, 0)
			return values{ops.Conv2D(x, in[1], ops.Conv2DConfig{Strides: [2]int{2, 2}, PadLow: [2]int{1, 0}})}
		}, []*tensor.Tensor{ramp(2, 6, 5, 3), ramp(3, 3, 3, 4)}, []string{"Conv2D"}},
		"zeros around channels by themselves": {"padding in convolution", 1, func(in ...*ops.Value) values {
			x := ops.Pad(in[0], [][2]int{{0, 0}, {1, 1}, {1, 1}, {0, 0}}, 0)
			return values{ops.Conv2D(x, in[1], ops.Conv2DConfig{Groups: 4})}
		}, []*tensor.Tensor{ramp(2, 6, 5, 4), ramp(3, 3, 1, 4)}, []string{"Conv2D"}},
		"ones around an image": {"padding in convolution", 0, func(in ...*ops.Value) values {
			x := ops.Pad(in[0], [][2]int{{0, 0}, {0, 1}, {2, 1}, {0, 0}}, 1)
			return values{ops.Conv2D(x, in[1], ops.Conv2DConfig{})}
		}, []*tensor.Tensor{ramp(2, 6, 5, 3), ramp(3, 3, 3, 4)}, []string{"Pad", "Conv2D"}},
		"channels of zeros": {"padding in convolution", 0, func(in ...*ops.Value) values {
			x := ops.Pad(in[0], [][2]int{{0, 0}, {0, 0}, {0, 0}, {0, 1}}, 0)
			return values{ops.Conv2D(x, in[1], ops.Conv2DConfig{})}
		}, []*tensor.Tensor{ramp(2, 6, 5, 2), ramp(3, 3, 3, 4)}, []string{"Pad", "Conv2D"}},
		"some cells": {"convolution of some cells", 1, func(in ...*ops.Value) values {
			return values{ops.Conv2DFused(in[0], in[1], in[2], ops.Conv2DConfig{Strides: [2]int{2, 3}}, ops.ActReLU)}
		}, []*tensor.Tensor{ramp(2, 6, 7, 3), ramp(1, 1, 3, 4), ramp(4)}, []string{"Pick", "Dense(relu)"}},
		"some cells of volumes": {"convolution of some cells", 1, func(in ...*ops.Value) values {
			return values{ops.Conv(in[0], in[1], ops.ConvConfig{Strides: []int{2, 1, 3}})}
		}, []*tensor.Tensor{ramp(2, 3, 4, 7, 3), ramp(1, 1, 1, 3, 4)}, []string{"Pick", "MatMul"}},
		"some cells of sequences": {"convolution of some cells", 1, func(in ...*ops.Value) values {
			return values{ops.Conv(in[0], in[1], ops.ConvConfig{Strides: []int{2}})}
		}, []*tensor.Tensor{ramp(2, 7, 3), ramp(1, 3, 4)}, []string{"Pick", "MatMul"}},
		"convolution, but its result is wanted": {"convolution", 0, func(in ...*ops.Value) values {
			y := ops.Conv2D(in[0], in[1], ops.Conv2DConfig{})
			return values{ops.Tanh(y), y}
		}, []*tensor.Tensor{ramp(2, 5, 5, 3), ramp(3, 3, 3, 4)}, []string{"Conv2D", "Tanh"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.spec()
			if got := ops.Fired(s)[c.rule]; got != c.times {
				t.Errorf("%q fired %d times, want %d", c.rule, got, c.times)
			}
			fused := ops.Compile(s)
			if got := ops.OpNames(fused); c.left != nil && !slices.Equal(got, c.left) {
				t.Errorf("ops are %v, want %v", got, c.left)
			}
			s.Literal = true
			literal := ops.Compile(s)
			run(t, fused, c.in...)
			run(t, literal, c.in...)
			for i := range s.Out {
				wantFloats(t, "fused result", fused.Out(i).Data(), literal.Out(i).Data()...)
			}
		})
	}
}

// The backward pass reads the result of the activation, not what lies before
// it, so training keeps the fused layer; gradients do not change by a bit.
func TestTrainingKeepsFusedLayers(t *testing.T) {
	x, w, b := ops.Input(4, 6), ops.Input(6, 5), ops.Input(5)
	y := ops.ReLU(ops.Add(ops.MatMul(x, w), b))
	s := ops.Spec{In: values{x, w, b}, Out: values{y}, Slab: ops.Gradients(ops.Square(y), w, b, x)}
	fused := ops.Compile(s)
	if !slices.Contains(ops.OpNames(fused), "Dense(relu)") {
		t.Errorf("ops are %v", ops.OpNames(fused))
	}
	s.Literal = true
	literal := ops.Compile(s)
	in := []*tensor.Tensor{ramp(4, 6), ramp(6, 5), ramp(5)}
	run(t, fused, in...)
	run(t, literal, in...)
	wantFloats(t, "gradients", fused.Slab(), literal.Slab()...)
}
