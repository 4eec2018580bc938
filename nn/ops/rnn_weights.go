package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// rnnWeightGrad is the gradients of w, u and b: one product over all steps of
// all sequences for each. Left factors that are stored nowhere (the state
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
	return (s.batch*s.time + biasRows - 1) / biasRows * s.ld
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
			inputs = append(inputs, kernel.Operand{Packer: &droppedInput{s, x, dropX[min(g*s.in, len(dropX)):], blocks * s.in}})
		}
	}
	groups := o.groups(s)
	states := make([]kernel.Operand, len(groups))
	for i, g := range groups {
		p := &previousStates{rnnSteps: steps, drop: g.drop}
		if g.reset {
			p.reset = gates
		}
		states[i] = kernel.Operand{Packer: p}
	}
	bias := o.biasGrad(s, d, b.Out[2], b.Scratch)
	return func() {
		for g, a := range inputs {
			n := s.cols / blocks
			product(s.in, a, g*n, g*n, n, dw)
		}
		for i, g := range groups {
			product(s.units, states[i], g.gate, g.weight, g.cols, du)
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
	drop  int
	reset []float32 // gates of a GRU
}

func (p *previousStates) Pack(dst []float32, width, i0, count, k0, depth int) {
	for k := k0; k < k0+depth; k++ {
		b, s := k/p.time, k%p.time
		if p.backwards {
			s = p.time - 1 - s
		}
		row := dst[:width]
		dst = dst[width:]
		clear(row[copy(row, p.before(b, s)[i0:i0+count]):])
		if row = row[:count]; p.dropH != nil {
			kernel.Mul(row, row, p.rnnSteps.drop(b, p.drop)[i0:i0+count])
		}
		if p.reset != nil {
			kernel.Mul(row, row, p.reset[k*p.ld+p.units+i0:][:count])
		}
	}
}

// droppedInput packs the transpose of the input times DropX.
type droppedInput struct {
	rnnSize
	x, factors []float32
	ld         int // of factors
}

func (p *droppedInput) Pack(dst []float32, width, i0, count, k0, depth int) {
	for k := k0; k < k0+depth; k++ {
		row := dst[:width]
		dst = dst[width:]
		clear(row[count:])
		kernel.Mul(row[:count], p.x[k*p.in+i0:][:count], p.factors[k/p.time*p.ld+i0:][:count])
	}
}
