package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A normalisation takes over what ends a residual block, where nobody else
// reads what lies between; statistics and gradients keep their bits.
func TestFuseNorms(t *testing.T) {
	x, s := uniform(1, 3, 5, 4, 6), uniform(2, 3, 5, 4, 6)
	gamma, beta := uniform(3, 6), uniform(4, 6)
	norm := func(in []*ops.Value) (y, mean, variance *ops.Value) { return ops.BatchNorm(in[0], in[2], in[3], 1e-3) }
	train := func(f func(in []*ops.Value) *ops.Value) func(in []*ops.Value) (out, slab []*ops.Value) {
		return func(in []*ops.Value) (out, slab []*ops.Value) {
			y := f(in)
			g := ops.Gradients(ops.Sum(ops.Square(y)), in...)
			return values{y}, slices.DeleteFunc(g, func(v *ops.Value) bool { return v == nil })
		}
	}
	for name, c := range map[string]struct {
		times int
		spec  func(in []*ops.Value) (out, slab []*ops.Value)
		has   string
	}{
		"relu": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.ReLU(ops.Add(ops.ReLU(y), in[1]))
		}), "BatchNorm(relu)"},
		"residual": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.ReLU(ops.Add(in[1], y))
		}), "BatchNorm(add)(relu)"},
		"residual without relu": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.Tanh(ops.Add(y, in[1]))
		}), "BatchNorm(add)"},
		"the residual is the input": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.ReLU(ops.Add(y, in[0]))
		}), "BatchNorm(add)(relu)"},
		"ReLU6": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.ReLU6(y)
		}), "BatchNorm(relu6)"},
		"the residual is made later": {0, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			return ops.Add(y, ops.Exp(in[1]))
		}), "BatchNorm"},
		"two normalisations meet": {1, train(func(in []*ops.Value) *ops.Value {
			y, _, _ := norm(in)
			z, _, _ := ops.BatchNorm(in[1], in[2], in[3], 1e-3)
			return ops.ReLU(ops.Add(y, z))
		}), "BatchNorm(add)(relu)"},
		"statistics are read": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			y, mean, variance := norm(in)
			return values{ops.ReLU(y), mean, ops.Square(variance)}, nil
		}, "BatchNorm(relu)"},
		"inference": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			return values{ops.ReLU(ops.Add(ops.BatchNormInference(in[0], nil, in[3], in[2], ops.Square(in[3]), 1e-3), in[1]))}, nil
		}, "BatchNormInference(add)(relu)"},
		"its result is wanted": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			y, _, _ := norm(in)
			return values{ops.ReLU(y), y}, nil
		}, "BatchNorm"},
		"added to itself": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			y, _, _ := norm(in)
			return values{ops.Add(y, y)}, nil
		}, "BatchNorm"},
		"a row is no residual": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			y, _, _ := norm(in)
			return values{ops.Add(y, in[3])}, nil
		}, "BatchNorm"},
	} {
		t.Run(name, func(t *testing.T) {
			data := []*tensor.Tensor{x, s, gamma, beta}
			var in []*ops.Value
			for _, d := range data {
				in = append(in, ops.Input(d.Shape()...))
			}
			out, slab := c.spec(in)
			spec := ops.Spec{In: in, Out: out, Slab: slab}
			if got := ops.Fired(spec)["end of batch normalization"]; got != c.times {
				t.Errorf("fired %d times, want %d", got, c.times)
			}
			fused := ops.Compile(spec)
			if names := ops.OpNames(fused); !slices.Contains(names, c.has) {
				t.Errorf("ops are %s", strings.Join(names, "; "))
			}
			spec.Literal = true
			literal := ops.Compile(spec)
			run(t, fused, data...)
			run(t, literal, data...)
			for i := range out {
				wantFloats(t, "result", fused.Out(i).Data(), literal.Out(i).Data()...)
			}
			wantFloats(t, "gradients", fused.Slab(), literal.Slab()...)
		})
	}
}
