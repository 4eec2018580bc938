package ops

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// A Spec says what a program computes.
type Spec struct {
	In     []*Value // inputs, fed at each run in this order
	Out    []*Value // readable after a run, until another program of the arena is compiled or runs
	Slab   []*Value // gradients, laid out one after another in one contiguous slice
	Assign []Assign // done in this order after everything else ran
	Arena  *Arena   // nil: memory of its own
	// Literal keeps the graph as it is written: nothing is fused or folded (only
	// the gradients of several gathers or slices of one value become one). Tests compare
	// the two.
	Literal bool
}

// An Assign copies a result into a variable when everything else has run, so
// that every reader of the variable sees its old value.
type Assign struct {
	To   *Value // a Variable
	From *Value // same shape
}

// A Program is a list of closures over planned memory. A Program, and all that
// share its arena, must be run by one goroutine at a time.
type Program struct {
	nodes   []*node
	plan    *plan
	arena   *Arena
	mem     []float32 // the arena memory to which the program is bound
	state   State
	fault   fault
	steps   []func()
	trace   func(Step)
	inputs  []*Value
	in      [][]float32
	out     []*Value
	outs    []*tensor.Tensor
	slab    []*Value
	offsets []int // of slab entries in the arena, and their end
	rows    []*rowSet
	assigns []Assign
	copies  []copying
}

type copying struct{ to, from []float32 }

// Compile turns a graph into a program: it drops what nothing needs, rewrites
// (see fuse.go), plans the memory and binds every op to it. It panics when the
// graph depends on an input that is not in s.In, and on nil values.
func Compile(s Spec) *Program { return compile(s, nil) }

func compile(s Spec, trace func(Step)) *Program {
	p := &Program{arena: s.Arena, inputs: s.In, trace: trace}
	if p.arena == nil || trace != nil {
		p.arena = NewArena()
	}
	roots := slices.Concat(s.Out, s.Slab)
	for _, a := range s.Assign {
		roots = append(roots, checkAssign(a).From)
	}
	if i := slices.Index(roots, nil); i >= 0 {
		panic(fmt.Sprintf("ops: Compile: result %d of Out, Slab and Assign is nil", i))
	}
	g := &graph{roots: roots, nodes: reachable(roots...), literal: s.Literal}
	g.sweep()
	g.optimize()
	p.out = g.roots[:len(s.Out)]
	p.slab = g.roots[len(s.Out):][:len(s.Slab)]
	for i, v := range g.roots[len(s.Out)+len(s.Slab):] {
		p.assigns = append(p.assigns, Assign{s.Assign[i].To, v})
	}
	p.layOut(g)
	p.bind()
	return p
}

func checkAssign(a Assign) Assign {
	if a.To == nil || a.From == nil {
		panic("ops: Compile: an Assign needs To and From")
	}
	if l, ok := a.To.node.op.(*leaf); !ok || l.kind != variableLeaf {
		panic(fmt.Sprintf("ops: Compile: Assign to %s, which is no variable", opName(a.To.node.op)))
	}
	if !slices.Equal(a.To.shape, a.From.shape) {
		panic(&ShapeError{Op: "Assign", Shapes: [][]int{a.To.shape, a.From.shape}, Reason: "shapes differ"})
	}
	return a
}

// layOut separates the results that must not share memory and plans the rest.
func (p *Program) layOut(g *graph) {
	keep, persistent, inSlab := kept{}, map[*Value]bool{}, map[*Value]bool{}
	separate := func(v *Value) *Value {
		v = apply1(copyOp{}, v)
		v.node.label, v.node.site = v.node.in[0].node.label, v.node.in[0].node.site
		g.nodes = append(g.nodes, v.node)
		return v
	}
	p.offsets = []int{0}
	for i, v := range p.slab {
		if b := viewed(v); inSlab[b] || isLeaf(b) {
			p.slab[i] = separate(v)
		}
		v = p.slab[i]
		inSlab[viewed(v)] = true
		keep[v] = p.offsets[i]
		p.offsets = append(p.offsets, p.offsets[i]+v.Size())
		var rows *rowSet
		if gg, ok := v.node.op.(*gatherGrad); ok {
			persistent[v] = true
			rows = gg.rowSet(v.node)
		}
		p.rows = append(p.rows, rows)
	}
	for i, v := range p.out {
		if isLeaf(viewed(v)) && !isInput(viewed(v)) {
			p.out[i] = separate(v) // the optimizer changes variables
		}
		if _, ok := keep[p.out[i]]; !ok {
			keep[p.out[i]] = -1
		}
	}
	for i, a := range p.assigns {
		if isLeaf(viewed(a.From)) && !isInput(viewed(a.From)) {
			p.assigns[i].From = separate(a.From) // another Assign may change it
		}
		if from := p.assigns[i].From; !slices.Contains(p.slab, from) {
			keep[from] = -1
		}
	}
	for _, v := range p.inputs {
		if !isInput(v) {
			panic("ops: Compile: a value of In is no Input")
		}
	}
	for _, n := range g.nodes {
		if v := n.out[0]; isInput(v) && !slices.Contains(p.inputs, v) {
			panic(fmt.Sprintf("ops: Compile: the graph depends on an input of shape %v, made at %s, that is not in In", v.shape, n.site))
		}
	}
	for _, v := range p.inputs {
		if !slices.Contains(g.nodes, v.node) {
			g.nodes = append([]*node{v.node}, g.nodes...)
		}
	}
	p.nodes = g.nodes
	p.plan = makePlan(p.nodes, keep, persistent, p.trace == nil)
	p.plan.size = max(p.plan.size, p.offsets[len(p.slab)])
}

