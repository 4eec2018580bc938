package augment

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
)

func init() {
	Register[GaussianBlur]()
	Register[Blur]()
}

// GaussianBlur blurs.
type GaussianBlur struct {
	Sigma [2]float64 `default:"0.1, 2"` // limits of the standard deviation in pixels
}

// Validate checks the limits.
func (a *GaussianBlur) Validate() error { return interval("Sigma", a.Sigma, 0, 100) }

// Draw draws the standard deviation.
func (a *GaussianBlur) Draw(r *Rand, h, w int) Op {
	return take(r, Blur{Sigma: r.Uniform(a.Sigma[0], a.Sigma[1])})
}

// A Blur mixes each pixel with those around it by the weights of a Gaussian.
// The picture goes on beyond its edges as if mirrored at the middle of its last
// pixels.
type Blur struct {
	keeps
	Sigma  float64 // standard deviation in pixels; 0: no change
	Radius int     // pixels to either side; 0 stands for three standard deviations, rounded up
}

// Apply changes the image.
func (b *Blur) Apply(s *Sample) error {
	if !(b.Sigma >= 0 && b.Sigma <= 100) || b.Radius < 0 || b.Radius > 1000 {
		return s.fail("Blur: Sigma is %v and Radius %d, want 0 to 100 and 0 to 1000", b.Sigma, b.Radius)
	}
	if b.Sigma == 0 {
		return nil
	}
	h, w, ch := s.size()
	sc := s.scratch()
	sc.blur(s.Image.Data(), h, w, ch, b.Sigma, b.Radius)
	return nil
}

// blur blurs x, of h × w pixels of ch samples, in place: first along columns,
// row by row, then along rows.
func (s *scratch) blur(x []float32, h, w, ch int, sigma float64, radius int) {
	if radius == 0 {
		radius = int(math.Ceil(3 * sigma))
	}
	taps := gaussian(resized(s.coef, 2*radius+1), sigma)
	s.coef = taps
	row := w * ch
	s.plane = resized(s.plane, len(x))
	for y := range h {
		dst := s.plane[y*row:][:row]
		clear(dst)
		for k, f := range taps {
			kernel.Axpy(dst, float32(f), x[mirror(y+k-radius, h)*row:][:row])
		}
	}
	pad := radius * ch
	s.flat = resized(s.flat, row+2*pad)
	for y := range h {
		line := s.plane[y*row:][:row]
		copy(s.flat[pad:], line)
		for i := range radius {
			copy(s.flat[i*ch:(i+1)*ch], line[mirror(i-radius, w)*ch:][:ch])
			copy(s.flat[pad+row+i*ch:][:ch], line[mirror(w+i, w)*ch:][:ch])
		}
		dst := x[y*row:][:row]
		clear(dst)
		for k, f := range taps {
			kernel.Axpy(dst, float32(f), s.flat[k*ch:][:row])
		}
	}
}

func gaussian(taps []float64, sigma float64) []float64 {
	sum, middle := 0.0, float64(len(taps)/2)
	for i := range taps {
		d := (float64(i) - middle) / sigma
		taps[i] = math.Exp(-d * d / 2)
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}

// mirror continues the indexes 0 … n-1 about the first and the last of them.
func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	i = mod(i, 2*n-2)
	return min(i, 2*n-2-i)
}
