package ops

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/antler-ml/antler/tensor"
)

// A Step is one result, as the debug runner saw it.
type Step struct {
	Op     string // "MatMul", "Input", "Variable" …
	Label  string // the layer, or "gradient of" it
	Site   string // file:line that called into package ops
	Shape  []int
	Result []float32
	In     [][]float32 // operands of the op
}

// String gives the step in one line.
func (s Step) String() string {
	return fmt.Sprintf("%s%v of %q at %s", s.Op, s.Shape, s.Label, s.Site)
}

// MaxIn returns the largest absolute value that went into the op, NaN when one
// of them is NaN, and 0 when there is no operand.
func (s Step) MaxIn() float32 {
	m := 0.0
	for _, in := range s.In {
		for _, x := range in {
			m = max(m, math.Abs(float64(x))) // max hands NaN on
		}
	}
	return float32(m)
}

// Debug is Compile for looking inside: the graph as it is written, node by
// node, every result in memory of its own, with the same Bind of every op.
// trace sees each input, variable, constant and result when it is there.
func Debug(s Spec, trace func(Step)) *Program {
	s.Literal = true
	if trace == nil {
		trace = func(Step) {}
	}
	return compile(s, trace)
}

// traceNode appends the tracing of a node to the steps.
func (p *Program) traceNode(n *node, b *Binding) {
	for i, v := range n.out {
		s := Step{Op: opName(n.op), Label: n.label, Site: n.site, Shape: v.shape, Result: b.Out[i], In: b.In}
		p.steps = append(p.steps, func() { p.trace(s) })
	}
}

// FirstNonFinite runs the graph once in the debug runner, without its
// assignments, and returns the first input, variable or result that holds a
// NaN or an infinity. Constants are not blamed.
func FirstNonFinite(s Spec, st State, in []*tensor.Tensor) (Step, bool) {
	for _, a := range s.Assign {
		s.Out = append(s.Out[:len(s.Out):len(s.Out)], a.From)
	}
	s.Assign = nil
	var first *Step
	p := Debug(s, func(step Step) {
		if first == nil && step.Op != "Constant" && !finite(step.Result) {
			first = &step
		}
	})
	_ = p.Run(st, in) // wrong numbers do not stop a run; wrong inputs leave first nil
	if first == nil {
		return Step{}, false
	}
	return *first, true
}

func finite(s []float32) bool {
	for _, x := range s {
		if x-x != 0 {
			return false
		}
	}
	return true
}

// opName is how messages call an op: its String method, or its type's name.
func opName(op Op) string {
	if s, ok := op.(fmt.Stringer); ok {
		return s.String()
	}
	return strings.TrimPrefix(strings.TrimPrefix(reflect.TypeOf(op).String(), "*"), "ops.")
}

func (l *leaf) String() string { return [...]string{"Input", "Variable", "Constant"}[l.kind] }
