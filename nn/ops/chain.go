package ops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/par"
)

// A chain is a small register program of elementwise kernels that is run block by
// block, so that what one instruction makes is still in the L1 cache when the
// next one reads it, and only results go to memory. A single elementwise op is a
// chain of one instruction, which is why fused and unfused results have the
// same bits.
//
// Registers 0 … inputs-1 are the operands, broadcast to the shape of the
// results; register inputs+i is what instruction i makes. All results have
// one shape. The first one must be that of the last instruction: it may take the
// place of an operand, which by then has been read.
type chain struct {
	code    []instruction
	inputs  int
	results []int
	shape   []int
}

type instruction struct {
	op   elementwise
	args []int // registers
}

const chainBlock = 1024 // floats of a register

// String lists the functions, first to last.
func (c *chain) String() string {
	names := make([]string, len(c.code))
	for i, s := range c.code {
		names[i] = s.op.String()
	}
	return "Chain(" + strings.Join(names, " ") + ")"
}

func (c *chain) Infer(in [][]int) [][]int {
	if s := broadcastShape(c.String(), in); sizeOf(s) != sizeOf(c.shape) {
		shapePanic(c.String(), in, "operands make shape %v, the chain was fused for %v", s, c.shape)
	}
	out := make([][]int, len(c.results))
	for i := range out {
		out[i] = c.shape
	}
	return out
}

// InPlace: see the order of results in the comment of chain.
func (c *chain) InPlace(int) bool { return true }

// Grad is not needed: chains are made after differentiation.
func (c *chain) Grad(_, _, _ []*Value) []*Value {
	panic(fmt.Sprintf("ops: %s is made by Compile and has no gradient; differentiate the graph before", c))
}

// A spot is where a register lives while a block is worked on.
type spot struct {
	mem   []float32 // operand or result: the block's part of it; scalar: all of it
	whole bool      // scalar
	row   []float32 // what repeats in slot; blocks inside one row are read from here
	slot  int       // in the worker's buffer, when mem is nil
}

// A chainStep is one kernel call, or, with expand, the broadcasting of an operand.
type chainStep struct {
	f       func(dst, a, b, c []float32)
	expand  func(dst []float32, from int)
	dst     spot
	a, b, c spot
}

func (p *spot) block(buf []float32, lo, hi int) []float32 {
	switch {
	case p.whole:
		return p.mem
	case p.mem != nil:
		return p.mem[lo:hi]
	case p.insideRow(lo, hi):
		return p.row[lo%len(p.row):][:hi-lo]
	}
	return buf[p.slot*chainBlock:][:hi-lo]
}

func (p *spot) insideRow(lo, hi int) bool {
	return len(p.row) > 0 && lo%len(p.row)+hi-lo <= len(p.row)
}

func (s *chainStep) run(buf []float32, lo, hi int) {
	if s.expand != nil {
		if !s.dst.insideRow(lo, hi) {
			s.expand(s.dst.block(buf, lo, hi), lo)
		}
		return
	}
	dst := s.dst.block(buf, lo, hi)
	s.f(dst, s.a.block(buf, lo, hi), s.b.block(buf, lo, hi), s.c.block(buf, lo, hi))
}

func (c *chain) Bind(b *Binding) func() {
	n := len(b.Out[0])
	if n == 0 {
		return func() {}
	}
	steps, slots := c.steps(b)
	cost := 1
	for _, i := range c.code {
		cost += i.op.cost()
	}
	grain := max(1, 32/cost) * chainBlock // bits do not depend on it
	if slots == 0 && len(steps) == 1 {
		body := func(lo, hi int) { steps[0].run(nil, lo, hi) }
		return func() { par.For(n, grain, body) }
	}
	body := func(lo, hi int) {
		buf := chainBuffers.take()
		for ; lo < hi; lo += chainBlock {
			for i := range steps {
				steps[i].run(buf, lo, min(hi, lo+chainBlock))
			}
		}
		chainBuffers.put(buf)
	}
	chainBuffers.reserve(par.Workers(), slots*chainBlock)
	return func() { par.For(n, grain, body) }
}

