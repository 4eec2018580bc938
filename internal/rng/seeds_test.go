package rng

import "testing"

// Four generators at once are those of one seed each, also where the upper word
// of a seed changes.
func TestSeedsAreFourSeeds(t *testing.T) {
	var s Seeds
	var p Python
	for _, seed := range []uint64{0, 1, 12345, 1<<32 - 5, 1<<32 - 4, 1<<32 - 3, 1<<32 - 1, 1 << 32, 1<<40 + 7, 1<<64 - 9, 1<<64 - 4} {
		s.Seed(seed)
		for i := range 4 {
			s.Take(i, &p)
			want := NewPython(seed + uint64(i))
			for n := range 1300 {
				if got, want := p.Uint32(), want.Uint32(); got != want {
					t.Fatalf("seed %d+%d: word %d is %d, want %d", seed, i, n, got, want)
				}
			}
		}
	}
}

// The quick ways to draw take the same words as the plain ones.
func TestShuffleAndFillBelowDrawAlike(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 7, 8, 9, 100, 700, 5000} {
		a, b := NewPython(uint64(n)), NewPython(uint64(n))
		x, y := make([]uint32, n), make([]uint32, n)
		for i := range x {
			x[i], y[i] = uint32(i), uint32(i)
		}
		Shuffle(a, x)
		b.Shuffle(n, func(i, j int) { y[i], y[j] = y[j], y[i] })
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%d elements: place %d has %d, want %d", n, i, x[i], y[i])
			}
		}
		for _, most := range []uint32{1, 2, 3, 1000, 1<<31 - 1} {
			a.FillBelow(x, most)
			for i, got := range x {
				if want := b.Below(int(most)); int(got) != want {
					t.Fatalf("%d numbers below %d: number %d is %d, want %d", n, most, i, got, want)
				}
			}
		}
		if a.Uint32() != b.Uint32() {
			t.Fatalf("%d elements: they go on differently", n)
		}
	}
}

func BenchmarkSeed(b *testing.B) {
	b.Run("one", func(b *testing.B) {
		var p Python
		for b.Loop() {
			p.Seed(7)
		}
	})
	b.Run("four", func(b *testing.B) {
		var s Seeds
		for b.Loop() {
			s.Seed(7)
		}
	})
}
