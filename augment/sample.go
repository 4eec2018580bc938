package augment

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/internal/printable"
	"github.com/antler-ml/antler/tensor"
)

// A Sample is a picture and what belongs to its places. An [Op] changes all of
// it by the same parameters.
type Sample struct {
	Name   string           // of the file, for messages; may be empty
	Image  *tensor.Tensor   // height × width × channels, numbers from 0 to 255
	Masks  []*tensor.Tensor // height × width, or × channels: class numbers, which are moved but never mixed
	Boxes  []Box
	Points []Point

	spare []*tensor.Tensor // memory of pictures that were replaced
	s     *scratch
}

// A Box is a rectangle in pixels. The picture's upper left corner is (0, 0), its
// lower right one (width, height), so pixel i covers i to i+1. When a box is
// turned it becomes the smallest box around what it was; what lies outside the
// picture is cut off, and a box of which nothing is left is removed.
type Box struct {
	Left, Top, Right, Bottom float64
	Label                    string  // carried along
	ID                       int     // carried along
	Visible                  float64 // the part of its area that was not cut off, 0 to 1; 0 stands for 1
}

// A Point is a place in the same coordinates as a [Box]: the middle of pixel 0 is
// at 0.5. Points keep their number and order: one that leaves the picture is
// marked.
type Point struct {
	X, Y    float64
	Label   string
	Outside bool // of the picture
}

// size returns the picture's height, width and channels.
func (s *Sample) size() (h, w, ch int) {
	d := s.Image.Shape()
	return d[0], d[1], d[2]
}

func (s *Sample) fail(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if s.Name != "" {
		return fmt.Errorf("augment: %s: %w", printable.Name(s.Name), err)
	}
	return fmt.Errorf("augment: %w", err)
}

// Check says what is wrong with a sample: a picture without pixels, a mask of
// another size, a box outside the picture.
func (s *Sample) Check() error {
	if s.Image == nil || len(s.Image.Shape()) != 3 || s.Image.Len() == 0 {
		shape := []int(nil)
		if s.Image != nil {
			shape = s.Image.Shape()
		}
		return s.fail("the image has shape %v, want height × width × channels, none of them 0", shape)
	}
	if !s.Image.IsContiguous() {
		return s.fail("the image is a strided view; copy it first")
	}
	h, w, _ := s.size()
	for i, m := range s.Masks {
		if m == nil {
			return s.fail("Masks[%d] is nil", i)
		}
		d := m.Shape()
		if len(d) != 2 && len(d) != 3 || d[0] != h || d[1] != w || m.Len() == 0 {
			return s.fail("Masks[%d] has shape %v, but the image is %d × %d (height × width); resize the mask (with the nearest pixel) to the image", i, d, h, w)
		}
		if !m.IsContiguous() {
			return s.fail("Masks[%d] is a strided view; copy it first", i)
		}
	}
	for i, b := range s.Boxes {
		if !(b.Left >= 0 && b.Left < b.Right && b.Right <= float64(w) && b.Top >= 0 && b.Top < b.Bottom && b.Bottom <= float64(h)) {
			return s.fail("Boxes[%d] (left %v, top %v, right %v, bottom %v, label %q) is empty or not inside the image of %d × %d (height × width); cut it to the image with ClipBoxes, or correct the file", i, b.Left, b.Top, b.Right, b.Bottom, b.Label, h, w)
		}
	}
	for i, p := range s.Points {
		if !finite(p.X) || !finite(p.Y) {
			return s.fail("Points[%d] (%v, %v) is not finite", i, p.X, p.Y)
		}
	}
	return nil
}

func finite(v float64) bool { return math.Abs(v) <= huge }

// ClipBoxes cuts the boxes to the picture and removes those of which less than
// the given part of the area (0 to 1) or less than a pixel by a pixel is left.
// It returns how many it removed.
func (s *Sample) ClipBoxes(visible float64) (removed int) {
	h, w, _ := s.size()
	n := len(s.Boxes)
	kept := s.Boxes[:0]
	for _, b := range s.Boxes {
		if b.clip(h, w); b.Visible > 0 && b.Visible >= visible && b.Right-b.Left >= 1 && b.Bottom-b.Top >= 1 {
			kept = append(kept, b)
		}
	}
	s.Boxes = kept
	return n - len(kept)
}

// clip cuts a box to a picture.
func (b *Box) clip(h, w int) {
	area := (b.Right - b.Left) * (b.Bottom - b.Top)
	if b.Visible == 0 {
		b.Visible = 1
	}
	b.Left, b.Right = min(max(b.Left, 0), float64(w)), min(max(b.Right, 0), float64(w))
	b.Top, b.Bottom = min(max(b.Top, 0), float64(h)), min(max(b.Bottom, 0), float64(h))
	left := max(b.Right-b.Left, 0) * max(b.Bottom-b.Top, 0)
	if !(area > 0) || !finite(left) || left == 0 {
		b.Visible = 0
		return
	}
	b.Visible *= left / area
}

// Clone returns a copy that shares nothing with s.
func (s *Sample) Clone() *Sample {
	c := &Sample{Name: s.Name, Image: clone(s.Image), Boxes: slices.Clone(s.Boxes), Points: slices.Clone(s.Points)}
	for _, m := range s.Masks {
		c.Masks = append(c.Masks, clone(m))
	}
	return c
}

func clone(t *tensor.Tensor) *tensor.Tensor {
	return tensor.From(slices.Clone(t.Data()), t.Shape()...)
}

// fresh returns a tensor that nobody uses, of any contents.
func (s *Sample) fresh(shape ...int) *tensor.Tensor {
	for i, t := range s.spare {
		if slices.Equal(t.Shape(), shape) {
			s.spare = slices.Delete(s.spare, i, i+1)
			return t
		}
	}
	return tensor.New(slices.Clone(shape)...)
}

// replace puts a new picture in the place of an old one, whose memory is kept.
func (s *Sample) replace(place **tensor.Tensor, t *tensor.Tensor) {
	const most = 8
	if len(s.spare) == most {
		s.spare = slices.Delete(s.spare, 0, 1)
	}
	s.spare = append(s.spare, *place)
	*place = t
}

func (s *Sample) scratch() *scratch {
	if s.s == nil {
		s.s = new(scratch)
	}
	return s.s
}
