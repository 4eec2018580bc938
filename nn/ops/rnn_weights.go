package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// rnnWeightGrad is the gradients of w, u and b: one product over all steps of
// all sequences, or one for each. Left factors that are stored nowhere (the state
// before each step, the dropped input) are made while the product packs them.
type rnnWeightGrad struct {
	rnn
	operands operandSet
}

// Operands of rnnWeightGrad.
const (
	weightD = iota
	weightX
	weightU // its shape only
	weightStates
	weightH0
	weightGates // of a GRU without ResetAfter
	weightDropX
	weightDropH
)

// biasRows is how many rows of gradients one partial sum of the bias covers.
const biasRows = 256

func (o rnnWeightGrad) String() string                  { return o.rnn.String() + "WeightGrad" }
func (o rnnWeightGrad) Grad(in, _, _ []*Value) []*Value { return o.noGrad(in) }

func (o rnnWeightGrad) sizeOf(in [][]int) rnnSize {
	return o.size(in[weightX], in[weightU], of(o.operands, in, weightDropX), of(o.operands, in, weightDropH))
}

func (o rnnWeightGrad) Infer(in [][]int) [][]int {
	s := o.sizeOf(in)
	bias := []int{s.cols}
	if o.resetAfter {
		bias = []int{2, s.cols}
	}
	return [][]int{{s.in, s.cols}, {s.units, s.cols}, bias}
}

func (o rnnWeightGrad) Scratch(in [][]int) int {
	s := o.sizeOf(in)
	n := o.joinedFloats(s) + o.storedFloats(s)
	if o.joinedFloats(s) == 0 {
		n += (s.batch*s.time + biasRows - 1) / biasRows * s.ld
	}
	return n
}

// storedFloats is the size of the states before each step, where they lie
// nowhere in the order of the gates or are multiplied with something: panels
// of few rows pack them too often to make them each time.
func (o rnnWeightGrad) storedFloats(s rnnSize) int {
	if o.backwards || o.operands.is(weightDropH) || o.operands.is(weightGates) {
		return s.batch * s.time * s.units
	}
	return 0
}

// joinedFloats is the size of the joined gradient of w, u and b, for those that
// can be one product: they have the same right-hand factor.
func (o rnnWeightGrad) joinedFloats(s rnnSize) int {
	if o.kind == gru || s.perGateX || s.perGateH {
		return 0
	}
	return (s.in + s.units + 1) * s.cols
}

func (o rnnWeightGrad) Bind(b *Binding) func() {
	in := func(k int) []float32 { return of(o.operands, b.In, k) }
	s := o.sizeOf(b.InShape)
	steps := rnnSteps{rnnSize: s, backwards: o.backwards, states: in(weightStates), h0: in(weightH0),
		dropH: in(weightDropH), zeros: make([]float32, s.units)}
	d, x, dropX, gates := in(weightD), in(weightX), in(weightDropX), in(weightGates)
	dw, du := b.Out[0], b.Out[1]
	rows := s.batch * s.time
	product := func(m int, a kernel.Operand, gate, weight, cols int, dst []float32) {
		kernel.Gemm(m, cols, rows, a, kernel.Operand{Data: d[min(gate, len(d)):], Ld: s.ld}, dst[min(weight, len(dst)):], s.cols, kernel.Epilogue{})
	}
	inputs, blocks := []kernel.Operand{{Data: x, Ld: s.in, Trans: true}}, 1
	if dropX != nil {
		inputs = nil
		if s.perGateX {
			blocks = s.cols / max(1, s.units)
		}
		for g := range blocks {
			inputs = append(inputs, kernel.Operand{Packer: &inputRows{s, x, dropX[min(g*s.in, len(dropX)):], blocks * s.in}})
		}
	}
	mem := carver(b.Scratch)
	joined, stored := mem.take(o.joinedFloats(s)), mem.take(o.storedFloats(s))
	groups := o.groups(s)
	states, stores := make([]*previousStates, len(groups)), make([]func(), len(groups))
	for i, g := range groups {
		p := &previousStates{rnnSteps: steps, drop: g.drop, stored: stored}
		if g.reset {
			p.reset = gates
		}
		states[i], stores[i] = p, p.store()
	}
	if len(joined) > 0 {
		both := kernel.Operand{Packer: &joinedFactors{&inputRows{s, x, dropX, s.in}, states[0]}}
		return func() {
			stores[0]()
			product(s.in+s.units+1, both, 0, 0, s.cols, joined)
			rest := joined[copy(dw, joined):]
			copy(b.Out[2], rest[copy(du, rest):])
		}
	}
	bias := o.biasGrad(s, d, b.Out[2], mem)
	return func() {
		for g, a := range inputs {
			n := s.cols / blocks
			product(s.in, a, g*n, g*n, n, dw)
		}
		for i, g := range groups {
			stores[i]()
			product(s.units, kernel.Operand{Packer: states[i]}, g.gate, g.weight, g.cols, du)
		}
		bias()
	}
}

