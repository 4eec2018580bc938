package augment

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
)

// A raster is how pixels lie in memory: planes of h × w pixels of inner samples
// each. Channels last is one plane, channels first one for each channel.
type raster struct{ h, w, planes, inner int }

func (r raster) plane() int { return r.h * r.w * r.inner }

// sampler are the two ways to get pixels of a type out of a picture.
type sampler[T float32 | uint8] struct {
	linear, pick func(r *kernel.WarpRow, dst, src []T, ch int)
	pickLine     func(r *kernel.WarpRow, dst, src []T, ch int, l kernel.WarpLine, x, n, h, w int)
	prefetch     func(x []T) // or nil: pictures of this type fit the cache
}

var (
	floatSampler = sampler[float32]{(*kernel.WarpRow).LinearFloat32, (*kernel.WarpRow).PickFloat32, (*kernel.WarpRow).PickLineFloat32, kernel.Prefetch}
	byteSampler  = sampler[uint8]{(*kernel.WarpRow).LinearUint8, (*kernel.WarpRow).PickUint8, (*kernel.WarpRow).PickLineUint8, nil}
)

// A warp resamples a picture with the nearest pixel (order 0) or the four
// around each place (order 1), row by row.
type warp[T float32 | uint8] struct {
	sampler[T]
	order                        int
	fill                         FillMode
	cval                         T
	flipHorizontal, flipVertical bool                     // of the result
	wide                         bool                     // pixels at the edge are squares around their places: outside begins half a pixel further out
	finish                       func(row []T, plane int) // called on each row of a plane that is done; or nil
}

// first and last are the limits of the places inside n pixels.
func (wp *warp[T]) first() float64 {
	if wp.wide {
		return -0.5
	}
	return 0
}

func (wp *warp[T]) last(n int) float64 {
	if wp.wide {
		return math.Nextafter(float64(n)-0.5, 0)
	}
	return float64(n - 1)
}

// affine sets each pixel of dst, a raster of dh rows and dw columns, to the
// place in src that m gives.
func (wp *warp[T]) affine(dst, src []T, dh, dw int, in raster, m affine, s *scratch) {
	out := raster{dh, dw, in.planes, in.inner}
	band := ahead{lo: in.h, hi: in.h}
	perRow, perColumn := 1/m.rc, 1/m.cc
	for y := range dh {
		rows, columns := m.line(y)
		if wp.prefetch != nil && y%lookahead == 0 {
			wp.ask(&band, src, in, m, y, dw)
		}
		if wp.flipVertical {
			y = dh - 1 - y
		}
		lo, hi := 0, dw
		if wp.fill != FillNearest { // there places outside count as places at the edge
			lo, hi = rows.inside(wp.first(), wp.last(in.h), perRow, dw)
			lo2, hi2 := columns.inside(wp.first(), wp.last(in.w), perColumn, dw)
			if lo, hi = max(lo, lo2), min(hi, hi2); lo >= hi {
				lo, hi = dw, dw
			}
		}
		wp.outside(dst, src, y, 0, lo, out, in, rows, columns, s)
		wp.inside(dst, src, y, lo, hi, out, in, rows, columns, s)
		wp.outside(dst, src, y, hi, dw, out, in, rows, columns, s)
		if wp.finish != nil {
			for p := range out.planes {
				wp.finish(dst[p*out.plane()+y*dw*out.inner:][:dw*out.inner], p)
			}
		}
	}
}

// ahead are the rows of a source that were asked for: lo … hi-1.
type ahead struct{ lo, hi int }

// lookahead is how many rows of the result the rows of the source are asked for
// at a time, that long before their use. Places jump from row to row, which the
// processor does not foresee.
const lookahead = 4

// ask asks memory for the rows of src that the rows of the result need which
// come next after the lookahead rows from y on.
func (wp *warp[T]) ask(a *ahead, src []T, in raster, m affine, y, dw int) {
	from := y + lookahead
	if y == 0 { // and all up to them
		from = 0
	}
	first, _ := m.line(from)
	end, _ := m.line(y + 2*lookahead - 1)
	top := min(first.at(0), first.at(dw-1), end.at(0), end.at(dw-1))
	bottom := max(first.at(0), first.at(dw-1), end.at(0), end.at(dw-1))
	last := float64(in.h - 1)
	lo, hi := int(min(max(top, 0), last)), int(min(max(bottom, 0)+1, last))+1
	if lo < 0 || lo >= hi { // of places that are no numbers
		return
	}
	if a.lo == a.hi {
		a.lo, a.hi = lo, lo
	}
	n := in.w * in.inner
	for p := range in.planes {
		plane := src[p*in.plane():]
		if lo < a.lo {
			wp.prefetch(plane[lo*n : a.lo*n])
		}
		if hi > a.hi {
			wp.prefetch(plane[a.hi*n : hi*n])
		}
	}
	a.lo, a.hi = min(a.lo, lo), max(a.hi, hi)
}

