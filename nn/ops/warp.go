package ops

import (
	"math"

	"github.com/antler-ml/antler/internal/par"
)

// A WarpMode says what lies beyond the borders of images.
type WarpMode uint8

// What lies beyond the borders of a b c d.
const (
	WarpReflect  WarpMode = iota // d c b a | a b c d | d c b a
	WarpWrap                     // a b c d | a b c d | a b c d
	WarpNearest                  // a a a a | a b c d | d d d d
	WarpConstant                 // f f f f | a b c d | f f f f, f the fill value
)

// WarpConfig is how [Warp] looks up pixels.
type WarpConfig struct {
	Size     [2]int // height and width of the result
	Mode     WarpMode
	Fill     float32 // beyond the borders, with WarpConstant
	Bilinear bool    // mixes the four pixels around a point, instead of taking the nearest
}

// Warp moves the pixels of images (batch, height, width, channels) by an affine map
// of each image: its row a of matrices (batch, 6) says that the pixel at (x, y) of
// the result comes from the point (a₀x + a₁y + a₂, a₃x + a₄y + a₅) of the image.
// No gradient flows into the matrices.
func Warp(images, matrices *Value, c WarpConfig) *Value {
	if images.Rank() != 4 || matrices.Rank() != 2 || matrices.shape[0] != images.shape[0] || matrices.shape[1] != 6 {
		shapePanic("Warp", [][]int{images.shape, matrices.shape}, "want images (batch, height, width, channels) and matrices (batch, 6)")
	}
	return apply1(&warp{warping{c, images.shape[1], images.shape[2], images.shape[3]}}, images, matrices)
}

// warping is a WarpConfig for images of a size.
type warping struct {
	WarpConfig
	h, w, channels int
}

type warp struct{ warping }

func (*warp) String() string { return "Warp" }

func (o *warp) Infer(in [][]int) [][]int {
	return [][]int{{in[0][0], o.Size[0], o.Size[1], o.channels}}
}

func (o *warp) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(&warpGrad{o.warping}, dout[0], in[1]), nil}
}

func (o *warp) Bind(b *Binding) func() {
	images, matrices, out := b.In[0], b.In[1], b.Out[0]
	row, image := o.Size[1]*o.channels, o.h*o.w*o.channels
	body := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			n, y := r/o.Size[0], r%o.Size[0]
			src, a := images[n*image:][:image], matrices[n*6:][:6]
			for x := range o.Size[1] {
				o.pixel(out[r*row+x*o.channels:][:o.channels], src, a, x, y)
			}
		}
	}
	rows, grain := b.InShape[0][0]*o.Size[0], max(1, moverGrain/(8*max(1, row)))
	return func() { par.For(rows, grain, body) }
}

// pixel sets dst to the pixel that lands at (x, y).
func (o *warping) pixel(dst, src, a []float32, x, y int) {
	if len(src) == 0 {
		return
	}
	taps, n := o.taps(a, x, y)
	clear(dst)
	for _, t := range taps[:n] {
		if t.at < 0 {
			for c := range dst {
				dst[c] += t.weight * o.Fill
			}
			continue
		}
		for c, v := range src[t.at*o.channels:][:o.channels] {
			dst[c] += t.weight * v
		}
	}
}

// tap is one pixel that another is mixed of; at is -1 beyond the borders.
type tap struct {
	at     int
	weight float32
}

func (o *warping) taps(a []float32, x, y int) (taps [4]tap, n int) {
	fx, fy := float32(x), float32(y)
	px := o.inside(a[0]*fx+a[1]*fy+a[2], o.w)
	py := o.inside(a[3]*fx+a[4]*fy+a[5], o.h)
	if !o.Bilinear {
		return [4]tap{{o.index(math.Round(float64(py)), math.Round(float64(px))), 1}}, 1
	}
	x0, y0 := float32(math.Floor(float64(px))), float32(math.Floor(float64(py)))
	for i := range taps {
		dx, dy := float32(i&1), float32(i>>1)
		wx, wy := 1-float32(math.Abs(float64(px-x0-dx))), 1-float32(math.Abs(float64(py-y0-dy)))
		if w := wx * wy; w != 0 {
			taps[n] = tap{o.index(float64(y0+dy), float64(x0+dx)), w}
			n++
		}
	}
	return taps, n
}

func (o *warping) index(y, x float64) int {
	if y < 0 || x < 0 || y >= float64(o.h) || x >= float64(o.w) || y != y || x != x {
		return -1
	}
	return int(y)*o.w + int(x)
}

// inside brings a coordinate that is beyond the borders back, as the mode says.
func (o *warping) inside(v float32, n int) float32 {
	last := float32(n - 1)
	if o.Mode == WarpConstant || v >= 0 && v <= last {
		return v
	}
	size := float32(n)
	switch {
	case n <= 1:
		return 0
	case o.Mode == WarpWrap && v < 0:
		v += size * (float32(math.Trunc(float64(-v/last))) + 1)
	case o.Mode == WarpWrap:
		v -= size * float32(math.Trunc(float64(v/last)))
	case o.Mode == WarpReflect:
		if v < 0 {
			v = -v - 1
		}
		v -= 2 * size * float32(math.Trunc(float64(v/(2*size))))
		if v >= size {
			v = 2*size - v - 1
		}
	}
	return min(max(v, 0), last)
}

// warpGrad gives each pixel what those that are mixed of it got.
type warpGrad struct{ warping }

func (*warpGrad) String() string { return "WarpGrad" }

func (o *warpGrad) Infer(in [][]int) [][]int {
	return [][]int{{in[0][0], o.h, o.w, o.channels}}
}

// Grad is nothing more than Warp again, without what it fills in.
func (o *warpGrad) Grad(in, _, dout []*Value) []*Value {
	again := o.warping
	again.Fill = 0
	return []*Value{apply1(&warp{again}, dout[0], in[1]), nil}
}

// Bind: one image is one worker's, so that sums have one order.
func (o *warpGrad) Bind(b *Binding) func() {
	dout, matrices, din := b.In[0], b.In[1], b.Out[0]
	image, size := o.h*o.w*o.channels, o.Size[0]*o.Size[1]*o.channels
	body := func(lo, hi int) {
		for n := lo; n < hi; n++ {
			dst, src := din[n*image:][:image], dout[n*size:][:size]
			clear(dst)
			for y := range o.Size[0] {
				for x := range o.Size[1] {
					got := src[(y*o.Size[1]+x)*o.channels:][:o.channels]
					taps, k := o.taps(matrices[n*6:][:6], x, y)
					for _, t := range taps[:k] {
						if t.at < 0 || image == 0 {
							continue
						}
						for c, v := range got {
							dst[t.at*o.channels+c] += t.weight * v
						}
					}
				}
			}
		}
	}
	batch := b.InShape[0][0]
	return func() { par.For(batch, 1, body) }
}
