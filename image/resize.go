package image

import (
	"fmt"
	"math"
)

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
	return clone(s.resize(m, height, width, i, crop)), nil
}

// A box is the part of a picture that is resized.
type box struct{ x, y, w, h int }

// centred returns the largest centred box with the proportions of h × w.
func centred(m *Image, h, w int) box {
	bh, bw := min(m.Height, m.Width*h/w), min(m.Width, m.Height*w/h)
	return box{(m.Width - bw) / 2, (m.Height - bh) / 2, bw, bh}
}

// resize returns an image in the memory of s.
func (s *scratch) resize(m *Image, h, w int, ip Interpolation, crop bool) *Image {
	b := box{0, 0, m.Width, m.Height}
	if crop {
		b = centred(m, h, w)
		if b.w == 0 || b.h == 0 { // a line of pixels, to be cut to less than one
			b.w, b.h = max(b.w, 1), max(b.h, 1)
		}
	}
	f, _ := ip.filter()
	dst := &s.small
	if m.Pix16 != nil {
		*dst = Image{Width: w, Height: h, Channels: 1, Pix: dst.Pix, Pix16: resized(dst.Pix16, w*h)}
	} else {
		dst.reset(h, w, m.Channels)
	}
	if f.f == nil {
		s.nearest(dst, m, b)
		return dst
	}
	if m.Channels == 4 {
		p := *m
		s.alpha = append(s.alpha[:0], m.Pix...)
		p.Pix = s.alpha
		premultiply(p.Pix)
		m = &p
	}
	cx := s.coef[0].compute(m.Width, b.x, b.w, w, f)
	cy := s.coef[1].compute(m.Height, b.y, b.h, h, f)
	if m.Pix16 != nil {
		resample16(dst, m, cx, cy, &s.temp16)
		return dst
	}
	resample8(dst, m, cx, cy, &s.temp)
	if m.Channels == 4 {
		unpremultiply(dst.Pix)
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
	c := src.Channels
	for y, sy := range ys {
		if src.Pix16 != nil {
			in, out := src.Pix16[sy*src.Width:], dst.Pix16[y*dst.Width:]
			for x, sx := range xs {
				out[x] = in[sx]
			}
			continue
		}
		in, out := src.Pix[sy*src.Width*c:][:src.Width*c], dst.Pix[y*dst.Width*c:][:dst.Width*c]
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

func premultiply(p []uint8) {
	for i := 0; i+4 <= len(p); i += 4 {
		a := int(p[i+3])
		for c := range 3 {
			p[i+c] = uint8(mulDiv255(int(p[i+c]), a))
		}
	}
}

func unpremultiply(p []uint8) {
	for i := 0; i+4 <= len(p); i += 4 {
		a := int(p[i+3])
		if a == 0 || a == 255 {
			continue
		}
		for c := range 3 {
			p[i+c] = uint8(min(255*int(p[i+c])/a, 255))
		}
	}
}

// coefs are the weights of a resize along one axis: output i is the sum of
// k[i·size+j] times input lo[i]+j, j < n[i].
type coefs struct {
	size, lo0, hi0 int // lo0 and hi0: the inputs that are used at all
	lo, n          []int
	k              []float64
	fixed          []int32 // k with 22 fractional bits
	identity       bool    // nothing to do
}

const precision = 22

func (c *coefs) compute(in, lo, n, out int, f filter) *coefs {
	c.identity = lo == 0 && n == in && n == out
	scale := float64(n) / float64(out)
	stretch := max(scale, 1)
	support := f.support * stretch
	c.size = int(math.Ceil(support))*2 + 1
	c.lo, c.n = resized(c.lo, out), resized(c.n, out)
	c.k, c.fixed = resized(c.k, out*c.size), resized(c.fixed, out*c.size)
	c.lo0, c.hi0 = in, 0
	for i := range out {
		centre := float64(lo) + float64((float64(i)+0.5)*scale)
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), in)
		c.lo[i], c.n[i] = first, last-first
		k := c.k[i*c.size:][:last-first]
		sum := 0.0
		for j := range k {
			k[j] = f.f((float64(j+first) - centre + 0.5) * (1 / stretch))
			sum += k[j]
		}
		for j := range k {
			if sum != 0 {
				k[j] /= sum
			}
			c.fixed[i*c.size+j] = int32(k[j]*(1<<precision) + math.Copysign(0.5, k[j]))
		}
		c.lo0, c.hi0 = min(c.lo0, first), max(c.hi0, last)
	}
	return c
}

// rowsFirst reports in which order Pillow resizes: along the rows first, unless
// that would leave much more for the second pass. The order shows in the bytes,
// since samples are rounded in between.
func rowsFirst(dst, src *Image) bool {
	return dst.Height >= src.Height || 2*(src.Width-dst.Width) >= src.Height-dst.Height
}

// resample8 resizes along both axes, with 8 bits in between.
func resample8(dst, src *Image, cx, cy *coefs, temp *[]uint8) {
	c := src.Channels
	in, out := src.Width*c, dst.Width*c // samples in a row
	switch {
	case cx.identity && cy.identity:
		copy(dst.Pix, src.Pix)
	case cx.identity:
		columns8(dst.Pix, src.Pix, in, cy, 0)
	case cy.identity:
		rows8(dst.Pix, src.Pix, in, out, c, cx)
	case rowsFirst(dst, src):
		*temp = resized(*temp, (cy.hi0-cy.lo0)*out)
		rows8(*temp, src.Pix[cy.lo0*in:], in, out, c, cx)
		columns8(dst.Pix, *temp, out, cy, cy.lo0)
	default:
		*temp = resized(*temp, dst.Height*in)
		columns8(*temp, src.Pix, in, cy, 0)
		rows8(dst.Pix, *temp, in, out, c, cx)
	}
}

// rows8 resizes each row, of in samples, to one of out samples.
func rows8(dst, src []uint8, in, out, c int, cx *coefs) {
	for y := 0; (y+1)*out <= len(dst); y++ {
		row8(dst[y*out:][:out], src[y*in:][:in], cx, c)
	}
}

// columns8 makes rows of weighted sums of rows; src begins with row top.
func columns8(dst, src []uint8, stride int, cy *coefs, top int) {
	for y := range cy.lo {
		column8(dst[y*stride:][:stride], src[(cy.lo[y]-top)*stride:], stride, cy.fixed[y*cy.size:][:cy.n[y]])
	}
}

func row8(dst, src []uint8, cx *coefs, c int) {
	for x := range cx.lo {
		k := cx.fixed[x*cx.size:][:cx.n[x]]
		in := src[cx.lo[x]*c:][:len(k)*c]
		switch c {
		case 3:
			var r, g, b int32 = 1 << (precision - 1), 1 << (precision - 1), 1 << (precision - 1)
			for j, w := range k {
				p := in[3*j : 3*j+3]
				r += int32(p[0]) * w
				g += int32(p[1]) * w
				b += int32(p[2]) * w
			}
			o := dst[3*x : 3*x+3]
			o[0], o[1], o[2] = clamp8(r>>precision), clamp8(g>>precision), clamp8(b>>precision)
		default:
			for i := range c {
				sum := int32(1 << (precision - 1))
				for j, w := range k {
					sum += int32(in[j*c+i]) * w
				}
				dst[x*c+i] = clamp8(sum >> precision)
			}
		}
	}
}

// column8 sets dst to the weighted sum of len(k) rows of src. It goes along the
// rows in short pieces whose sums stay in the first-level cache.
func column8(dst, src []uint8, stride int, k []int32) {
	var sums [256]int32
	for lo := 0; lo < len(dst); lo += len(sums) {
		d := dst[lo:min(lo+len(sums), len(dst))]
		s := sums[:len(d)]
		for i := range s {
			s[i] = 1 << (precision - 1)
		}
		for j, w := range k {
			in := src[j*stride+lo:][:len(s)]
			for i, v := range in {
				s[i] += int32(v) * w
			}
		}
		for i, v := range s {
			d[i] = clamp8(v >> precision)
		}
	}
}

// resample16 is resample8 for 16-bit grey, summing in float64.
func resample16(dst, src *Image, cx, cy *coefs, temp *[]uint16) {
	in, out := src.Width, dst.Width
	switch {
	case cx.identity && cy.identity:
		copy(dst.Pix16, src.Pix16)
	case cx.identity:
		columns16(dst.Pix16, src.Pix16, in, cy)
	case cy.identity:
		rows16(dst.Pix16, src.Pix16, in, out, cx)
	case rowsFirst(dst, src):
		*temp = resized(*temp, src.Height*out)
		rows16(*temp, src.Pix16, in, out, cx)
		columns16(dst.Pix16, *temp, out, cy)
	default:
		*temp = resized(*temp, dst.Height*in)
		columns16(*temp, src.Pix16, in, cy)
		rows16(dst.Pix16, *temp, in, out, cx)
	}
}

func rows16(dst, src []uint16, in, out int, cx *coefs) {
	for i := range dst {
		y, x := i/out, i%out
		dst[i] = sum16(src[y*in+cx.lo[x]:], 1, cx.k[x*cx.size:][:cx.n[x]])
	}
}

func columns16(dst, src []uint16, stride int, cy *coefs) {
	for i := range dst {
		y, x := i/stride, i%stride
		dst[i] = sum16(src[cy.lo[y]*stride+x:], stride, cy.k[y*cy.size:][:cy.n[y]])
	}
}

func sum16(in []uint16, step int, k []float64) uint16 {
	sum := 0.5
	for j, w := range k {
		sum += float64(float64(in[j*step]) * w)
	}
	return uint16(min(max(sum, 0), 65535))
}
