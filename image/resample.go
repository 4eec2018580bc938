package image

import (
	"math"

	"github.com/antler-ml/antler/image/internal/resample"
)

// coefs are the weights of a resize along one axis: output i is the sum of
// k[i·size+j] times input lo[i]+j, j < n[i].
type coefs struct {
	size, lo0, hi0 int // lo0 and hi0: the inputs that are used at all
	lo, n          []int
	k              []float64
	fixed          []int32 // k with 22 fractional bits
	identity       bool    // nothing to do
	rows           resample.Rows

	// What they were computed for: the pictures of a directory often have one size.
	in, from, of, out int
	filter            Interpolation
	channels          int // that rows is set for; 0: it is not
}

const precision = resample.Precision

func (c *coefs) compute(in, lo, n, out int, f filter) *coefs {
	if c.in == in && c.from == lo && c.of == n && c.out == out && c.filter == f.name {
		return c
	}
	c.in, c.from, c.of, c.out, c.filter, c.channels = in, lo, n, out, f.name, 0
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

// setRows prepares to resize rows of so many channels.
func (c *coefs) setRows(channels int) {
	if c.channels != channels {
		c.channels = channels
		c.rows.Set(c.lo, c.n, c.fixed, c.size, c.in, channels)
	}
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
		rows8(dst.Pix, src.Pix, c, cx)
	case rowsFirst(dst, src):
		*temp = resized(*temp, (cy.hi0-cy.lo0)*out)
		rows8(*temp, src.Pix[cy.lo0*in:], c, cx)
		columns8(dst.Pix, *temp, out, cy, cy.lo0)
	default:
		*temp = resized(*temp, dst.Height*in)
		columns8(*temp, src.Pix, in, cy, 0)
		rows8(dst.Pix, *temp, c, cx)
	}
}

// rows8 resizes each row.
func rows8(dst, src []uint8, c int, cx *coefs) {
	cx.setRows(c)
	cx.rows.Do(dst, src)
}

// columns8 makes rows of weighted sums of rows; src begins with row top.
func columns8(dst, src []uint8, stride int, cy *coefs, top int) {
	for y := range cy.lo {
		resample.Column(dst[y*stride:][:stride], src[(cy.lo[y]-top)*stride:], stride, cy.fixed[y*cy.size:][:cy.n[y]])
	}
}

// resample16 is resample8 for 16 bits, summing in float64.
func resample16(dst, src *Image, cx, cy *coefs, temp *[]uint16) {
	c := src.Channels
	in, out := src.Width*c, dst.Width*c
	switch {
	case cx.identity && cy.identity:
		copy(dst.Pix16, src.Pix16)
	case cx.identity:
		columns16(dst.Pix16, src.Pix16, in, cy)
	case cy.identity:
		rows16(dst.Pix16, src.Pix16, in, out, c, cx)
	case rowsFirst(dst, src):
		*temp = resized(*temp, src.Height*out)
		rows16(*temp, src.Pix16, in, out, c, cx)
		columns16(dst.Pix16, *temp, out, cy)
	default:
		*temp = resized(*temp, dst.Height*in)
		columns16(*temp, src.Pix16, in, cy)
		rows16(dst.Pix16, *temp, in, out, c, cx)
	}
}

func rows16(dst, src []uint16, in, out, c int, cx *coefs) {
	for i := range dst {
		y, x, k := i/out, i%out/c, i%c
		dst[i] = sum16(src[y*in+cx.lo[x]*c+k:], c, cx.k[x*cx.size:][:cx.n[x]])
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
