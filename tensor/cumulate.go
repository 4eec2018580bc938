package tensor

// CumSum returns the running sums along an axis, counted in float64.
//
// numpy: cumsum.
// Keras: K.cumsum (whose default axis is 0).
func CumSum(t *Tensor, axis int) *Tensor { return cumulate("CumSum", t, axis, 0, add64) }

// CumProd returns the running products along an axis, counted in float64.
//
// numpy: cumprod.
// Keras: K.cumprod (whose default axis is 0).
func CumProd(t *Tensor, axis int) *Tensor { return cumulate("CumProd", t, axis, 1, mul64) }

// CumSumFlat returns the running sums of all elements in row-major order, with
// rank 1.
//
// numpy: cumsum without an axis.
func CumSumFlat(t *Tensor) *Tensor { return CumSum(Flatten(t), 0) }

// CumProdFlat returns the running products of all elements in row-major order,
// with rank 1.
//
// numpy: cumprod without an axis.
func CumProdFlat(t *Tensor) *Tensor { return CumProd(Flatten(t), 0) }

func add64(a, b float64) float64 { return a + b }
func mul64(a, b float64) float64 { return a * b }

func cumulate(op string, t *Tensor, axis int, init float64, f func(a, b float64) float64) *Tensor {
	l := lanesOf(op, t, axis)
	out := New(t.shape...)
	acc := make([]float64, l.inner)
	for o := range l.outer {
		for i := range acc {
			acc[i] = init
		}
		for k := range l.n {
			row := (o*l.n + k) * l.inner
			for i := range acc {
				acc[i] = f(acc[i], float64(l.data[row+i]))
				out.data[row+i] = float32(acc[i])
			}
		}
	}
	return out
}
