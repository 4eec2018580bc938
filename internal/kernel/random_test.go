package kernel

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/rng"
)

// Every instruction set draws the same bits, normal numbers included.
func TestRandomIsPlainGo(t *testing.T) {
	impltest.All(t, "random", func(t *testing.T) {
		for _, n := range []int{0, 1, 63, 64, 65, 128, 200, 1000} {
			for _, key := range []uint64{0, 1<<63 + 12345} {
				for _, step := range []uint64{0, 1<<40 + 7} {
					for _, g := range []uint64{0, 5, 1<<28 - 1, 1 << 40} { // 16g crosses 32 bits
						up := (n + 63) / 64 * 64
						want, x := make([]float32, up), make([]float32, up)
						for i := range x {
							x[i] = float32(i) - 3.5
						}
						got, check := guarded(n, 1)
						randomUniformGo(want, key, step, g, -2, 5, math.Nextafter32(3, 0))
						Uniform(got, key, step, int(g)*64, -2, 3)
						compare(t, "Uniform", got, want[:n], nil)
						randomNormalGo(want, key, step, g, 0.5, 2)
						Normal(got, key, step, int(g)*64, 0.5, 2)
						compare(t, "Normal", got, want[:n], nil)
						randomDropoutGo(want, x, key, step, g, 1<<30, 1/(1-float32(0.25)))
						Dropout(got, x[:n], key, step, int(g)*64, 0.25)
						compare(t, "Dropout", got, want[:n], nil)
						check(t)
					}
				}
			}
		}
	})
}

// The layout of the comment in random.go, against the scalar Philox.
func TestRandomLayout(t *testing.T) {
	x := make([]float32, 192)
	Uniform(x, 0xabc<<32|1, 1<<33+9, 0, 0, 1)
	for i, v := range x {
		g, w, l := i/64, i%64/16, i%16
		r := rng.Philox4x32([4]uint32{uint32(16*g + l), 0, 9, 2}, 1, 0xabc)
		if want := float32(r[w]>>8) / (1 << 24); v != want {
			t.Fatalf("element %d: got %v, want %v", i, v, want)
		}
	}
}

func TestRandomDistributions(t *testing.T) {
	const n = 1 << 18
	x := make([]float32, n)
	moments := func() (m [5]float64) {
		for _, v := range x {
			p := 1.
			for k := range m {
				m[k] += p / n
				p *= float64(v)
			}
		}
		return m
	}
	// The k-th moment of n numbers has the deviation √((m₂ₖ-mₖ²)/n); five of them.
	near := func(what string, got, want, variance float64) {
		t.Helper()
		if math.Abs(got-want) > 5*math.Sqrt(variance/n) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	Uniform(x, RandomKey(1, 2), 3, 0, 0, 1)
	m := moments()
	near("uniform mean", m[1], 1./2, 1./12)
	near("uniform square", m[2], 1./3, 1./5-1./9)
	Normal(x, RandomKey(1, 2), 3, 0, 0, 1)
	m = moments()
	near("normal mean", m[1], 0, 1)
	near("normal square", m[2], 1, 2)
	near("normal cube", m[3], 0, 15)
	near("normal fourth power", m[4], 3, 96)
	tail, corr := 0., 0.
	for i, v := range x {
		if math.Abs(float64(v)) > 3 {
			tail++
		}
		corr += float64(v) * float64(x[(i+16)%n]) / n // the other number of the pair
	}
	p := math.Erfc(3 / math.Sqrt2)
	near("normal beyond 3", tail/n, p, p*(1-p))
	near("normal pairs", corr, 0, 1)
	Fill(x, 1)
	Dropout(x, x, RandomKey(1, 2), 3, 0, 0.3)
	kept := 0.
	for _, v := range x {
		if v != 0 {
			kept++
			if v != 1/(1-float32(0.3)) {
				t.Fatalf("kept value %v", v)
			}
		}
	}
	near("kept", kept/n, 0.7, 0.21)
}

func TestRandomBounds(t *testing.T) {
	// With a span of a few ulps lo + u·span rounds up to hi; it must not be drawn.
	x := make([]float32, 4096)
	lo, hi := float32(1), float32(1+3*0x1p-23)
	Uniform(x, 5, 6, 0, lo, hi)
	for _, v := range x {
		if v < lo || v >= hi {
			t.Fatalf("%v is not in [%v, %v)", v, lo, hi)
		}
	}
	Uniform(x, 5, 6, 0, 4, 4)
	if x[0] != 4 || x[4095] != 4 {
		t.Error("an empty range gives something else than its border")
	}
	y := make([]float32, 4096)
	for i := range y {
		y[i] = nan32
	}
	Dropout(y, y, 1, 2, 0, 0.5)
	zeros := 0
	for _, v := range y {
		if v == 0 {
			zeros++
		}
	}
	if zeros < 1800 || zeros > 2300 {
		t.Errorf("%d of 4096 NaN were dropped", zeros)
	}
	defer func() {
		if recover() == nil {
			t.Error("a start inside a group does not panic")
		}
	}()
	Uniform(x, 1, 1, 32, 0, 1)
}
