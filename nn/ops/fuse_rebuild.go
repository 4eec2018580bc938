package ops

import "slices"

// readers lists the nodes that read each value, once for each operand.
func (g *graph) readers() map[*Value][]*node {
	r := map[*Value][]*node{}
	for _, n := range g.nodes {
		for _, v := range n.in {
			r[v] = append(r[v], n)
		}
	}
	return r
}

// replacements say what comes in the place of nodes: each is given the operands
// as they are now, and what stands for any other value of the old graph. It
// returns one value for each result, nil where nobody needs it any more.
type replacements map[*node]func(in []*Value, now map[*Value]*Value) []*Value

// rebuild makes the replacements, all at once: for rewrites that concern several
// nodes which only make sense together.
func (g *graph) rebuild(instead replacements) {
	if len(instead) == 0 {
		return
	}
	now := map[*Value]*Value{}
	old := g.nodes
	g.nodes, g.seen = nil, map[*node]bool{}
	for _, n := range old {
		in := replaced(n.in, now)
		out := n.out
		if build := instead[n]; build != nil {
			out = build(in, now)
		} else if !slices.Equal(in, n.in) {
			out = newNode(n.op, in, shapesOf(n.out), n.label, n.site).out
		}
		for i, v := range n.out {
			if i >= len(out) || out[i] == nil {
				continue
			}
			g.emit(out[i].node, n)
			if out[i] != v {
				now[v] = out[i]
			}
		}
	}
	g.roots = replaced(g.roots, now)
	g.sweep()
}
