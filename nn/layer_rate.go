package nn

import (
	"fmt"
	"math"
)

// LearningRateFactor multiplies the learning rate of a layer's weights and
// returns the layer; those of layers inside it, a pretrained model's say, too.
// Factors multiply. 0 leaves weights as they are, though [Freeze] is cheaper.
// Models read it in Compile. Keras has no such thing, so files do not keep it.
//
//	base := nn.LearningRateFactor(0.1, pretrained)
func LearningRateFactor[L Layer](factor float64, l L) L {
	l.base().rate = &factor
	return l
}

// rates finds the factors of the weights that training changes.
func (b *Base) rates() (map[*Weight]float64, error) {
	found := map[*Weight]float64{}
	var visit func(b *Base, f float64) error
	visit = func(b *Base, f float64) error {
		if b.rate != nil {
			if !(*b.rate >= 0) || math.IsInf(*b.rate, 0) {
				return fmt.Errorf("%s: the factor of the learning rate is %g; want 0 or more", b.who(), *b.rate)
			}
			f *= *b.rate
		}
		for _, w := range b.weights {
			found[w] = f
		}
		for _, s := range b.subs {
			if err := visit(s.layer.base(), f); err != nil {
				return err
			}
		}
		return nil
	}
	return found, visit(b, 1)
}
