package tensor

import "math"

// The functions of this file work element by element. Those of two operands
// broadcast them.

// Apply returns f of every element.
func Apply(t *Tensor, f func(x float32) float32) *Tensor {
	return unary(t, func(dst, x []float32) {
		for i, v := range x {
			dst[i] = f(v)
		}
	})
}

// Apply2 returns f of every pair of elements.
func Apply2(a, b *Tensor, f func(x, y float32) float32) *Tensor {
	return apply2("Apply2", a, b, f)
}

func unary(t *Tensor, kernel func(dst, x []float32)) *Tensor {
	out := New(t.shape...)
	n := len(out.data)
	w := newWalker(t, t.shape)
	if nearest(w.strides) != len(w.strides)-1 {
		w = newWalker(t.Clone(), t.shape) // a transpose: cheaper when tiled first
	}
	for lo := 0; lo < n; lo += blockLen {
		hi := min(lo+blockLen, n)
		kernel(out.data[lo:hi], w.next(hi-lo))
	}
	return out
}

func binary(op string, a, b *Tensor, kernel func(dst, x, y []float32)) *Tensor {
	shape := broadcastAll(op, a.shape, b.shape)
	out := New(shape...)
	n := len(out.data)
	x, y := operand(a, shape), operand(b, shape)
	for lo := 0; lo < n; lo += blockLen {
		hi := min(lo+blockLen, n)
		kernel(out.data[lo:hi], x.next(hi-lo), y.next(hi-lo))
	}
	return out
}

// operand returns a walker, over a copy of t when t is a transpose.
func operand(t *Tensor, shape []int) *walker {
	w := newWalker(t, t.shape)
	if nearest(w.strides) != len(w.strides)-1 {
		t = t.Clone()
	}
	return newWalker(t, shape)
}

func float(f func(float64) float64) func(float32) float32 {
	return func(x float32) float32 { return float32(f(float64(x))) }
}

// Neg returns -x.
func Neg(t *Tensor) *Tensor { return Apply(t, func(x float32) float32 { return -x }) }

// Abs returns |x|.
func Abs(t *Tensor) *Tensor {
	return Apply(t, func(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) })
}

// Square returns x².
func Square(t *Tensor) *Tensor { return Apply(t, func(x float32) float32 { return x * x }) }

// Sqrt returns the square root, NaN for negative x.
func Sqrt(t *Tensor) *Tensor { return Apply(t, float(math.Sqrt)) }

// Exp returns e to the power of x.
func Exp(t *Tensor) *Tensor { return Apply(t, float(math.Exp)) }

// Expm1 returns e to the power of x, minus 1, accurate near 0.
func Expm1(t *Tensor) *Tensor { return Apply(t, float(math.Expm1)) }

// Log returns the natural logarithm, -Inf for 0 and NaN for negative x.
func Log(t *Tensor) *Tensor { return Apply(t, float(math.Log)) }

// Log1p returns the natural logarithm of 1 + x, accurate near 0.
func Log1p(t *Tensor) *Tensor { return Apply(t, float(math.Log1p)) }

// Tanh returns the hyperbolic tangent.
func Tanh(t *Tensor) *Tensor { return Apply(t, float(math.Tanh)) }

// Sigmoid returns 1/(1+e^-x).
func Sigmoid(t *Tensor) *Tensor {
	return Apply(t, float(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }))
}

// Sign returns -1, 0 or 1; NaN stays NaN.
func Sign(t *Tensor) *Tensor {
	return Apply(t, func(x float32) float32 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		case x == 0:
			return 0
		}
		return x
	})
}

// Floor rounds down.
func Floor(t *Tensor) *Tensor { return Apply(t, float(math.Floor)) }

// Ceil rounds up.
func Ceil(t *Tensor) *Tensor { return Apply(t, float(math.Ceil)) }

// Round rounds to the nearest whole number, halves to the even one.
func Round(t *Tensor) *Tensor { return Apply(t, float(math.RoundToEven)) }

// Clip limits the elements to lo … hi; NaN stays NaN. Where lo is above hi,
// all become hi.
//
// numpy: clip.
func Clip(t *Tensor, lo, hi float32) *Tensor {
	return Apply(t, func(x float32) float32 {
		if x < lo {
			x = lo
		}
		if x > hi {
			x = hi
		}
		return x
	})
}

// Add returns a + b.
func Add(a, b *Tensor) *Tensor {
	return binary("Add", a, b, func(dst, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	})
}

// Sub returns a - b.
func Sub(a, b *Tensor) *Tensor {
	return binary("Sub", a, b, func(dst, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	})
}

// Mul returns a × b.
func Mul(a, b *Tensor) *Tensor {
	return binary("Mul", a, b, func(dst, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	})
}

// Div returns a / b; dividing by 0 gives ±Inf or NaN.
func Div(a, b *Tensor) *Tensor {
	return binary("Div", a, b, func(dst, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
	})
}

// Pow returns a to the power of b.
func Pow(a, b *Tensor) *Tensor {
	return apply2("Pow", a, b, func(x, y float32) float32 {
		return float32(math.Pow(float64(x), float64(y)))
	})
}

// Maximum returns the larger of each pair, NaN where one is NaN.
func Maximum(a, b *Tensor) *Tensor {
	return apply2("Maximum", a, b, func(x, y float32) float32 {
		if x >= y || x != x {
			return x
		}
		return y
	})
}

// Minimum returns the smaller of each pair, NaN where one is NaN.
func Minimum(a, b *Tensor) *Tensor {
	return apply2("Minimum", a, b, func(x, y float32) float32 {
		if x <= y || x != x {
			return x
		}
		return y
	})
}

func apply2(op string, a, b *Tensor, f func(x, y float32) float32) *Tensor {
	return binary(op, a, b, func(dst, x, y []float32) {
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	})
}
