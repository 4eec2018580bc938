package kernel

// gemmDotsGo computes out[i] = Σ_p x[i*ld+p] * v[p] for i < rows, p < k.
func gemmDotsGo(rows, k int, x []float32, ld int, v, out []float32) {
	v = v[:k]
	for i := range rows {
		row := x[i*ld:][:k]
		var s0, s1, s2, s3 float32
		p := 0
		for ; p+4 <= k; p += 4 {
			r, u := row[p:p+4:p+4], v[p:p+4:p+4]
			s0 += float32(r[0] * u[0])
			s1 += float32(r[1] * u[1])
			s2 += float32(r[2] * u[2])
			s3 += float32(r[3] * u[3])
		}
		for ; p < k; p++ {
			s0 += float32(row[p] * v[p])
		}
		out[i] = (s0 + s2) + (s1 + s3)
	}
}

// gemmRowGo computes c[j] = c[j]·accumulate + Σ_p v[p*vStep] * x[p*ld+j].
func gemmRowGo(k int, v []float32, vStep int, x []float32, ld int, c []float32, accumulate bool) {
	for j := 0; j < len(c); j += 4 {
		cols := min(4, len(c)-j)
		flags := 0
		if accumulate {
			flags = gemmAccumulate
		}
		gemmTileGo(k, 1, cols, v, 0, vStep, x[j:], ld, c[j:], 0, nil, flags)
	}
}
