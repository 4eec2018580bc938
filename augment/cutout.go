package augment

import (
	"fmt"
	"math"
)

func init() {
	Register[Cutout]()
	Register[RandomErasing]()
	Register[Erase]()
}

// Cutout paints a square over at a random place; it may reach beyond the picture
// (DeVries and Taylor, 2017).
type Cutout struct {
	Length float64 `default:"0.5"` // of its sides: a part of the picture's smaller side below 1, else pixels
	Holes  int     `default:"1"`
	Value  float64 // 0 … 255
}

// Validate checks length and number.
func (a *Cutout) Validate() error {
	if a.Holes < 1 {
		return fmt.Errorf("Holes is %d, want at least 1", a.Holes)
	}
	if err := between("Length", a.Length, 0, huge); err != nil {
		return err
	}
	return between("Value", a.Value, 0, 255)
}

// Draw draws the places.
func (a *Cutout) Draw(r *Rand, h, w int) Op {
	n := int(a.Length)
	if a.Length < 1 {
		n = int(math.Round(a.Length * float64(min(h, w))))
	}
	ops := takeOps(r)
	for range a.Holes {
		y, x := r.IntN(h)-n/2, r.IntN(w)-n/2
		top, left := max(y, 0), max(x, 0)
		*ops = append(*ops, take(r, Erase{Top: top, Left: left, Height: min(y+n, h) - top, Width: min(x+n, w) - left, Value: a.Value}))
	}
	return ops
}

// RandomErasing paints a rectangle over, of random area and proportions (Zhong
// et al., 2017). It is torchvision's.
type RandomErasing struct {
	Scale [2]float64 `default:"0.02, 0.33"` // part of the area
	Ratio [2]float64 `default:"0.3, 3.3"`   // height / width
	Value float64
}

// Validate checks the limits.
func (a *RandomErasing) Validate() error {
	if err := interval("Scale", a.Scale, 0, 1); err != nil {
		return err
	}
	if err := interval("Ratio", a.Ratio, 1e-6, 1e6); err != nil {
		return err
	}
	return between("Value", a.Value, 0, 255)
}

// Draw draws the rectangle: ten tries, then none.
func (a *RandomErasing) Draw(r *Rand, h, w int) Op {
	for range 10 {
		area := float64(h) * float64(w) * r.Uniform(a.Scale[0], a.Scale[1])
		ratio := math.Exp(r.Uniform(math.Log(a.Ratio[0]), math.Log(a.Ratio[1])))
		eh, ew := int(math.Round(math.Sqrt(area*ratio))), int(math.Round(math.Sqrt(area/ratio)))
		if eh < h && ew < w && eh > 0 && ew > 0 {
			return take(r, Erase{Top: r.IntN(h - eh + 1), Left: r.IntN(w - ew + 1), Height: eh, Width: ew, Value: a.Value})
		}
	}
	return nil
}

// An Erase paints a rectangle over in the image. Masks, boxes and points stay.
type Erase struct {
	keeps
	Top, Left, Height, Width int
	Value                    float64
}

// Apply changes the image.
func (e *Erase) Apply(s *Sample) error {
	h, w, ch := s.size()
	top, left := max(e.Top, 0), max(e.Left, 0)
	bottom, right := min(e.Top+e.Height, h), min(e.Left+e.Width, w)
	x := s.Image.Data()
	for y := top; y < bottom; y++ {
		if left >= right {
			break
		}
		row := x[(y*w+left)*ch : (y*w+right)*ch]
		for i := range row {
			if ch != 4 || i%4 != 3 {
				row[i] = float32(e.Value)
			}
		}
	}
	return nil
}
