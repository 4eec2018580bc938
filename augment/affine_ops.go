package augment

import "math"

func init() {
	Register[Rotate]()
	Register[Shear]()
	Register[Translate]()
}

// A Rotate turns the picture about its middle.
type Rotate struct {
	keeps
	Angle    float64 // degrees, counter-clockwise
	FillMode FillMode
	CVal     float64 `keras:"cval"`
	MaskCVal float64 `keras:"mask_cval"`
	Nearest  bool
}

// Apply moves the sample.
func (o *Rotate) Apply(s *Sample) error {
	h, w, _ := s.size()
	sin, cos := math.Sincos(o.Angle * (math.Pi / 180))
	m := affine{rr: cos, rc: sin, cr: -sin, cc: cos}
	y, x := float64(h-1)/2, float64(w-1)/2
	m.r0, m.c0 = y-m.rr*y-m.rc*x, x-m.cr*y-m.cc*x
	s.move(motion{h: h, w: w, affine: m, Filling: Filling{o.FillMode, o.CVal, o.MaskCVal, o.Nearest}})
	return nil
}

// A Shear slants the picture about its upper left corner: a row moves to the
// left by X times its distance from the top, a column upwards by Y times its
// distance from the left.
type Shear struct {
	keeps
	X, Y     float64
	FillMode FillMode
	CVal     float64 `keras:"cval"`
	MaskCVal float64 `keras:"mask_cval"`
	Nearest  bool
}

// Apply moves the sample.
func (o *Shear) Apply(s *Sample) error {
	h, w, _ := s.size()
	if o.X*o.Y == 1 {
		return s.fail("Shear: X·Y is 1, which leaves a line of the picture")
	}
	m := affine{rr: 1, rc: o.Y, cr: o.X, cc: 1, r0: o.Y / 2, c0: o.X / 2}
	s.move(motion{h: h, w: w, affine: m, Filling: Filling{o.FillMode, o.CVal, o.MaskCVal, o.Nearest}})
	return nil
}

// A Translate moves the picture.
type Translate struct {
	keeps
	X, Y     float64 // pixels to the right, and downwards
	FillMode FillMode
	CVal     float64 `keras:"cval"`
	MaskCVal float64 `keras:"mask_cval"`
	Nearest  bool
}

// Apply moves the sample.
func (o *Translate) Apply(s *Sample) error {
	h, w, _ := s.size()
	m := affine{rr: 1, cc: 1, r0: -o.Y, c0: -o.X}
	s.move(motion{h: h, w: w, affine: m, Filling: Filling{o.FillMode, o.CVal, o.MaskCVal, o.Nearest}})
	return nil
}
