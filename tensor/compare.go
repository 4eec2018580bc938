package tensor

import (
	"math"
	"slices"
)

// The comparisons return 1 for true and 0 for false, element by element, and
// broadcast. NaN equals nothing. ArrayEqual and AllClose compare whole tensors.

// Equal returns a = b.
func Equal(a, b *Tensor) *Tensor {
	return compare("Equal", a, b, func(x, y float32) bool { return x == y })
}

// NotEqual returns a ≠ b.
func NotEqual(a, b *Tensor) *Tensor {
	return compare("NotEqual", a, b, func(x, y float32) bool { return x != y })
}

// Less returns a < b.
func Less(a, b *Tensor) *Tensor {
	return compare("Less", a, b, func(x, y float32) bool { return x < y })
}

// LessEqual returns a ≤ b.
func LessEqual(a, b *Tensor) *Tensor {
	return compare("LessEqual", a, b, func(x, y float32) bool { return x <= y })
}

// Greater returns a > b.
func Greater(a, b *Tensor) *Tensor {
	return compare("Greater", a, b, func(x, y float32) bool { return x > y })
}

// GreaterEqual returns a ≥ b.
func GreaterEqual(a, b *Tensor) *Tensor {
	return compare("GreaterEqual", a, b, func(x, y float32) bool { return x >= y })
}

// And returns whether both are not 0.
func And(a, b *Tensor) *Tensor {
	return compare("And", a, b, func(x, y float32) bool { return x != 0 && y != 0 })
}

// Or returns whether one is not 0.
func Or(a, b *Tensor) *Tensor {
	return compare("Or", a, b, func(x, y float32) bool { return x != 0 || y != 0 })
}

// Not returns whether x is 0.
func Not(t *Tensor) *Tensor { return Apply(t, func(x float32) float32 { return number(x == 0) }) }

// IsNaN returns whether x is NaN.
func IsNaN(t *Tensor) *Tensor { return Apply(t, func(x float32) float32 { return number(x != x) }) }

// IsFinite returns whether x is neither NaN nor infinite.
func IsFinite(t *Tensor) *Tensor {
	return Apply(t, func(x float32) float32 { return number(isFinite(x)) })
}

func compare(op string, a, b *Tensor, f func(x, y float32) bool) *Tensor {
	return apply2(op, a, b, func(x, y float32) float32 { return number(f(x, y)) })
}

func number(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// Where returns elements of a where cond is not 0, of b where it is. All three
// broadcast.
//
// numpy: where.
// Keras: K.switch.
func Where(cond, a, b *Tensor) *Tensor {
	shape := broadcastAll("Where", cond.shape, a.shape, b.shape)
	out := New(shape...)
	c, x, y := operand(cond, shape), operand(a, shape), operand(b, shape)
	for lo := 0; lo < len(out.data); lo += blockLen {
		n := min(blockLen, len(out.data)-lo)
		copy(out.data[lo:], y.next(n))
		xs := x.next(n)
		for i, v := range c.next(n) {
			if v != 0 {
				out.data[lo+i] = xs[i]
			}
		}
	}
	return out
}

// ArrayEqual reports whether a and b have the same shape and equal elements.
// NaN equals nothing, 0 equals -0.
//
// numpy: array_equal.
func ArrayEqual(a, b *Tensor) bool {
	return slices.Equal(a.shape, b.shape) && slices.Equal(a.Data(), b.Data())
}

// AllClose reports whether a and b broadcast to one shape and all their pairs
// satisfy |a-b| ≤ atol + rtol×|b|. Equal infinities are close, NaN never is.
//
// numpy: allclose (whose defaults are 1e-5, 1e-8).
func AllClose(a, b *Tensor, rtol, atol float64) bool {
	if _, ok := broadcastShape(a.shape, b.shape); !ok {
		return false
	}
	near := compare("AllClose", a, b, func(x, y float32) bool {
		if x == y {
			return true
		}
		d, m := math.Abs(float64(x)-float64(y)), math.Abs(float64(y))
		return d <= atol+rtol*m && !math.IsInf(m, 0)
	})
	return All(near).Item() == 1
}
