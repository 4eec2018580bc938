package nn

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
)

// Embedding gradients touch few rows. Keras' optimizers nevertheless move every
// row that has momentum, so rows may be skipped only when nothing can change
// them: rows that never had a gradient (Idler), or, without any slots, rows
// that have none now. The arithmetic stays Keras' dense one.

// markRows notes which rows of weight i had a gradient. rows is nil for a
// dense gradient.
func (s *optimizerState) markRows(i int, rows []int32) {
	idler, ok := s.opt.(Idler)
	if rows == nil || !ok || !idler.Idle() {
		if s.touched[i] != nil { // became dense: every row counts from now on
			for r := range s.touched[i] {
				s.touched[i][r] = true
			}
		}
		return
	}
	if s.touched[i] == nil {
		s.touched[i] = make([]bool, s.weights[i].shape[0])
		if s.step.N > 0 && s.opt.Slots() > 0 { // earlier updates were dense
			for r := range s.touched[i] {
				s.touched[i][r] = true
			}
		}
	}
	if s.opt.Slots() == 0 {
		clear(s.touched[i])
	}
	for _, r := range rows {
		s.touched[i][r] = true
	}
}

// updateRows updates the touched rows of a chunk, in runs.
func (s *optimizerState) updateRows(c chunk, i int, rows []bool, w, g []float32) {
	width := len(w) / len(rows)
	slots := s.cuts[i]
	for lo := c.lo; lo < c.hi; {
		r := lo / width
		hi := min(c.hi, (r+1)*width)
		if !rows[r] {
			lo = hi
			continue
		}
		for hi < c.hi && rows[hi/width] {
			hi = min(c.hi, hi+width)
		}
		for k, v := range s.slots[c.weight] {
			slots[k] = v[lo:hi]
		}
		s.opt.Update(s.step, w[lo:hi], g[lo:hi], slots)
		lo = hi
	}
}

// sumSquares is not finite only if an element is not: squares that overflow are
// added up again in float64.
func sumSquares(x []float32) float64 {
	s := float64(kernel.SumSquares(x))
	if s-s == 0 {
		return s
	}
	s = 0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}

func scaleBy(x []float32, f float32) { kernel.Scale(x, x, f) }
func clipTo(x []float32, v float32) {
	kernel.Clip(x, x, float32(math.Copysign(float64(v), -1)), v)
}