// biasGrad sums the columns of d in pieces whose borders depend on sizes only.
func (o rnnWeightGrad) biasGrad(s rnnSize, d, db, parts []float32) func() {
	rows, ld := s.batch*s.time, s.ld
	sum := func(lo, hi int) {
		part := parts[lo/biasRows*ld:][:ld]
		clear(part)
		kernel.AddColumns(part, d[lo*ld:hi*ld])
	}
	total := make([]float32, ld)
	return func() {
		par.For(rows, biasRows, sum)
		clear(total)
		kernel.AddColumns(total, parts)
		copy(db, total[:s.cols])
		if o.resetAfter {
			copy(db[s.cols:], total[:2*s.units])
			copy(db[s.cols+2*s.units:], total[3*s.units:])
		}
	}
}

// previousStates packs the transpose of the states before each step, rows in
// the order of the gates, times DropH and the reset gate when there are any.
type previousStates struct {
	rnnSteps
	drop   int
	reset  []float32 // gates of a GRU
	stored []float32 // all rows, where they are stored first; see storedFloats
}

// store returns a function that writes stored.
func (p *previousStates) store() func() {
	if len(p.stored) == 0 {
		return func() {}
	}
	write := func(lo, hi int) {
		for k := lo; k < hi; k++ {
			p.compose(p.stored[k*p.units:][:p.units], k, 0)
		}
	}
	return func() { par.For(p.batch*p.time, biasRows, write) }
}

func (p *previousStates) Pack(dst []float32, width, i0, count, k0, depth int) {
	if len(p.stored) > 0 {
		kernel.PackRows(dst, width, p.stored[k0*p.units+i0:], p.units, count, depth)
		return
	}
	p.packPlain(dst, width, i0, count, k0, depth)
}

// fill writes numbers i0 and on of row k.
func (p *previousStates) fill(row []float32, k, i0 int) {
	if len(p.stored) > 0 {
		copy(row, p.stored[k*p.units+i0:])
		return
	}
	p.compose(row, k, i0)
}

// compose is fill for rows that are not stored.
func (p *previousStates) compose(row []float32, k, i0 int) {
	b, s := k/p.time, k%p.time
	if p.backwards {
		s = p.time - 1 - s
	}
	copy(row, p.before(b, s)[i0:])
	if p.dropH != nil {
		kernel.Mul(row, row, p.rnnSteps.drop(b, p.drop)[i0:][:len(row)])
	}
	if p.reset != nil {
		kernel.Mul(row, row, p.reset[k*p.ld+p.units+i0:][:len(row)])
	}
}

// packPlain is Pack where rows lie one after another: within a sequence the
// state before a step is the row above.
func (p *previousStates) packPlain(dst []float32, width, i0, count, k0, depth int) {
	for k := k0; k < k0+depth; {
		b, s := k/p.time, k%p.time
		run := 1
		if s == 0 {
			clear(dst[copy(dst[:width], p.before(b, 0)[i0:i0+count]):width])
		} else {
			run = min(p.time-s, k0+depth-k)
			kernel.PackRows(dst, width, p.states[(k-1)*p.units+i0:], p.units, count, run)
		}
		dst = dst[width*run:]
		k += run
	}
}

// inputRows packs the transpose of the input, times DropX when there is one.
type inputRows struct {
	rnnSize
	x, factors []float32
	ld         int // of factors
}

func (p *inputRows) Pack(dst []float32, width, i0, count, k0, depth int) {
	if p.factors == nil {
		kernel.PackRows(dst, width, p.x[k0*p.in+i0:], p.in, count, depth)
		return
	}
	for k := k0; k < k0+depth; k++ {
		row := dst[:width]
		dst = dst[width:]
		clear(row[count:])
		kernel.Mul(row[:count], p.x[k*p.in+i0:][:count], p.factors[k/p.time*p.ld+i0:][:count])
	}
}

// joinedFactors packs input, states and a row of ones, which sums for the bias, as
// one matrix.
type joinedFactors struct {
	x      *inputRows
	states *previousStates
}

func (p *joinedFactors) Pack(dst []float32, width, i0, count, k0, depth int) {
	in, end := p.x.in, p.x.in+p.states.units
	switch {
	case i0+count <= in:
		p.x.Pack(dst, width, i0, count, k0, depth)
		return
	case i0 >= in && i0+count <= end:
		p.states.Pack(dst, width, i0-in, count, k0, depth)
		return
	case i0 < in: // a panel over a border
		p.x.Pack(dst, width, i0, in-i0, k0, depth)
	default:
		clear(dst)
	}
	from, to := max(i0, in), min(i0+count, end)
	for k := range depth {
		row := dst[k*width:][:width]
		if from < to {
			p.states.fill(row[from-i0:to-i0], k0+k, from-in)
		}
		if i0+count > end {
			row[end-i0] = 1
		}
	}
}
