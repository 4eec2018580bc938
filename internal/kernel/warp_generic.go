package kernel

// clampPlace moves a place, were it not a number, into [0, top].
func clampPlace(v, top float64) float64 {
	if !(v > 0) {
		v = 0
	}
	if !(v < top) {
		v = top
	}
	return v
}

func (p *warpPlan) place(r, c float64) (at int32, u, v float32) {
	r, c = clampPlace(r, p.rMax), clampPlace(c, p.cMax)
	ri, ci := min(int32(r), p.rLast), min(int32(c), p.cLast)
	return ri*p.w + ci, float32(c - float64(ci)), float32(r - float64(ri))
}

func (p *warpPlan) nearest(r, c float64) int32 {
	r, c = clampPlace(r, p.rMax), clampPlace(c, p.cMax)
	return int32(r+0.5)*p.w + int32(c+0.5)
}

func (r *WarpRow) linearFloat(dst, src []float32, ch int) {
	column, row := r.steps(ch)
	for i, at := range r.at {
		u, v := r.u[i], r.v[i]
		p := src[int(at)*ch:]
		d := dst[i*ch:][:ch]
		p00, p01, p10, p11 := p[:ch], p[column:][:ch], p[row:][:ch], p[row+column:][:ch]
		for k := range d {
			top := p00[k] + float32(u*(p01[k]-p00[k]))
			bottom := p10[k] + float32(u*(p11[k]-p10[k]))
			d[k] = top + float32(v*(bottom-top))
		}
	}
}

// weights turns ways into the weights of the four pixels, two in each number:
// the left one in its lower half.
func (r *WarpRow) weights() {
	const unit = 1 << 14
	round := func(x float32) int32 { return int32(float32(x*unit) + 0.5) }
	for i, u := range r.u {
		v := r.v[i]
		corner := round(float32(u * v))
		right, below := round(u), round(v)-corner
		left := unit - right - below
		r.top[i] = left&0xffff | (right-corner)<<16
		r.bottom[i] = below&0xffff | corner<<16
	}
}

func (r *WarpRow) linearByte(dst, src []uint8, ch int) {
	column, row := r.steps(ch)
	for i, at := range r.at {
		w00, w01 := int32(int16(r.top[i])), r.top[i]>>16
		w10, w11 := int32(int16(r.bottom[i])), r.bottom[i]>>16
		p := src[int(at)*ch:]
		d := dst[i*ch:][:ch]
		p00, p01, p10, p11 := p[:ch], p[column:][:ch], p[row:][:ch], p[row+column:][:ch]
		for k := range d {
			sum := int32(p00[k])*w00 + int32(p01[k])*w01 + int32(p10[k])*w10 + int32(p11[k])*w11
			d[k] = uint8(min(max((sum+1<<13)>>14, 0), 255))
		}
	}
}

func pickGo[T any](dst, src []T, at []int32, ch int) {
	switch ch {
	case 1:
		for i, a := range at {
			dst[i] = src[a]
		}
	case 3:
		for i, a := range at {
			*(*[3]T)(dst[3*i:]) = *(*[3]T)(src[3*int(a):])
		}
	default:
		for i, a := range at {
			copy(dst[i*ch:][:ch], src[int(a)*ch:])
		}
	}
}

// byteFloats are the bytes as numbers: to look them up takes half the time of
// converting them.
var byteFloats = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(i)
	}
	return t
}()

func floatsGo(dst []float32, src []uint8) {
	for i, v := range src {
		dst[i] = byteFloats[v]
	}
}
