package kernel

// Each works on the columns from first on, so that it also finishes what the
// assembly leaves: the columns after the last whole vector.

func normMomentsGo(s, sq, x, centre []float32, first int) {
	w := len(centre)
	for ; len(x) >= w; x = x[w:] {
		row, s, sq, centre := x[first:w], s[first:w], sq[first:w], centre[first:w]
		for c, v := range row {
			d := v - centre[c]
			s[c] += d
			sq[c] += float32(d * d)
		}
	}
}

func normApplyGo(y, x, mean, scale, shift []float32, first int) {
	w := len(mean)
	for at := 0; at+w <= len(x); at += w {
		row, to := x[at+first:at+w], y[at+first:at+w]
		mean, scale, shift := mean[first:w], scale[first:w], shift[first:w]
		for c, v := range row {
			to[c] = float32((v-mean[c])*scale[c]) + shift[c]
		}
	}
}

func normDotsGo(s, p, dy, x, mean []float32, first int) {
	w := len(mean)
	for at := 0; at+w <= len(x); at += w {
		row, d := x[at+first:at+w], dy[at+first:at+w]
		s, p, mean := s[first:w], p[first:w], mean[first:w]
		for c, v := range row {
			s[c] += d[c]
			p[c] += float32(d[c] * (v - mean[c]))
		}
	}
}

func normBackGo(dx, dy, x, mean, a, b, c []float32, first int) {
	w := len(mean)
	for at := 0; at+w <= len(x); at += w {
		row, d, to := x[at+first:at+w], dy[at+first:at+w], dx[at+first:at+w]
		mean, a, b, k := mean[first:w], a[first:w], b[first:w], c[first:w]
		for c, v := range row {
			to[c] = float32(a[c]*d[c]) + float32(b[c]*(v-mean[c])) + k[c]
		}
	}
}
