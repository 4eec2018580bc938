package rng

import (
	"fmt"
	"math"
	"testing"
)

// The known answers of the authors' library, Random123 (kat_vectors).
func TestPhiloxKnownAnswers(t *testing.T) {
	for _, c := range []struct {
		ctr    [4]uint32
		k0, k1 uint32
		want   [4]uint32
	}{
		{[4]uint32{}, 0, 0, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffff, 0xffffffff, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox4x32(c.ctr, c.k0, c.k1); got != c.want {
			t.Errorf("Philox4x32(%x, %x, %x) = %x, want %x", c.ctr, c.k0, c.k1, got, c.want)
		}
	}
}

func TestAtDependsOnItsArgumentsOnly(t *testing.T) {
	a, b := At(7, 3, 11), At(7, 3, 11)
	for i := range 100 {
		if x, y := a.Uint64(), b.Uint64(); x != y {
			t.Fatalf("draw %d: %x and %x", i, x, y)
		}
	}
	seen := map[uint64]string{}
	for _, ids := range [][]uint64{nil, {0}, {0, 0}, {1}, {0, 1}, {1, 0}, {1, 1}, {2, 3}, {3, 2}} {
		for _, seed := range []uint64{0, 1, 1 << 32} {
			x, name := At(seed, ids...).Uint64(), fmt.Sprint(seed, ids)
			if other, twice := seen[x]; twice {
				t.Errorf("%s and %s start alike", name, other)
			}
			seen[x] = name
		}
	}
	s := NewSource(1, 2)
	first := s.Uint64()
	s.Uint64()
	if s.Reset(1, 2); s.Uint64() != first {
		t.Error("Reset does not return to the start")
	}
}

func TestAtIsUniformAcrossStreams(t *testing.T) {
	// The first numbers of neighbouring streams are as good as numbers of one stream:
	// mean 1/2 ± 4σ, σ = 1/√(12 n), and no correlation with the next stream.
	const n = 20000
	var sum, prod float64
	last := At(5, 0).Float64()
	for i := 1; i <= n; i++ {
		x := At(5, uint64(i)).Float64()
		sum += x
		prod += (x - .5) * (last - .5)
		last = x
	}
	if m := sum / n; math.Abs(m-.5) > 4/math.Sqrt(12*n) {
		t.Errorf("mean %v", m)
	}
	if c := prod / n * 12; math.Abs(c) > 4/math.Sqrt(n) {
		t.Errorf("correlation %v", c)
	}
}

func ExampleAt() {
	r := At(42, 0, 17) // seed, epoch, sample
	fmt.Println(r.IntN(100), r.IntN(100))
	r = At(42, 0, 17)
	fmt.Println(r.IntN(100), r.IntN(100))
	// Output:
	// 46 24
	// 46 24
}

func BenchmarkSource(b *testing.B) {
	s := NewSource(1)
	b.SetBytes(8)
	for b.Loop() {
		s.Uint64()
	}
}
