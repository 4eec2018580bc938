package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// An rnnSingle takes one sequence through all steps. There are no other
// sequences to share the work with, so workers share the units of each step.
// A lone row meets every number of the recurrent weights once a step; what counts
// is that they come from the second-level cache in one stream, so they are
// copied into blocks of columns first, unless the steps are few.
type rnnSingle struct {
	*rnnRun
	s            int // step
	part, finish func(lo, hi int)
	blocks       []float32 // of each gate, one after another; empty: read u where it is
}

const (
	singleBlock = 64 // columns of a block: four vectors of the widest kind
	singleFew   = 8  // steps for which blocks don't pay
)

// blockFloats is how much memory the blocks need.
func (o rnn) blockFloats(s rnnSize) int {
	if s.time < singleFew {
		return 0
	}
	return s.units * s.cols
}

// single reports whether the run has one sequence and nothing that this path
// leaves to the general one.
func (o rnn) single(s rnnSize) bool { return s.batch == 1 && !o.has.is(rnnDropH) && s.units > 0 }

// singleGrain is how many units make a task: enough to outweigh the start of
// a loop, in whole blocks. It depends on sizes only.
func singleGrain(s rnnSize) int {
	const work = 1 << 14 // multiplications
	tasks := max(1, s.units*s.cols/work)
	return max(1, (s.units+tasks*singleBlock-1)/(tasks*singleBlock)) * singleBlock
}

func (r *rnnRun) bindSingle(blocks []float32) func() {
	q := &rnnSingle{rnnRun: r, blocks: blocks}
	q.part, q.finish = q.gateUnits, q.candidateUnits
	grain := singleGrain(r.rnnSize)
	copyGates := q.copyGates
	return func() {
		r.project()
		if len(blocks) > 0 {
			par.For(r.rnn.gates(), 1, copyGates)
		}
		for q.s = range r.time {
			par.For(r.units, grain, q.part)
			if r.kind == gru && !r.resetAfter && !r.masked(0, q.s) {
				par.For(r.units, grain, q.finish)
			}
			if r.mask != nil {
				r.emit(0, q.s)
			}
		}
		r.end(0)
	}
}

// add adds row·u to units lo to hi of a gate; weight is the gate's first column in u.
func (q *rnnSingle) add(gate, row []float32, weight, lo, hi int) {
	switch {
	case q.s == 0 && q.h0 == nil:
	case len(q.blocks) == 0:
		kernel.AddRow(row, q.u[weight+lo:], q.cols, gate[lo:hi])
	default:
		for at := lo; at < hi; at += singleBlock {
			width := min(singleBlock, q.units-at)
			kernel.AddRow(row, q.blocks[q.units*(weight+at):], width, gate[at:at+width])
		}
	}
}

// copyGates makes the blocks of gates lo to hi.
func (q *rnnSingle) copyGates(lo, hi int) {
	n := q.units
	for at := lo * n; at < hi*n; {
		width := min(singleBlock, n-at%n)
		block := q.blocks[n*at:][:n*width]
		for k := range n {
			copy(block[k*width:][:width], q.u[k*q.cols+at:])
		}
		at += width
	}
}

// gateUnits does a step for units lo to hi, up to the candidate of a GRU
// without ResetAfter, which needs the reset gates of all units.
func (q *rnnSingle) gateUnits(lo, hi int) {
	n, s := q.units, q.s
	before := q.before(0, s)
	h := q.row(q.states, 0, s)
	if q.masked(0, s) {
		copy(h[lo:hi], before[lo:hi])
		if q.kind == lstm {
			copy(q.row(q.cells, 0, s)[lo:hi], q.cellBefore(0, s)[lo:hi])
		}
		return
	}
	z := q.gate(0, s)
	for _, g := range q.groups {
		for c := 0; c < g.cols && !g.reset; c += n {
			gate := z[g.gate+c:][:n]
			if q.resetAfter && g.gate+c == 3*n {
				q.startInner(gate, lo, hi)
			}
			q.add(gate, before, g.weight+c, lo, hi)
		}
	}
	q.cell(lo, hi, z, h, before)
}

// startInner begins the recurrent part of a candidate with its bias.
func (q *rnnSingle) startInner(inner []float32, lo, hi int) {
	clear(inner[lo:hi])
	if q.bias != nil {
		copy(inner[lo:hi], q.bias[q.cols+2*q.units:][lo:hi])
	}
}

// candidateUnits ends a step of a GRU without ResetAfter.
func (q *rnnSingle) candidateUnits(lo, hi int) {
	n, z := q.units, q.gate(0, q.s)
	q.add(z[2*n:], q.temp[:n], 2*n, lo, hi)
	q.gruEnd(q.row(q.states, 0, q.s)[lo:hi], z[lo:hi], nil, z[2*n:][lo:hi], nil, q.before(0, q.s)[lo:hi])
}

// cell is what follows the products.
func (q *rnnSingle) cell(lo, hi int, z, h, before []float32) {
	n := q.units
	at := func(gate int) []float32 { return z[gate*n:][lo:hi] }
	h, before = h[lo:hi], before[lo:hi]
	switch {
	case q.kind == lstm:
		q.lstmCell(h, q.row(q.cells, 0, q.s)[lo:hi], at(0), at(1), at(2), at(3), q.cellBefore(0, q.s)[lo:hi])
	case q.kind == simpleRNN:
		q.act.apply(at(0), at(0))
		copy(h, at(0))
	case q.resetAfter:
		q.gruEnd(h, at(0), at(1), at(2), at(3), before)
	default:
		q.rec.apply(at(0), at(0))
		q.rec.apply(at(1), at(1))
		kernel.Mul(q.temp[lo:hi], before, at(1))
	}
}
