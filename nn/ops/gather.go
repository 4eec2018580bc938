package ops

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// Gather returns table[ids]: for each id, whatever its place, one row of the
// table's first axis; shape ids.shape + table.shape[1:]. Ids are whole numbers
// held as float32 (exact up to 16,777,216); a fraction is cut off. An id outside
// the table fails the run and reads as a row of zeros.
func Gather(table, ids *Value) *Value { return apply1(gather{}, table, ids) }

type gather struct{}

func (gather) String() string { return "Gather" }

func (gather) Infer(in [][]int) [][]int {
	if len(in[0]) == 0 {
		shapePanic("Gather", in, "the table is a scalar")
	}
	return [][]int{slices.Concat(in[1], in[0][1:])}
}

func (gather) Bind(b *Binding) func() {
	table, ids, out := b.In[0], b.In[1], b.Out[0]
	rows, width := b.InShape[0][0], sizeOf(b.InShape[0][1:])
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			if n := i + rowsAhead; n < hi && inTable(ids[n], rows) {
				kernel.Prefetch(table[int(ids[n])*width:][:width])
			}
			to := out[i*width:][:width]
			if id := int(ids[i]); inTable(ids[i], rows) {
				copy(to, table[id*width:][:width])
			} else {
				clear(to)
			}
		}
	}
	return func() {
		checkIDs(b, "Gather", ids, rows)
		parallel(len(ids), width, body)
	}
}

// rowsAhead is how many rows early a row of a table is asked for.
const rowsAhead = 4

func (gather) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(&gatherGrad{in[0].shape}, dout[0], in[1]), nil}
}

// inTable reports whether x, cut off to a whole number, is a row of a table.
func inTable(x float32, rows int) bool { return x > -1 && x < float32(rows) && int(x) < rows }

func checkIDs(b *Binding, op string, ids []float32, rows int) {
	for i, x := range ids {
		if !inTable(x, rows) {
			b.Fail(&IDError{Op: op, ID: x, Position: i, Rows: rows, Shape: b.InShape[1]})
			return
		}
	}
}

// An IDError is an id that is no row of the table it is looked up in.
type IDError struct {
	Op       string
	Label    string // the layer
	ID       float32
	Position int // in the ids, row-major
	Shape    []int
	Rows     int
}

func (e *IDError) Error() string {
	where := fmt.Sprintf("position %d", e.Position)
	if len(e.Shape) > 1 && sizeOf(e.Shape) > 0 {
		per := sizeOf(e.Shape) / e.Shape[0]
		where = fmt.Sprintf("sample %d, step %d", e.Position/per, e.Position%per)
	}
	who := e.Op
	if e.Label != "" {
		who = fmt.Sprintf("layer %q", e.Label)
	}
	hint := "give the Embedding a larger InputDim (text.Tokenizer.InputDim tells it)"
	if e.ID < 0 {
		hint = "ids must not be negative: pad with 0, and mask it with MaskZero"
	}
	return fmt.Sprintf("%s: id %v (%s) is outside a table of %d rows: ids go from 0 to %d; %s", who, e.ID, where, e.Rows, e.Rows-1, hint)
}

// gatherGrad is the gradient of one table for all its gathers: operands are
// (dout, ids) pairs, the result has the shape of the table. Where several ids
// are equal, gradients are added in order of the pairs and positions.
//
// As an entry of a slab the result is row-sparse: its memory keeps its contents
// from run to run, so only the rows of the run before are cleared.
type gatherGrad struct{ table []int }

func (*gatherGrad) String() string          { return "GatherGrad" }
func (o *gatherGrad) Infer([][]int) [][]int { return [][]int{o.table} }

// rowSet is which rows of a row-sparse slab entry hold gradients.
type rowSet struct {
	rows  []int32  // of this run, ascending
	stale []int32  // of the run before and not of this one: to be cleared
	at    []int32  // the row of each id; -1: outside the table
	first []bool   // the id is the first of its row
	marks []uint64 // one bit per row; all zero between runs
	all   bool     // the memory holds unknown numbers
}

