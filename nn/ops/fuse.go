package ops

import (
	"maps"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// A graph is what Compile works on: nodes, operands first, and the results that
// are wanted. Rewriting makes new nodes and never changes the ones it was given.
type graph struct {
	roots   []*Value
	nodes   []*node
	literal bool
	uses    map[*Value]int // by nodes and roots
	seen    map[*node]bool // by emit
	fired   map[string]int // rewrites, for tests
}

// A rewrite replaces the results of a node, or returns nil when it does not
// apply. The operands of the node have been rewritten before. A rewrite may
// swallow an operand only when g.once says that nobody else needs it, so what
// the backward pass or the caller reads stays available.
type rewrite struct {
	name string
	try  func(g *graph, n *node) []*Value
}

// rewrites is the one table. At each node the first that applies wins; passes
// follow one another until none does. A literal graph gets the first two rows
// only: they decide what [Program.Rows] can tell and the order of some sums.
func rewrites() []rewrite {
	return []rewrite{
		{"merge gather gradients", mergeGatherGrads},
		{"add into", mergePads},
		{"drop stop gradient", dropStops},
		{"fold constants", foldConstants},
		{"reduction of one", dropReductions},
		{"reshape of reshape", mergeReshapes},
		{"transpose of transpose", mergeTransposes},
		{"sink transposes", sinkTransposes},
		{"multiply by one", dropOnes},
		{"absorb broadcast", absorbBroadcasts},
		{"dense", fuseDense},
		{"convolution", fuseConv},
		{"padding in convolution", absorbPads},
		{"convolution of some cells", pickPoints},
		{"part of sequence gradient", absorbSequenceParts},
	}
}

// optimize applies the rewrites until none fires; two passes are usual.
func (g *graph) optimize() {
	g.fired = map[string]int{}
	table := rewrites()
	if g.literal {
		table = table[:2]
	}
	for before := -1; before != g.total(); {
		before = g.total()
		g.pass(table)
	}
	if !g.literal {
		fusePools(g)
		fuseNorms(g)
		fuseInference(g)
		fuseElementwise(g)
	}
}

func (g *graph) total() int {
	sum := 0
	for _, c := range g.fired {
		sum += c
	}
	return sum
}

// pass walks the nodes once in order and builds the next graph.
func (g *graph) pass(table []rewrite) {
	now := map[*Value]*Value{}    // what stands for a value of the old graph
	same := map[exprKey][]*node{} // nodes by op and first operand, to merge equal ones
	old, uses := g.nodes, maps.Clone(g.uses)
	g.nodes, g.seen = nil, map[*node]bool{}
	for _, n := range old {
		m := n
		in := make([]*Value, len(n.in))
		for i, v := range n.in {
			in[i] = v
			if w, ok := now[v]; ok {
				in[i] = w
			}
		}
		if !slices.Equal(in, n.in) {
			m = newNode(n.op, in, shapesOf(n.out), n.label, n.site)
		}
		out := g.merge(same, m)
		for i := 0; out == nil && i < len(table); i++ {
			if out = table[i].try(g, m); out != nil {
				g.fired[table[i].name]++
			}
		}
		if out == nil {
			out = m.out
		}
		for i, v := range n.out {
			g.emit(out[i].node, n)
			if out[i] != v {
				now[v] = out[i]
				g.uses[out[i]] += uses[v]
			}
		}
	}
	for i, v := range g.roots {
		if w, ok := now[v]; ok {
			g.roots[i] = w
		}
	}
	g.sweep()
}

// emit appends a node and what it needs; new ones are named after the node
// whose place they take.
func (g *graph) emit(n, of *node) {
	if g.seen[n] {
		return
	}
	g.seen[n] = true
	for _, v := range n.in {
		g.emit(v.node, of)
	}
	if n.label == "" && n != of {
		n.label, n.site = of.label, of.site
	}
	g.nodes = append(g.nodes, n)
}

// once reports whether v has one use.
func (g *graph) once(v *Value) bool { return g.uses[v] == 1 }

// sweep keeps the nodes that the roots need, and counts uses.
func (g *graph) sweep() {
	g.uses = map[*Value]int{}
	for _, v := range g.roots {
		g.uses[v]++
	}
	var live []*node
	for _, n := range slices.Backward(g.nodes) {
		if slices.ContainsFunc(n.out, func(v *Value) bool { return g.uses[v] > 0 }) {
			live = append(live, n)
			for _, v := range n.in {
				g.uses[v]++
			}
		}
	}
	slices.Reverse(live)
	g.nodes = live
}

type exprKey struct {
	op any
	in *Value
}

// merge returns the results of an earlier node with the same op and operands.
// Ops that cannot be compared (with slices in them) are left alone; random ops
// are equal only when they draw the same bits.
func (g *graph) merge(same map[exprKey][]*node, n *node) []*Value {
	op := reflect.Indirect(reflect.ValueOf(n.op))
	if _, ok := n.op.(*leaf); ok || len(n.in) == 0 || g.literal || !op.Comparable() {
		return nil
	}
	k := exprKey{op.Interface(), n.in[0]}
	for _, m := range same[k] {
		if slices.Equal(m.in, n.in) {
			g.fired["merge equal nodes"]++
			return m.out
		}
	}
	same[k] = append(same[k], n)
	return nil
}

// foldConstants computes a node whose operands are constants, unless the result
// is large and larger than what it is made of: that is cheaper to make again
// than to keep.
func foldConstants(g *graph, n *node) []*Value {
	const large = 4096
	if _, ok := n.op.(Stateful); ok || len(n.in) == 0 {
		return nil
	}
	b := &Binding{State: new(State), fault: new(fault), InShape: shapesOf(n.in), OutShape: shapesOf(n.out)}
	from, made := 0, 0
	for _, v := range n.in {
		if !isConstant(v) {
			return nil
		}
		b.In = append(b.In, v.node.op.(*leaf).data.Data())
		from += v.Size()
	}
	for _, v := range n.out {
		made += v.Size()
	}
	if made > max(from, large) {
		return nil
	}
	out := make([]*Value, len(n.out))
	for i, v := range n.out {
		t := tensor.New(v.shape...)
		b.Out = append(b.Out, t.Data())
		out[i] = Constant(t)
	}
	if isView(n) {
		copy(b.Out[0], b.In[0])
		return out
	}
	if s, ok := n.op.(Scratcher); ok {
		b.Scratch = make([]float32, s.Scratch(b.InShape))
	}
	if f := n.op.Bind(b); f != nil {
		f()
	}
	if b.fault.err != nil {
		return nil // let the run report it
	}
	return out
}

func isConstant(v *Value) bool {
	l, ok := v.node.op.(*leaf)
	return ok && l.kind == constantLeaf
}
