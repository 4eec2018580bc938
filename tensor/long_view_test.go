package tensor_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

// Long views of any layout, which cross the blocks that kernels see, must give
// what their contiguous copies give.
func TestLongViews(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		v := Sub(random(5, 9, 11, 13), Scalar(0.1))
		did := ""
		for range 1 + r.IntN(4) {
			axis := r.IntN(v.Rank())
			switch n := v.Dim(axis); r.IntN(5) {
			case 0:
				perm := r.Perm(v.Rank())
				did += fmt.Sprint(" Transpose", perm)
				v = Transpose(v, perm...)
			case 1:
				did += fmt.Sprint(" Reverse ", axis)
				v = Reverse(v, axis)
			case 2:
				did += fmt.Sprint(" Step ", axis)
				v = v.Step(axis, 2)
			case 3:
				did += fmt.Sprint(" Slice ", axis)
				v = v.Slice(axis, n/3, n)
			case 4:
				did += fmt.Sprint(" Broadcast ", axis)
				v = ExpandDims(v.Index(axis, n/2), axis)
				shape := slices.Clone(v.Shape())
				shape[axis] = 1 + r.IntN(20)
				v = BroadcastTo(v, shape...)
			}
		}
		c := v.Clone()
		for k, x := range c.Data() { // by At, which knows no blocks
			at, rest := make([]int, v.Rank()), k
			for a := v.Rank() - 1; a >= 0; a-- {
				at[a], rest = rest%v.Dim(a), rest/v.Dim(a)
			}
			if v.At(at...) != x {
				t.Fatalf("view %d:%s: Clone differs at %v", i, did, at)
			}
		}
		axis := r.IntN(v.Rank())
		row := firstAcross(v, axis)
		for name, f := range map[string]func(x *Tensor) *Tensor{
			"Neg": Neg, "Add": func(x *Tensor) *Tensor { return Add(x, row) }, "Sub": func(x *Tensor) *Tensor { return Sub(row, x) },
			"Where":   func(x *Tensor) *Tensor { return Where(Greater(x, Scalar(0)), x, row) },
			"Reshape": func(x *Tensor) *Tensor { return Reshape(x, -1) }, "Max": func(x *Tensor) *Tensor { return Max(x, axis) },
			"Min": func(x *Tensor) *Tensor { return MinKeep(x, axis, (axis+1)%4) }, "ArgMax": func(x *Tensor) *Tensor { return ArgMax(x, axis) },
			"Sort": func(x *Tensor) *Tensor { return Sort(x, axis) }, "Roll": func(x *Tensor) *Tensor { return Roll(x, 3, axis) },
			"Tile": func(x *Tensor) *Tensor { return Tile(x, 2, 1, 2) }, "Concatenate": func(x *Tensor) *Tensor { return Concatenate(axis, x, x) },
		} {
			if !ArrayEqual(f(v), f(c)) {
				t.Errorf("view %d:%s: %s differs from that of the copy", i, did, name)
			}
		}
		for name, f := range map[string]func(x *Tensor) *Tensor{
			"Sum": func(x *Tensor) *Tensor { return Sum(x, axis) }, "Var": func(x *Tensor) *Tensor { return Var(x, axis, (axis+2)%4) },
			"Norm":   func(x *Tensor) *Tensor { return NormKeep(x, 2, axis) },
			"MatMul": func(x *Tensor) *Tensor { return MatMul(x, SwapAxes(x, -1, -2)) },
		} {
			if !AllClose(f(v), f(c), 1e-6, 1e-5) {
				t.Errorf("view %d:%s: %s differs from that of the copy", i, did, name)
			}
		}
	}
}

// firstAcross is the first row across an axis, kept with size 1 so that it broadcasts.
func firstAcross(v *Tensor, axis int) *Tensor { return ExpandDims(v.Index(axis, 0), axis) }
