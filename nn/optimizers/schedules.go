package optimizers

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[ExponentialDecay]()
	nn.Register[InverseTimeDecay]()
	nn.Register[PiecewiseConstantDecay]()
	nn.Register[PolynomialDecay]()
	nn.Register[CosineDecay]()
	nn.Register[CosineDecayRestarts]()
}

// ExponentialDecay is InitialLearningRate·DecayRate^(t/DecaySteps) after t
// updates; Staircase takes whole quotients only.
// Keras: optimizers.schedules.ExponentialDecay.
type ExponentialDecay struct {
	InitialLearningRate float64
	DecaySteps          int
	DecayRate           float64
	Staircase           bool
}

// Rate is the learning rate after t updates.
func (s *ExponentialDecay) Rate(t int) float64 {
	return s.InitialLearningRate * math.Pow(s.DecayRate, quotient(t, s.DecaySteps, s.Staircase))
}

// Validate checks the settings.
func (s *ExponentialDecay) Validate() error {
	return decays("ExponentialDecay", s.InitialLearningRate, s.DecaySteps, "decay_rate", s.DecayRate)
}

// InverseTimeDecay is InitialLearningRate/(1 + DecayRate·t/DecaySteps) after t
// updates; Staircase takes whole quotients only.
// Keras: optimizers.schedules.InverseTimeDecay.
type InverseTimeDecay struct {
	InitialLearningRate float64
	DecaySteps          int
	DecayRate           float64
	Staircase           bool
}

// Rate is the learning rate after t updates.
func (s *InverseTimeDecay) Rate(t int) float64 {
	return s.InitialLearningRate / (1 + s.DecayRate*quotient(t, s.DecaySteps, s.Staircase))
}

// Validate checks the settings.
func (s *InverseTimeDecay) Validate() error {
	return decays("InverseTimeDecay", s.InitialLearningRate, s.DecaySteps, "decay_rate", s.DecayRate)
}

// PiecewiseConstantDecay is Values[i] up to and including Boundaries[i] updates,
// and the last value, of which there is one more, after them.
// Keras: optimizers.schedules.PiecewiseConstantDecay.
type PiecewiseConstantDecay struct {
	Boundaries []int
	Values     []float64
}

// Rate is the learning rate after t updates.
func (s *PiecewiseConstantDecay) Rate(t int) float64 {
	i, _ := slices.BinarySearch(s.Boundaries, t)
	return s.Values[i]
}

// Validate checks the settings.
func (s *PiecewiseConstantDecay) Validate() error {
	if len(s.Values) != len(s.Boundaries)+1 {
		return fmt.Errorf("schedule PiecewiseConstantDecay: %d boundaries and %d values; want one value more than boundaries", len(s.Boundaries), len(s.Values))
	}
	if !slices.IsSorted(s.Boundaries) {
		return fmt.Errorf("schedule PiecewiseConstantDecay: the boundaries are %v; want them in rising order", s.Boundaries)
	}
	for _, v := range s.Values {
		if !finite(v) {
			return fmt.Errorf("schedule PiecewiseConstantDecay: a value is %g; want 0 or more", v)
		}
	}
	return nil
}

// PolynomialDecay goes from InitialLearningRate to EndLearningRate in DecaySteps
// updates, along (1-t/DecaySteps)^Power. Cycle goes on beyond, with the next
// multiple of DecaySteps in its place.
// Keras: optimizers.schedules.PolynomialDecay.
type PolynomialDecay struct {
	InitialLearningRate float64
	DecaySteps          int
	EndLearningRate     *float64 `default:"0.0001"`
	Power               float64  `default:"1"`
	Cycle               bool
}

// Rate is the learning rate after t updates.
func (s *PolynomialDecay) Rate(t int) float64 {
	steps, n := float64(s.DecaySteps), float64(t)
	if s.Cycle {
		steps *= max(1, math.Ceil(n/steps))
	} else {
		n = min(n, steps)
	}
	end := s.end()
	return (s.InitialLearningRate-end)*math.Pow(1-n/steps, s.Power) + end
}

func (s *PolynomialDecay) end() float64 {
	if s.EndLearningRate == nil {
		return 0.0001
	}
	return *s.EndLearningRate
}

// Validate checks the settings.
func (s *PolynomialDecay) Validate() error {
	if !finite(s.Power) {
		return fmt.Errorf("schedule PolynomialDecay: power is %g; want 0 or more", s.Power)
	}
	return decays("PolynomialDecay", s.InitialLearningRate, s.DecaySteps, "end_learning_rate", s.end())
}

