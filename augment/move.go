package augment

import (
	"math"

	"github.com/antler-ml/antler/tensor"
)

// A motion moves the pixels of a sample. Its places are those of the middles of
// pixels, in rows and columns.
type motion struct {
	h, w int // of the result

	// Where a pixel of the result comes from: an affine map, or places row by row.
	affine affine
	places func(y int, rows, columns []float64)
	// Where a place of the picture goes, in the coordinates of boxes. nil: by the affine map.
	forward func(x, y float64) (float64, float64)
	curved  bool // straight lines do not stay straight

	Filling
	flip  Transform // its flips are done after the map
	keras bool      // outside begins at the middle of the last pixel, as in scipy
}

// A Filling says how pixels are made that lie between the picture's pixels or
// outside of it. Masks take the nearest pixel in any case.
type Filling struct {
	FillMode FillMode // of what lies outside; empty: constant
	CVal     float64  `keras:"cval"`      // the constant for images
	MaskCVal float64  `keras:"mask_cval"` // and for masks
	Nearest  bool     // take the nearest pixel instead of mixing four
}

// affineInverse returns the map from the picture to the result.
func (a affine) inverse() affine {
	det := a.rr*a.cc - a.rc*a.cr
	i := affine{rr: a.cc / det, rc: -a.rc / det, cr: -a.cr / det, cc: a.rr / det}
	i.r0 = -(i.rr*a.r0 + i.rc*a.c0)
	i.c0 = -(i.cr*a.r0 + i.cc*a.c0)
	return i
}

// at maps a place in the coordinates of boxes.
func (a affine) at(x, y float64) (float64, float64) {
	r, c := y-0.5, x-0.5
	return a.c0 + a.cr*r + a.cc*c + 0.5, a.r0 + a.rr*r + a.rc*c + 0.5
}

// move moves all of a sample.
func (s *Sample) move(m motion) {
	h, w, _ := s.size()
	if m.FillMode == "" {
		m.FillMode = FillConstant
	}
	order := 1
	if m.Nearest {
		order = 0
	}
	s.replace(&s.Image, s.moved(s.Image, &m, order, float32(m.CVal)))
	for i := range s.Masks {
		s.replace(&s.Masks[i], s.moved(s.Masks[i], &m, 0, float32(m.MaskCVal)))
	}
	forward := m.forward
	if forward == nil {
		inv := m.affine.inverse()
		forward = inv.at
	}
	s.carry(h, w, m.h, m.w, m.curved, func(x, y float64) (float64, float64) {
		x, y = forward(x, y)
		if m.flip.FlipHorizontal {
			x = float64(m.w) - x
		}
		if m.flip.FlipVertical {
			y = float64(m.h) - y
		}
		return x, y
	})
}

// moved returns the moved picture.
func (s *Sample) moved(t *tensor.Tensor, m *motion, order int, cval float32) *tensor.Tensor {
	d := t.Shape()
	in := raster{d[0], d[1], 1, 1}
	var out *tensor.Tensor
	if len(d) == 3 {
		in.inner = d[2]
		out = s.fresh(m.h, m.w, d[2])
	} else {
		out = s.fresh(m.h, m.w)
	}
	sc := s.scratch()
	wp := warp[float32]{sampler: floatSampler, order: order, fill: m.FillMode, cval: cval, flipHorizontal: m.flip.FlipHorizontal, flipVertical: m.flip.FlipVertical, wide: !m.keras}
	if m.places == nil {
		wp.affine(out.Data(), t.Data(), m.h, m.w, in, m.affine, sc)
		return out
	}
	sc.rows, sc.columns = resized(sc.rows, m.w), resized(sc.columns, m.w)
	for y := range m.h {
		sc.rows, sc.columns = sc.rows[:m.w], sc.columns[:m.w]
		m.places(y, sc.rows, sc.columns)
		wp.places(out.Data(), t.Data(), y, raster{m.h, m.w, 1, in.inner}, in, sc)
	}
	return out
}

// carry moves boxes and points of a picture of h × w to one of oh × ow.
func (s *Sample) carry(h, w, oh, ow int, curved bool, forward func(x, y float64) (float64, float64)) {
	steps := 1
	if curved {
		steps = 16
	}
	kept := s.Boxes[:0]
	for _, b := range s.Boxes {
		n := Box{Left: math.Inf(1), Top: math.Inf(1), Right: math.Inf(-1), Bottom: math.Inf(-1), Label: b.Label, ID: b.ID, Visible: b.Visible}
		add := func(x, y float64) {
			x, y = forward(x, y)
			n.Left, n.Right = min(n.Left, x), max(n.Right, x)
			n.Top, n.Bottom = min(n.Top, y), max(n.Bottom, y)
		}
		for i := range steps { // along the four sides
			f := float64(i) / float64(steps)
			x, y := b.Left+f*(b.Right-b.Left), b.Top+f*(b.Bottom-b.Top)
			add(x, b.Top)
			add(b.Right, y)
			add(b.Right+b.Left-x, b.Bottom)
			add(b.Left, b.Bottom+b.Top-y)
		}
		if n.clip(oh, ow); n.Visible > 0 {
			kept = append(kept, n)
		}
	}
	s.Boxes = kept
	for i := range s.Points {
		p := &s.Points[i]
		p.X, p.Y = forward(p.X, p.Y)
		p.Outside = !(p.X >= 0 && p.X < float64(ow) && p.Y >= 0 && p.Y < float64(oh))
	}
}
