package tensor

import "math"

// The functions of this file reduce along axes: negative ones count from the
// end, none mean all. A reduced axis disappears; the Keep variants leave it
// with size 1, so that the result broadcasts against the operand. They count in
// float64, in an order that depends on the shape only.

// Sum returns the sums along the axes; of nothing 0.
//
// numpy: sum.
// Keras: K.sum.
func Sum(t *Tensor, axes ...int) *Tensor { return sum("Sum", t, axes, false) }

// SumKeep is Sum with the axes kept as size 1.
func SumKeep(t *Tensor, axes ...int) *Tensor { return sum("SumKeep", t, axes, true) }

func sum(op string, t *Tensor, axes []int, keep bool) *Tensor {
	r := newReduction(op, t, axes)
	return r.result(r.run(plainSum, nil), keep)
}

// Prod returns the products along the axes; of nothing 1.
//
// numpy: prod.
// Keras: K.prod.
func Prod(t *Tensor, axes ...int) *Tensor { return prod("Prod", t, axes, false) }

// ProdKeep is Prod with the axes kept as size 1.
func ProdKeep(t *Tensor, axes ...int) *Tensor { return prod("ProdKeep", t, axes, true) }

func prod(op string, t *Tensor, axes []int, keep bool) *Tensor {
	r := newReduction(op, t, axes)
	return r.result(r.run(product, nil), keep)
}

// Mean returns the means along the axes; of nothing NaN.
//
// numpy: mean.
// Keras: K.mean.
func Mean(t *Tensor, axes ...int) *Tensor { return mean("Mean", t, axes, false) }

// MeanKeep is Mean with the axes kept as size 1.
func MeanKeep(t *Tensor, axes ...int) *Tensor { return mean("MeanKeep", t, axes, true) }

func mean(op string, t *Tensor, axes []int, keep bool) *Tensor {
	r := newReduction(op, t, axes)
	return r.result(r.mean(), keep)
}

func (r *reduction) mean() []float64 {
	m := r.run(plainSum, nil)
	for i := range m {
		m[i] /= float64(r.count)
	}
	return m
}

// Var returns the variances of the population (divided by n) along the axes;
// of nothing NaN.
//
// numpy: var.
// Keras: K.var.
func Var(t *Tensor, axes ...int) *Tensor { return variance("Var", t, axes, false, false) }

// VarKeep is Var with the axes kept as size 1.
func VarKeep(t *Tensor, axes ...int) *Tensor { return variance("VarKeep", t, axes, true, false) }

// Std returns the standard deviations of the population along the axes; of
// nothing NaN.
//
// numpy: std.
// Keras: K.std.
func Std(t *Tensor, axes ...int) *Tensor { return variance("Std", t, axes, false, true) }

// StdKeep is Std with the axes kept as size 1.
func StdKeep(t *Tensor, axes ...int) *Tensor { return variance("StdKeep", t, axes, true, true) }

func variance(op string, t *Tensor, axes []int, keep, root bool) *Tensor {
	r := newReduction(op, t, axes)
	v := r.run(squares, r.mean())
	for i := range v {
		v[i] /= float64(r.count)
		if root {
			v[i] = math.Sqrt(v[i])
		}
	}
	return r.result(v, keep)
}

// Max returns the largest elements along the axes, NaN where there is one. It
// panics where there are none.
//
// numpy: max.
// Keras: K.max.
func Max(t *Tensor, axes ...int) *Tensor { return extreme("Max", t, axes, false, maximum) }

// MaxKeep is Max with the axes kept as size 1.
func MaxKeep(t *Tensor, axes ...int) *Tensor { return extreme("MaxKeep", t, axes, true, maximum) }

// Min returns the smallest elements along the axes, NaN where there is one. It
// panics where there are none.
//
// numpy: min.
// Keras: K.min.
func Min(t *Tensor, axes ...int) *Tensor { return extreme("Min", t, axes, false, minimum) }

// MinKeep is Min with the axes kept as size 1.
func MinKeep(t *Tensor, axes ...int) *Tensor { return extreme("MinKeep", t, axes, true, minimum) }

func extreme(op string, t *Tensor, axes []int, keep bool, f fold) *Tensor {
	r := newReduction(op, t, axes)
	r.needSome(op)
	return r.result(r.run(f, nil), keep)
}

// Any returns 1 where an element along the axes is not 0 (NaN is not), else 0.
//
// numpy: any.
// Keras: K.any.
func Any(t *Tensor, axes ...int) *Tensor { return truth("Any", t, axes, false, true) }

// AnyKeep is Any with the axes kept as size 1.
func AnyKeep(t *Tensor, axes ...int) *Tensor { return truth("AnyKeep", t, axes, true, true) }

// All returns 1 where no element along the axes is 0, else 0; of nothing 1.
//
// numpy: all.
// Keras: K.all.
func All(t *Tensor, axes ...int) *Tensor { return truth("All", t, axes, false, false) }

// AllKeep is All with the axes kept as size 1.
func AllKeep(t *Tensor, axes ...int) *Tensor { return truth("AllKeep", t, axes, true, false) }

// nonzero counts.
var nonzero = sumFold(func(x, _ float64) float64 {
	if x != 0 {
		return 1
	}
	return 0
})

func truth(op string, t *Tensor, axes []int, keep, some bool) *Tensor {
	r := newReduction(op, t, axes)
	n := r.run(nonzero, nil)
	for i, c := range n {
		n[i] = 0
		if some && c > 0 || !some && c == float64(r.count) {
			n[i] = 1
		}
	}
	return r.result(n, keep)
}
