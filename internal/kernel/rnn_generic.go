package kernel

// The recurrent cells in plain Go, one float32 operation at a time, like
// math_generic.go.

// tiny is the least normal number: what an output gate counts as at least.
const tiny = 0x1p-126

func rnnLSTMGo(c, i, f, g, o, before []float32) {
	for k := range c {
		i[k], f[k], g[k], o[k] = sigmoid32(i[k]), sigmoid32(f[k]), tanh32(g[k]), sigmoid32(o[k])
		c[k] = float32(i[k]*g[k]) + float32(f[k]*before[k])
	}
}

func rnnOutputGo(h, c, o []float32) {
	for k := range h {
		h[k] = tanh32(c[k]) * o[k]
	}
}

func rnnLSTMBackGo(dh, dc, i, f, g, o, h, before []float32) {
	for k := range dh {
		by := o[k]
		if tiny > by {
			by = tiny
		}
		t := h[k] / by // tanh(c)
		d := dc[k] + float32(float32(dh[k]*o[k])*(1-float32(t*t)))
		do := float32(dh[k]*t) * float32(o[k]*(1-o[k]))
		di := float32(d*g[k]) * float32(i[k]*(1-i[k]))
		dg := float32(d*i[k]) * (1 - float32(g[k]*g[k]))
		df := float32(d*before[k]) * float32(f[k]*(1-f[k]))
		dh[k], dc[k] = 0, float32(d*f[k])
		i[k], f[k], g[k], o[k] = di, df, dg, do
	}
}

func rnnGRUGo(h, z, candidate, before []float32) {
	for k := range h {
		candidate[k] = tanh32(candidate[k])
		h[k] = float32(z[k]*(before[k]-candidate[k])) + candidate[k]
	}
}

func rnnGRUGatesGo(z, r, candidate, inner []float32) {
	for k := range z {
		z[k], r[k] = sigmoid32(z[k]), sigmoid32(r[k])
		candidate[k] = float32(r[k]*inner[k]) + candidate[k]
	}
}

func rnnGRUBackGo(dh, z, candidate, before []float32) {
	for k := range dh {
		dz := float32((before[k] - candidate[k]) * dh[k])
		t := float32(dh[k] * z[k])
		d := dh[k] - t
		dh[k] = t
		candidate[k] = d * (1 - float32(candidate[k]*candidate[k]))
		z[k] = dz * float32(z[k]*(1-z[k]))
	}
}

func rnnGRUResetBackGo(dh, z, r, candidate, inner, before []float32) {
	for k := range dh {
		dz := float32((before[k] - candidate[k]) * dh[k])
		t := float32(dh[k] * z[k])
		d := dh[k] - t
		dh[k] = t
		d *= 1 - float32(candidate[k]*candidate[k])
		candidate[k] = d
		z[k] = dz * float32(z[k]*(1-z[k]))
		dr := float32(d * inner[k])
		inner[k] = float32(d * r[k])
		r[k] = dr * float32(r[k]*(1-r[k]))
	}
}