// CosineDecay goes down half a cosine in DecaySteps updates, to Alpha times its
// start. With WarmupTarget it first rises to that in a straight line, within
// WarmupSteps, and then starts from there. Loshchilov and Hutter, 2016 (arXiv 1608.03983).
// Keras: optimizers.schedules.CosineDecay.
type CosineDecay struct {
	InitialLearningRate float64
	DecaySteps          int
	Alpha               float64
	WarmupTarget        *float64 // nil: no warm-up
	WarmupSteps         int
}

// Rate is the learning rate after t updates.
func (s *CosineDecay) Rate(t int) float64 {
	start := s.InitialLearningRate
	if s.WarmupTarget != nil {
		if t < s.WarmupSteps {
			return start + (*s.WarmupTarget-start)*float64(t)/float64(s.WarmupSteps)
		}
		start, t = *s.WarmupTarget, t-s.WarmupSteps
	}
	return start * cosine(float64(min(t, s.DecaySteps))/float64(s.DecaySteps), s.Alpha, 1)
}

// Validate checks the settings.
func (s *CosineDecay) Validate() error {
	if s.WarmupTarget != nil && !finite(*s.WarmupTarget) {
		return fmt.Errorf("schedule CosineDecay: warmup_target is %g; want 0 or more", *s.WarmupTarget)
	}
	if s.WarmupSteps < 0 {
		return fmt.Errorf("schedule CosineDecay: warmup_steps is %d; want 0 or more", s.WarmupSteps)
	}
	return decays("CosineDecay", s.InitialLearningRate, s.DecaySteps, "alpha", s.Alpha)
}

// CosineDecayRestarts goes down half a cosine again and again, to Alpha times
// the start: the first time in FirstDecaySteps updates, each time in TMul times as
// many, from MMul times as high. Loshchilov and Hutter, 2016 (arXiv 1608.03983).
// Keras: optimizers.schedules.CosineDecayRestarts.
type CosineDecayRestarts struct {
	InitialLearningRate float64
	FirstDecaySteps     int
	TMul                float64 `default:"2"`
	MMul                float64 `default:"1"`
	Alpha               float64
}

// Rate is the learning rate after t updates.
func (s *CosineDecayRestarts) Rate(t int) float64 {
	done := float64(t) / float64(s.FirstDecaySteps) // in lengths of the first
	restarts := math.Floor(done)
	if s.TMul == 1 {
		done -= restarts
	} else {
		restarts = math.Floor(math.Log(1-done*(1-s.TMul)) / math.Log(s.TMul))
		before := (1 - math.Pow(s.TMul, restarts)) / (1 - s.TMul)
		done = (done - before) / math.Pow(s.TMul, restarts)
	}
	return s.InitialLearningRate * cosine(done, s.Alpha, math.Pow(s.MMul, restarts))
}

// Validate checks the settings.
func (s *CosineDecayRestarts) Validate() error {
	if !(s.TMul >= 1) || math.IsInf(s.TMul, 0) || !finite(s.MMul) {
		return fmt.Errorf("schedule CosineDecayRestarts: t_mul is %g, m_mul %g; want t_mul from 1 and m_mul from 0", s.TMul, s.MMul)
	}
	return decays("CosineDecayRestarts", s.InitialLearningRate, s.FirstDecaySteps, "alpha", s.Alpha)
}

// cosine is the half cosine from height down to alpha, of which part lies behind.
func cosine(part, alpha, height float64) float64 {
	return (1-alpha)*height*0.5*(1+math.Cos(math.Pi*part)) + alpha
}

func quotient(t, steps int, whole bool) float64 {
	q := float64(t) / float64(steps)
	if whole {
		return math.Floor(q)
	}
	return q
}

// decays checks what all schedules share, and one more setting.
func decays(class string, rate float64, steps int, name string, x float64) error {
	switch {
	case !finite(rate):
		return fmt.Errorf("schedule %s: initial_learning_rate is %g; want 0 or more", class, rate)
	case steps <= 0:
		return fmt.Errorf("schedule %s: decay_steps is %d; want 1 or more", class, steps)
	case !finite(x):
		return fmt.Errorf("schedule %s: %s is %g; want 0 or more", class, name, x)
	}
	return nil
}
