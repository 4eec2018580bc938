package webp

import (
	stdimage "image"

	"github.com/antler-ml/antler/image"
)

// rgb converts the samples of a lossy WebP as libwebp does. They are video
// samples: Y goes from 16 to 235, where image.YCbCr means 0 to 255; and chroma
// is interpolated. alpha is the other plane of NYCbCrA, or nil.
func rgb(s *stdimage.YCbCr, alpha []uint8, alphaStride int) *image.Image {
	w, h := s.Rect.Dx(), s.Rect.Dy()
	n := 3
	if alpha != nil {
		n = 4
	}
	m := image.New(h, w, n)
	half := (w + 1) / 2
	u, v := make([]uint8, w+2), make([]uint8, w+2)
	for y := range h {
		near := y / 2
		far := min(max(near-1+y%2*2, 0), (h-1)/2)
		widen(u, s.Cb[near*s.CStride:][:half], s.Cb[far*s.CStride:][:half])
		widen(v, s.Cr[near*s.CStride:][:half], s.Cr[far*s.CStride:][:half])
		luma := s.Y[y*s.YStride:][:w]
		row := m.Pix[y*w*n:][:w*n]
		for x, l := range luma {
			// 14 bits of fraction, of which 8 are cut after each product.
			l, b, r := int32(l)*19077>>8, int32(u[x]), int32(v[x])
			p := row[x*n : x*n+3]
			p[0] = clip(l + r*26149>>8 - 14234)
			p[1] = clip(l - b*6419>>8 - r*13320>>8 + 8708)
			p[2] = clip(l + b*33050>>8 - 17685)
			if n == 4 {
				row[x*n+3] = alpha[y*alphaStride+x]
			}
		}
	}
	return m
}

func clip(v int32) uint8 { return uint8(min(max(v>>6, 0), 255)) }

// widen doubles a row of chroma a quarter of the way from near to far: 9, 3, 3
// and 1 sixteenths of the four samples around, rounded in two steps.
func widen(dst, near, far []uint8) {
	at := func(r []uint8, i int) int32 { return int32(r[i]) }
	n := len(near)
	dst[0] = uint8((3*at(near, 0) + at(far, 0) + 2) >> 2)
	for i := 1; i < n; i++ {
		a, b, c, d := at(near, i-1), at(near, i), at(far, i-1), at(far, i)
		sum := a + b + c + d + 8
		dst[2*i-1] = uint8(((sum+2*(b+c))>>3 + a) >> 1)
		dst[2*i] = uint8(((sum+2*(a+d))>>3 + b) >> 1)
	}
	dst[2*n-1] = uint8((3*at(near, n-1) + at(far, n-1) + 2) >> 2)
}
