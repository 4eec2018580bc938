package kernel

import "math"

// The plain Go form of every kernel in vec.go. The assembly repeats these
// expressions operation by operation, which is why products are converted
// explicitly: float32(x*y) + z may not become a fused multiply-add.

func map1(dst, x []float32, f func(float32) float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = f(x[i])
	}
}

// map2 takes an operand of length 1 as a scalar.
func map2(dst, a, b []float32, f func(a, b float32) float32) {
	i, j, da, db := 0, 0, step(dst, a), step(dst, b)
	for k := range dst {
		dst[k] = f(a[i], b[j])
		i += da
		j += db
	}
}

func step(dst, a []float32) int {
	if len(a) == len(dst) {
		return 1
	}
	return 0
}

func same(dst, a, b []float32) bool { return len(a) == len(dst) && len(b) == len(dst) }

func one(is bool) float32 {
	if is {
		return 1
	}
	return 0
}

func vecAddGo(dst, a, b []float32) {
	if !same(dst, a, b) {
		map2(dst, a, b, func(a, b float32) float32 { return a + b })
		return
	}
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func vecSubGo(dst, a, b []float32) {
	if !same(dst, a, b) {
		map2(dst, a, b, func(a, b float32) float32 { return a - b })
		return
	}
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

func vecMulGo(dst, a, b []float32) {
	if !same(dst, a, b) {
		map2(dst, a, b, func(a, b float32) float32 { return a * b })
		return
	}
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func vecDivGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return a / b })
}

func max32(a, b float32) float32 {
	if a >= b || a != a {
		return a
	}
	return b
}

func min32(a, b float32) float32 {
	if a <= b || a != a {
		return a
	}
	return b
}

func vecMaximumGo(dst, a, b []float32) { map2(dst, a, b, max32) }
func vecMinimumGo(dst, a, b []float32) { map2(dst, a, b, min32) }

func vecEqualGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a == b) })
}

func vecNotEqualGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a != b) })
}

func vecLessGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a < b) })
}

func vecLessEqualGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a <= b) })
}

func vecAndGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a != 0 && b != 0) })
}

func vecOrGo(dst, a, b []float32) {
	map2(dst, a, b, func(a, b float32) float32 { return one(a != 0 || b != 0) })
}

func vecReLUGradGo(dst, dy, x []float32) {
	map2(dst, dy, x, func(dy, x float32) float32 {
		if x > 0 {
			return dy
		}
		return 0
	})
}

func vecTanhGradGo(dst, dy, y []float32) {
	map2(dst, dy, y, func(dy, y float32) float32 { return dy * (1 - float32(y*y)) })
}

func vecSigmoidGradGo(dst, dy, y []float32) {
	map2(dst, dy, y, func(dy, y float32) float32 { return dy * float32(y*(1-y)) })
}

func vecSelectGo(dst, c, a, b []float32) {
	i, j, k, dc, da, db := 0, 0, 0, step(dst, c), step(dst, a), step(dst, b)
	for l := range dst {
		if c[i] != 0 {
			dst[l] = a[j]
		} else {
			dst[l] = b[k]
		}
		i, j, k = i+dc, j+da, k+db
	}
}

func vecMulAddGo(dst, a, b, c []float32) {
	i, j, k, da, db, dc := 0, 0, 0, step(dst, a), step(dst, b), step(dst, c)
	for l := range dst {
		dst[l] = float32(a[i]*b[j]) + c[k]
		i, j, k = i+da, j+db, k+dc
	}
}

func vecAxpyGo(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += float32(s * x[i])
	}
}

func vecMixGo(dst, a, b []float32, s, t float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = float32(s*a[i]) + float32(t*b[i])
	}
}

func vecMixAddGo(dst, a, b []float32, s, t float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += float32(float32(s*a[i]) + float32(t*b[i]))
	}
}

func vecCentreGo(dst, x []float32, m, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = (x[i] - m) * s
	}
}

func vecScaleMulAddGo(dst, x, a, b []float32, s float32) {
	x, a, b = x[:len(dst)], a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = float32(float32(x[i]*s)*a[i]) + b[i]
	}
}

func vecCentreBackGo(dst, g, u []float32, t, r, s float32) {
	g, u = g[:len(dst)], u[:len(dst)]
	for i := range dst {
		dst[i] = (g[i] + float32(u[i]*t) + r) * s
	}
}

func vecAddScalarGo(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + s
	}
}

func vecScaleGo(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * s
	}
}

func vecReLU6GradGo(dst, dy, y []float32) {
	map2(dst, dy, y, func(dy, y float32) float32 {
		if y > 0 && y < 6 {
			return dy
		}
		return 0
	})
}

func vecClipGo(dst, x []float32, lo, hi float32) {
	x = x[:len(dst)]
	for i, v := range x {
		if hi < v {
			v = hi
		}
		if lo > v {
			v = lo
		}
		dst[i] = v
	}
}

func vecFillGo(dst []float32, s float32) {
	for i := range dst {
		dst[i] = s
	}
}

func abs32(x float32) float32   { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
func sqrt32(x float32) float32  { return float32(math.Sqrt(float64(x))) }
func floor32(x float32) float32 { return float32(math.Floor(float64(x))) }

func sign32(x float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x + 0 // NaN, or +0 for both zeros
}

func vecNegGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return -x })
}

func vecSquareGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return x * x })
}

func vecRsqrtGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return 1 / sqrt32(x) })
}

func vecReciprocalGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return 1 / x })
}

func vecRoundGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return float32(math.RoundToEven(float64(x))) })
}

func vecReLUGo(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		if 0 > v {
			v = 0
		}
		dst[i] = v
	}
}

func vecIsNaNGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return one(x != x) })
}

func vecNotGo(dst, x []float32) {
	map1(dst, x, func(x float32) float32 { return one(x == 0) })
}

func vecAbsGo(dst, x []float32)   { map1(dst, x, abs32) }
func vecSqrtGo(dst, x []float32)  { map1(dst, x, sqrt32) }
func vecSignGo(dst, x []float32)  { map1(dst, x, sign32) }
func vecFloorGo(dst, x []float32) { map1(dst, x, floor32) }
