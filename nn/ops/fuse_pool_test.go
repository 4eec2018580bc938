package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

var halves = ops.PoolConfig{Size: [2]int{2, 2}}

// What may be pooled inside a convolution is, and nothing else; the bits of
// results and gradients are those of the plain graph.
func TestFusePools(t *testing.T) {
	s := kernel.ConvShape{N: 2, H: 13, W: 12, C: 16, OH: 11, OW: 10, F: 32, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1, Groups: 1}
	fuses := kernel.NewConvForward(s).Pools()
	x, w, b := uniform(1, 2, 13, 12, 16), scaled(0.2, uniform(2, 3, 3, 16, 32)), uniform(3, 32)
	conv := func(in []*ops.Value, act ops.Activation) *ops.Value {
		return ops.Conv2DFused(in[0], in[1], in[2], ops.Conv2DConfig{}, act)
	}
	loss := func(v *ops.Value) *ops.Value { return ops.Sum(ops.Square(v)) }
	for name, c := range map[string]struct {
		times int
		spec  func(in []*ops.Value) (out, slab []*ops.Value)
		has   string // an op that must be there
		hasNo string
	}{
		"inference": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			return values{ops.MaxPool2D(conv(in, ops.ActReLU), halves)}, nil
		}, "Conv2D(relu), MaxPool2D", "MaxPool2D"},
		"training": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			l := loss(ops.MaxPool2D(conv(in, ops.ActReLU), halves))
			return values{l}, ops.Gradients(l, in...)
		}, "Conv2DPoolWeightGrad", "MaxPool2DSpread"},
		"training, weights only": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			l := loss(ops.MaxPool2D(conv(in, ops.ActReLU), halves))
			return values{l}, ops.Gradients(l, in[1:]...)
		}, "Conv2DPoolWeightGrad", "Conv2DPoolInputGrad"},
		"training without an activation": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			l := loss(ops.MaxPool2D(conv(in, ops.ActNone), halves))
			return values{l}, ops.Gradients(l, in...)
		}, "Conv2DPoolInputGrad", "MaxPool2DGrad"},
		"through a ReLU before": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			l := loss(ops.MaxPool2D(conv([]*ops.Value{ops.ReLU(in[0]), in[1], in[2]}, ops.ActReLU), halves))
			return values{l}, ops.Gradients(l, in...)
		}, "Conv2DPoolInputGrad, ReLUGrad", "MaxPool2DSpread"},
		"the gradient is read by others": {1, func(in []*ops.Value) (out, slab []*ops.Value) {
			y := conv(in, ops.ActNone)
			p := ops.MaxPool2D(y, halves)
			l := loss(p)
			return values{l}, append(ops.Gradients(l, in...), ops.Gradients(l, y)...)
		}, "MaxPool2DSpread", "MaxPool2DGrad"},
		"the result is wanted": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			y := conv(in, ops.ActReLU)
			return values{ops.MaxPool2D(y, halves), y}, nil
		}, "MaxPool2D", ""},
		"two readers": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			y := conv(in, ops.ActReLU)
			l := ops.Add(loss(ops.MaxPool2D(y, halves)), loss(y))
			return values{l}, ops.Gradients(l, in...)
		}, "MaxPool2D", ""},
		"other windows": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			return values{ops.MaxPool2D(conv(in, ops.ActReLU), ops.PoolConfig{Size: [2]int{3, 3}, Strides: [2]int{2, 2}})}, nil
		}, "MaxPool2D", ""},
		"windows over the border": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			return values{ops.MaxPool2D(conv(in, ops.ActReLU), ops.PoolConfig{Size: [2]int{2, 2}, PadHigh: [2]int{1, 0}})}, nil
		}, "MaxPool2D", ""},
		"another activation": {0, func(in []*ops.Value) (out, slab []*ops.Value) {
			return values{ops.MaxPool2D(conv(in, ops.ActTanh), halves)}, nil
		}, "MaxPool2D", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := []*ops.Value{ops.Input(x.Shape()...), ops.Input(w.Shape()...), ops.Input(b.Shape()...)}
			out, slab := c.spec(in)
			spec := ops.Spec{In: in, Out: out, Slab: slab}
			want := c.times
			if !fuses {
				want = 0
			}
			if got := ops.Fired(spec)["pool in convolution"]; got != want {
				t.Errorf("fired %d times, want %d", got, want)
			}
			fused := ops.Compile(spec)
			names := ops.OpNames(fused)
			if c.has != "" && fuses && !slices.Contains(names, c.has) || c.hasNo != "" && fuses && slices.Contains(names, c.hasNo) {
				t.Errorf("ops are %s", strings.Join(names, "; "))
			}
			spec.Literal = true
			literal := ops.Compile(spec)
			data := []*tensor.Tensor{x, w, b}
			run(t, fused, data...)
			run(t, literal, data...)
			for i := range out {
				wantFloats(t, "result", fused.Out(i).Data(), literal.Out(i).Data()...)
			}
			wantFloats(t, "gradients", fused.Slab(), literal.Slab()...)
		})
	}
}
