package nntest

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
)

// Optimizer checks what every optimizer must keep:
//
//   - its settings survive the way to JSON and back;
//   - an update gives the same bits however the weight is split (unless it is an
//     nn.WholeOptimizer), and allocates nothing;
//   - when Idle is true, a zero gradient with slots as they start changes
//     neither weight nor slots;
//   - weights and slots stay finite for gradients from 1e-38 to 1e15;
//   - it goes down a bowl: 200 updates bring every weight nearer to the bottom.
func Optimizer(t *testing.T, o nn.Optimizer) {
	t.Helper()
	checkOptimizer(t, o)
}

func checkOptimizer(t reporter, o nn.Optimizer) {
	t.Helper()
	o = complete(t, o).(nn.Optimizer)
	if c, ok := roundTripThing(t, o, reflect.TypeFor[nn.Optimizer]()).(nn.Optimizer); ok && c.Slots() != o.Slots() {
		t.Errorf("a copy from JSON has %d slots, want %d", c.Slots(), o.Slots())
	}
	checkSplits(t, o)
	checkIdle(t, o)
	checkExtremes(t, o)
	checkDescent(t, o)
	s := newUpdates(o, 64)
	g := randoms(64, 3)
	if n := testing.AllocsPerRun(5, func() { s.update(g) }); n != 0 {
		t.Errorf("an update allocates %v times", n)
	}
}

// updates is one weight on its way.
type updates struct {
	o     nn.Optimizer
	step  nn.Step
	w     []float32
	shape nn.Shape // for an optimizer that looks at the whole
	slots [][]float32
}

func newUpdates(o nn.Optimizer, n int) *updates {
	u := &updates{o: o, step: nn.Step{LR: o.Settings().LearningRate}, w: randoms(n, 5), shape: shapeOf(n)}
	for k := range o.Slots() {
		s := make([]float32, slotSize(o, k, n))
		if f, ok := o.(nn.SlotFiller); ok {
			for i := range s {
				s[i] = f.SlotStart(k)
			}
		}
		u.slots = append(u.slots, s)
	}
	return u
}

// slotSize is how long slot k of a weight of n numbers is.
func slotSize(o nn.Optimizer, k, n int) int {
	w, ok := o.(nn.WholeOptimizer)
	if !ok {
		return n
	}
	s := w.SlotShapes(shapeOf(n))[k]
	if s == nil {
		return 0
	}
	size := 1
	for _, d := range s {
		size *= d
	}
	return size
}

// shapeOf makes a matrix of n numbers.
func shapeOf(n int) nn.Shape {
	if n%4 != 0 {
		return nn.Shape{n}
	}
	return nn.Shape{n / 4, 4}
}

func (u *updates) update(g []float32) {
	u.step.N++
	if w, ok := u.o.(nn.WholeOptimizer); ok {
		w.UpdateWhole(u.step, u.w, g, u.shape, u.slots)
		return
	}
	u.o.Update(u.step, u.w, g, u.slots)
}

// state is the weight and all slots.
func (u *updates) state() []float32 { return slices.Concat(append([][]float32{u.w}, u.slots...)...) }

func checkSplits(t reporter, o nn.Optimizer) {
	t.Helper()
	if _, ok := o.(nn.WholeOptimizer); ok {
		return
	}
	const n = 257
	whole, parts := newUpdates(o, n), newUpdates(o, n)
	for s := range 5 {
		g := randoms(n, uint64(10+s))
		whole.update(slices.Clone(g))
		parts.step.N++
		for lo, size := 0, 1; lo < n; lo, size = lo+size, size*2+s {
			hi := min(n, lo+size)
			var cut [][]float32
			for _, slot := range parts.slots {
				cut = append(cut, slot[lo:hi])
			}
			o.Update(parts.step, parts.w[lo:hi], g[lo:hi], cut)
		}
		if i := differ(parts.state(), whole.state()); i >= 0 {
			t.Fatalf("update %d in parts: number %d (weight, then slots) is %v, at once %v: an update must not look at neighbours", s, i, parts.state()[i], whole.state()[i])
		}
	}
}

func checkIdle(t reporter, o nn.Optimizer) {
	t.Helper()
	idler, ok := o.(nn.Idler)
	if !ok || !idler.Idle() {
		return
	}
	u := newUpdates(o, 20)
	before := slices.Clone(u.state())
	for range 3 {
		u.update(make([]float32, 20))
		if i := differ(u.state(), before); i >= 0 {
			t.Fatalf("Idle is true, but update %d with a zero gradient turns number %d (weight, then slots) from %v to %v", u.step.N, i, before[i], u.state()[i])
		}
	}
}

func checkExtremes(t reporter, o nn.Optimizer) {
	t.Helper()
	extremes := []float32{0, 1e-38, -1e-38, 1e-20, -1e-20, 1, -1, 1e10, -1e10, 1e15, -1e15}
	u := newUpdates(o, len(extremes))
	for range 4 {
		u.update(slices.Clone(extremes))
		for i, x := range u.state() {
			if x-x != 0 {
				t.Fatalf("update %d with gradient %g: number %d (weight, then slots) is %v", u.step.N, extremes[i%len(extremes)], i, x)
			}
		}
	}
}

func checkDescent(t reporter, o nn.Optimizer) {
	t.Helper()
	u := newUpdates(o, 8)
	start := slices.Clone(u.w)
	g := make([]float32, len(u.w))
	for range 200 {
		for i, w := range u.w { // the bowl is Σ (w-10)²/2
			g[i] = w - 10
		}
		u.update(g)
	}
	for i, w := range u.w {
		if !(math.Abs(float64(w)-10) < math.Abs(float64(start[i])-10)) {
			t.Errorf("200 updates down a bowl take weight %d from %v to %v; its bottom is at 10", i, start[i], w)
		}
	}
}
