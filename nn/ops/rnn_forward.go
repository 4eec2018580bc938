package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// Scratch holds panels of the recurrent weights, one row of state per sequence,
// the sum of a GRU's biases, and the dropped input.
func (o rnn) Scratch(in [][]int) int {
	s := o.sizeOf(in)
	n := s.batch*s.units + s.cols
	if o.single(s) {
		n += o.blockFloats(s)
	}
	for _, g := range o.groups(s) {
		if o.single(s) {
			break
		}
		n += kernel.PanelFloats(s.units, g.cols)
	}
	if o.has.is(rnnDropX) {
		n += s.batch * s.time * s.in
	}
	return n
}

func (o rnn) sizeOf(in [][]int) rnnSize {
	return o.size(in[o.has.at(rnnX)], in[o.has.at(rnnU)], of(o.has, in, rnnDropX), of(o.has, in, rnnDropH))
}

// rnnRun is a bound rnn.
type rnnRun struct {
	rnn
	rnnSteps
	x, w, u, bias, dropX []float32
	sequence             []float32
	gates, cells         []float32
	last, lastCell       []float32
	panels               []*kernel.Panels
	tasks                []kernel.PanelTask // one per chunk
	groups               []rnnGroup
	temp                 []float32 // [batch, units]
	biasSum              []float32 // a GRU's input bias and, for z and r, its recurrent one
	dropped              []float32 // the input times DropX
}

// rnnSteps knows where the states of a step lie.
type rnnSteps struct {
	rnnSize
	backwards      bool
	states, h0, c0 []float32
	mask, dropH    []float32
	zeros          []float32 // [units]
	cellsOf        []float32 // the cells, for the cell before
}

// at returns which step of the input is processed as step s.
func (r *rnnSteps) at(s int) int {
	if r.backwards {
		return r.time - 1 - s
	}
	return s
}

func (r *rnnSteps) masked(b, s int) bool { return r.mask != nil && r.mask[b*r.time+r.at(s)] == 0 }

// row returns sequence b at step s of a [batch, time, units] array.
func (r *rnnSteps) row(x []float32, b, s int) []float32 {
	return x[(b*r.time+s)*r.units:][:r.units]
}

// before returns the state of sequence b before step s.
func (r *rnnSteps) before(b, s int) []float32 { return r.previous(r.states, r.h0, b, s) }

// cellBefore returns the cell of sequence b before step s.
func (r *rnnSteps) cellBefore(b, s int) []float32 { return r.previous(r.cellsOf, r.c0, b, s) }

func (r *rnnSteps) previous(x, first []float32, b, s int) []float32 {
	switch {
	case s > 0:
		return r.row(x, b, s-1)
	case first != nil:
		return first[b*r.units:][:r.units]
	}
	return r.zeros
}

// drop returns the columns of DropH from column c on, for sequence b.
func (r *rnnSteps) drop(b, c int) []float32 {
	return r.dropH[b*len(r.dropH)/r.batch+c:][:r.units]
}

func (o rnn) Bind(b *Binding) func() {
	in := func(k int) []float32 { return of(o.has, b.In, k) }
	s := o.sizeOf(b.InShape)
	r := &rnnRun{
		rnn: o,
		x:   in(rnnX), w: in(rnnW), u: in(rnnU), bias: in(rnnB), dropX: in(rnnDropX),
		sequence: b.Out[rnnSequence], last: b.Out[rnnLast], gates: b.Out[rnnGates],
		groups: o.groups(s), tasks: make([]kernel.PanelTask, s.chunks),
	}
	r.rnnSteps = rnnSteps{rnnSize: s, backwards: o.backwards, states: b.Out[o.statesAt(len(b.Out))],
		h0: in(rnnH0), c0: in(rnnC0), mask: in(rnnMask), dropH: in(rnnDropH), zeros: make([]float32, s.units)}
	if o.kind == lstm {
		r.lastCell, r.cells = b.Out[rnnLastCell], b.Out[rnnCells]
		r.cellsOf = r.cells
	}
	mem := carver(b.Scratch)
	r.temp, r.biasSum = mem.take(s.batch*s.units), mem.take(s.cols)
	for _, g := range r.groups {
		if o.single(s) {
			break
		}
		r.panels = append(r.panels, kernel.NewPanels(s.units, g.cols, mem.take(kernel.PanelFloats(s.units, g.cols))))
	}
	if r.dropX != nil {
		r.dropped = mem.take(s.batch * s.time * s.in)
	}
	if o.single(s) {
		return r.bindSingle(mem.take(o.blockFloats(s)))
	}
	walk := r.walk
	return func() {
		r.project()
		for i, g := range r.groups {
			r.panels[i].Pack(r.u[g.weight:], r.cols, false)
		}
		par.For(r.batch, r.chunk, walk)
	}
}

