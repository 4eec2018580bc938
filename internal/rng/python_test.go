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
