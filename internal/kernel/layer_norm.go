package kernel

import "math"

// LayerNorm normalises one row: y = (x - mean)·inv·gamma + beta, where mean is that
// of x and inv is 1/√(population variance + eps); both are returned for
// LayerNormGrad. gamma and beta may be nil, for 1 and 0. y may be x.
func LayerNorm(y, x, gamma, beta []float32, eps float32) (mean, inv float32) {
	if len(x) == 0 {
		return 0, 0
	}
	n := float32(len(x))
	mean = Sum(x) / n
	AddScalar(y, x, -mean)
	inv = float32(1 / math.Sqrt(float64(SumSquares(y)/n)+float64(eps)))
	if gamma != nil && beta != nil {
		ScaleMulAdd(y, y, inv, gamma, beta)
		return mean, inv
	}
	Scale(y, y, inv)
	switch {
	case gamma != nil:
		Mul(y, y, gamma)
	case beta != nil:
		Add(y, y, beta)
	}
	return mean, inv
}

// LayerNormGrad is the backward step of LayerNorm for one row. With
// u = (x - mean)·inv and g = dy·gamma,
//
//	dx = inv·(g - mean(g) - u·mean(g·u))
//
// and dgamma += dy·u, dbeta += dy; those and gamma may be nil. buf is a row of
// workspace. dx may be dy or x.
func LayerNormGrad(dx, dgamma, dbeta, dy, x, gamma []float32, mean, inv float32, buf []float32) {
	if len(x) == 0 {
		return
	}
	n := float32(len(x))
	Centre(buf, x, mean, inv)
	if dgamma != nil {
		MulAdd(dgamma, dy, buf, dgamma)
	}
	if dbeta != nil {
		Add(dbeta, dbeta, dy)
	}
	g := dy
	if gamma != nil {
		Mul(dx, dy, gamma)
		g = dx
	}
	a, b := Sum(g)/n, Dot(g, buf)/n
	CentreBack(dx, g, buf, -b, -a, inv)
}
