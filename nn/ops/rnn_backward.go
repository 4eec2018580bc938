package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// Grad: rnnBack walks the steps backwards and finds the gradients of the gates
// before their activations; what reaches the input and the weights are matrix
// products with those, ops of their own, so that what nobody asks for is not
// computed.
func (o rnn) Grad(in, out, dout []*Value) []*Value {
	operand := func(k int) *Value { return of(o.has, in, k) }
	gates, states := out[rnnGates], out[o.statesAt(len(out))]
	var cells, dLastCell *Value
	if o.kind == lstm {
		cells, dLastCell = out[rnnCells], dout[rnnLastCell]
	}
	back := rnnBack{rnn: o}
	var args []*Value
	back.operands, args = pick(gates, operand(rnnX), operand(rnnU), states, operand(rnnH0), cells, operand(rnnC0),
		operand(rnnMask), operand(rnnDropX), operand(rnnDropH), dout[rnnSequence], dout[rnnLast], dLastCell)
	r := Apply(back, args...)
	d := make([]*Value, len(in))
	set := func(k int, v *Value) {
		if i := o.has.at(k); i >= 0 {
			d[i] = v
		}
	}
	set(rnnH0, r[1])
	set(rnnC0, r[2])
	input := rnnInputGrad{rnn: o}
	input.operands, args = pick(r[0], operand(rnnX), operand(rnnU), operand(rnnW), operand(rnnDropX), operand(rnnDropH))
	set(rnnX, apply1(input, args...))

	weights := rnnWeightGrad{rnn: o}
	if o.kind != gru || o.resetAfter {
		gates = nil // no reset gate in the left factor
	}
	weights.operands, args = pick(r[0], operand(rnnX), operand(rnnU), states, operand(rnnH0), gates, operand(rnnDropX), operand(rnnDropH))
	r = Apply(weights, args...)
	set(rnnW, r[0])
	set(rnnU, r[1])
	set(rnnB, r[2])
	return d
}

// rnnBack is back-propagation through time. Results: the gradients of the gates
// before their activations, laid out as the gates are; of h0; of c0.
//
// The gradient of the sequence may be columns of a wider array, and its steps in
// the opposite order: what joins the two directions of a layer is not taken apart
// by copies. See [absorbSequenceParts].
type rnnBack struct {
	rnn
	operands operandSet
	dyColumn int
	dyTurned bool
}

// Operands of rnnBack. The first may lend its memory to the first result.
const (
	backGates = iota
	backX     // its shape only
	backU
	backStates
	backH0
	backCells
	backC0
	backMask
	backDropX // its shape only
	backDropH
	backDSequence
	backDLast
	backDLastCell
)

func (o rnnBack) String() string         { return o.rnn.String() + "Back" }
func (o rnnBack) InPlace(input int) bool { return input == backGates }

func (o rnnBack) sizeOf(in [][]int) rnnSize {
	get := func(k int) []int { return of(o.operands, in, k) }
	return o.size(get(backX), get(backU), get(backDropX), get(backDropH))
}

func (o rnnBack) Infer(in [][]int) [][]int {
	s := o.sizeOf(in)
	state := []int{s.batch, s.units}
	return [][]int{in[backGates], state, state}
}

func (o rnnBack) Scratch(in [][]int) int {
	s := o.sizeOf(in)
	n := 4*s.batch*s.units + 2*s.chunks*s.units
	for _, g := range o.groups(s) {
		n += kernel.PanelFloats(g.cols, s.units)
	}
	return n
}

func (o rnnBack) Grad(in, _, _ []*Value) []*Value { return o.noGrad(in) }

func (o rnn) noGrad(in []*Value) []*Value {
	shapePanic(o.String(), shapesOf(in), "the gradient of a fused recurrent op has no gradient of its own; write the steps with ops")
	return nil
}

// rnnBackRun is a bound rnnBack.
type rnnBackRun struct {
	rnn
	rnnSteps
	u, gates              []float32
	d                     []float32 // result: gradients of the gates
	dSequence, dLast, dlc []float32
	dyColumns, dyColumn   int // of dSequence; the first of ours
	dyTurned              bool
	dh, dc                []float32 // [batch, units]: of the state and cell after the step at hand
	carry                 []float32 // [batch, units]: of the outputs that later masked steps repeat
	temp                  []float32 // [batch, units]
	work                  []float32 // two rows per chunk
	panels                []*kernel.Panels
	tasks                 []kernel.PanelTask // one per chunk
	groups                []rnnGroup
}

