package ops

import (
	"math/bits"
	"slices"
)

// The reductions take axes as numpy does: negative ones count from the end and
// none at all mean all. The axes vanish from the shape; with Keep they stay with
// size 1. The order of additions is fixed, see reduce_bind.go.

// Sum returns the sum over axes.
func Sum(v *Value, axes ...int) *Value { return reduceOver(rSum, false, v, axes) }

// SumKeep is Sum with reduced axes of size 1.
func SumKeep(v *Value, axes ...int) *Value { return reduceOver(rSum, true, v, axes) }

// Mean returns the mean over axes, NaN when there is nothing to average.
func Mean(v *Value, axes ...int) *Value { return reduceOver(rMean, false, v, axes) }

// MeanKeep is Mean with reduced axes of size 1.
func MeanKeep(v *Value, axes ...int) *Value { return reduceOver(rMean, true, v, axes) }

// Max returns the largest element over axes, NaN where one is NaN, -Inf of
// nothing. Elements that share the maximum share its gradient equally.
func Max(v *Value, axes ...int) *Value { return reduceOver(rMax, false, v, axes) }

// MaxKeep is Max with reduced axes of size 1.
func MaxKeep(v *Value, axes ...int) *Value { return reduceOver(rMax, true, v, axes) }

// Min returns the smallest element over axes, with Max's rules.
func Min(v *Value, axes ...int) *Value { return reduceOver(rMin, false, v, axes) }

// MinKeep is Min with reduced axes of size 1.
func MinKeep(v *Value, axes ...int) *Value { return reduceOver(rMin, true, v, axes) }

// Prod returns the product over axes, 1 of nothing. Zeros have the right
// gradient: the product of the other elements.
func Prod(v *Value, axes ...int) *Value { return reduceOver(rProd, false, v, axes) }

// ProdKeep is Prod with reduced axes of size 1.
func ProdKeep(v *Value, axes ...int) *Value { return reduceOver(rProd, true, v, axes) }

// L2Normalize returns v / √max(Σ v², 1e-12), the sum going over axes.
// Keras: l2_normalize.
func L2Normalize(v *Value, axes ...int) *Value {
	return Mul(v, Rsqrt(MaximumScalar(SumKeep(Square(v), axes...), 1e-12)))
}

type reduceKind uint8

const (
	rSum reduceKind = iota
	rMean
	rMax
	rMin
	rProd
)

var reduceNames = [...]string{"Sum", "Mean", "Max", "Min", "Prod"}

// reduce is a reduction over the axes whose bits are set.
type reduce struct {
	kind reduceKind
	axes uint64
	keep bool
}

func reduceOver(k reduceKind, keep bool, v *Value, axes []int) *Value {
	return apply1(reduce{k, axisSet(reduceNames[k], v.shape, axes), keep}, v)
}

// axisSet resolves axes to a set of bits; none mean all.
func axisSet(op string, shape []int, axes []int) (set uint64) {
	if len(shape) > 64 {
		shapePanic(op, [][]int{shape}, "more than 64 axes")
	}
	if len(axes) == 0 {
		return 1<<len(shape) - 1
	}
	for _, a := range axes {
		bit := uint64(1) << axisOf(op, shape, a)
		if set&bit != 0 {
			shapePanic(op, [][]int{shape}, "axis %d is named twice", a)
		}
		set |= bit
	}
	return set
}

func (r reduce) String() string { return reduceNames[r.kind] }

func (r reduce) Infer(in [][]int) [][]int {
	out := []int{}
	for i, d := range in[0] {
		switch {
		case r.axes>>i&1 == 0:
			out = append(out, d)
		case r.keep:
			out = append(out, 1)
		}
	}
	return [][]int{out}
}

// kept returns the shape of a result with the reduced axes of size 1.
func (r reduce) kept(shape []int) []int {
	s := slices.Clone(shape)
	for set := r.axes; set != 0; set &= set - 1 {
		s[bits.TrailingZeros64(set)] = 1
	}
	return s
}

// count is the number of elements that go into one result.
func (r reduce) count(shape []int) int {
	n := 1
	for set := r.axes; set != 0; set &= set - 1 {
		n *= shape[bits.TrailingZeros64(set)]
	}
	return n
}

func (r reduce) list() (axes []int) {
	for set := r.axes; set != 0; set &= set - 1 {
		axes = append(axes, bits.TrailingZeros64(set))
	}
	return axes
}

func (r reduce) Grad(in, out, dout []*Value) []*Value {
	x := in[0]
	if r.axes == 0 {
		return []*Value{dout[0]}
	}
	kept := r.kept(x.shape)
	dy := Reshape(dout[0], kept...)
	switch r.kind {
	case rSum:
		return []*Value{BroadcastTo(dy, x.shape...)}
	case rMean:
		return []*Value{BroadcastTo(MulScalar(dy, 1/float32(r.count(x.shape))), x.shape...)}
	case rMax, rMin:
		hit := Equal(x, Reshape(out[0], kept...))
		return []*Value{Mul(Div(hit, SumKeep(hit, r.list()...)), dy)}
	}
	return []*Value{apply1(prodGrad{r.axes}, x, dy)}
}