// inside makes the pixels lo … hi-1 of row y, before the flip.
func (wp *warp[T]) inside(dst, src []T, y, lo, hi int, out, in raster, rows, columns line, s *scratch) {
	if lo >= hi {
		return
	}
	n := hi - lo
	l := kernel.WarpLine{R: rows.base, RStep: rows.step, C: columns.base, CStep: columns.step}
	x := lo
	if wp.flipHorizontal {
		l = kernel.WarpLine{R: rows.at(hi - 1), RStep: -rows.step, C: columns.at(hi - 1), CStep: -columns.step}
		lo, x = out.w-hi, 0
	}
	if wp.order == 0 && out.planes == 1 {
		wp.pickLine(&s.row, dst[(y*out.w+lo)*out.inner:][:n*out.inner], src[:in.plane()], out.inner, l, x, n, in.h, in.w)
		return
	}
	if wp.order == 0 {
		s.row.NearestLine(l, x, n, in.h, in.w)
	} else {
		s.row.Line(l, x, n, in.h, in.w)
	}
	wp.write(dst, src, y, lo, n, out, in, s)
}

// outside makes the pixels lo … hi-1 of row y, whose places lie outside.
func (wp *warp[T]) outside(dst, src []T, y, lo, hi int, out, in raster, rows, columns line, s *scratch) {
	if lo >= hi {
		return
	}
	at := lo
	if wp.flipHorizontal {
		at = out.w - hi
	}
	if wp.fill == FillConstant {
		for p := range out.planes {
			fill(dst[p*out.plane()+(y*out.w+at)*out.inner:][:(hi-lo)*out.inner], wp.cval)
		}
		return
	}
	s.rows, s.columns = resized(s.rows, hi-lo), resized(s.columns, hi-lo)
	for i := range s.rows {
		x := lo + i
		if wp.flipHorizontal {
			x = hi - 1 - i
		}
		s.rows[i], s.columns[i] = fold(rows.at(x), in.h, wp.fill), fold(columns.at(x), in.w, wp.fill)
	}
	wp.list(dst, src, y, at, out, in, s)
}

// places makes row y of dst from the places in s.rows and s.columns, which may
// lie anywhere.
func (wp *warp[T]) places(dst, src []T, y int, out, in raster, s *scratch) {
	first, lastR, lastC := wp.first(), wp.last(in.h), wp.last(in.w)
	if wp.fill == FillReflect || wp.fill == FillWrap {
		for i := range s.rows {
			s.rows[i], s.columns[i] = fold(s.rows[i], in.h, wp.fill), fold(s.columns[i], in.w, wp.fill)
		}
	}
	wp.list(dst, src, y, 0, out, in, s)
	if wp.fill != FillConstant {
		return
	}
	for i, r := range s.rows {
		c := s.columns[i]
		if r >= first && r <= lastR && c >= first && c <= lastC {
			continue
		}
		for p := range out.planes {
			pixel := dst[p*out.plane()+(y*out.w+i)*out.inner:][:out.inner]
			for k := range pixel {
				pixel[k] = wp.cval
			}
		}
	}
}

func (wp *warp[T]) list(dst, src []T, y, at int, out, in raster, s *scratch) {
	if wp.order == 0 {
		s.row.NearestList(s.rows, s.columns, in.h, in.w)
	} else {
		s.row.List(s.rows, s.columns, in.h, in.w)
	}
	wp.write(dst, src, y, at, len(s.rows), out, in, s)
}

// write makes n pixels of row y, from column at on, in every plane.
func (wp *warp[T]) write(dst, src []T, y, at, n int, out, in raster, s *scratch) {
	f := wp.linear
	if wp.order == 0 {
		f = wp.pick
	}
	for p := range out.planes {
		f(&s.row, dst[p*out.plane()+(y*out.w+at)*out.inner:][:n*out.inner], src[p*in.plane():][:in.plane()], out.inner)
	}
}

// fill sets all of x to v.
func fill[T float32 | uint8](x []T, v T) {
	if v == 0 {
		clear(x)
		return
	}
	x[0] = v
	for n := 1; n < len(x); n *= 2 {
		copy(x[n:], x[:n])
	}
}
