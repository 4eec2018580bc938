package nn

import (
	"math"

	"github.com/antler-ml/antler/internal/par"
)

// optimizerState holds the slots of every weight and does one update.
type optimizerState struct {
	opt       Optimizer
	set       OptimizerSettings
	weights   []*Weight
	slots     [][][]float32 // weight, slot, element
	touched   [][]bool      // weight, row: ever had a gradient; nil until a row-sparse gradient comes
	chunks    []chunk
	elements  int       // of all weights
	partial   []float64 // sums of squares of the chunks
	scale     []float32 // of each weight's gradient, for clipping
	step      Step
	views     [][][]float32 // per chunk: the slots cut to it, so that a step allocates nothing
	cuts      [][][]float32 // per chunk: room for the slots of some rows
	updateFn  func(lo, hi int)
	normFn    func(lo, hi int)
	grads     [][]float32
	rows      [][]int32   // of this step; nil for a dense gradient
	averages  [][]float32 // of the weights; nil without UseEMA
	averageFn func(lo, hi int)
	updates   uint64         // so far
	factors   []float64      // of the learning rate, for each weight
	whole     WholeOptimizer // nil: the weights are split
	window    window
}

// chunk is a piece of one weight, small enough to share work evenly. The
// optimizers that look at weights as a whole have one for each.
type chunk struct{ weight, lo, hi int }

const chunkSize = 1 << 14

func (s *optimizerState) reset(opt Optimizer, ws []*Weight, factors map[*Weight]float64) {
	*s = optimizerState{opt: opt, set: opt.Settings(), weights: ws}
	s.whole, _ = opt.(WholeOptimizer)
	s.scale = make([]float32, len(ws))
	s.touched = make([][]bool, len(ws))
	s.grads = make([][]float32, len(ws))
	s.rows = make([][]int32, len(ws))
	for i, w := range ws {
		n := w.size()
		s.elements += n
		s.factors = append(s.factors, factors[w])
		size := chunkSize
		if s.whole != nil {
			size = max(1, n)
		}
		slots := make([][]float32, opt.Slots())
		for k := range slots {
			slots[k] = make([]float32, elements(s.slotShape(w, k)))
			if f, ok := opt.(SlotFiller); ok {
				for j := range slots[k] {
					slots[k][j] = f.SlotStart(k)
				}
			}
		}
		s.slots = append(s.slots, slots)
		for lo := 0; lo < n; lo += size {
			c := chunk{i, lo, min(n, lo+size)}
			v := slots
			if s.whole == nil {
				v = make([][]float32, len(slots))
				for k := range slots {
					v[k] = slots[k][c.lo:c.hi]
				}
			}
			s.chunks = append(s.chunks, c)
			s.views = append(s.views, v)
			s.cuts = append(s.cuts, make([][]float32, len(slots)))
		}
	}
	s.partial = make([]float64, len(s.chunks))
	s.startAverages()
	s.startWindow()
	s.updateFn = func(lo, hi int) {
		for i := lo; i < hi; i++ {
			s.updateChunk(i)
		}
	}
	s.normFn = func(lo, hi int) {
		for i := lo; i < hi; i++ {
			s.partial[i] = s.chunkSquares(s.chunks[i])
		}
	}
}

// apply takes the gradients of a batch of n samples and does an update, unless
// gradients are accumulated. It reports false, and changes nothing, when a
// gradient is not finite.
func (s *optimizerState) apply(lr float64, n int, p *plan) bool {
	prog := p.program
	for i := range s.weights {
		s.grads[i] = prog.SlabPart(i)
		s.rows[i] = prog.Rows(i)
	}
	s.eachChunk(s.normFn)
	total := 0.0
	for _, x := range s.partial {
		total += x
	}
	if total-total != 0 {
		return false
	}
	if s.window.sums != nil {
		s.accumulate(lr, n)
	} else {
		s.update(lr)
	}
	return true
}

// update does one update with s.grads, whose squares are in s.partial.
func (s *optimizerState) update(lr float64) {
	total, k := 0.0, 0
	for i := range s.weights {
		s.markRows(i, s.rows[i])
		s.scale[i] = 1
		sum := 0.0
		for ; k < len(s.chunks) && s.chunks[k].weight == i; k++ {
			sum += s.partial[k]
		}
		total += sum
		if n := math.Sqrt(sum); s.set.Clipnorm > 0 && n > s.set.Clipnorm {
			s.scale[i] = float32(s.set.Clipnorm / n)
		}
	}
	if n := math.Sqrt(total); s.set.GlobalClipnorm > 0 && n > s.set.GlobalClipnorm {
		for i := range s.scale {
			s.scale[i] *= float32(s.set.GlobalClipnorm / n)
		}
	}
	if s.set.Schedule != nil {
		lr = s.set.Schedule.Rate(int(s.updates))
	}
	if s.set.Decay > 0 {
		lr /= 1 + s.set.Decay*float64(s.updates)
	}
	s.step = Step{N: int(s.updates) + 1, LR: lr}.at(s.set.Bases)
	if s.step.N == 1 {
		s.beginAverages()
	}
	s.eachChunk(s.updateFn)
	for _, w := range s.weights {
		w.Constrain()
	}
	s.average(s.step.N)
	s.updates++
}

// eachChunk spreads the chunks over the workers, unless all of them together are
// no work worth waking another one for.
func (s *optimizerState) eachChunk(body func(lo, hi int)) {
	if s.elements <= chunkSize {
		body(0, len(s.chunks))
		return
	}
	par.For(len(s.chunks), 1, body)
}

func (s *optimizerState) updateChunk(i int) {
	c := s.chunks[i]
	w, g := s.weights[c.weight].Value().Data(), s.grads[c.weight]
	if f := s.scale[c.weight]; f != 1 {
		scaleBy(g[c.lo:c.hi], f)
	}
	if v := float32(s.set.Clipvalue); v > 0 {
		clipTo(g[c.lo:c.hi], v)
	}
	step := s.step
	if f := s.factors[c.weight]; f != 1 {
		if f == 0 {
			return
		}
		step.LR *= f
	}
	if d := s.set.WeightDecay; d > 0 {
		scaleBy(w[c.lo:c.hi], float32(1-d*step.LR))
	}
	if s.whole != nil {
		s.whole.UpdateWhole(step, w, g, s.weights[c.weight].shape, s.views[i])
		return
	}
	rows := s.touched[c.weight]
	if rows == nil || s.set.WeightDecay > 0 {
		s.opt.Update(step, w[c.lo:c.hi], g[c.lo:c.hi], s.views[i])
		return
	}
	s.updateRows(step, c, i, rows, w, g)
}
