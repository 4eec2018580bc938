// Package ops is the op graph: what is differentiated, planned and run.
//
// A [Value] is one step of a computation that has not run. Functions such as
// [Add] only describe; [Gradients] describes more; [Compile] plans memory once
// and binds every op to it; [Program.Run] then runs a flat list of closures and
// allocates nothing. Every shape here is concrete: an unknown batch dimension
// exists in package nn only.
package ops

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/antler-ml/antler/tensor"
)

// A Value is one result of one op, with a concrete shape.
type Value struct {
	node  *node
	index int // which result of the node
	shape []int
}

// node is one application of an op. Leaves (inputs, variables, constants) are
// nodes whose op is a leaf type.
type node struct {
	op    Op
	in    []*Value
	out   []*Value
	id    uint64 // creation order, which is a topological order
	label string // layer that made it; see Label
	site  string // file:line of the call outside this package, for the debug runner
}

// An Op computes results from operands. Implementations are types with
// settings as fields; they hold no per-run state.
type Op interface {
	// Infer returns the shapes of the results. It panics with *ShapeError when
	// the operands do not fit.
	Infer(in [][]int) [][]int
	// Bind receives final memory and returns the work. It thinks once: sizes,
	// strides and instruction sets are chosen here, and nothing may be
	// allocated when the returned function runs.
	Bind(b *Binding) func()
	// Grad returns one gradient per operand, as more graph; nil where no
	// gradient flows. An entry of dout is nil when nothing depends on that result.
	Grad(in, out, dout []*Value) []*Value
}

// A Binding is the memory an op works on. All of it is contiguous and
// row-major. Results hold garbage (in tests: NaN) until the op writes them.
type Binding struct {
	In, Out           [][]float32
	InShape, OutShape [][]int
	Scratch           []float32 // as many as Scratch asked for
	State             *State    // read it when running, not when binding

	fault *fault
	label string  // of the node
	rows  *rowSet // of a row-sparse gradient; see gatherGrad
}

// Fail makes the run report err: for operands whose numbers, not shapes, are
// wrong (an id outside its table). Call it while running, from one goroutine.
// The first failure of a run wins; the run goes on.
func (b *Binding) Fail(err error) {
	if e, ok := err.(*IDError); ok {
		e.Label = b.label
	}
	if b.fault != nil && b.fault.err == nil {
		b.fault.err = err
	}
}

// fault is where the ops of one program leave the first failure of a run.
type fault struct{ err error }

// State is what changes between runs besides the inputs.
type State struct {
	Seed uint64 // of the model
	Step uint64 // counts runs; random ops draw from (Seed, their own Stream, Step)
}

// Asked for once by the planner.
type (
	// InPlacer is an op whose first result may overwrite operand input, when
	// this op is its last use and the sizes agree.
	InPlacer interface{ InPlace(input int) bool }
	// Scratcher is an op that needs workspace; it is planned like a value.
	Scratcher interface{ Scratch(in [][]int) int }
	// Stateful is an op that reads State: it is never folded into a constant.
	Stateful interface{ ReadsState() }
	// Viewer is an op whose only result shares the memory of its first operand.
	Viewer interface{ View() }
)

// A ShapeError says that operands do not fit an op. It is the only panic that
// crosses a package border: nn turns it into an error that names the layer.
type ShapeError struct {
	Op     string
	Shapes [][]int
	Reason string
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s%v: %s", e.Op, e.Shapes, e.Reason)
}

func shapePanic(op string, in [][]int, format string, args ...any) {
	s := make([][]int, len(in))
	for i := range in {
		s[i] = slices.Clone(in[i])
	}
	panic(&ShapeError{Op: op, Shapes: s, Reason: fmt.Sprintf(format, args...)})
}

// Shape returns the size of each axis. The caller must not change it.
func (v *Value) Shape() []int { return v.shape }

// Dim returns the size of one axis; negative axes count from the end.
func (v *Value) Dim(axis int) int {
	if axis < 0 {
		axis += len(v.shape)
	}
	return v.shape[axis]
}

// Rank returns the number of axes.
func (v *Value) Rank() int { return len(v.shape) }

// Size returns the number of elements.
func (v *Value) Size() int { return sizeOf(v.shape) }

// Op returns the op that makes the value, so that rewrites and losses can look
// at what they were given (a cross-entropy after a softmax, say).
func (v *Value) Op() Op { return v.node.op }

// In returns the operands of the op that makes the value.
func (v *Value) In() []*Value { return v.node.in }

// Apply adds an op to the graph and returns its results. It is how users add
// ops of their own.
func Apply(op Op, in ...*Value) []*Value {
	shapes := make([][]int, len(in))
	for i, v := range in {
		shapes[i] = v.shape
	}
	return newNode(op, in, op.Infer(shapes), "", callSite()).out
}

func newNode(op Op, in []*Value, shapes [][]int, label, site string) *node {
	n := &node{op: op, in: slices.Clone(in), id: lastID.Add(1), label: label, site: site}
	for i, s := range shapes {
		n.out = append(n.out, &Value{node: n, index: i, shape: slices.Clone(s)})
	}
	return n
}

var lastID atomic.Uint64

func apply1(op Op, in ...*Value) *Value { return Apply(op, in...)[0] }

// leaf is the op of a value that is given, not computed.
type leaf struct {
	kind  leafKind
	shape []int
	data  *tensor.Tensor // variables and constants; nil for inputs
}

type leafKind uint8

const (
	inputLeaf leafKind = iota
	variableLeaf
	constantLeaf
)

func (l *leaf) Infer([][]int) [][]int          { return [][]int{l.shape} }
func (l *leaf) Bind(*Binding) func()           { return nil }
func (l *leaf) Grad(_, _, _ []*Value) []*Value { return nil }

// Input returns a value that is fed at each run.
func Input(shape ...int) *Value {
	return apply1(&leaf{kind: inputLeaf, shape: slices.Clone(shape)})
}

// Variable returns a value that reads t's own memory at each run: weights,
// states. t must be contiguous and keep its memory.
func Variable(t *tensor.Tensor) *Value {
	if !t.IsContiguous() {
		panic(&ShapeError{Op: "Variable", Shapes: [][]int{t.Shape()}, Reason: "the tensor is a strided view; a variable needs contiguous memory"})
	}
	return apply1(&leaf{kind: variableLeaf, shape: slices.Clone(t.Shape()), data: t})
}

// Constant returns a value that never changes. t is not copied.
func Constant(t *tensor.Tensor) *Value {
	return apply1(&leaf{kind: constantLeaf, shape: slices.Clone(t.Shape()), data: t})
}

// Scalar returns a constant of rank 0.
func Scalar(x float32) *Value { return Constant(tensor.From([]float32{x})) }

// Label names, for messages, the layer that made the values: every unlabelled
// node that they depend on. Packages above call it after tracing each layer.
func Label(label string, out ...*Value) {
	for _, v := range out {
		if v == nil || v.node.label != "" {
			continue
		}
		v.node.label = label
		Label(label, v.node.in...)
	}
}

func isView(n *node) bool {
	_, ok := n.op.(Viewer)
	return ok
}

func shapesOf(vs []*Value) [][]int {
	s := make([][]int, len(vs))
	for i, v := range vs {
		s[i] = v.shape
	}
	return s
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// callSite is the first caller outside this package.
func callSite() string {
	var pcs [12]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !inThisPackage(f.Function) {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}

func inThisPackage(function string) bool {
	const p = "github.com/antler-ml/antler/nn/ops."
	return len(function) > len(p) && function[:len(p)] == p
}
