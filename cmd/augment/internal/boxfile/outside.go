package boxfile

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// late are the errors of [Set.For].
type late struct {
	sync.Mutex
	problems
}

// SizeFor sets what gives the size of a picture in pixels. It is asked for the
// pictures of YOLO, whose boxes are in fractions of it, and for those whose
// files say no size.
func (s *Set) SizeFor(size func(image string) (w, h int, err error)) { s.size = size }

// For returns the boxes of a picture, in the order of the file; nil if there are
// none. Where the size is needed and cannot be had, or boxes are not in the
// picture, it returns nil, and Err says why: call Resolve first to know early.
func (s *Set) For(image string) []Box {
	boxes, err := s.Boxes(image)
	if err != nil {
		s.late.Lock()
		s.late.note(err)
		s.late.Unlock()
	}
	return boxes
}

// Err returns the errors of For so far.
func (s *Set) Err() error {
	s.late.Lock()
	defer s.late.Unlock()
	return s.late.err()
}

// Resolve checks the boxes of all pictures, whose sizes it asks for as needed.
func (s *Set) Resolve() error {
	p := &problems{}
	for _, image := range s.Images() {
		_, err := s.Boxes(image)
		p.note(err)
	}
	return p.err()
}

// Boxes is [Set.For] with the error.
func (s *Set) Boxes(image string) ([]Box, error) {
	p := s.byImage[image]
	if p == nil {
		return nil, nil
	}
	w, h := p.w, p.h
	if w == 0 || s.format == YOLO {
		if s.size == nil {
			return nil, fmt.Errorf("boxes: %s: the size of %s is not known", p.where, image)
		}
		var err error
		if w, h, err = s.size(image); err != nil {
			return nil, fmt.Errorf("boxes: %s: the size of %s: %w", p.where, image, err)
		}
	}
	return s.within(p, w, h)
}

// BoxesIn is [Set.Boxes] for a picture whose size is known. It is an error if
// the file says another one.
func (s *Set) BoxesIn(image string, w, h int) ([]Box, error) {
	p := s.byImage[image]
	if p == nil {
		return nil, nil
	}
	if p.w != 0 && (p.w != w || p.h != h) {
		hint := ""
		if p.w == h && p.h == w {
			hint = "; the boxes seem to be of the picture as its EXIF orientation turns it"
		}
		return nil, fmt.Errorf("boxes: %s: it says that %s is %d×%d pixels (width × height), but it is %d×%d%s", p.where, image, p.w, p.h, w, h, hint)
	}
	return s.within(p, w, h)
}

// within returns the boxes of a picture in pixels, none of them outside.
func (s *Set) within(p *picture, w, h int) ([]Box, error) {
	if w < 1 || h < 1 {
		return nil, fmt.Errorf("boxes: %s: the picture is %d×%d pixels", p.where, w, h)
	}
	boxes := make([]Box, 0, len(p.boxes))
	for _, r := range p.boxes {
		b := r.Box
		if r.relative {
			b = scaled(b, float64(w), float64(h))
		}
		b, ok, err := s.outside.apply(b, w, h)
		if err != nil {
			return nil, fmt.Errorf("boxes: %s: %w", r.where, err)
		}
		if ok {
			boxes = append(boxes, b)
		}
	}
	return boxes, nil
}

// scaled multiplies all places.
func scaled(b Box, w, h float64) Box {
	b.X0, b.X1, b.Y0, b.Y1 = b.X0*w, b.X1*w, b.Y0*h, b.Y1*h
	if len(b.Extra) == 0 {
		return b
	}
	b.Extra = mapPoints(b.Extra, func(x, y float64) (float64, float64) { return x * w, y * h })
	return b
}

// slack is what rounding in a file may do to a coordinate: COCO keeps two
// digits of a pixel, YOLO six of a fraction.
func slack(size int) float64 { return 0.01 + 2e-6*float64(size) }

// errOutside is a box that is not inside its picture.
var errOutside = errors.New("outside the picture")

// apply brings a box within a picture of w × h pixels, or says that it is to be
// left out, or refuses it.
func (o Outside) apply(b Box, w, h int) (Box, bool, error) {
	return o.bring(b, float64(w), float64(h), slack(w), slack(h))
}

// fractions is [Outside.apply] for a box in fractions of a picture.
func (o Outside) fractions(b Box) error {
	_, _, err := o.bring(b, 1, 1, 2e-6, 2e-6)
	return err
}

func (o Outside) bring(b Box, fw, fh, sx, sy float64) (Box, bool, error) {
	in := b.X0 >= -sx && b.Y0 >= -sy && b.X1 <= fw+sx && b.Y1 <= fh+sy
	c := b
	c.X0, c.X1 = min(max(b.X0, 0), fw), min(max(b.X1, 0), fw)
	c.Y0, c.Y1 = min(max(b.Y0, 0), fh), min(max(b.Y1, 0), fh)
	empty := !(c.X0 < c.X1 && c.Y0 < c.Y1)
	switch {
	case o == Refuse && !in:
		return b, false, fmt.Errorf("the box %s is %w of %g×%g (width × height); correct it, or choose the policy %s or %s", b.corners(), errOutside, fw, fh, Clip, Drop)
	case o == Refuse && empty:
		return b, false, fmt.Errorf("the box %s is empty; remove it, or choose the policy %s", b.corners(), Drop)
	case empty || o == Drop && !in:
		return b, false, nil
	}
	if p, ok := c.Extra["segmentation"].(Polygons); ok && !in {
		c.Extra = cloned(c.Extra)
		c.Extra["segmentation"] = p.clip(fw, fh)
	}
	return c, true, nil
}

func (b Box) corners() string {
	return fmt.Sprintf("from (%.6g, %.6g) to (%.6g, %.6g)", b.X0, b.Y0, b.X1, b.Y1)
}

// enormous is more than any coordinate in pixels.
const enormous = 1 << 24

func finite(v ...float64) bool {
	for _, x := range v {
		if !(math.Abs(x) <= enormous) {
			return false
		}
	}
	return true
}
