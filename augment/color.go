package augment

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
)

func init() {
	Register[ColorJitter]()
	Register[RandomGamma]()
	Register[RandomGrayscale]()
	Register[Brightness]()
	Register[Contrast]()
	Register[Saturation]()
	Register[Hue]()
	Register[Gamma]()
	Register[Grayscale]()
}

// ColorJitter changes brightness, contrast, saturation and hue, in random
// order. It is torchvision's.
type ColorJitter struct {
	Brightness float64 // factors from max(0, 1-Brightness) to 1+Brightness; 0: none
	Contrast   float64 // likewise
	Saturation float64 // likewise
	Hue        float64 // part of the colour circle, by up to so much either way; at most 0.5
}

// Validate checks the limits.
func (a *ColorJitter) Validate() error {
	for name, v := range map[string]float64{"Brightness": a.Brightness, "Contrast": a.Contrast, "Saturation": a.Saturation} {
		if err := between(name, v, 0, huge); err != nil {
			return err
		}
	}
	return between("Hue", a.Hue, 0, 0.5)
}

// Draw draws the order and the four amounts.
func (a *ColorJitter) Draw(r *Rand, h, w int) Op {
	order := [4]int{0, 1, 2, 3}
	for i := 3; i > 0; i-- {
		j := r.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	factor := func(v float64) float64 { return r.Uniform(max(0, 1-v), 1+v) }
	ops := takeOps(r)
	for _, k := range order {
		switch {
		case k == 0 && a.Brightness > 0:
			*ops = append(*ops, take(r, Brightness{Factor: factor(a.Brightness)}))
		case k == 1 && a.Contrast > 0:
			*ops = append(*ops, take(r, Contrast{Factor: factor(a.Contrast)}))
		case k == 2 && a.Saturation > 0:
			*ops = append(*ops, take(r, Saturation{Factor: factor(a.Saturation)}))
		case k == 3 && a.Hue > 0:
			*ops = append(*ops, take(r, Hue{Shift: r.Uniform(-a.Hue, a.Hue)}))
		}
	}
	return ops
}

// RandomGamma raises the samples to a power.
type RandomGamma struct {
	Range [2]float64 `default:"0.8, 1.25"` // of the power; below 1 the picture becomes brighter
}

// Validate checks the limits.
func (a *RandomGamma) Validate() error { return interval("Range", a.Range, 1e-3, 1e3) }

// Draw draws the power, on a logarithmic scale.
func (a *RandomGamma) Draw(r *Rand, h, w int) Op {
	return take(r, Gamma{Gamma: math.Exp(r.Uniform(math.Log(a.Range[0]), math.Log(a.Range[1])))})
}

// RandomGrayscale takes the colours away with a probability.
type RandomGrayscale struct {
	Probability float64 `default:"0.1"`
}

// Validate checks the probability.
func (a *RandomGrayscale) Validate() error { return between("Probability", a.Probability, 0, 1) }

// Draw draws whether.
func (a *RandomGrayscale) Draw(r *Rand, h, w int) Op {
	if r.Float64() >= a.Probability {
		return nil
	}
	return take(r, Grayscale{})
}

// colours calls f with the samples of the picture, n pixels of ch samples. Of
// four channels the last one is opacity, which f must leave alone.
func (s *Sample) colours(f func(x []float32, n, ch int)) error {
	h, w, ch := s.size()
	f(s.Image.Data(), h*w, ch)
	return nil
}

// limit keeps numbers from 0 to 255.
func limit(v float32) float32 { return min(max(v, 0), 255) }

// each calls f for all samples but opacity.
func (s *Sample) each(f func(v float32) float32) error {
	return s.colours(func(x []float32, n, ch int) {
		for i, v := range x {
			if ch != 4 || i%4 != 3 {
				x[i] = f(v)
			}
		}
	})
}

// scaled sets x = clip(x·f + d) but for opacity.
func (s *Sample) scaled(f, d float32) error {
	return s.colours(func(x []float32, n, ch int) {
		if ch == 4 {
			s.each(func(v float32) float32 { return limit(float32(v*f) + d) })
			return
		}
		kernel.Scale(x, x, f)
		if d != 0 {
			kernel.AddScalar(x, x, d)
		}
		kernel.Clip(x, x, 0, 255)
	})
}

// A Brightness multiplies all samples.
type Brightness struct {
	keeps
	Factor float64 // 0 black, 1 no change
}

// Apply changes the image.
func (b *Brightness) Apply(s *Sample) error { return s.scaled(float32(b.Factor), 0) }

// A Contrast moves all samples away from the mean brightness, or towards it.
type Contrast struct {
	keeps
	Factor float64 // 0 grey, 1 no change
}

// Apply changes the image.
func (c *Contrast) Apply(s *Sample) error {
	f := c.Factor
	return s.scaled(float32(f), float32((1-f)*s.meanLuma()))
}

// The weights of red, green and blue in brightness (ITU-R BT.601), as Pillow and
// torchvision have them.
const lumaR, lumaG, lumaB = 0.299, 0.587, 0.114

func luma(p []float32) float32 {
	return float32(lumaR*p[0]) + float32(lumaG*p[1]) + float32(lumaB*p[2])
}

// meanLuma is the mean brightness, of all channels if there are no colours.
func (s *Sample) meanLuma() float64 {
	_, _, ch := s.size()
	x := s.Image.Data()
	if ch != 3 && ch != 4 {
		return s.scratch().mean(x)
	}
	var r, g, b float64
	for i := 0; i+2 < len(x); i += ch {
		p := (*[3]float32)(x[i:])
		r, g, b = r+float64(p[0]), g+float64(p[1]), b+float64(p[2])
	}
	return (lumaR*r + lumaG*g + lumaB*b) / float64(len(x)/ch)
}

// A Saturation moves colours away from grey, or towards it.
type Saturation struct {
	keeps
	Factor float64 // 0 grey, 1 no change
}

// Apply changes the image; one without colours stays as it is.
func (c *Saturation) Apply(s *Sample) error {
	f := float32(c.Factor)
	return s.colours(func(x []float32, n, ch int) {
		if ch != 3 && ch != 4 {
			return
		}
		for i := 0; i+2 < len(x); i += ch {
			p := x[i:][:3]
			grey := (1 - f) * luma(p)
			p[0], p[1], p[2] = limit(p[0]*f+grey), limit(p[1]*f+grey), limit(p[2]*f+grey)
		}
	})
}

// A Grayscale sets red, green and blue to the brightness.
type Grayscale struct{ keeps }

// Apply changes the image; one without colours stays as it is.
func (*Grayscale) Apply(s *Sample) error { return (&Saturation{Factor: 0}).Apply(s) }

// A Gamma raises samples to a power: 255·(x/255)^Gamma.
type Gamma struct {
	keeps
	Gamma float64
}

// Apply changes the image.
func (g *Gamma) Apply(s *Sample) error {
	return s.each(func(v float32) float32 {
		return float32(255 * math.Pow(float64(limit(v))/255, g.Gamma))
	})
}

// A Hue turns the colour circle (of HSV).
type Hue struct {
	keeps
	Shift float64 // parts of the circle, -0.5 to 0.5
}

// Apply changes the image; one without colours stays as it is.
func (c *Hue) Apply(s *Sample) error {
	turn := float32(c.Shift)
	return s.colours(func(x []float32, n, ch int) {
		if ch != 3 && ch != 4 {
			return
		}
		for i := 0; i+2 < len(x); i += ch {
			p := (*[3]float32)(x[i:])
			turnHue(p, turn)
		}
	})
}

func turnHue(p *[3]float32, turn float32) {
	r, g, b := p[0], p[1], p[2]
	top, low := max(r, g, b), min(r, g, b)
	chroma := top - low
	if chroma == 0 {
		return
	}
	var h float32 // in sixths
	switch top {
	case r:
		h = (g - b) / chroma
	case g:
		h = 2 + (b-r)/chroma
	default:
		h = 4 + (r-g)/chroma
	}
	h += 6 * turn
	for h < 0 {
		h += 6
	}
	for h >= 6 {
		h -= 6
	}
	side := int(h)
	f := h - float32(side)
	falling, rising := top-chroma*f, low+chroma*f
	switch side {
	case 0:
		*p = [3]float32{top, rising, low}
	case 1:
		*p = [3]float32{falling, top, low}
	case 2:
		*p = [3]float32{low, top, rising}
	case 3:
		*p = [3]float32{low, falling, top}
	case 4:
		*p = [3]float32{rising, low, top}
	default:
		*p = [3]float32{top, low, falling}
	}
}
