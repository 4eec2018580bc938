package kernel

func fold(l *[64]float32, f func(a, b float32) float32) float32 {
	for n := 32; n > 0; n /= 2 {
		for i := range n {
			l[i] = f(l[i], l[i+n])
		}
	}
	return l[0]
}

func plus(a, b float32) float32 { return a + b }

func reduceSumGo(x []float32) float32 {
	var l [64]float32
	for ; len(x) >= 64; x = x[64:] {
		for i, v := range x[:64] {
			l[i] += v
		}
	}
	for i, v := range x {
		l[i] += v
	}
	return fold(&l, plus)
}

func reduceDotGo(a, b []float32) float32 {
	var l [64]float32
	for ; len(a) >= 64; a, b = a[64:], b[64:] {
		for i, v := range a[:64] {
			l[i] += float32(v * b[i])
		}
	}
	for i, v := range a {
		l[i] += float32(v * b[i])
	}
	return fold(&l, plus)
}

// above is what MAXPS does: the second operand unless the first is larger.
func above(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

func below(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}

func lanes(x []float32, start float32, f func(a, b float32) float32) float32 {
	var l [64]float32
	for i := range l {
		l[i] = start
	}
	for i, v := range x {
		l[i&63] = f(v, l[i&63])
	}
	return fold(&l, f)
}

// In these a NaN loses against the lane, which starts as a number.
func reduceMaxNumberGo(x []float32) float32 { return lanes(x, -inf32, above) }
func reduceMinNumberGo(x []float32) float32 { return lanes(x, inf32, below) }

func hasNaN(x []float32) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

func reduceMaxGo(x []float32) float32 {
	if hasNaN(x) {
		return nan32
	}
	return reduceMaxNumberGo(x)
}

func reduceMinGo(x []float32) float32 {
	if hasNaN(x) {
		return nan32
	}
	return reduceMinNumberGo(x)
}

func reduceAddColumnsGo(dst, x []float32) {
	for n := len(dst); len(x) > 0; x = x[n:] {
		for j, v := range x[:n] {
			dst[j] += v
		}
	}
}
