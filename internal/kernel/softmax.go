package kernel

//go:generate go run -C _asm ./math -topic softmax -dir ../

// Softmax sets each row of dst to exp(x) / Σ exp(x); rows have n elements. A row
// of -Inf alone gives NaN. dst may be x.
func Softmax(dst, x []float32, n int) {
	for i := 0; i+n <= len(x) && n > 0; i += n {
		d := dst[i : i+n]
		s := softmaxExpSum(d, x[i:i+n], Max(x[i:i+n]))
		Scale(d, d, 1/s)
	}
}

// SoftmaxGrad sets each row of dst to y * (dy - Σ dy*y), where y = softmax(x).
// dst may be dy.
func SoftmaxGrad(dst, dy, y []float32, n int) {
	for i := 0; i+n <= len(dy) && n > 0; i += n {
		d, r := dst[i:i+n], y[i:i+n]
		s := Dot(dy[i:i+n], r)
		AddScalar(d, dy[i:i+n], -s)
		Mul(d, d, r)
	}
}

// logSumExp returns the maximum of x and the logarithm of Σ exp(x - maximum).
func logSumExp(x []float32) (top, log float32) {
	top = Max(x)
	return top, log32(softmaxSumExp(x, top))
}

// logSumExps is logSumExp for rows of n, with one pass over all logarithms.
func logSumExps(top, log, x []float32, n int) {
	for i := range top {
		r := x[i*n : (i+1)*n]
		top[i] = Max(r)
		log[i] = softmaxSumExp(r, top[i])
	}
	mathLog(log, log)
}

// LogSumExp sets dst[i] to the logarithm of the sum of eˣ over row i of x, which
// has n elements. A row of -Inf alone gives -Inf, one with +Inf gives +Inf.
func LogSumExp(dst, x []float32, n int) {
	for i := range dst {
		r := x[i*n : (i+1)*n]
		top := Max(r)
		if top-top != 0 { // ±Inf or NaN
			dst[i] = top
			continue
		}
		dst[i] = top + log32(softmaxSumExp(r, top))
	}
}

// LogSoftmax sets each row of dst to x - log Σ exp(x). dst may be x.
func LogSoftmax(dst, x []float32, n int) {
	for i := 0; i+n <= len(x) && n > 0; i += n {
		top, log := logSumExp(x[i : i+n])
		AddScalar(dst[i:i+n], x[i:i+n], -top)
		AddScalar(dst[i:i+n], dst[i:i+n], -log)
	}
}

// LogSoftmaxGrad sets each row of dst to dy - exp(y)*Σ dy, where y = logsoftmax(x).
// dst must not be dy or y.
func LogSoftmaxGrad(dst, dy, y []float32, n int) {
	for i := 0; i+n <= len(dy) && n > 0; i += n {
		d, r := dst[i:i+n], dy[i:i+n]
		softmaxExpScale(d, y[i:i+n], 0, 0, -Sum(r))
		Add(d, d, r)
	}
}

// SoftmaxCrossEntropy sets loss[i] = Σ t*(log Σ exp(x) - x) over row i of x and
// t, and for the backward pass top[i] and log[i], whose sum is log Σ exp(x). A
// target of 0 counts as nothing, whatever its x.
func SoftmaxCrossEntropy(loss, top, log, x, t []float32, n int) {
	logSumExps(top, log, x, n)
	for i := range loss {
		loss[i] = softmaxLossSum(x[i*n:(i+1)*n], t[i*n:(i+1)*n], top[i], log[i])
	}
}

// SoftmaxCrossEntropyGrad sets row i of dx to dy[i]*(Σ t * softmax(x) - t). dx
// may be x.
func SoftmaxCrossEntropyGrad(dx, dy, x, t, top, log []float32, n int) {
	for i, g := range dy {
		d, r := dx[i*n:(i+1)*n], t[i*n:(i+1)*n]
		softmaxExpScale(d, x[i*n:(i+1)*n], top[i], log[i], g*Sum(r))
		Axpy(d, -g, r)
	}
}

// SparseSoftmaxCrossEntropy is SoftmaxCrossEntropy for targets that are 1 at
// ids[i] and 0 elsewhere. It reports the first row whose id is not in [0, n),
// or -1; the loss of such a row is NaN.
func SparseSoftmaxCrossEntropy(loss, top, log, x, ids []float32, n int) (bad int) {
	bad = -1
	logSumExps(top, log, x, n)
	for i := range loss {
		r := x[i*n : (i+1)*n]
		if id := classOf(ids[i], n); id >= 0 {
			loss[i] = log[i] - (r[id] - top[i])
		} else {
			loss[i] = nan32
			if bad < 0 {
				bad = i
			}
		}
	}
	return bad
}

// SparseSoftmaxCrossEntropyGrad is the gradient of SparseSoftmaxCrossEntropy. A
// row whose id is out of range gets NaN.
func SparseSoftmaxCrossEntropyGrad(dx, dy, x, ids, top, log []float32, n int) {
	for i, g := range dy {
		d := dx[i*n : (i+1)*n]
		if id := classOf(ids[i], n); id >= 0 {
			softmaxExpScale(d, x[i*n:(i+1)*n], top[i], log[i], g)
			d[id] -= g
		} else {
			Fill(d, nan32)
		}
	}
}

// classOf returns id as an index, -1 when it is not in [0, n). A fraction is cut off.
func classOf(id float32, n int) int {
	if id >= 0 && id < float32(n) {
		return int(id)
	}
	return -1
}
