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
		case 4:
			linear4(row[4*lo:4*hi], src, w, lo, rows, columns)
		default:
			linearN(row[ch*lo:ch*hi], src, w, ch, lo, rows, columns)
		}
		linearEdge(row, src, ch, hi, w, rows, columns, b)
	}
}

// Places inside an image are kept as whole numbers of 2^-32 pixels: the upper
// half is the pixel, the lower half the way to the next. Scaling by a power of
// two is exact, so these are the places of line.at, cut to 32 bits.
const (
	unit     = 1 << 32
	fraction = 1. / (1 << 31) // of the lower half, shifted right to fit an int32
)

func (l line) scaled() (base, step float64) { return l.base * unit, l.step * unit }

// linear1 is linear for pixels of one channel, from x on, whose four neighbours
// all exist.
func linear1(dst, src []float32, w, x int, rows, columns line) {
	fx := float64(x)
	rb, rs := rows.scaled()
	cb, cs := columns.scaled()
	for i := range dst {
		r, c := int64(rb+float64(fx*rs)), int64(cb+float64(fx*cs))
		fx++
		v, u := float32(int32(uint32(r)>>1))*fraction, float32(int32(uint32(c)>>1))*fraction
		p := int(r>>32)*w + int(c>>32)
		p0, p1 := (*[2]float32)(src[p:]), (*[2]float32)(src[p+w:])
		top := p0[0] + float32(u*(p0[1]-p0[0]))
		bottom := p1[0] + float32(u*(p1[1]-p1[0]))
		dst[i] = top + float32(v*(bottom-top))
	}
}

// linear3 is linear1 for three channels.
func linear3(dst, src []float32, w, x int, rows, columns line) {
	fx := float64(x)
	rb, rs := rows.scaled()
	cb, cs := columns.scaled()
	w3 := 3 * w
	for len(dst) >= 3 {
		r, c := int64(rb+float64(fx*rs)), int64(cb+float64(fx*cs))
		fx++
		v, u := float32(int32(uint32(r)>>1))*fraction, float32(int32(uint32(c)>>1))*fraction
		p := int(r>>32)*w3 + 3*int(c>>32)
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

// linear4 is linear1 for four channels.
func linear4(dst, src []float32, w, x int, rows, columns line) {
	fx := float64(x)
	rb, rs := rows.scaled()
	cb, cs := columns.scaled()
	for len(dst) >= 4 {
		r, c := int64(rb+float64(fx*rs)), int64(cb+float64(fx*cs))
		fx++
		v, u := float32(int32(uint32(r)>>1))*fraction, float32(int32(uint32(c)>>1))*fraction
		p := (int(r>>32)*w + int(c>>32)) * 4
		p0, p1 := (*[8]float32)(src[p:]), (*[8]float32)(src[p+4*w:])
		w11 := float32(v * u)
		w10, w01 := v-w11, u-w11
		w00 := 1 - v - w01
		d := (*[4]float32)(dst)
		d[0] = float32(p0[0]*w00) + float32(p0[4]*w01) + float32(p1[0]*w10) + float32(p1[4]*w11)
		d[1] = float32(p0[1]*w00) + float32(p0[5]*w01) + float32(p1[1]*w10) + float32(p1[5]*w11)
		d[2] = float32(p0[2]*w00) + float32(p0[6]*w01) + float32(p1[2]*w10) + float32(p1[6]*w11)
		d[3] = float32(p0[3]*w00) + float32(p0[7]*w01) + float32(p1[3]*w10) + float32(p1[7]*w11)
		dst = dst[4:]
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
	lastR, lastC := float64(b.h-1), float64(b.w-1)
	for x := lo; x < hi; x++ {
		d := row[x*ch:][:ch]
		r, c := rows.at(x), columns.at(x)
		if b.mode == FillNearest { // the default, without a call
			if r < 0 {
				r = 0
			} else if r > lastR {
				r = lastR
			}
			if c < 0 {
				c = 0
			} else if c > lastC {
				c = lastC
			}
		} else {
			var okR, okC bool
			r, okR = b.place(r, b.h)
			c, okC = b.place(c, b.w)
			if !okR || !okC {
				for i := range d {
					d[i] = b.cval
				}
				continue
			}
		}
		ri, ci := int(r), int(c)
		if r < 0 { // above -1, see place
			ri = -1
		}
		if c < 0 {
			ci = -1
		}
		// In every mode a missing neighbour is the border pixel itself, or has no weight.
		top, bottom := max(ri, 0)*b.w, min(ri+1, b.h-1)*b.w
		left, right := max(ci, 0), min(ci+1, b.w-1)
		v, u := float32(r-float64(ri)), float32(c-float64(ci))
		if ch == 3 {
			w11 := float32(v * u)
			w10, w01 := v-w11, u-w11
			w00 := 1 - v - w01
			p00, p01 := (*[3]float32)(src[3*(top+left):]), (*[3]float32)(src[3*(top+right):])
			p10, p11 := (*[3]float32)(src[3*(bottom+left):]), (*[3]float32)(src[3*(bottom+right):])
			d := (*[3]float32)(d)
			d[0] = float32(p00[0]*w00) + float32(p01[0]*w01) + float32(p10[0]*w10) + float32(p11[0]*w11)
			d[1] = float32(p00[1]*w00) + float32(p01[1]*w01) + float32(p10[1]*w10) + float32(p11[1]*w11)
			d[2] = float32(p00[2]*w00) + float32(p01[2]*w01) + float32(p10[2]*w10) + float32(p11[2]*w11)
			continue
		}
		blend(d, src[(top+left)*ch:], src[(top+right)*ch:], src[(bottom+left)*ch:], src[(bottom+right)*ch:], v, u)
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
