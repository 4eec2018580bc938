package nn

import (
	"math"
	"slices"

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
		s.markUsed(i)
	}
	if s.opt.Slots() == 0 {
		clear(s.touched[i])
	}
	for _, r := range rows {
		s.touched[i][r] = true
	}
}

// markUsed marks the rows that earlier updates, dense ones or those of a run
// that goes on, have left something in the slots of.
func (s *optimizerState) markUsed(i int) {
	if s.step.N == 0 {
		return
	}
	var rows []int32
	for k, slot := range s.slots[i] {
		start := float32(0)
		if f, ok := s.opt.(SlotFiller); ok {
			start = f.SlotStart(k)
		}
		rows = rowsOtherThan(rows[:0], slot, len(s.touched[i]), start)
		for _, r := range rows {
			s.touched[i][r] = true
		}
	}
}

// rowsOtherThan appends the rows of x that have not the bits of v throughout.
func rowsOtherThan(dst []int32, x []float32, rows int, v float32) []int32 {
	bits := math.Float32bits(v)
	for r := range rows {
		if slices.ContainsFunc(x[r*(len(x)/rows):(r+1)*(len(x)/rows)], func(f float32) bool { return math.Float32bits(f) != bits }) {
			dst = append(dst, int32(r))
		}
	}
	return dst
}

// updateRows updates the touched rows of a chunk, in runs. Rows lie here and
// there in several large tables, so each run is asked for while the one before
// is at work.
func (s *optimizerState) updateRows(step Step, c chunk, i int, rows []bool, w, g []float32) {
	width := len(w) / len(rows)
	lo, hi := nextRun(rows, width, c.lo, c.hi)
	for lo < hi {
		nextLo, nextHi := nextRun(rows, width, hi, c.hi)
		soon := min(nextHi, nextLo+prefetched)
		kernel.Prefetch(w[nextLo:soon])
		kernel.Prefetch(g[nextLo:soon])
		slots := s.cuts[i]
		for k, v := range s.slots[c.weight] {
			slots[k] = v[lo:hi]
			kernel.Prefetch(v[nextLo:soon])
		}
		s.opt.Update(step, w[lo:hi], g[lo:hi], slots)
		lo, hi = nextLo, nextHi
	}
}

// prefetched is how many floats at the start of a run are asked for early; the
// processor itself notices the rest.
const prefetched = 512

// nextRun returns the part of [lo, hi) that belongs to the first touched row
// and the touched rows right after it; it is empty when there is none.
func nextRun(rows []bool, width, lo, hi int) (from, to int) {
	for lo < hi && !rows[lo/width] {
		lo = min(hi, (lo/width+1)*width)
	}
	to = lo
	for to < hi && rows[to/width] {
		to = min(hi, (to/width+1)*width)
	}
	return lo, to
}

// chunkSquares is the sum of squares of a chunk of gradients: where these have
// few rows, over those rows alone.
func (s *optimizerState) chunkSquares(c chunk) float64 {
	g, rows := s.grads[c.weight], s.rows[c.weight]
	if rows == nil || len(g) == 0 {
		return sumSquares(g[c.lo:c.hi])
	}
	width := len(g) / s.weights[c.weight].shape[0]
	first, _ := slices.BinarySearch(rows, int32(c.lo/width))
	sum := 0.0
	for _, r := range rows[first:] {
		lo, hi := max(c.lo, int(r)*width), min(c.hi, int(r+1)*width)
		if lo >= hi {
			break
		}
		sum += sumSquares(g[lo:hi])
	}
	return sum
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
