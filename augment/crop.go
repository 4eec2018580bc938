package augment

import "fmt"

func init() {
	Register[RandomCrop]()
	Register[CenterCrop]()
	Register[Crop]()
}

// RandomCrop takes a part of the picture at a random place.
type RandomCrop struct {
	Height, Width int      // of the part; required
	Padding       int      // pixels that are added around the picture before
	PadIfNeeded   bool     // add pixels where the picture is smaller than the part; else that is an error
	FillMode      FillMode `default:"constant"` // what is added
	CVal          float64  `keras:"cval"`       // when it is a constant
	MaskCVal      float64  `keras:"mask_cval"`  // in masks
}

// CenterCrop takes the middle of the picture.
type CenterCrop struct {
	Height, Width int // required
	PadIfNeeded   bool
	FillMode      FillMode `default:"constant"`
	CVal          float64  `keras:"cval"`
	MaskCVal      float64  `keras:"mask_cval"`
}

// Validate checks the size.
func (a *RandomCrop) Validate() error {
	if a.Padding < 0 {
		return fmt.Errorf("Padding is %d, want 0 or more pixels", a.Padding)
	}
	return checkPart(a.Height, a.Width, a.FillMode)
}

// Validate checks the size.
func (a *CenterCrop) Validate() error { return checkPart(a.Height, a.Width, a.FillMode) }

func checkPart(h, w int, m FillMode) error {
	if h < 1 || w < 1 {
		return fmt.Errorf("Height and Width are %d and %d, want both at least 1", h, w)
	}
	if _, err := m.check(); err != nil {
		return fmt.Errorf("FillMode is %q, want %w", m, err)
	}
	return nil
}

// Draw draws the place.
func (a *RandomCrop) Draw(r *Rand, h, w int) Op {
	c := Crop{Height: a.Height, Width: a.Width, Pad: a.PadIfNeeded || a.Padding > 0, FillMode: a.FillMode, CVal: a.CVal, MaskCVal: a.MaskCVal}
	if c.Pad && !a.PadIfNeeded && (a.Height > h+2*a.Padding || a.Width > w+2*a.Padding) {
		c.Pad = false // Apply explains
	}
	c.Top, c.Left = start(r, h, a.Height, a.Padding), start(r, w, a.Width, a.Padding)
	return take(r, c)
}

// start draws where a part of a length begins.
func start(r *Rand, have, want, padding int) int {
	lo, hi := -padding, have+padding-want
	if hi <= lo {
		return (lo + hi) / 2
	}
	return lo + r.IntN(hi-lo+1)
}

// Draw draws nothing.
func (a *CenterCrop) Draw(r *Rand, h, w int) Op {
	return take(r, Crop{Top: (h - a.Height) / 2, Left: (w - a.Width) / 2, Height: a.Height, Width: a.Width, Pad: a.PadIfNeeded,
		FillMode: a.FillMode, CVal: a.CVal, MaskCVal: a.MaskCVal})
}

// A Crop takes a part of the picture.
type Crop struct {
	Top, Left, Height, Width int
	Pad                      bool // the part may reach beyond the picture
	FillMode                 FillMode
	CVal                     float64 `keras:"cval"`
	MaskCVal                 float64 `keras:"mask_cval"`
}

// Size returns the size of the part.
func (c *Crop) Size(int, int) (int, int) { return c.Height, c.Width }

// Apply takes the part.
func (c *Crop) Apply(s *Sample) error {
	h, w, _ := s.size()
	if c.Height < 1 || c.Width < 1 {
		return s.fail("Crop: the part has %d × %d pixels (height × width), want both at least 1", c.Height, c.Width)
	}
	if !c.Pad && (c.Top < 0 || c.Left < 0 || c.Top+c.Height > h || c.Left+c.Width > w) {
		return s.fail("Crop: a part of %d × %d (height × width) does not fit into the picture of %d × %d; resize it first, or set PadIfNeeded", c.Height, c.Width, h, w)
	}
	s.move(motion{h: c.Height, w: c.Width, affine: affine{r0: float64(c.Top), rr: 1, c0: float64(c.Left), cc: 1},
		Filling: Filling{FillMode: c.FillMode, CVal: c.CVal, MaskCVal: c.MaskCVal, Nearest: true}})
	return nil
}