func (o rnnBack) Bind(b *Binding) func() {
	in := func(k int) []float32 { return of(o.operands, b.In, k) }
	s := o.sizeOf(b.InShape)
	r := &rnnBackRun{
		rnn: o.rnn, u: in(backU), gates: in(backGates), d: b.Out[0],
		dSequence: in(backDSequence), dLast: in(backDLast), dlc: in(backDLastCell),
		dyColumn: o.dyColumn, dyTurned: o.dyTurned,
		groups: o.groups(s), tasks: make([]kernel.PanelTask, s.chunks),
	}
	if r.dSequence != nil {
		r.dyColumns = of(o.operands, b.InShape, backDSequence)[2]
	}
	r.rnnSteps = rnnSteps{rnnSize: s, backwards: o.backwards, states: in(backStates), h0: in(backH0),
		cellsOf: in(backCells), c0: in(backC0), mask: in(backMask), dropH: in(backDropH), zeros: make([]float32, s.units)}
	mem := carver(b.Scratch)
	r.dh, r.dc, r.carry, r.temp = mem.take(s.batch*s.units), mem.take(s.batch*s.units), mem.take(s.batch*s.units), mem.take(s.batch*s.units)
	r.work = mem.take(2 * s.chunks * s.units)
	for _, g := range r.groups {
		r.panels = append(r.panels, kernel.NewPanels(g.cols, s.units, mem.take(kernel.PanelFloats(g.cols, s.units))))
	}
	walk := r.walk
	return func() {
		for i, g := range r.groups {
			r.panels[i].Pack(r.u[g.weight:], r.cols, true)
		}
		par.For(r.batch, r.chunk, walk)
		copy(b.Out[1], r.dh)
		copy(b.Out[2], r.dc)
	}
}

// gate returns the gates, or their gradients, of sequence b at step s.
func (r *rnnBackRun) gate(x []float32, b, s int) []float32 {
	return x[(b*r.time+r.at(s))*r.ld:][:r.ld]
}

// walk takes sequences lo to hi back through all steps.
func (r *rnnBackRun) walk(lo, hi int) {
	n := r.units
	from, to := lo*n, hi*n
	start := func(dst, src []float32) {
		if src != nil {
			copy(dst[from:to], src[from:to])
		} else {
			clear(dst[from:to])
		}
	}
	start(r.dh, r.dLast)
	start(r.dc, r.dlc)
	clear(r.carry[from:to])
	work := r.work[2*(lo/r.chunk)*n:]
	t0, t1 := work[:n:n], work[n:2*n:2*n]
	for s := r.time - 1; s >= 0; s-- {
		for b := lo; b < hi; b++ {
			dh, d := r.dh[b*n:][:n], r.gate(r.d, b, s)
			r.output(b, s, dh)
			switch {
			case r.masked(b, s):
				clear(d)
			case r.kind == lstm:
				r.lstmBack(b, s, dh, d, t0, t1)
			case r.kind == gru:
				r.gruBack(b, s, dh, d, t0, t1)
			default:
				r.simpleBack(b, s, dh, d)
			}
		}
		if s == 0 && r.h0 == nil {
			for b := lo; b < hi && r.kind == gru && !r.resetAfter; b++ {
				clear(r.gate(r.d, b, s)[n : 2*n]) // the reset gate had nothing to reset
			}
			break
		}
		r.recurrent(lo, hi, s)
	}
}

// output adds the gradient of the output of a step to that of its state.
func (r *rnnBackRun) output(b, s int, dh []float32) {
	if r.dSequence == nil {
		return
	}
	dy := r.dy(b, s)
	if r.mask == nil {
		kernel.Add(dh, dh, dy)
		return
	}
	carry := r.carry[b*r.units:][:r.units]
	switch {
	case !r.masked(b, s):
		kernel.Add(dh, dh, dy)
		kernel.Add(dh, dh, carry)
		clear(carry)
	case !r.zeroOutputs:
		kernel.Add(carry, carry, dy)
	}
}

// dy returns the gradient of the output of sequence b at step s.
func (r *rnnBackRun) dy(b, s int) []float32 {
	if r.dyTurned {
		s = r.time - 1 - s
	}
	return r.dSequence[(b*r.time+s)*r.dyColumns+r.dyColumn:][:r.units]
}

// recurrent adds what reaches the state before through the recurrent weights.
func (r *rnnBackRun) recurrent(lo, hi, s int) {
	n := r.units
	for _, group := range r.groups {
		if group.reset {
			r.gruReset(lo, hi, s)
		}
	}
	for g, group := range r.groups {
		if group.reset {
			continue
		}
		at := (lo*r.time+r.at(s))*r.ld + group.gate
		if r.dropH == nil {
			r.panels[g].MulRows(&r.tasks[lo/r.chunk], hi-lo, r.d[at:], r.time*r.ld, r.dh[lo*n:], n, true)
			continue
		}
		r.panels[g].MulRows(&r.tasks[lo/r.chunk], hi-lo, r.d[at:], r.time*r.ld, r.temp[lo*n:], n, false)
		for b := lo; b < hi; b++ {
			dh := r.dh[b*n:][:n]
			kernel.MulAdd(dh, r.temp[b*n:][:n], r.drop(b, group.drop), dh)
		}
	}
}
