package image

import "fmt"

// Resize returns m resized to height × width.
//
// The result has the bytes that Pillow's resize gives: filters are stretched
// when the picture shrinks, so that all its pixels count; colours are weighted
// by their alpha. Nearest only picks pixels.
func Resize(m *Image, height, width int, i Interpolation) (*Image, error) {
	return resizeChecked(m, height, width, i, false)
}

// ResizeCrop is [Resize] of the largest part in the middle of m that has the
// proportions of the result.
// Keras: load_img(keep_aspect_ratio=True).
func ResizeCrop(m *Image, height, width int, i Interpolation) (*Image, error) {
	return resizeChecked(m, height, width, i, true)
}

func resizeChecked(m *Image, height, width int, i Interpolation, crop bool) (*Image, error) {
	if _, err := i.filter(); err != nil {
		return nil, err
	}
	if height < 1 || width < 1 || m.Width < 1 || m.Height < 1 {
		return nil, fmt.Errorf("image: cannot resize %d×%d to %d×%d (height × width)", m.Height, m.Width, height, width)
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return s.take(s.resize(m, height, width, i, crop)), nil
}

// A box is the part of a picture that is resized.
type box struct{ x, y, w, h int }

// cut returns the part of a picture that becomes h × w: all of it, or with
// crop the largest box in its middle that has these proportions.
func cut(height, width, h, w int, crop bool) box {
	if !crop {
		return box{0, 0, width, height}
	}
	bh, bw := min(height, width*h/w), min(width, height*w/h)
	// A line of pixels may have to be cut to less than one.
	return box{(width - bw) / 2, (height - bh) / 2, max(bw, 1), max(bh, 1)}
}

// resize returns an image in the memory of s.
func (s *scratch) resize(m *Image, h, w int, ip Interpolation, crop bool) *Image {
	b := cut(m.Height, m.Width, h, w, crop)
	f, _ := ip.filter()
	dst := &s.small
	if m.Pix16 != nil {
		*dst = Image{Width: w, Height: h, Channels: m.Channels, Pix: dst.Pix, Pix16: resized(dst.Pix16, w*h*m.Channels)}
	} else {
		dst.reset(h, w, m.Channels)
	}
	if f.f == nil {
		s.nearest(dst, m, b)
		return dst
	}
	cx := s.coef[0].compute(m.Width, b.x, b.w, w, f)
	cy := s.coef[1].compute(m.Height, b.y, b.h, h, f)
	switch alpha := m.Channels == 4; {
	case m.Pix16 != nil && alpha:
		s.alpha16 = append(s.alpha16[:0], m.Pix16...)
		premultiply(s.alpha16, mulDiv65535)
		resample16(dst, &Image{Width: m.Width, Height: m.Height, Channels: 4, Pix16: s.alpha16}, cx, cy, &s.temp16)
		unpremultiply(dst.Pix16)
	case m.Pix16 != nil:
		resample16(dst, m, cx, cy, &s.temp16)
	case alpha:
		s.alpha = append(s.alpha[:0], m.Pix...)
		premultiply(s.alpha, mulDiv255)
		resample8(dst, &Image{Width: m.Width, Height: m.Height, Channels: 4, Pix: s.alpha}, cx, cy, &s.temp)
		unpremultiply(dst.Pix)
	default:
		resample8(dst, m, cx, cy, &s.temp)
	}
	return dst
}

// nearest picks the pixel under the centre of each new one. The place is found
// by adding up steps, as Pillow does: their rounding decides ties.
func (s *scratch) nearest(dst, src *Image, b box) {
	xs, ys := resized(s.places[0], dst.Width), resized(s.places[1], dst.Height)
	s.places[0], s.places[1] = xs, ys
	places(xs, b.x, b.w)
	places(ys, b.y, b.h)
	if src.Pix16 != nil {
		nearest(dst.Pix16, src.Pix16, src.Width, src.Channels, xs, ys)
		return
	}
	nearest(dst.Pix, src.Pix, src.Width, src.Channels, xs, ys)
}

func nearest[T uint8 | uint16](dst, src []T, width, c int, xs, ys []int) {
	for y, sy := range ys {
		in, out := src[sy*width*c:][:width*c], dst[y*len(xs)*c:][:len(xs)*c]
		switch c {
		case 1:
			for x, sx := range xs {
				out[x] = in[sx]
			}
		case 3:
			for x, sx := range xs {
				o, p := out[3*x:3*x+3], in[3*sx:3*sx+3]
				o[0], o[1], o[2] = p[0], p[1], p[2]
			}
		default:
			for x, sx := range xs {
				copy(out[x*c:(x+1)*c], in[sx*c:])
			}
		}
	}
}

func places(dst []int, lo, n int) {
	step := float64(n) / float64(len(dst))
	at := float64(lo) + float64(step*0.5)
	for i := range dst {
		dst[i] = min(int(at), lo+n-1)
		at += step
	}
}

func premultiply[T uint8 | uint16](p []T, mul func(a, b int) int) {
	for i := 0; i+4 <= len(p); i += 4 {
		a := int(p[i+3])
		for c := range 3 {
			p[i+c] = T(mul(int(p[i+c]), a))
		}
	}
}

func unpremultiply[T uint8 | uint16](p []T) {
	top := int(^T(0))
	for i := 0; i+4 <= len(p); i += 4 {
		a := int(p[i+3])
		if a == 0 || a == top {
			continue
		}
		for c := range 3 {
			p[i+c] = T(min(top*int(p[i+c])/a, top))
		}
	}
}

func mulDiv65535(a, b int) int { return (a*b + 32767) / 65535 }
