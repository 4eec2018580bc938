package nn

import (
	"slices"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// shapes are the concrete shapes of one batch.
type shapes struct{ x, y, w [][]int }

// plan is a bound program with what is needed to run it.
type plan struct {
	mode    mode
	shapes  shapes
	graph   *graph
	program *ops.Program
	in      []*tensor.Tensor // reused list of operands
	used    uint64           // for eviction
	before  [][]float32      // what moving averages and states were before the run
}

// remember keeps what the next run assigns to.
func (p *plan) remember() {
	for i, w := range p.graph.assigned {
		if i == len(p.before) {
			p.before = append(p.before, make([]float32, w.size()))
		}
		copy(p.before[i], w.Value().Data())
	}
}

// restore undoes the assignments of the last run.
func (p *plan) restore() {
	for i, w := range p.graph.assigned {
		copy(w.Value().Data(), p.before[i])
	}
}

// planCache keeps the programs of the batch sizes seen lately. A plan that is
// taken out belongs to the taker until it is put back, so concurrent
// predictions get programs of their own.
type planCache struct {
	free  []*plan
	clock uint64
}

const maxPlans = 16

func (c *planCache) clear() { c.free = nil }

func sameShapes(a [][]int, ts []*tensor.Tensor) bool {
	if len(a) != len(ts) {
		return false
	}
	for i, t := range ts {
		if !slices.Equal(a[i], t.Shape()) {
			return false
		}
	}
	return true
}

func (c *planCache) take(md mode, x, y, w []*tensor.Tensor) *plan {
	for i := len(c.free) - 1; i >= 0; i-- {
		p := c.free[i]
		if p.mode == md && sameShapes(p.shapes.x, x) && sameShapes(p.shapes.y, y) && sameShapes(p.shapes.w, w) {
			c.free = append(c.free[:i], c.free[i+1:]...)
			return p
		}
	}
	return nil
}

func (c *planCache) put(p *plan) {
	c.clock++
	p.used = c.clock
	if len(c.free) >= maxPlans {
		oldest := 0
		for i, q := range c.free {
			if q.used < c.free[oldest].used {
				oldest = i
			}
		}
		c.free = append(c.free[:oldest], c.free[oldest+1:]...)
	}
	c.free = append(c.free, p)
}

// plan takes a program for these shapes out of the cache, or makes one.
func (m *Model) plan(md mode, x, y, w []*tensor.Tensor) (*plan, error) {
	m.mu.Lock()
	p := m.plans.take(md, x, y, w)
	m.mu.Unlock()
	if p != nil {
		return p, nil
	}
	s := shapes{shapesOf(x), shapesOf(y), shapesOf(w)}
	g, err := m.describeGraph(md, s)
	if err != nil {
		return nil, err
	}
	if md != training {
		g.spec.Arena = nil // evaluations may run side by side
	}
	p = &plan{mode: md, shapes: s, graph: g}
	p.program = ops.Compile(g.spec)
	return p, nil
}

func (m *Model) release(p *plan) {
	clear(p.in)
	m.mu.Lock()
	m.plans.put(p)
	m.mu.Unlock()
}

func shapesOf(ts []*tensor.Tensor) [][]int {
	s := make([][]int, len(ts))
	for i, t := range ts {
		s[i] = slices.Clone(t.Shape())
	}
	return s
}

// run feeds a batch. The results stay in the program until its next run.
func (p *plan) run(st ops.State, x, y, w []*tensor.Tensor) error {
	p.in = append(p.in[:0], x...)
	p.in = append(p.in, y...)
	p.in = append(p.in, w...)
	return p.program.Run(st, p.in)
}
