package initializers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[VarianceScaling]()
	nn.Alias(&VarianceScaling{Scale: 1, Mode: FanIn, Distribution: Truncated}, "variance_scaling")
	nn.Register[GlorotUniform]()
	nn.Register[GlorotNormal]()
	nn.Register[HeUniform]()
	nn.Register[HeNormal]()
	nn.Register[LecunUniform]()
	nn.Register[LecunNormal]()
	nn.Alias(&GlorotUniform{}, "glorot_uniform")
	nn.Alias(&GlorotNormal{}, "glorot_normal")
	nn.Alias(&HeUniform{}, "he_uniform")
	nn.Alias(&HeNormal{}, "he_normal")
	nn.Alias(&LecunUniform{}, "lecun_uniform")
	nn.Alias(&LecunNormal{}, "lecun_normal")
}

// A Mode says which number of connections scales the variance.
type Mode string

// A Distribution is what VarianceScaling draws from.
type Distribution string

// Keras' modes and distributions. NormalDistribution is Keras 2.3's name for
// the truncated normal.
const (
	FanIn  Mode = "fan_in"
	FanOut Mode = "fan_out"
	FanAvg Mode = "fan_avg"

	Truncated          Distribution = "truncated_normal"
	NormalDistribution Distribution = "normal"
	Untruncated        Distribution = "untruncated_normal"
	Uniform            Distribution = "uniform"
)

// VarianceScaling draws with a variance of Scale over the number of inputs,
// outputs, or their mean.
type VarianceScaling struct {
	Scale        float64      `default:"1"`
	Mode         Mode         `default:"fan_in"`
	Distribution Distribution `default:"truncated_normal"`
	Seed         *int64
}

// Validate checks the settings.
func (v *VarianceScaling) Validate() error {
	if v.Scale <= 0 {
		return fmt.Errorf("VarianceScaling: scale is %g; want more than 0", v.Scale)
	}
	switch v.Mode {
	case FanIn, FanOut, FanAvg:
	default:
		return fmt.Errorf("VarianceScaling: mode is %q; want fan_in, fan_out or fan_avg", v.Mode)
	}
	switch v.Distribution {
	case Truncated, NormalDistribution, Untruncated, Uniform:
	default:
		return fmt.Errorf("VarianceScaling: distribution is %q; want truncated_normal, untruncated_normal or uniform", v.Distribution)
	}
	return nil
}

// truncation is the standard deviation of a normal cut at ±2, so that dividing
// by it gives the wanted one.
const truncation = 0.87962566103423978

// Init fills dst.
func (v VarianceScaling) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	r = source(v.Seed, r)
	in, out := Fans(s)
	n := in
	switch v.Mode {
	case FanOut:
		n = out
	case FanAvg:
		n = (in + out) / 2
	}
	scale := v.Scale / max(1, n)
	switch v.Distribution {
	case Uniform:
		limit := math.Sqrt(3 * scale)
		uniform(dst, -limit, limit, r)
	case Untruncated:
		for i := range dst {
			dst[i] = float32(math.Sqrt(scale) * r.NormFloat64())
		}
	default:
		truncated(dst, 0, math.Sqrt(scale)/truncation, r)
	}
}

// Fans returns how many inputs and outputs a weight connects, as tf-keras counts:
// the last two axes times the receptive field of the others.
func Fans(s nn.Shape) (in, out float64) {
	switch len(s) {
	case 0:
		return 1, 1
	case 1:
		return float64(s[0]), float64(s[0])
	}
	field := 1
	for _, d := range s[:len(s)-2] {
		field *= d
	}
	return float64(s[len(s)-2] * field), float64(s[len(s)-1] * field)
}

// GlorotUniform draws from ±√(6/(in+out)). Glorot and Bengio, 2010.
type GlorotUniform struct{ Seed *int64 }

// GlorotNormal draws from a truncated normal of variance 2/(in+out). Glorot and Bengio, 2010.
type GlorotNormal struct{ Seed *int64 }

// HeUniform draws from ±√(6/in). He et al., 2015 (arXiv 1502.01852).
type HeUniform struct{ Seed *int64 }

// HeNormal draws from a truncated normal of variance 2/in. He et al., 2015 (arXiv 1502.01852).
type HeNormal struct{ Seed *int64 }

// LecunUniform draws from ±√(3/in). LeCun et al., 1998.
type LecunUniform struct{ Seed *int64 }

// LecunNormal draws from a truncated normal of variance 1/in. LeCun et al., 1998.
type LecunNormal struct{ Seed *int64 }

// Init fills dst.
func (g GlorotUniform) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{1, FanAvg, Uniform, g.Seed}.Init(dst, s, r)
}

// Init fills dst.
func (g GlorotNormal) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{1, FanAvg, Truncated, g.Seed}.Init(dst, s, r)
}

// Init fills dst.
func (g HeUniform) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{2, FanIn, Uniform, g.Seed}.Init(dst, s, r)
}

// Init fills dst.
func (g HeNormal) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{2, FanIn, Truncated, g.Seed}.Init(dst, s, r)
}

// Init fills dst.
func (g LecunUniform) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{1, FanIn, Uniform, g.Seed}.Init(dst, s, r)
}

// Init fills dst.
func (g LecunNormal) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	VarianceScaling{1, FanIn, Truncated, g.Seed}.Init(dst, s, r)
}
