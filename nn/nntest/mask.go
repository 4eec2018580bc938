package nntest

import (
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// checkMasks gives the layer inputs with masks. It may refuse them; it may use
// them or hand on one that fits the output; it must not lose them silently,
// unless it is an nn.MaskEnder.
func checkMasks(t reporter, l nn.Layer, in []nn.Shape, limit, outs int) {
	t.Helper()
	const batch = 3
	vals, masks := make([]*ops.Value, len(in)), make([]*ops.Value, len(in))
	some := false
	for i, s := range in {
		sh := concrete(s, batch)
		vals[i] = ops.Input(sh...)
		if len(sh) >= 3 || limit > 0 && len(sh) == 2 {
			masks[i], some = ops.Input(sh[:2]...), true
		}
	}
	if !some {
		return
	}
	for _, training := range []bool{false, true} {
		tr, err := nn.Trace(l, training, vals, masks)
		if err != nil {
			if !strings.Contains(err.Error(), "mask") {
				t.Errorf("with a masked input, training %v: %v", training, err)
			}
			return
		}
		for i, m := range tr.Masks {
			if m == nil {
				continue
			}
			if out := tr.Out[i].Shape(); m.Rank() > len(out) || !slices.Equal(m.Shape(), out[:m.Rank()]) {
				t.Errorf("the mask of output %d has shape %v, the output %v: they must begin with the same sizes", i, nn.Shape(m.Shape()), nn.Shape(out))
			}
		}
		if _, knowingly := l.(nn.MaskEnder); knowingly || tr.Masks[0] != nil {
			continue
		}
		if !depend(slices.Concat(tr.Out, tr.Losses), masks) {
			t.Errorf("training %v: the mask is neither used nor handed on: implement SupportsMasking or use Call.Mask; if that is meant, implement EndsMask", training)
		}
	}
	checkMaskedGradients(t, l, in, limit, outs)
}

// depend reports whether some result is computed from one of the values.
func depend(results, from []*ops.Value) bool {
	seen := map[*ops.Value]bool{}
	for todo := slices.Clone(results); len(todo) > 0; {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[v] {
			continue
		}
		seen[v] = true
		if slices.Contains(from, v) {
			return true
		}
		todo = append(todo, v.In()...)
	}
	return false
}

// checkMaskedGradients checks gradients and runs when steps are masked.
func checkMaskedGradients(t reporter, l nn.Layer, in []nn.Shape, limit, outs int) {
	t.Helper()
	x := inputsFor(in, limit, 3)
	n := len(x)
	masks := make([]*ops.Value, n)
	for i, v := range x {
		if sh := v.Shape(); len(sh) >= 3 || limit > 0 && len(sh) == 2 {
			m := tensor.New(sh[:2]...)
			for j := range m.Data() { // every row has a step that counts
				if j%sh[1] == 0 || j%3 != 1 {
					m.Data()[j] = 1
				}
			}
			masks[i] = ops.Constant(m)
		}
	}
	var ws []*nn.Weight
	for _, w := range nn.BaseOf(l).TrainableWeights() {
		ws = append(ws, w)
		x = append(x, w.Value())
	}
	for o := range outs {
		checkOp(t, func(v ...*ops.Value) *ops.Value {
			given := map[*nn.Weight]*ops.Value{}
			for i, w := range ws {
				given[w] = v[n+i]
			}
			tr, err := nn.TraceWith(l, true, v[:n], masks, given)
			if err != nil {
				t.Fatalf("%v", err)
			}
			return tr.Out[o]
		}, x...)
	}
}
