package ops

import "slices"

// Fired returns which rewrites Compile would apply, and how often.
func Fired(s Spec) map[string]int {
	roots := slices.Concat(s.Out, s.Slab)
	g := &graph{roots: roots, nodes: reachable(roots...)}
	g.sweep()
	g.optimize()
	return g.fired
}

// LabelOf returns the label and call site of the node that makes v.
func LabelOf(v *Value) (label, site string) { return v.node.label, v.node.site }

// OpNames lists the ops that Compile binds, in order.
func OpNames(p *Program) []string {
	var names []string
	for _, n := range p.nodes {
		if !isLeaf(n.out[0]) && !isView(n) {
			names = append(names, opName(n.op))
		}
	}
	return names
}