func (o *gatherGrad) rowSet(n *node) *rowSet {
	count := 0
	for i := 1; i < len(n.in); i += 2 {
		count += n.in[i].Size()
	}
	return newRowSet(count, o.table[0])
}

func newRowSet(ids, table int) *rowSet {
	most := min(ids, table)
	return &rowSet{rows: make([]int32, 0, most), stale: make([]int32, 0, most), at: make([]int32, ids), first: make([]bool, ids), marks: make([]uint64, (table+63)/64), all: true}
}

// forget makes the next run clear everything.
func (r *rowSet) forget() {
	if r != nil {
		r.all = true
	}
}

// begin finds the rows of this run, and those of the run before that are left.
func (r *rowSet) begin(out []float32, ids [][]float32, table int) {
	r.stale, r.rows = r.rows, r.stale[:0]
	if r.all {
		clear(out)
		r.stale = r.stale[:0]
	}
	r.all = false
	n := 0
	for _, part := range ids {
		for _, x := range part {
			r.at[n] = -1
			if inTable(x, table) {
				row := int(x)
				word, bit := &r.marks[row/64], uint64(1)<<(row%64)
				r.at[n], r.first[n] = int32(row), *word&bit == 0
				*word |= bit
			}
			n++
		}
	}
	left := r.stale[:0]
	for _, row := range r.stale {
		if r.marks[row/64]>>(row%64)&1 == 0 {
			left = append(left, row)
		}
	}
	r.stale = left
	for w, word := range r.marks {
		for ; word != 0; word &= word - 1 {
			r.rows = append(r.rows, int32(w*64+bits.TrailingZeros64(word)))
		}
		r.marks[w] = 0
	}
}

// rowShares is how many tasks share the rows of a table: row i belongs to task
// i mod rowShares, since frequent ids lie side by side.
const rowShares = 4

func (o *gatherGrad) Bind(b *Binding) func() {
	out, table, width := b.Out[0], o.table[0], sizeOf(o.table[1:])
	var douts, ids [][]float32
	count := 0
	for i := 0; i < len(b.In); i += 2 {
		douts, ids = append(douts, b.In[i]), append(ids, b.In[i+1])
		count += len(b.In[i+1])
	}
	r, sparse := b.rows, b.rows != nil
	if !sparse {
		r = newRowSet(count, table)
	}
	zeros := make([]float32, width)
	// Each task owns some rows and sees all ids in order, so the sums do not
	// depend on who runs it. The first gradient of a row is added to zeros that
	// are at hand, not to zeros that were written there before.
	body := func(lo, hi int) {
		for share := int32(lo); share < int32(hi); share++ {
			for _, row := range r.stale {
				if row%rowShares == share {
					clear(out[int(row)*width:][:width])
				}
			}
			n := 0
			for _, d := range douts {
				for ; len(d) > 0; n, d = n+1, d[width:] {
					if m := n + rowShares*rowsAhead; m < count && r.at[m]%rowShares == share {
						kernel.Prefetch(out[int(r.at[m])*width:][:width])
					}
					row := r.at[n]
					if row%rowShares != share { // or -1
						continue
					}
					to := out[int(row)*width:][:width]
					if r.first[n] {
						kernel.Add(to, zeros, d[:width])
					} else {
						kernel.Add(to, to, d[:width])
					}
				}
			}
		}
	}
	return func() {
		if !sparse {
			r.forget()
		}
		r.begin(out, ids, table)
		if width > 0 {
			par.For(rowShares, 1, body)
		}
	}
}

func (o *gatherGrad) Grad(in, _, dout []*Value) []*Value {
	d := make([]*Value, len(in))
	for i := 0; i < len(in); i += 2 {
		d[i] = Gather(dout[0], in[i+1])
	}
	return d
}

// mergeGatherGrads turns the sum of the gradients of two gathers from one table
// into one op, which can stay row-sparse.
func mergeGatherGrads(g *graph, n *node) []*Value {
	if !isSum(n) {
		return nil
	}
	a, aok := n.in[0].node.op.(*gatherGrad)
	_, bok := n.in[1].node.op.(*gatherGrad)
	if !aok || !bok || !g.once(n.in[0]) || !g.once(n.in[1]) {
		return nil
	}
	return Apply(a, slices.Concat(n.in[0].node.in, n.in[1].node.in)...)
}

