package augment

import "math"

// linear resamples with the four pixels around each place (order 1).
func linear(dst, src []float32, h, w, ch int, m affine, b border) {
	for y := range h {
		rows, columns := m.line(y)
		row := dst[y*w*ch:][:w*ch]
		lo, hi := rows.inside(float64(h-1), w)
		lo2, hi2 := columns.inside(float64(w-1), w)
		lo, hi = max(lo, lo2), min(hi, hi2)
		if lo >= hi {
			lo, hi = 0, 0
		}
		linearEdge(row, src, ch, 0, lo, rows, columns, b)
		switch ch {
		case 1:
			linear1(row[lo:hi], src, w, lo, rows, columns)
		case 3:
			linear3(row[3*lo:3*hi], src, w, lo, rows, columns)
		default:
			linearN(row[ch*lo:ch*hi], src, w, ch, lo, rows, columns)
		}
		linearEdge(row, src, ch, hi, w, rows, columns, b)
	}
}

// linear1 is linear for pixels of one channel, from x on, whose four neighbours
// all exist.
func linear1(dst, src []float32, w, x int, rows, columns line) {
	fx := float64(x)
	for i := range dst {
		r, c := rows.base+float64(fx*rows.step), columns.base+float64(fx*columns.step)
		fx++
		ri, ci := int(r), int(c)
		v, u := float32(r-float64(ri)), float32(c-float64(ci))
		p := ri*w + ci
		p0, p1 := (*[2]float32)(src[p:]), (*[2]float32)(src[p+w:])
		w1 := float32(v * u)
		w10, w01 := v-w1, u-w1
		w00 := 1 - v - w01
		dst[i] = float32(p0[0]*w00) + float32(p0[1]*w01) + float32(p1[0]*w10) + float32(p1[1]*w1)
	}
}

// linear3 is linear1 for three channels.
func linear3(dst, src []float32, w, x int, rows, columns line) {
	fx := float64(x)
	w3 := 3 * w
	for len(dst) >= 3 {
		r, c := rows.base+float64(fx*rows.step), columns.base+float64(fx*columns.step)
		fx++
		ri, ci := int(r), int(c)
		v, u := float32(r-float64(ri)), float32(c-float64(ci))
		p := ri*w3 + 3*ci
		p0, p1 := (*[6]float32)(src[p:]), (*[6]float32)(src[p+w3:])
		w11 := float32(v * u)
		w10, w01 := v-w11, u-w11
		w00 := 1 - v - w01
		d := (*[3]float32)(dst)
		d[0] = float32(p0[0]*w00) + float32(p0[3]*w01) + float32(p1[0]*w10) + float32(p1[3]*w11)
		d[1] = float32(p0[1]*w00) + float32(p0[4]*w01) + float32(p1[1]*w10) + float32(p1[4]*w11)
		d[2] = float32(p0[2]*w00) + float32(p0[5]*w01) + float32(p1[2]*w10) + float32(p1[5]*w11)
		dst = dst[3:]
	}
}

// linearN is linear1 for any number of channels.
func linearN(dst, src []float32, w, ch, x int, rows, columns line) {
	fx := float64(x)
	for ; len(dst) > 0; dst = dst[ch:] {
		r, c := rows.base+float64(fx*rows.step), columns.base+float64(fx*columns.step)
		fx++
		ri, ci := int(r), int(c)
		v, u := float32(r-float64(ri)), float32(c-float64(ci))
		p := (ri*w + ci) * ch
		blend(dst[:ch], src[p:], src[p+ch:], src[p+w*ch:], src[p+w*ch+ch:], v, u)
	}
}

// blend mixes four pixels: v is the weight of the lower two, u of the right two.
func blend(dst, p00, p01, p10, p11 []float32, v, u float32) {
	w11 := float32(v * u)
	w10, w01 := v-w11, u-w11
	w00 := 1 - v - w01
	for i := range dst {
		dst[i] = float32(p00[i]*w00) + float32(p01[i]*w01) + float32(p10[i]*w10) + float32(p11[i]*w11)
	}
}

// linearEdge is linear for the pixels lo … hi-1 of a row, wherever they lie.
func linearEdge(row, src []float32, ch, lo, hi int, rows, columns line, b border) {
	for x := lo; x < hi; x++ {
		d := row[x*ch:][:ch]
		r, okR := b.place(rows.at(x), b.h)
		c, okC := b.place(columns.at(x), b.w)
		if !okR || !okC {
			for i := range d {
				d[i] = b.cval
			}
			continue
		}
		fr, fc := math.Floor(r), math.Floor(c)
		ri, ci := int(fr), int(fc)
		// In every mode a missing neighbour is the border pixel itself, or has no weight.
		top, bottom := clamp(ri, b.h)*b.w, clamp(ri+1, b.h)*b.w
		left, right := clamp(ci, b.w), clamp(ci+1, b.w)
		blend(d, src[(top+left)*ch:], src[(top+right)*ch:], src[(bottom+left)*ch:], src[(bottom+right)*ch:], float32(r-fr), float32(c-fc))
	}
}

func clamp(i, n int) int { return min(max(i, 0), n-1) }

// nearest resamples with the pixel closest to each place (order 0).
func nearest(dst, src []float32, h, w, ch int, m affine, b border) {
	for y := range h {
		rows, columns := m.line(y)
		row := dst[y*w*ch:][:w*ch]
		lo, hi := rows.inside(float64(h-1), w)
		lo2, hi2 := columns.inside(float64(w-1), w)
		lo, hi = max(lo, lo2), min(hi, hi2)
		if lo >= hi {
			lo, hi = 0, 0
		}
		nearestEdge(row, src, ch, 0, lo, rows, columns, b)
		fx := float64(lo)
		for d := row[lo*ch : hi*ch]; len(d) >= ch; d = d[ch:] {
			r, c := rows.base+float64(fx*rows.step), columns.base+float64(fx*columns.step)
			fx++
			p := src[(int(r+0.5)*w+int(c+0.5))*ch:]
			switch ch {
			case 1:
				d[0] = p[0]
			case 3:
				*(*[3]float32)(d) = *(*[3]float32)(p)
			default:
				copy(d[:ch], p)
			}
		}
		nearestEdge(row, src, ch, hi, w, rows, columns, b)
	}
}

// nearestEdge is nearest for the pixels lo … hi-1 of a row, wherever they lie.
func nearestEdge(row, src []float32, ch, lo, hi int, rows, columns line, b border) {
	for x := lo; x < hi; x++ {
		d := row[x*ch:][:ch]
		r, okR := b.place(rows.at(x), b.h)
		c, okC := b.place(columns.at(x), b.w)
		if !okR || !okC {
			for i := range d {
				d[i] = b.cval
			}
			continue
		}
		p := (clamp(int(math.Floor(r+0.5)), b.h)*b.w + clamp(int(math.Floor(c+0.5)), b.w)) * ch
		copy(d, src[p:p+ch])
	}
}