// cost is the time of an element in units of an addition.
func (e elementwise) cost() int {
	switch e.kind {
	case kPow, kPowScalar:
		return 40
	case kExp, kLog, kLog1p, kExpm1, kTanh, kSigmoid, kSoftplus, kSin, kCos, kErf, kSigmoidLoss:
		return 8
	}
	return 1
}

// steps gives every register a place and returns the slots that were needed.
func (c *chain) steps(b *Binding) (steps []chainStep, slots int) {
	last := make([]int, c.inputs+len(c.code))
	for i, s := range c.code {
		for _, r := range s.args {
			last[r] = i
		}
	}
	at := make([]spot, len(last))
	placed := make([]bool, len(last))
	for i, r := range c.results {
		at[r], placed[r] = spot{mem: b.Out[i]}, true
	}
	var free []int
	slot := func() spot {
		if k := len(free); k > 0 {
			s := free[k-1]
			free = free[:k-1]
			return spot{slot: s}
		}
		slots++
		return spot{slot: slots - 1}
	}
	for i, s := range c.code {
		for _, r := range s.args {
			if placed[r] {
				continue
			}
			placed[r] = true
			switch in := b.In[r]; {
			case len(in) == len(b.Out[0]):
				at[r] = spot{mem: in}
			case len(in) == 1:
				at[r] = spot{mem: in, whole: true}
			default:
				at[r] = slot()
				if lead := len(b.OutShape[0]) - len(b.InShape[r]); isRow(b.InShape[r], b.OutShape[0][lead:]) {
					at[r].row = in
				}
				steps = append(steps, chainStep{dst: at[r], expand: expander(in, b.InShape[r], b.OutShape[0])})
			}
		}
		for j, r := range s.args { // what dies here can take the result
			if at[r].mem == nil && last[r] == i && !slices.Contains(s.args[:j], r) {
				free = append(free, at[r].slot)
			}
		}
		r := c.inputs + i
		if !placed[r] {
			at[r], placed[r] = slot(), true
		}
		st := chainStep{f: s.op.function(), dst: at[r]}
		for j, p := range []*spot{&st.a, &st.b, &st.c} {
			*p = st.dst // unused operands: any block of the right length
			if j < len(s.args) {
				*p = at[s.args[j]]
			}
		}
		steps = append(steps, st)
	}
	return steps, slots
}

// isRow reports whether an operand repeats as it is, aligned with the end of the shape.
func isRow(shape, end []int) bool {
	for len(shape) > 0 && shape[0] == 1 {
		shape, end = shape[1:], end[1:]
	}
	return slices.Equal(shape, end)
}

// expander returns a function that fills dst with the elements from, from+1, …
// of src broadcast to shape.
func expander(src []float32, srcShape, shape []int) func(dst []float32, from int) {
	m := mover{shape: shape, dst: contiguous(shape), src: broadcastStrides(srcShape, shape)}.simplify()
	last := len(m.shape) - 1
	n, stride := m.shape[last], m.src[last]
	if last == 1 && m.src[0] == 0 { // one row, again and again
		return func(dst []float32, from int) {
			k := copy(dst, src[from%n:])
			k += copy(dst[k:], src[:from%n])
			for k < len(dst) {
				k += copy(dst[k:], dst[:k])
			}
		}
	}
	w := newWalker(m.shape[:last], m.dst[:last], m.src[:last])
	return func(dst []float32, from int) {
		p := w.at(from / n)
		for skip := from % n; len(dst) > 0; skip = 0 {
			k := min(len(dst), n-skip)
			if d := dst[:k]; stride == 1 {
				copy(d, src[p.src+skip:])
			} else {
				x := src[p.src]
				for i := range d {
					d[i] = x
				}
			}
			dst = dst[k:]
			w.next(&p)
		}
	}
}
