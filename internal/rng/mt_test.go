package rng

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// The cases are what numpy drew; see testdata/tools/numpy_random.py.
func TestMTIsNumpysRandomState(t *testing.T) {
	var file struct {
		Cases []struct {
			Seed        []uint32
			Array       bool
			Uint32      []uint32
			Float64     []float64
			Uniform     []float64
			Randint     []int
			Permutation [][]int
			Shuffle     []int
			Normal      []float64
			Between     float64
			Normal2     []float64
			Choice      []int
		}
	}
	b, err := os.ReadFile("../../testdata/numpy_random/legacy.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 8 {
		t.Fatalf("%d cases, want 8", len(file.Cases))
	}
	for _, c := range file.Cases {
		m := NewMT(c.Seed[0])
		if c.Array {
			m = NewMTArray(c.Seed)
		}
		for range 690 {
			m.Uint32()
		}
		name := c.Seed[:min(3, len(c.Seed))]
		for i, want := range c.Uint32 {
			if got := m.Uint32(); got != want {
				t.Fatalf("seed %v: word %d: got %d, want %d", name, i, got, want)
			}
		}
		for i, want := range c.Float64 {
			if got := m.Float64(); got != want {
				t.Errorf("seed %v: Float64 %d: got %v, want %v", name, i, got, want)
			}
		}
		for i, want := range c.Uniform {
			if got := m.Uniform(-0.2, 0.3); got != want {
				t.Errorf("seed %v: Uniform %d: got %v, want %v", name, i, got, want)
			}
		}
		ranges := [][2]int{{0, 1}, {0, 2}, {-5, 5}, {3, 1000}, {0, 1 << 32}, {0, 1<<32 + 1}, {-1 << 62, 1 << 62}}
		for i, want := range c.Randint {
			if got := m.Randint(ranges[i][0], ranges[i][1]); got != want {
				t.Errorf("seed %v: Randint%v: got %d, want %d", name, ranges[i], got, want)
			}
		}
		for _, want := range c.Permutation {
			if got := m.Permutation(len(want)); !slices.Equal(got, want) {
				t.Errorf("seed %v: Permutation: got %v, want %v", name, got, want)
			}
		}
		a := []int{0, 1, 2, 3, 4, 5, 6}
		m.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
		if !slices.Equal(a, c.Shuffle) {
			t.Errorf("seed %v: Shuffle: got %v, want %v", name, a, c.Shuffle)
		}
		normal := func(want []float64) {
			for i, w := range want {
				// The last bit is libm's (log) and may differ.
				if got := m.Normal(); math.Abs(got-w) > 4e-16*math.Abs(w) {
					t.Errorf("seed %v: Normal %d: got %v, want %v", name, i, got, w)
				}
			}
		}
		normal(c.Normal)
		if got := m.Float64(); got != c.Between {
			t.Errorf("seed %v: Float64 between normals: got %v, want %v", name, got, c.Between)
		}
		normal(c.Normal2)
		for i, n := range []int{1, 2, 3, 100} {
			if got := m.Choice(n); got != c.Choice[i] {
				t.Errorf("seed %v: Choice(%d): got %d, want %d", name, n, got, c.Choice[i])
			}
		}
	}
}

func TestMTPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"empty range": func() { NewMT(1).Randint(3, 3) },
		"empty key":   func() { NewMTArray(nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkMT(b *testing.B) {
	m := NewMT(1)
	b.SetBytes(8)
	for b.Loop() {
		m.Float64()
	}
}
