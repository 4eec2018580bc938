package augment

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	Register[Resize]()
	Register[RandomResizedCrop]()
	Register[ResizedCrop]()
}

// Resize brings pictures to one size. It mixes all pixels that fall into one
// (triangle filter: bilinear with antialiasing); masks take the nearest.
type Resize struct{ Height, Width int }

// Validate checks the size.
func (a *Resize) Validate() error { return checkPart(a.Height, a.Width, "") }

// Draw draws nothing.
func (a *Resize) Draw(r *Rand, h, w int) Op {
	return take(r, ResizedCrop{Height: h, Width: w, OutHeight: a.Height, OutWidth: a.Width})
}

// RandomResizedCrop takes a part of random size, proportions and place, and
// brings it to one size (Szegedy et al., "Going deeper with convolutions", 2015).
type RandomResizedCrop struct {
	Height, Width int        // of the result; required
	Scale         [2]float64 `default:"0.08, 1"`                  // part of the area
	Ratio         [2]float64 `default:"0.75, 1.3333333333333333"` // width / height of the part
}

// Validate checks sizes and limits.
func (a *RandomResizedCrop) Validate() error {
	if err := checkPart(a.Height, a.Width, ""); err != nil {
		return err
	}
	if !(a.Scale[0] > 0 && a.Scale[0] <= a.Scale[1] && a.Scale[1] <= 1) {
		return fmt.Errorf("Scale is %v, want two parts of the area above 0 and at most 1, the smaller one first", a.Scale)
	}
	if !(a.Ratio[0] > 0 && a.Ratio[0] <= a.Ratio[1] && a.Ratio[1] < huge) {
		return fmt.Errorf("Ratio is %v, want two positive numbers, the smaller one first", a.Ratio)
	}
	return nil
}

// Draw draws the part: ten tries, then the largest middle part with allowed
// proportions.
func (a *RandomResizedCrop) Draw(r *Rand, h, w int) Op {
	op := ResizedCrop{OutHeight: a.Height, OutWidth: a.Width}
	for range 10 {
		area := float64(h) * float64(w) * r.Uniform(a.Scale[0], a.Scale[1])
		ratio := math.Exp(r.Uniform(math.Log(a.Ratio[0]), math.Log(a.Ratio[1])))
		op.Width, op.Height = int(math.Round(math.Sqrt(area*ratio))), int(math.Round(math.Sqrt(area/ratio)))
		if op.Width > 0 && op.Width <= w && op.Height > 0 && op.Height <= h {
			op.Top, op.Left = r.IntN(h-op.Height+1), r.IntN(w-op.Width+1)
			return take(r, op)
		}
	}
	op.Height, op.Width = h, w
	if ratio := float64(w) / float64(h); ratio < a.Ratio[0] {
		op.Height = max(1, min(h, int(math.Round(float64(w)/a.Ratio[0]))))
	} else if ratio > a.Ratio[1] {
		op.Width = max(1, min(w, int(math.Round(float64(h)*a.Ratio[1]))))
	}
	op.Top, op.Left = (h-op.Height)/2, (w-op.Width)/2
	return take(r, op)
}

// A ResizedCrop takes a part and resizes it.
type ResizedCrop struct {
	Top, Left, Height, Width int
	OutHeight, OutWidth      int
}

// Size returns the size of the result.
func (c *ResizedCrop) Size(int, int) (int, int) { return c.OutHeight, c.OutWidth }

// Apply takes the part and resizes it.
func (c *ResizedCrop) Apply(s *Sample) error {
	h, w, ch := s.size()
	if c.Height < 1 || c.Width < 1 || c.Top < 0 || c.Left < 0 || c.Top+c.Height > h || c.Left+c.Width > w {
		return s.fail("ResizedCrop: the part of %d × %d from row %d, column %d is not inside the picture of %d × %d (height × width)", c.Height, c.Width, c.Top, c.Left, h, w)
	}
	if c.OutHeight < 1 || c.OutWidth < 1 {
		return s.fail("ResizedCrop: the result has %d × %d pixels (height × width), want both at least 1", c.OutHeight, c.OutWidth)
	}
	out := s.fresh(c.OutHeight, c.OutWidth, ch)
	c.resize(out, s.Image, s.scratch())
	s.replace(&s.Image, out)
	fy, fx := float64(c.Height)/float64(c.OutHeight), float64(c.Width)/float64(c.OutWidth)
	m := motion{h: c.OutHeight, w: c.OutWidth, affine: affine{r0: float64(c.Top) + 0.5*fy - 0.5, rr: fy, c0: float64(c.Left) + 0.5*fx - 0.5, cc: fx},
		Filling: Filling{FillMode: FillNearest, Nearest: true}}
	for i, mask := range s.Masks {
		s.replace(&s.Masks[i], s.moved(mask, &m, 0, 0))
	}
	inv := m.affine.inverse()
	s.carry(h, w, c.OutHeight, c.OutWidth, false, inv.at)
	return nil
}

// resize first makes the rows that the result needs, then the columns.
func (c *ResizedCrop) resize(out, in *tensor.Tensor, s *scratch) {
	d := in.Shape()
	w, ch := d[1], d[2]
	n := c.Width * ch
	s.flat = resized(s.flat, n)
	src, dst := in.Data(), out.Data()
	s.triangle(c.Width, c.OutWidth)
	taps, from, count := s.coef, s.from, s.count
	s.coef, s.from, s.count = s.coef2, s.from2, s.count2
	s.triangle(c.Height, c.OutHeight)
	vertical, vfrom, vcount := s.coef, s.from, s.count
	s.coef2, s.from2, s.count2 = taps, from, count
	vn, hn := len(vertical)/c.OutHeight, len(taps)/c.OutWidth
	for y := range c.OutHeight {
		clear(s.flat)
		for k, f := range vertical[y*vn:][:vcount[y]] {
			kernel.Axpy(s.flat, float32(f), src[((c.Top+vfrom[y]+k)*w+c.Left)*ch:][:n])
		}
		row := dst[y*c.OutWidth*ch:][:c.OutWidth*ch]
		for x := range c.OutWidth {
			p := s.flat[from[x]*ch:]
			t := taps[x*hn:][:count[x]]
			for k := range ch {
				sum := float32(0)
				for i, f := range t {
					sum += float32(float32(f) * p[i*ch+k])
				}
				row[x*ch+k] = sum
			}
		}
	}
}

// triangle sets s.coef to the weights of the pixels that make each of out pixels
// out of in, s.from to the first one and s.count to their number.
func (s *scratch) triangle(in, out int) {
	scale := float64(in) / float64(out)
	width := max(scale, 1)
	most := 2*int(math.Ceil(width)) + 1
	s.coef = resized(s.coef, out*most)
	s.from, s.count = resized(s.from, out), resized(s.count, out)
	for x := range out {
		centre := (float64(x) + 0.5) * scale
		lo, hi := max(int(centre-width+0.5), 0), min(int(centre+width+0.5), in)
		t := s.coef[x*most:][:hi-lo]
		sum := 0.0
		for i := range t {
			t[i] = max(0, 1-math.Abs((float64(lo+i)-centre+0.5)/width))
			sum += t[i]
		}
		for i := range t {
			t[i] /= sum
		}
		s.from[x], s.count[x] = lo, hi-lo
	}
}
