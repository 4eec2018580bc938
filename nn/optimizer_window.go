package nn

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/tensor"
)

// window adds up the gradients of several batches, each times its samples, so
// that their mean is the gradient of one large batch: also when the last batch,
// or the last window, is shorter.
type window struct {
	batches, samples int
	sums             [][]float32
	rows             [][]int32 // that have sums, ascending
	dense            []bool    // all rows of a weight may have sums
	merged           []int32   // room for the union of rows
	factor           float32   // what addFn and meanFn multiply by
	addFn, meanFn    func(lo, hi int)
	clearFn          func(lo, hi int)
}

// startWindow makes room for the sums.
func (s *optimizerState) startWindow() {
	if s.set.GradientAccumulationSteps < 2 {
		return
	}
	w := &s.window
	w.rows = make([][]int32, len(s.weights))
	w.dense = make([]bool, len(s.weights))
	for _, wt := range s.weights {
		w.sums = append(w.sums, make([]float32, wt.size()))
	}
	for i := range w.rows {
		w.rows[i] = []int32{} // not nil, which is all of them
	}
	over := func(f func(sum, grad []float32)) func(lo, hi int) {
		return func(lo, hi int) {
			for _, c := range s.chunks[lo:hi] {
				f(w.sums[c.weight][c.lo:c.hi], s.grads[c.weight][c.lo:c.hi])
			}
		}
	}
	w.addFn = over(func(sum, grad []float32) { kernel.Axpy(sum, w.factor, grad) })
	w.meanFn = over(func(sum, _ []float32) { kernel.Scale(sum, sum, w.factor) })
	w.clearFn = over(func(sum, _ []float32) { clear(sum) })
}

// accumulate takes the gradients of a batch of n samples and updates when the
// window is full.
func (s *optimizerState) accumulate(lr float64, n int) {
	w := &s.window
	w.factor = float32(n)
	s.eachChunk(w.addFn)
	for i, rows := range s.rows {
		switch {
		case rows == nil:
			w.dense[i] = true
		case !w.dense[i]:
			w.merged = union(w.merged[:0], w.rows[i], rows)
			w.rows[i] = append(w.rows[i][:0], w.merged...)
		}
	}
	w.batches++
	w.samples += n
	if w.batches == s.set.GradientAccumulationSteps {
		s.flush(lr)
	}
}

// flush updates with what the window holds, if anything.
func (s *optimizerState) flush(lr float64) {
	w := &s.window
	if w.batches == 0 {
		return
	}
	w.factor = 1 / float32(w.samples)
	for i := range s.grads {
		s.grads[i], s.rows[i] = w.sums[i], w.rows[i]
		if w.dense[i] {
			s.rows[i] = nil
		}
	}
	s.eachChunk(w.meanFn)
	s.eachChunk(s.normFn)
	s.update(lr)
	s.eachChunk(w.clearFn)
	w.empty()
}

func (w *window) empty() {
	w.batches, w.samples = 0, 0
	clear(w.dense)
	for i := range w.rows {
		w.rows[i] = w.rows[i][:0]
	}
}

// union appends the numbers that are in a or in b, both ascending.
func union(dst, a, b []int32) []int32 {
	for len(a) > 0 && len(b) > 0 {
		x := min(a[0], b[0])
		if a[0] == x {
			a = a[1:]
		}
		if b[0] == x {
			b = b[1:]
		}
		dst = append(dst, x)
	}
	return append(append(dst, a...), b...)
}

// state copies the window; nil when it is empty.
func (w *window) state(ws []*Weight) *GradientWindow {
	if w.batches == 0 {
		return nil
	}
	g := &GradientWindow{Batches: w.batches, Samples: w.samples}
	for i, sum := range w.sums {
		g.Sums = append(g.Sums, tensor.From(slices.Clone(sum), ws[i].shape...))
		g.Rows = append(g.Rows, !w.dense[i])
	}
	return g
}

// check refuses the state of another window.
func (w *window) check(g *GradientWindow, ws []*Weight) error {
	if g == nil {
		return nil
	}
	if len(w.sums) != len(g.Sums) || len(g.Rows) != len(g.Sums) || g.Batches < 1 || g.Samples < 1 {
		return fmt.Errorf("nn: SetOptimizerState: the window has %d gradients of %d batches, the model accumulates %d; set GradientAccumulationSteps as before", len(g.Sums), g.Batches, len(w.sums))
	}
	for i, t := range g.Sums {
		if t == nil || ws[i].shape.mismatch(t.Shape()) != "" {
			return fmt.Errorf("nn: SetOptimizerState: the gradients of %s do not have its shape %v", ws[i].Name(), ws[i].shape)
		}
	}
	return nil
}

func (w *window) set(g *GradientWindow) {
	w.empty()
	for _, sum := range w.sums {
		clear(sum)
	}
	if g == nil {
		return
	}
	w.batches, w.samples = g.Batches, g.Samples
	for i, t := range g.Sums {
		copy(w.sums[i], t.Data())
		w.dense[i] = !g.Rows[i]
		if g.Rows[i] {
			w.rows[i] = rowsOtherThan(w.rows[i], w.sums[i], t.Shape()[0], 0)
		}
	}
}
