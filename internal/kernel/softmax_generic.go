package kernel

// softmaxExpSumGo sets dst = exp(x - top) and returns its sum, in Sum's order.
func softmaxExpSumGo(dst, x []float32, top float32) float32 {
	var l [64]float32
	for i, v := range x {
		e := exp32(v - top)
		dst[i] = e
		l[i&63] += e
	}
	return fold(&l, plus)
}

func softmaxSumExpGo(x []float32, top float32) float32 {
	var l [64]float32
	for i, v := range x {
		l[i&63] += exp32(v - top)
	}
	return fold(&l, plus)
}

// softmaxExpScaleGo sets dst = s * exp((x - top) - log).
func softmaxExpScaleGo(dst, x []float32, top, log, s float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = exp32((v-top)-log) * s
	}
}

// softmaxLossSumGo returns Σ t * (log - (x - top)).
func softmaxLossSumGo(x, t []float32, top, log float32) float32 {
	var l [64]float32
	for i, v := range x {
		if t[i] != 0 {
			l[i&63] += float32(t[i] * (log - (v - top)))
		}
	}
	return fold(&l, plus)
}
