package augment

import "github.com/antler-ml/antler/internal/kernel"

func init() {
	Register[GaussianNoise]()
	Register[Noise]()
}

// GaussianNoise adds normal noise.
type GaussianNoise struct {
	Sigma [2]float64 `default:"2, 20"` // limits of the standard deviation, on the scale of 0 to 255
}

// Validate checks the limits.
func (a *GaussianNoise) Validate() error { return interval("Sigma", a.Sigma, 0, 255) }

// Draw draws the standard deviation and the noise's seed.
func (a *GaussianNoise) Draw(r *Rand, h, w int) Op {
	return take(r, Noise{Sigma: r.Uniform(a.Sigma[0], a.Sigma[1]), Seed: r.seed()})
}

// A Noise adds independent normal numbers to all samples but opacity. The seed
// decides which.
type Noise struct {
	keeps
	Sigma float64
	Seed  int
}

// Apply changes the image.
func (n *Noise) Apply(s *Sample) error {
	sc := s.scratch()
	x := s.Image.Data()
	sc.plane = resized(sc.plane, len(x))
	kernel.Normal(sc.plane, kernel.RandomKey(uint64(n.Seed), 0), 0, 0, 0, float32(n.Sigma))
	if _, _, ch := s.size(); ch == 4 {
		for i := 3; i < len(x); i += 4 {
			sc.plane[i] = 0
		}
	}
	kernel.Add(x, x, sc.plane)
	kernel.Clip(x, x, 0, 255)
	return nil
}
