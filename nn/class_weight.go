package nn

import (
	"fmt"
	"maps"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// classWeights turns class weights into sample weights of a batch.
type classWeights struct {
	by  map[int]float64
	buf []*tensor.Tensor
	out []*tensor.Tensor
}

func (c *classWeights) set(by map[int]float64) { c.by = by }

// apply returns the sample weights of the batch times the weight of each
// sample's class (Keras 2.3: both multiply).
func (c *classWeights) apply(ys, ws []*tensor.Tensor) ([]*tensor.Tensor, error) {
	if c.by == nil {
		return ws, nil
	}
	if len(ys) > 1 {
		return nil, fmt.Errorf("nn: ClassWeight is for models with one output, this one has %d; use sample weights", len(ys))
	}
	c.out = c.out[:0]
	for i, y := range ys {
		for len(c.buf) <= i {
			c.buf = append(c.buf, nil)
		}
		n := y.Shape()[0]
		if c.buf[i] == nil || c.buf[i].Len() != n {
			c.buf[i] = tensor.New(n)
		}
		dst := c.buf[i].Data()
		classes := 1
		switch {
		case y.Rank() == 2:
			classes = y.Shape()[1]
		case y.Rank() > 2:
			return nil, fmt.Errorf("nn: class weights need targets of one class per sample, got targets of shape %v; use sample weights", Shape(y.Shape()))
		}
		data := y.Data()
		for s := range n {
			class := int(data[s*classes])
			if classes > 1 {
				class = argMax(data[s*classes : (s+1)*classes])
			}
			f, ok := c.by[class]
			if !ok {
				return nil, fmt.Errorf("nn: ClassWeight has no weight for class %d; it has %v", class, slices.Sorted(maps.Keys(c.by)))
			}
			dst[s] = float32(f)
		}
		if i < len(ws) {
			if ws[i].Len() != n {
				return nil, fmt.Errorf("nn: class weights with temporal sample weights of shape %v cannot be combined", Shape(ws[i].Shape()))
			}
			for s, x := range ws[i].Data() {
				dst[s] *= x
			}
		}
		c.out = append(c.out, c.buf[i])
	}
	return c.out, nil
}

func argMax(x []float32) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
