package ops

import (
	"math"
	"unsafe"
)

// An Arena is memory shared by the programs of one model, of which only one
// runs at a time. It grows to the needs of the largest; a program whose arena
// grew after it was compiled binds itself again at its next run.
type Arena struct {
	mem    []float32
	last   *Program // that ran
	poison bool
}

// NewArena returns an empty arena.
func NewArena() *Arena { return &Arena{} }

// Poison makes every run begin with an arena full of NaN, so that a test sees
// an op that reads what it did not write, or memory that was reused too early.
func (a *Arena) Poison(on bool) { a.poison = on }

// Floats returns the size of the arena.
func (a *Arena) Floats() int { return len(a.mem) }

func (a *Arena) grow(n int) {
	if n > len(a.mem) || a.mem == nil {
		a.mem, a.last = alignedFloats(n), nil
	}
}

func (a *Arena) fillNaN() {
	nan := float32(math.NaN())
	for i := range a.mem {
		a.mem[i] = nan
	}
}

// alignedFloats returns n zeros that begin at a cache line. It never returns nil.
func alignedFloats(n int) []float32 {
	s := make([]float32, n+lineFloats)
	skip := 0
	if past := uintptr(unsafe.Pointer(&s[0])) % (4 * lineFloats); past != 0 {
		skip = int(4*lineFloats-past) / 4
	}
	return s[skip : skip+n : skip+n]
}
