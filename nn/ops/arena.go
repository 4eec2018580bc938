package ops

import (
	"math"

	"github.com/antler-ml/antler/internal/pages"
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
		a.mem, a.last = pages.Floats(n), nil
	}
}

func (a *Arena) fillNaN() {
	nan := float32(math.NaN())
	for i := range a.mem {
		a.mem[i] = nan
	}
}
