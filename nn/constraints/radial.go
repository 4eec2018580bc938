package constraints

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[RadialConstraint]()
	nn.Alias(&RadialConstraint{}, "radial_constraint")
}

// RadialConstraint makes the kernel of a two-dimensional convolution the same at
// each distance from its centre, counted in squares around it: a square takes
// the value of one cell of the diagonal, the one that Keras takes.
//
// The weight must be (side, side, in, out).
type RadialConstraint struct{}

// Constrain changes w in place.
func (*RadialConstraint) Constrain(w []float32, s nn.Shape) {
	if len(s) != 4 || s[0] != s[1] || s[0] < 2 {
		return // refused by CheckShape, or nothing to do
	}
	side, depth := s[0], s[2]*s[3]
	half := side / 2
	cell := func(y, x int) int { return (y*side + x) * depth }
	ring := func(d, i int, v float32) {
		lo, hi := half-d, half+d // of an odd side; an even one has four cells in the middle
		if side%2 == 0 {
			lo--
		}
		for k := lo; k <= hi; k++ {
			w[cell(lo, k)+i], w[cell(hi, k)+i], w[cell(k, lo)+i], w[cell(k, hi)+i] = v, v, v, v
		}
	}
	outermost := (side - 1) / 2
	for i := range depth {
		centre := w[cell(half-1, half-1)+i]
		// From outside in: the source of a square lies in it or inside of it.
		for d := outermost; d > 0; d-- {
			from := half + d
			if side%2 == 1 {
				from--
			}
			ring(d, i, w[cell(from, from)+i])
		}
		ring(0, i, centre)
	}
}

// CheckShape refuses weights that are no square kernels.
func (*RadialConstraint) CheckShape(s nn.Shape) error {
	if len(s) != 4 || s[0] != s[1] {
		return fmt.Errorf("constraint RadialConstraint: want the kernel of a Conv2D, (side, side, in, out), got a weight of shape %v", s)
	}
	return nil
}