// bind gives every op its memory in the arena as it is now.
func (p *Program) bind() {
	p.arena.grow(p.plan.size)
	p.mem = p.arena.mem
	p.steps, p.in, p.outs, p.copies = nil, nil, nil, nil
	for _, r := range p.rows {
		r.forget()
	}
	for t, n := range p.nodes {
		b := &Binding{State: &p.state, fault: &p.fault, label: n.label, InShape: shapesOf(n.in), OutShape: shapesOf(n.out)}
		for _, v := range n.in {
			b.In = append(b.In, p.memory(v))
		}
		for _, v := range n.out {
			b.Out = append(b.Out, p.memory(v))
		}
		if s := p.plan.scratch[t]; s != nil {
			b.Scratch = p.mem[s.offset:][:s.size:s.size]
		}
		if i := slices.Index(p.slab, n.out[0]); i >= 0 {
			b.rows = p.rows[i]
		}
		if !isLeaf(n.out[0]) && !isView(n) {
			if f := n.op.Bind(b); f != nil {
				p.steps = append(p.steps, f)
			}
		}
		if p.trace != nil {
			p.traceNode(n, b)
		}
	}
	for _, v := range p.inputs {
		p.in = append(p.in, p.memory(v))
	}
	for _, v := range p.out {
		p.outs = append(p.outs, tensor.From(p.memory(v), v.shape...))
	}
	for _, a := range p.assigns {
		p.copies = append(p.copies, copying{a.To.node.op.(*leaf).data.Data(), p.memory(a.From)})
	}
}

func (p *Program) memory(v *Value) []float32 {
	b := p.plan.of[v].find()
	if b.data != nil {
		return b.data
	}
	return p.mem[b.offset:][:b.size:b.size]
}

// Run feeds the inputs and computes. It allocates nothing when the inputs are
// contiguous. The error is an *InputError, or what an op found wrong in the
// numbers (see Binding.Fail); then nothing is assigned.
func (p *Program) Run(st State, in []*tensor.Tensor) error {
	if err := p.check(in); err != nil {
		return err
	}
	p.fresh()
	if p.arena.poison {
		p.arena.fillNaN()
	}
	if p.arena.last != p || p.arena.poison {
		for _, r := range p.rows {
			r.forget()
		}
	}
	p.arena.last = p
	p.state, p.fault.err = st, nil
	for i, t := range in {
		copy(p.in[i], t.Data())
	}
	for _, f := range p.steps {
		f()
	}
	if p.fault.err != nil {
		return fmt.Errorf("ops: %w", p.fault.err)
	}
	for _, c := range p.copies {
		copy(c.to, c.from)
	}
	return nil
}

// An InputError says that a program was fed the wrong tensors.
type InputError struct {
	Index     int   // of the input
	Want, Got []int // shapes; Got is nil when there is no such tensor
}

func (e *InputError) Error() string {
	if e.Got == nil {
		return fmt.Sprintf("ops: input %d is missing: want shape %v", e.Index, e.Want)
	}
	return fmt.Sprintf("ops: input %d: want shape %v, got %v", e.Index, e.Want, e.Got)
}

func (p *Program) check(in []*tensor.Tensor) error {
	for i, v := range p.inputs {
		if i >= len(in) || in[i] == nil {
			return &InputError{Index: i, Want: v.shape}
		}
		if !slices.Equal(in[i].Shape(), v.shape) {
			return &InputError{Index: i, Want: v.shape, Got: append([]int{}, in[i].Shape()...)}
		}
	}
	if len(in) > len(p.inputs) {
		return fmt.Errorf("ops: the program wants %d inputs, got %d", len(p.inputs), len(in))
	}
	return nil
}

// fresh binds again when the arena has grown.
func (p *Program) fresh() {
	if len(p.mem) != len(p.arena.mem) {
		p.bind()
	}
}

// Out returns result i of the last run. The tensor shows the program's own
// memory: it changes at the next run of any program of the arena.
func (p *Program) Out(i int) *tensor.Tensor {
	p.fresh()
	return p.outs[i]
}

// Slab returns all gradients as one slice. Ask again after each run: when the
// arena grows it moves.
func (p *Program) Slab() []float32 {
	p.fresh()
	n := p.offsets[len(p.slab)]
	return p.mem[:n:n]
}

// SlabPart returns the gradients of slab entry i.
func (p *Program) SlabPart(i int) []float32 {
	return p.Slab()[p.offsets[i]:p.offsets[i+1]:p.offsets[i+1]]
}

// Rows returns the rows of slab entry i that hold gradients after this run,
// ascending and without repetition; all others are zero. It returns nil when
// the entry is dense: then every row may hold one. A gradient is row-sparse
// when it comes from gathers only (an embedding without a penalty).
func (p *Program) Rows(i int) []int32 {
	if p.rows[i] == nil {
		return nil
	}
	return p.rows[i].rows
}

// ForgetRows tells the program that somebody else wrote into the slab (a sum
// over machines): row-sparse entries are cleared as a whole at the next run.
func (p *Program) ForgetRows() {
	for _, r := range p.rows {
		r.forget()
	}
}

// Memory tells what a program needs, in floats.
type Memory struct {
	Planned   int // the part of the arena that it uses
	Unplanned int // what it would need if each result had memory of its own
	Steps     int // closures run
}

// Memory returns the sizes of the program.
func (p *Program) Memory() Memory {
	return Memory{Planned: p.plan.size, Unplanned: p.plan.unplanned, Steps: len(p.steps)}
}

func isLeaf(v *Value) bool {
	_, ok := v.node.op.(*leaf)
	return ok
}

func isInput(v *Value) bool {
	l, ok := v.node.op.(*leaf)
	return ok && l.kind == inputLeaf
}

// viewed is the value whose memory v shows.
func viewed(v *Value) *Value {
	for isView(v.node) {
		v = v.node.in[0]
	}
	return v
}
