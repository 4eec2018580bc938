package image

import (
	stdimage "image"

	"github.com/antler-ml/antler/internal/kernel"
)

// ycbcrRows converts pictures that a decoder of the standard library gives as
// YCbCr the way libjpeg does: chroma samples are interpolated ("fancy
// upsampling"), where the standard library repeats them.
type ycbcrRows struct {
	cb, cr []uint8 // one row, as long as the picture is wide
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
	cb, cr := chroma(r.cb, s.Cb, s, w, h, y), chroma(r.cr, s.Cr, s, w, h, y)
	kernel.YCCToRGB(r.out, s.Y[y*s.YStride:][:w], cb, cr)
}

// chroma returns row y of a chroma plane in full width, in dst or in the plane.
func chroma(dst, plane []uint8, s *stdimage.YCbCr, w, h, y int) []uint8 {
	row := func(y, n int) []uint8 { return plane[y*s.CStride:][:n] }
	half := (w + 1) / 2
	// near is the chroma row that covers y, far the next nearest one.
	near := y / 2
	far := min(max(near-1+y%2*2, 0), (h+1)/2-1)
	switch narrow := half <= 2; s.SubsampleRatio { // libjpeg repeats the samples of very narrow pictures
	case stdimage.YCbCrSubsampleRatio444:
		return row(y, w)
	case stdimage.YCbCrSubsampleRatio440:
		kernel.JPEGBlend(dst[:w], row(near, w), row(far, w), 1+y%2)
	case stdimage.YCbCrSubsampleRatio422:
		if narrow {
			double(dst, row(y, half))
			break
		}
		kernel.JPEGWiden(dst[:2*half], row(y, half))
	default:
		if narrow {
			double(dst, row(near, half))
			break
		}
		kernel.JPEGWidenBlend(dst[:2*half], row(near, half), row(far, half))
	}
	return dst[:w]
}

func double(dst, src []uint8) {
	for i, v := range src {
		dst[2*i], dst[2*i+1] = v, v
	}
}
