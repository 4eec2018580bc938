package ops

import (
	"fmt"
	"slices"
)

// Gradients returns, as more graph, the derivative of the sum of loss with
// respect to each value of wrt: same shape as the value, or nil where loss does
// not depend on it. The walk knows nothing about any op.
//
// Gradients are added up in a fixed order, later uses first. The new nodes are
// labelled "gradient of <label>" and keep the call site of what they differentiate.
func Gradients(loss *Value, wrt ...*Value) []*Value {
	forward := reachable(loss)
	wanted := map[*Value]bool{}
	for _, v := range wrt {
		wanted[v] = true
	}
	// needed: the results through which some wanted value reaches the loss.
	needed := map[*node]bool{}
	for _, n := range forward {
		needed[n] = slices.ContainsFunc(n.in, func(v *Value) bool { return wanted[v] || needed[v.node] })
	}
	grads := map[*Value]*Value{loss: filled(1, loss.shape)}
	count := map[*Value]int{loss: 1} // of what was added up
	old := map[*node]bool{}
	for _, n := range forward {
		old[n] = true
	}
	for _, n := range slices.Backward(forward) {
		if !needed[n] {
			continue
		}
		dout, some := make([]*Value, len(n.out)), false
		for i, v := range n.out {
			dout[i] = grads[v]
			some = some || dout[i] != nil
		}
		if !some {
			continue
		}
		din := n.op.Grad(n.in, n.out, dout)
		if len(din) != len(n.in) && din != nil {
			panic(fmt.Sprintf("ops: the gradient of %s returns %d values for %d operands", opName(n.op), len(din), len(n.in)))
		}
		for i, d := range din {
			v := n.in[i]
			if d == nil || !(wanted[v] || needed[v.node]) {
				continue
			}
			if !slices.Equal(d.shape, v.shape) {
				panic(&ShapeError{Op: "gradient of " + opName(n.op), Shapes: [][]int{d.shape},
					Reason: fmt.Sprintf("operand %d has shape %v", i, v.shape)})
			}
			switch count[v]++; count[v] {
			case 1:
				grads[v] = d
			case 2:
				grads[v] = Add(grads[v], d)
			default:
				grads[v] = apply1(accumulate{}, grads[v], d)
			}
		}
		for i := range din {
			inherit(grads[n.in[i]], n, old)
		}
	}
	out := make([]*Value, len(wrt))
	for i, v := range wrt {
		out[i] = grads[v]
	}
	return out
}

// inherit names the new nodes that v depends on after the node they differentiate.
func inherit(v *Value, of *node, old map[*node]bool) {
	if v == nil || old[v.node] {
		return
	}
	old[v.node] = true
	if v.node.label == "" && of.label != "" {
		v.node.label = "gradient of " + of.label
	}
	v.node.site = of.site
	for _, w := range v.node.in {
		inherit(w, of, old)
	}
}

// reachable lists the nodes that the values depend on, in order of creation:
// operands first, and backward steps in the order of the reverse walk, which
// lets each activation die early.
func reachable(values ...*Value) []*node {
	seen := map[*node]bool{}
	var order, todo []*node
	push := func(v *Value) {
		if !seen[v.node] {
			seen[v.node] = true
			todo = append(todo, v.node)
		}
	}
	for _, v := range values {
		push(v)
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		order = append(order, n)
		for _, v := range n.in {
			push(v)
		}
	}
	slices.SortFunc(order, func(a, b *node) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return order
}
