package rng

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"
)

// The cases are what Python drew; see testdata/tools/sequence_random.py.
func TestPythonIsPythonsRandom(t *testing.T) {
	b, err := os.ReadFile("../../testdata/python/random.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Seed    string
		Random  []float64
		Randint []int
		Shuffle []int
		Later   float64
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 7 {
		t.Fatalf("%d cases, want 7", len(cases))
	}
	for _, c := range cases {
		seed, err := strconv.ParseUint(c.Seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		p := NewPython(seed)
		for i, want := range c.Random {
			if got := p.Float64(); got != want {
				t.Errorf("seed %s: number %d: got %v, want %v", c.Seed, i, got, want)
			}
		}
		for i, n := range []int{1, 2, 3, 1000, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1 << 62} {
			if got := p.Between(1, n); got != c.Randint[i] {
				t.Errorf("seed %s: Between(1, %d): got %d, want %d", c.Seed, n, got, c.Randint[i])
			}
		}
		items := make([]int, 50)
		for i := range items {
			items[i] = i
		}
		p.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		if !slices.Equal(items, c.Shuffle) {
			t.Errorf("seed %s: Shuffle: got %v, want %v", c.Seed, items, c.Shuffle)
		}
		for range 700 {
			p.Float64()
		}
		if got := p.Float64(); got != c.Later {
			t.Errorf("seed %s: later: got %v, want %v", c.Seed, got, c.Later)
		}
	}
}

// The fast ways draw what the plain ones draw.
func TestPythonFastDraws(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 63, 64, 65, 1000, 5000} {
		for _, seed := range []uint64{0, 7, 1 << 40} {
			a, b := NewPython(seed), NewPython(seed)
			want, got := make([]uint32, n), make([]uint32, n)
			got64 := make([]uint64, n)
			for i := range n {
				want[i], got[i], got64[i] = uint32(i), uint32(i), uint64(i)
			}
			a.Shuffle(n, func(i, j int) { want[i], want[j] = want[j], want[i] })
			Shuffle(b, got)
			c := NewPython(seed)
			Shuffle(c, got64)
			for i := range n {
				if got[i] != want[i] || got64[i] != uint64(want[i]) {
					t.Fatalf("n %d, seed %d: element %d is %d and %d, want %d", n, seed, i, got[i], got64[i], want[i])
				}
			}
			below := uint32(max(n, 1))
			b.FillBelow(got, below)
			for i := range n {
				if w := a.Below(int(below)); int(got[i]) != w {
					t.Fatalf("n %d, seed %d: draw %d is %d, want %d", n, seed, i, got[i], w)
				}
			}
			if a.Float64() != b.Float64() {
				t.Fatalf("n %d, seed %d: they go on differently", n, seed)
			}
		}
	}
}
