package kernel

//go:generate go run -C _asm ./math -topic reduce -dir ../

// Reductions add in one fixed order, the same on every instruction set: lane
// i mod 64 takes element i, and lanes are folded in halves, 64 → 32 → … → 1. So
// Sum has the rounding error of sums that are 64 times shorter.

// Sum returns the sum of x; 0 when x is empty.
func Sum(x []float32) float32 { return reduceSum(x) }

// SumSquares returns the sum of squares of x.
func SumSquares(x []float32) float32 { return reduceDot(x, x) }

// Dot returns the sum of a*b.
func Dot(a, b []float32) float32 { like(a, b); return reduceDot(a, b) }

// Max returns the largest element, NaN when some element is NaN, -Inf when x
// is empty.
func Max(x []float32) float32 { return reduceMax(x) }

// Min returns the smallest element, NaN when some element is NaN, +Inf when x
// is empty.
func Min(x []float32) float32 { return reduceMin(x) }

// ArgMax returns the index of the first largest element. NaN never wins; 0
// when all are NaN or x is empty.
func ArgMax(x []float32) int {
	if best := reduceMaxNumber(x); best == best {
		for i, v := range x {
			if v == best {
				return i
			}
		}
	}
	return 0
}

// ArgMin returns the index of the first smallest element, with ArgMax's rules.
func ArgMin(x []float32) int {
	if best := reduceMinNumber(x); best == best {
		for i, v := range x {
			if v == best {
				return i
			}
		}
	}
	return 0
}

// AddColumns adds to dst[j] the elements x[i*cols+j] of all rows i, in the order
// of the rows; cols = len(dst). It is the gradient of a bias.
func AddColumns(dst, x []float32) {
	if len(dst) > 0 {
		reduceAddColumns(dst, x[:len(x)/len(dst)*len(dst)])
	}
}