// project computes x·w + b for all steps at once, into the gates.
func (r *rnnRun) project() {
	rows := r.batch * r.time
	bias := r.bias
	if r.resetAfter && bias != nil {
		copy(r.biasSum, bias[:r.cols])
		kernel.Add(r.biasSum[:2*r.units], r.biasSum[:2*r.units], bias[r.cols:][:2*r.units])
		bias = r.biasSum
	}
	x, blocks := r.x, 1
	if r.perGateX {
		blocks = r.cols / max(1, r.units)
	}
	n := r.cols / blocks
	for g := range blocks {
		if r.dropX != nil {
			scaleSequences(r.dropped, r.x, r.dropX[g*r.in*min(1, r.batch):], r.rnnSize, len(r.dropX)/max(1, r.batch))
			x = r.dropped
		}
		var e kernel.Epilogue
		if bias != nil {
			e.Bias = bias[g*n:][:n]
		}
		kernel.Gemm(rows, n, r.in, kernel.Operand{Data: x, Ld: r.in}, kernel.Operand{Data: r.w[min(g*n, len(r.w)):], Ld: r.cols},
			r.gates[min(g*n, len(r.gates)):], r.ld, e)
	}
}

// scaleSequences multiplies every step of each sequence of x by its row of
// factors, which lie ld apart.
func scaleSequences(dst, x, factors []float32, s rnnSize, ld int) {
	for b := range s.batch {
		f := factors[b*ld:][:s.in]
		for t := range s.time {
			at := (b*s.time + t) * s.in
			kernel.Mul(dst[at:at+s.in], x[at:at+s.in], f)
		}
	}
}

// walk takes sequences lo to hi through all steps.
func (r *rnnRun) walk(lo, hi int) {
	for s := range r.time {
		switch r.kind {
		case lstm:
			r.lstmStep(lo, hi, s)
		case gru:
			r.gruStep(lo, hi, s)
		default:
			r.simpleStep(lo, hi, s)
		}
		if r.mask == nil {
			continue
		}
		for b := lo; b < hi; b++ {
			r.emit(b, s)
		}
	}
	for b := lo; b < hi; b++ {
		r.end(b)
	}
}

// end writes the states after the last step.
func (r *rnnRun) end(b int) {
	copy(r.last[b*r.units:][:r.units], r.before(b, r.time))
	if r.kind == lstm {
		copy(r.lastCell[b*r.units:][:r.units], r.cellBefore(b, r.time))
	}
}

// emit writes the output of a step when there is a mask.
func (r *rnnRun) emit(b, s int) {
	out := r.row(r.sequence, b, s)
	switch {
	case !r.masked(b, s):
		copy(out, r.row(r.states, b, s))
	case r.zeroOutputs || s == 0:
		clear(out)
	default:
		copy(out, r.row(r.sequence, b, s-1))
	}
}

// gate returns the gates of sequence b at step s.
func (r *rnnRun) gate(b, s int) []float32 { return r.gates[(b*r.time+r.at(s))*r.ld:][:r.ld] }

// recurrent adds state·u to the gates of group g.
func (r *rnnRun) recurrent(g, lo, hi, s int) {
	if s == 0 && r.h0 == nil {
		return
	}
	a, lda := r.h0, r.units
	if s > 0 {
		a, lda = r.states[(s-1)*r.units:], r.time*r.units
	}
	a = a[lo*lda:]
	group := r.groups[g]
	if group.reset || r.dropH != nil {
		for b := lo; b < hi; b++ {
			t, h := r.temp[b*r.units:][:r.units], r.before(b, s)
			if group.reset {
				kernel.Mul(t, h, r.gate(b, s)[r.units:2*r.units])
				h = t
			}
			if r.dropH != nil {
				kernel.Mul(t, h, r.drop(b, group.drop))
			}
		}
		a, lda = r.temp[lo*r.units:], r.units
	}
	at := (lo*r.time+r.at(s))*r.ld + group.gate
	r.panels[g].MulRows(&r.tasks[lo/r.chunk], hi-lo, a, lda, r.gates[at:], r.time*r.ld, true)
}

// carver hands out pieces of a workspace.
type carver []float32

func (c *carver) take(n int) []float32 {
	p := (*c)[:n:n]
	*c = (*c)[n:]
	return p
}