// OneHot returns 1 at each id and 0 elsewhere, along a new last axis of size n.
// An id outside [0, n) gives a row of zeros, as in TensorFlow.
func OneHot(ids *Value, n int) *Value {
	if n < 0 {
		shapePanic("OneHot", [][]int{ids.shape}, "negative size %d", n)
	}
	return apply1(oneHot{n}, ids)
}

type oneHot struct{ n int }

func (oneHot) String() string                 { return "OneHot" }
func (oneHot) Grad(_, _, _ []*Value) []*Value { return nil }
func (o oneHot) Infer(in [][]int) [][]int     { return [][]int{append(slices.Clone(in[0]), o.n)} }

func (o oneHot) Bind(b *Binding) func() {
	ids, out := b.In[0], b.Out[0]
	body := func(lo, hi int) {
		clear(out[lo*o.n : hi*o.n])
		for i := lo; i < hi; i++ {
			if inTable(ids[i], o.n) {
				out[i*o.n+int(ids[i])] = 1
			}
		}
	}
	return func() { parallel(len(ids), o.n, body) }
}

// TakeAlongLast picks elements along the last axis. ids has the shape of v
// without that axis (one id per row; the axis goes) or with another size there
// (that many ids per row). An id outside the axis fails the run and reads as 0.
func TakeAlongLast(v, ids *Value) *Value { return apply1(take{}, v, ids) }

type take struct{}

func (take) String() string { return "TakeAlongLast" }

func (take) Infer(in [][]int) [][]int {
	if len(in[0]) == 0 {
		shapePanic("TakeAlongLast", in, "a scalar has no last axis")
	}
	lead := in[0][:len(in[0])-1]
	if len(in[1]) < len(lead) || len(in[1]) > len(in[0]) || !slices.Equal(in[1][:len(lead)], lead) {
		shapePanic("TakeAlongLast", in, "ids need the shape %v, or one axis more", lead)
	}
	return [][]int{in[1]}
}

func (take) Bind(b *Binding) func() {
	v, ids, out := b.In[0], b.In[1], b.Out[0]
	width, per := takeSizes(b.InShape[0], len(ids))
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = 0
			if inTable(ids[i], width) {
				out[i] = v[i/per*width+int(ids[i])]
			}
		}
	}
	return func() {
		checkIDs(b, "TakeAlongLast", ids, width)
		parallel(len(ids), 1, body)
	}
}

// takeSizes returns the size of the last axis and the ids per row of it.
func takeSizes(shape []int, ids int) (width, per int) {
	rows := sizeOf(shape[:len(shape)-1])
	return shape[len(shape)-1], max(1, ids/max(1, rows))
}

func (take) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(&takeGrad{in[0].shape}, dout[0], in[1]), nil}
}

// takeGrad adds each dout back to where it was taken from.
type takeGrad struct{ shape []int }

func (*takeGrad) String() string          { return "TakeAlongLastGrad" }
func (o *takeGrad) Infer([][]int) [][]int { return [][]int{o.shape} }

func (o *takeGrad) Bind(b *Binding) func() {
	dout, ids, out := b.In[0], b.In[1], b.Out[0]
	width, per := takeSizes(o.shape, len(ids))
	body := func(lo, hi int) {
		clear(out[lo*width : hi*width])
		for i := lo * per; i < hi*per && i < len(ids); i++ {
			if inTable(ids[i], width) {
				out[i/per*width+int(ids[i])] += dout[i]
			}
		}
	}
	rows := len(out) / max(1, width)
	return func() { parallel(rows, width, body) }
}

func (o *takeGrad) Grad(in, _, dout []*Value) []*Value {
	return []*Value{TakeAlongLast(dout[0], in[1]), nil}
}

// parallel spreads n items of some floats each over the workers.
func parallel(n, floats int, body func(lo, hi int)) {
	par.For(n, max(1, moverGrain/max(1, floats)), body)
}
