package tensor

import "math"

// Norm returns the vector norms of the elements along the axes, (Σ|x|^ord)^(1/ord).
// Order 2 is the Euclidean norm, over several axes the Frobenius norm of a
// matrix; +Inf is the largest magnitude and -Inf the smallest, 0 counts the
// elements that are not 0. Negative axes count from the end, none mean all.
// It panics where the smallest magnitude of no elements is asked for.
//
// numpy: linalg.vector_norm.
func Norm(t *Tensor, ord float64, axes ...int) *Tensor { return norm("Norm", t, ord, axes, false) }

// NormKeep is Norm with the axes kept as size 1.
func NormKeep(t *Tensor, ord float64, axes ...int) *Tensor {
	return norm("NormKeep", t, ord, axes, true)
}

func norm(op string, t *Tensor, ord float64, axes []int, keep bool) *Tensor {
	switch {
	case math.IsNaN(ord):
		fail(op, "ord", "is NaN; want a number, +Inf or -Inf")
	case math.IsInf(ord, 1):
		if r := newReduction(op, t, axes); r.count == 0 {
			return r.result(make([]float64, r.results), keep)
		}
		return extreme(op, Abs(t), axes, keep, maximum)
	case math.IsInf(ord, -1):
		return extreme(op, Abs(t), axes, keep, minimum)
	}
	r := newReduction(op, t, axes)
	var n []float64
	switch ord {
	case 0:
		n = r.run(nonzero, nil)
	case 1:
		n = r.run(sumFold(func(x, _ float64) float64 { return math.Abs(x) }), nil)
	case 2:
		n = r.run(squares, nil)
		for i := range n {
			n[i] = math.Sqrt(n[i])
		}
	default:
		n = r.run(sumFold(func(x, _ float64) float64 { return math.Pow(math.Abs(x), ord) }), nil)
		for i := range n {
			n[i] = math.Pow(n[i], 1/ord)
		}
	}
	return r.result(n, keep)
}

// Normalize divides the vectors along an axis by their norm of order ord (2:
// Euclidean); vectors of norm 0 stay as they are. As in Keras, a tensor of rank
// 1 comes back as one row, with shape 1 × n.
//
// Keras: utils.normalize (whose defaults are axis -1, order 2).
func Normalize(t *Tensor, axis int, ord float64) *Tensor {
	axis = axisOf("Normalize", "axis", axis, t.shape)
	n := norm("Normalize", t, ord, []int{axis}, true)
	for i, x := range n.data {
		if x == 0 {
			n.data[i] = 1
		}
	}
	if t.Rank() == 1 {
		n = Reshape(n, 1, 1)
	}
	return Div(t, n)
}
