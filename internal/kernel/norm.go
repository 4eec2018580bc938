package kernel

//go:generate sh -c "cd _asm && go run ./norm -out ../norm_amd64.s -stubs ../norm_stubs_amd64.go -pkg kernel"

// The norm kernels work on a matrix of any number of rows, row-major and
// contiguous, with one parameter or sum per column; the number of columns is
// the length of those. Sums are added to what is there, row by row in order.
//
// One column's sums round once a row: callers keep the rows of one call to a few
// thousand and add up the parts in float64.

// NormMoments adds up columns, seen from a centre, and their squares:
// s += x - centre and sq += (x - centre)².
func NormMoments(s, sq, x, centre []float32) {
	if n := len(centre); n > 0 {
		_, _ = s[n-1], sq[n-1]
		normMoments(s, sq, x, centre)
	}
}

// NormApply computes y = (x - mean)·scale + shift. y may be x.
func NormApply(y, x, mean, scale, shift []float32) {
	if n := len(mean); n > 0 {
		_, _, _ = scale[n-1], shift[n-1], y[:len(x)]
		normApply(y, x, mean, scale, shift)
	}
}

// NormDots adds up what the gradients of a normalisation need:
// s += dy and p += dy·(x - mean).
func NormDots(s, p, dy, x, mean []float32) {
	if n := len(mean); n > 0 {
		_, _, _ = s[n-1], p[n-1], dy[:len(x)]
		normDots(s, p, dy, x, mean)
	}
}

// NormBack computes dx = a·dy + b·(x - mean) + c. dx may be dy or x.
func NormBack(dx, dy, x, mean, a, b, c []float32) {
	if n := len(mean); n > 0 {
		_, _, _, _, _ = a[n-1], b[n-1], c[n-1], dx[:len(x)], dy[:len(x)]
		normBack(dx, dy, x, mean, a, b, c)
	}
}
