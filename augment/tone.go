package augment

import (
	"math"
)

func init() {
	Register[Posterize]()
	Register[Solarize]()
	Register[Invert]()
	Register[AutoContrast]()
	Register[Equalize]()
	Register[Sharpness]()
}

// The operations of this file are those of Pillow's ImageOps and ImageEnhance.
// Those that need whole numbers round the samples first.

// byteOf rounds to the nearest of 0 … 255.
func byteOf(v float32) uint8 { return uint8(limit(v) + 0.5) }

// A Posterize keeps the upper bits of each sample.
type Posterize struct {
	keeps
	Bits int // 0 … 8
}

// Apply changes the image.
func (p *Posterize) Apply(s *Sample) error {
	if p.Bits < 0 || p.Bits > 8 {
		return s.fail("Posterize: Bits is %d, want 0 to 8", p.Bits)
	}
	mask := uint8(0xff << (8 - p.Bits))
	return s.each(func(v float32) float32 { return float32(byteOf(v) & mask) })
}

// A Solarize inverts the samples that reach a threshold.
type Solarize struct {
	keeps
	Threshold float64 // 0 … 255
}

// Apply changes the image.
func (o *Solarize) Apply(s *Sample) error {
	t := float32(o.Threshold)
	return s.each(func(v float32) float32 {
		if v >= t {
			return 255 - v
		}
		return v
	})
}

// An Invert makes the negative.
type Invert struct{ keeps }

// Apply changes the image.
func (*Invert) Apply(s *Sample) error {
	return s.each(func(v float32) float32 { return 255 - v })
}

// An AutoContrast stretches each channel to 0 … 255.
type AutoContrast struct{ keeps }

// Apply changes the image.
func (*AutoContrast) Apply(s *Sample) error {
	return s.channels(func(x []float32, k, ch int) {
		lo, hi := x[k], x[k]
		for i := k; i < len(x); i += ch {
			lo, hi = min(lo, x[i]), max(hi, x[i])
		}
		if hi <= lo {
			return
		}
		f := 255 / (hi - lo)
		for i := k; i < len(x); i += ch {
			x[i] = limit((x[i] - lo) * f)
		}
	})
}

// channels calls f for each channel but opacity: samples k, k+ch, ….
func (s *Sample) channels(f func(x []float32, k, ch int)) error {
	return s.colours(func(x []float32, n, ch int) {
		for k := range ch {
			if ch != 4 || k < 3 {
				f(x, k, ch)
			}
		}
	})
}

// An Equalize makes all levels of each channel equally frequent, as far as
// possible.
type Equalize struct{ keeps }

// Apply changes the image.
func (*Equalize) Apply(s *Sample) error {
	return s.channels(func(x []float32, k, ch int) {
		var count, table [256]int
		last := 0 // the greatest level
		for i := k; i < len(x); i += ch {
			b := byteOf(x[i])
			count[b]++
			last = max(last, int(b))
		}
		step := (len(x)/ch - count[last]) / 255
		if step == 0 {
			for i := k; i < len(x); i += ch {
				x[i] = float32(byteOf(x[i]))
			}
			return
		}
		n := step / 2
		for i := range table {
			table[i] = min(n/step, 255)
			n += count[i]
		}
		for i := k; i < len(x); i += ch {
			x[i] = float32(table[byteOf(x[i])])
		}
	})
}

// A Sharpness moves the picture away from a smoothed one, or towards it.
type Sharpness struct {
	keeps
	Factor float64 // 0 smooth, 1 no change
}

// Apply changes the image. Pixels at the edge stay as they are.
func (o *Sharpness) Apply(s *Sample) error {
	h, w, ch := s.size()
	if h < 3 || w < 3 {
		return nil
	}
	sc := s.scratch()
	src := s.Image.Data()
	sc.plane = append(sc.plane[:0], src...)
	x := sc.plane
	f := float32(o.Factor)
	row := w * ch
	for y := 1; y < h-1; y++ {
		for i := y*row + ch; i < (y+1)*row-ch; i++ {
			if ch == 4 && i%4 == 3 {
				continue
			}
			up, mid, down := x[i-row:], x[i:], x[i+row:]
			sum := x[i-row-ch] + up[0] + up[ch] + x[i-ch] + 5*mid[0] + mid[ch] + x[i+row-ch] + down[0] + down[ch]
			smooth := float32(math.Round(float64(sum / 13))) // Pillow and torchvision round it
			src[i] = limit(smooth + f*(mid[0]-smooth))
		}
	}
	return nil
}
