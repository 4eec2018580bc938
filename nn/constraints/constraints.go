// Package constraints holds rules that a weight is forced to keep after every
// update: MaxNorm, NonNeg, UnitNorm, MinMaxNorm, RadialConstraint.
package constraints

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[MaxNorm]()
	nn.Register[NonNeg]()
	nn.Register[UnitNorm]()
	nn.Register[MinMaxNorm]()
	nn.Alias(&MaxNorm{MaxValue: 2, Axis: []int{0}}, "max_norm", "maxnorm")
	nn.Alias(&NonNeg{}, "non_neg", "nonneg")
	nn.Alias(&UnitNorm{Axis: []int{0}}, "unit_norm", "unitnorm")
	nn.Alias(&MinMaxNorm{MinValue: 0, MaxValue: 1, Rate: 1, Axis: []int{0}}, "min_max_norm")
}

const epsilon = 1e-7

// MaxNorm scales down what has a norm above MaxValue along Axis.
type MaxNorm struct {
	MaxValue float64 `default:"2"`
	Axis     []int   `default:"0"`
}

// Constrain changes w in place.
func (c *MaxNorm) Constrain(w []float32, s nn.Shape) {
	scaleByNorm(w, s, c.Axis, func(n float64) float64 { return min(n, c.MaxValue) / (epsilon + n) })
}

// Validate checks the settings.
func (c *MaxNorm) Validate() error {
	if c.MaxValue < 0 {
		return fmt.Errorf("constraint MaxNorm: max_value is %g; want 0 or more", c.MaxValue)
	}
	return nil
}

// NonNeg sets negative elements to 0.
type NonNeg struct{}

// Constrain changes w in place.
func (*NonNeg) Constrain(w []float32, _ nn.Shape) {
	for i, x := range w {
		if x < 0 { // NaN stays, as in Keras
			w[i] = 0
		}
	}
}

// UnitNorm gives everything the norm 1 along Axis.
type UnitNorm struct {
	Axis []int `default:"0"`
}

// Constrain changes w in place.
func (c *UnitNorm) Constrain(w []float32, s nn.Shape) {
	scaleByNorm(w, s, c.Axis, func(n float64) float64 { return 1 / (epsilon + n) })
}

// MinMaxNorm moves norms along Axis into [MinValue, MaxValue], by the part Rate.
type MinMaxNorm struct {
	MinValue float64
	MaxValue float64 `default:"1"`
	Rate     float64 `default:"1"`
	Axis     []int   `default:"0"`
}

// Constrain changes w in place.
func (c *MinMaxNorm) Constrain(w []float32, s nn.Shape) {
	scaleByNorm(w, s, c.Axis, func(n float64) float64 {
		want := c.Rate*min(max(n, c.MinValue), c.MaxValue) + (1-c.Rate)*n
		return want / (epsilon + n)
	})
}

// Validate checks the settings.
func (c *MinMaxNorm) Validate() error {
	if c.MinValue > c.MaxValue {
		return fmt.Errorf("constraint MinMaxNorm: min_value %g is above max_value %g", c.MinValue, c.MaxValue)
	}
	if c.Rate < 0 || c.Rate > 1 {
		return fmt.Errorf("constraint MinMaxNorm: rate is %g; want 0 to 1", c.Rate)
	}
	return nil
}

// scaleByNorm multiplies each group of elements that lie along axes by a
// factor of the group's norm.
func scaleByNorm(w []float32, s nn.Shape, axes []int, factor func(norm float64) float64) {
	group, groups := groupOf(s, axes)
	sums := make([]float64, groups)
	for i, x := range w {
		sums[group(i)] += float64(x) * float64(x)
	}
	for g := range sums {
		sums[g] = factor(math.Sqrt(sums[g]))
	}
	for i := range w {
		w[i] = float32(float64(w[i]) * sums[group(i)])
	}
}

// groupOf numbers the groups: elements that differ only along axes share one.
func groupOf(s nn.Shape, axes []int) (group func(i int) int, groups int) {
	weight := make([]int, len(s)) // of each axis in the group's number; 0 along axes
	groups = 1
	reduced := make([]bool, len(s))
	for _, a := range axes {
		if a < 0 {
			a += len(s)
		}
		if a >= 0 && a < len(s) {
			reduced[a] = true
		}
	}
	for i := len(s) - 1; i >= 0; i-- {
		if !reduced[i] {
			weight[i] = groups
			groups *= s[i]
		}
	}
	return func(i int) int {
		g := 0
		for a := len(s) - 1; a >= 0; a-- {
			g += (i % s[a]) * weight[a]
			i /= s[a]
		}
		return g
	}, groups
}

// checkAxes refuses axes that a weight does not have.
func checkAxes(name string, axes []int, s nn.Shape) error {
	for _, a := range axes {
		if a < -len(s) || a >= len(s) {
			return fmt.Errorf("constraint %s: axis %d is out of range for a weight of shape %v", name, a, s)
		}
	}
	return nil
}

// CheckShape refuses axes that the weight does not have.
func (c *MaxNorm) CheckShape(s nn.Shape) error { return checkAxes("MaxNorm", c.Axis, s) }

// CheckShape refuses axes that the weight does not have.
func (c *UnitNorm) CheckShape(s nn.Shape) error { return checkAxes("UnitNorm", c.Axis, s) }

// CheckShape refuses axes that the weight does not have.
func (c *MinMaxNorm) CheckShape(s nn.Shape) error { return checkAxes("MinMaxNorm", c.Axis, s) }
