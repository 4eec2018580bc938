package ops

import "slices"

// Limits of one chain.
const (
	chainCode   = 64 // instructions
	chainInputs = 32 // operands
)

// fuseElementwise replaces groups of elementwise nodes of one shape by chains.
// A node joins the group of an operand as long as nobody outside has read what
// the group makes; the chain then runs in the place of its last node. Results that
// are needed outside (by the backward pass, say) become results of the chain.
//
// It is the last rewrite: matrix products must have taken their epilogues before.
func fuseElementwise(g *graph) {
	f := &fuser{of: map[*node]*fuseGroup{}}
	place := map[*node]int{}
	for i, n := range g.nodes {
		place[n] = i
		f.visit(n)
	}
	now := map[*Value]*Value{}
	var nodes []*node
	for _, n := range g.nodes {
		if q := f.of[n]; q != nil && len(q.nodes) > 1 {
			if q.left++; q.left < len(q.nodes) {
				continue
			}
			slices.SortFunc(q.nodes, func(a, b *node) int { return place[a] - place[b] })
			n = q.build(g.uses, now)
			g.fired["fuse elementwise"]++
		} else if in := replaced(n.in, now); !slices.Equal(in, n.in) {
			m := newNode(n.op, in, shapesOf(n.out), n.label, n.site)
			for i, v := range n.out {
				now[v] = m.out[i]
			}
			n = m
		}
		nodes = append(nodes, n)
	}
	g.nodes, g.roots = nodes, replaced(g.roots, now)
	g.sweep()
}

func replaced(vs []*Value, now map[*Value]*Value) []*Value {
	vs = slices.Clone(vs)
	for i, v := range vs {
		if w := now[v]; w != nil {
			vs[i] = w
		}
	}
	return vs
}

type fuseGroup struct {
	nodes  []*node // in the order of the graph
	inputs map[*Value]bool
	closed bool // somebody outside reads a result
	left   int  // members that the walk has met
}

type fuser struct{ of map[*node]*fuseGroup }

func (f *fuser) visit(n *node) {
	if _, ok := n.op.(elementwise); ok {
		f.join(n)
	}
	for _, v := range n.in {
		if q := f.of[v.node]; q != nil && q != f.of[n] {
			q.closed = true
		}
	}
}

// join puts n into one group with all open groups that it reads, if the limits
// allow it, else into one of its own.
func (f *fuser) join(n *node) {
	sum := &fuseGroup{inputs: map[*Value]bool{}}
	var old []*fuseGroup
	for _, v := range n.in {
		q := f.of[v.node]
		if q == nil || q.closed || slices.Contains(old, q) || !slices.Equal(v.shape, n.out[0].shape) {
			continue
		}
		old = append(old, q)
		sum.nodes = append(sum.nodes, q.nodes...)
		for v := range q.inputs {
			sum.inputs[v] = true
		}
	}
	for _, v := range n.in {
		if !slices.Contains(old, f.of[v.node]) {
			sum.inputs[v] = true
		}
	}
	if len(sum.nodes) >= chainCode || len(sum.inputs) > chainInputs {
		sum = &fuseGroup{inputs: map[*Value]bool{}}
		for _, v := range n.in {
			sum.inputs[v] = true
		}
	}
	sum.nodes = append(sum.nodes, n)
	for _, m := range sum.nodes {
		f.of[m] = sum
	}
}

// build makes the chain's node and notes what it stands for.
func (q *fuseGroup) build(uses map[*Value]int, now map[*Value]*Value) *node {
	final := q.nodes[len(q.nodes)-1]
	inside := map[*Value]int{} // uses by members
	var in []*Value
	for _, n := range q.nodes {
		for _, v := range n.in {
			inside[v]++
			if !slices.Contains(q.nodes, v.node) && !slices.Contains(in, v) {
				in = append(in, v)
			}
		}
	}
	c := &chain{inputs: len(in), shape: final.out[0].shape}
	register := map[*Value]int{}
	for i, v := range in {
		register[v] = i
	}
	var results []*Value
	for i, n := range q.nodes {
		s := instruction{op: n.op.(elementwise)}
		for _, v := range n.in {
			s.args = append(s.args, register[v])
		}
		c.code = append(c.code, s)
		register[n.out[0]] = len(in) + i
		if uses[n.out[0]] > inside[n.out[0]] {
			results = append(results, n.out[0])
		}
	}
	slices.Reverse(results) // that of the last instruction first
	shapes := make([][]int, len(results))
	for i, v := range results {
		c.results = append(c.results, register[v])
		shapes[i] = v.shape
	}
	m := newNode(c, replaced(in, now), shapes, final.label, final.site)
	for i, v := range results {
		now[v] = m.out[i]
	}
	return m
}
