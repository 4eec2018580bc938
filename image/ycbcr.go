package image

import stdimage "image"

// ycbcrRows converts JPEG pixels to RGB as libjpeg does, whence Pillow has
// them: chroma samples are interpolated ("fancy upsampling"), where the
// standard library repeats them.
type ycbcrRows struct {
	cb, cr []uint8 // one row, as long as the picture is wide
	sum    []int32
	out    []uint8 // RGB
}

// fancy reports whether ycbcrRows knows the picture's subsampling.
func fancy(s *stdimage.YCbCr) bool {
	if s.Rect.Min != (stdimage.Point{}) {
		return false
	}
	switch s.SubsampleRatio {
	case stdimage.YCbCrSubsampleRatio444, stdimage.YCbCrSubsampleRatio422, stdimage.YCbCrSubsampleRatio420, stdimage.YCbCrSubsampleRatio440:
		return true
	}
	return false
}

// rgb sets r.out to row y.
func (r *ycbcrRows) rgb(s *stdimage.YCbCr, y int) {
	w, h := s.Rect.Dx(), s.Rect.Dy()
	r.cb, r.cr, r.out = resized(r.cb, w+1), resized(r.cr, w+1), resized(r.out, 3*w)
	cb, cr := r.chroma(r.cb, s.Cb, s, w, h, y), r.chroma(r.cr, s.Cr, s, w, h, y)
	luma := s.Y[y*s.YStride:][:w]
	cb, cr = cb[:w], cr[:w]
	out := r.out
	for x, l := range luma {
		// Fixed point with 16 bits, as libjpeg's tables have it.
		yy, b, c := int32(l), int32(cb[x])-128, int32(cr[x])-128
		o := out[3*x : 3*x+3]
		o[0] = clamp8(yy + (91881*c+1<<15)>>16)
		o[1] = clamp8(yy + (-22554*b-46802*c+1<<15)>>16)
		o[2] = clamp8(yy + (116130*b+1<<15)>>16)
	}
}

func clamp8(v int32) uint8 {
	if uint32(v) > 255 {
		return ^uint8(v >> 31)
	}
	return uint8(v)
}

// chroma returns row y of a chroma plane in full width, in dst or in the plane.
func (r *ycbcrRows) chroma(dst, plane []uint8, s *stdimage.YCbCr, w, h, y int) []uint8 {
	row := func(y, n int) []uint8 { return plane[y*s.CStride:][:n] }
	half := (w + 1) / 2
	// near is the chroma row that covers y, far the next nearest one.
	near := y / 2
	far := min(max(near-1+y%2*2, 0), (h+1)/2-1)
	switch s.SubsampleRatio {
	case stdimage.YCbCrSubsampleRatio422:
		widen(dst, row(y, half))
		return dst
	case stdimage.YCbCrSubsampleRatio440:
		a, b := row(near, w), row(far, w)
		bias := int32(1 + y%2)
		for x := range w {
			dst[x] = uint8((3*int32(a[x]) + int32(b[x]) + bias) >> 2)
		}
		return dst
	case stdimage.YCbCrSubsampleRatio420:
		a, b := row(near, half), row(far, half)
		if half <= 2 { // libjpeg repeats the samples of very narrow pictures
			for x := range w {
				dst[x] = a[x/2]
			}
			return dst
		}
		r.sum = resized(r.sum, half)
		for x := range half {
			r.sum[x] = 3*int32(a[x]) + int32(b[x])
		}
		widen2(dst, r.sum)
		return dst
	}
	return row(y, w)
}

// widen doubles a row: each sample becomes two, a quarter of the way towards
// its neighbours.
func widen(dst, in []uint8) {
	n := len(in)
	if n <= 2 {
		for i, v := range in {
			dst[2*i], dst[2*i+1] = v, v
		}
		return
	}
	dst[0], dst[2*n-1] = in[0], in[n-1]
	for i := range n {
		v := 3 * int32(in[i])
		if i > 0 {
			dst[2*i] = uint8((v + int32(in[i-1]) + 1) >> 2)
		}
		if i < n-1 {
			dst[2*i+1] = uint8((v + int32(in[i+1]) + 2) >> 2)
		}
	}
}

// widen2 is widen for column sums that are four times the samples.
func widen2(dst []uint8, in []int32) {
	n := len(in)
	dst[0], dst[2*n-1] = uint8((4*in[0]+8)>>4), uint8((4*in[n-1]+7)>>4)
	for i := 1; i < n; i++ {
		a, b := in[i-1], in[i]
		dst[2*i-1] = uint8((3*a + b + 7) >> 4)
		dst[2*i] = uint8((3*b + a + 8) >> 4)
	}
}
