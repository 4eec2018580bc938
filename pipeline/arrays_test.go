package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

func seq(shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data() {
		t.Data()[i] = float32(i)
	}
	return t
}

// collect returns the X[0] data of every batch of an epoch.
func collect(t *testing.T, src Source, epoch int) [][]float32 {
	t.Helper()
	var got [][]float32
	for b, err := range src.Batches(t.Context(), epoch) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, slices.Clone(b.X[0].Data()))
	}
	return got
}

func flat(batches [][]float32) []float32 { return slices.Concat(batches...) }

func TestArraysInOrder(t *testing.T) {
	src := Arrays(seq(5, 2), seq(5), ArraysConfig{BatchSize: 2})
	if src.Len() != 3 || Samples(src) != 5 {
		t.Fatalf("Len %d Samples %d", src.Len(), Samples(src))
	}
	var shapes [][]int
	var y []float32
	for b, err := range src.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Y) != 1 || len(b.W) != 0 {
			t.Fatalf("%d targets, %d weights", len(b.Y), len(b.W))
		}
		shapes = append(shapes, slices.Clone(b.X[0].Shape()))
		y = append(y, b.Y[0].Data()...)
	}
	if want := [][]int{{2, 2}, {2, 2}, {1, 2}}; !slices.EqualFunc(shapes, want, slices.Equal) {
		t.Errorf("shapes %v", shapes)
	}
	if !slices.Equal(y, []float32{0, 1, 2, 3, 4}) {
		t.Errorf("y %v", y)
	}
	if got := flat(collect(t, src, 7)); !slices.Equal(got, seq(10).Data()) {
		t.Errorf("x %v", got)
	}
}

func TestArraysDefaultsAndDropLast(t *testing.T) {
	src := Arrays(seq(70), nil, ArraysConfig{})
	if src.Len() != 3 {
		t.Errorf("Len %d, want 3 batches of 32", src.Len())
	}
	src = Arrays(seq(70), nil, ArraysConfig{DropLast: true})
	if src.Len() != 2 || Samples(src) != 64 || len(flat(collect(t, src, 0))) != 64 {
		t.Errorf("Len %d", src.Len())
	}
}

func TestArraysShuffle(t *testing.T) {
	src := Arrays(seq(50), seq(50), ArraysConfig{BatchSize: 8, Shuffle: true, Seed: 3})
	e0, e1 := flat(collect(t, src, 0)), flat(collect(t, src, 1))
	if slices.Equal(e0, e1) || slices.IsSorted(e0) {
		t.Errorf("epochs %v and %v", e0, e1)
	}
	for _, e := range [][]float32{e0, e1} {
		s := slices.Sorted(slices.Values(e))
		if !slices.Equal(s, seq(50).Data()) {
			t.Errorf("not a permutation: %v", e)
		}
	}
	again := Arrays(seq(50), nil, ArraysConfig{BatchSize: 8, Shuffle: true, Seed: 3})
	if !slices.Equal(flat(collect(t, again, 0)), e0) {
		t.Error("the order of an epoch is not a function of (seed, epoch)")
	}
	other := Arrays(seq(50), nil, ArraysConfig{BatchSize: 8, Shuffle: true, Seed: 4})
	if slices.Equal(flat(collect(t, other, 0)), e0) {
		t.Error("seed has no effect")
	}
	for b, err := range src.Batches(t.Context(), 5) { // rows keep their targets
		if err != nil || !slices.Equal(b.X[0].Data(), b.Y[0].Data()) {
			t.Fatal(err, b.X[0].Data(), b.Y[0].Data())
		}
	}
}

// The rule of Keras' batch_shuffle: whole batches move, the rest stays last.
func TestArraysShuffleBatch(t *testing.T) {
	src := Arrays(seq(23), nil, ArraysConfig{BatchSize: 4, ShuffleBatch: true, Seed: 1})
	got := collect(t, src, 0)
	if len(got) != 6 || !slices.Equal(got[5], []float32{20, 21, 22}) {
		t.Fatalf("%v", got)
	}
	var starts []float32
	for _, b := range got[:5] {
		for k, v := range b {
			if v != b[0]+float32(k) {
				t.Errorf("batch %v is torn", b)
			}
		}
		starts = append(starts, b[0])
	}
	if slices.IsSorted(starts) {
		t.Errorf("not shuffled: %v", starts)
	}
	slices.Sort(starts)
	if !slices.Equal(starts, []float32{0, 4, 8, 12, 16}) {
		t.Errorf("starts %v", starts)
	}
}

func TestArraysErrors(t *testing.T) {
	for name, src := range map[string]Source{
		"Y[0] has 4 samples": Arrays(seq(5, 2), seq(4), ArraysConfig{}),
		"no samples":         Arrays(seq(0, 2), nil, ArraysConfig{}),
		"X[0] is nil":        Arrays(nil, nil, ArraysConfig{}),
		"X[0] is a scalar":   Arrays(tensor.New(), nil, ArraysConfig{}),
		"no input":           ArraysN(nil, nil, nil, ArraysConfig{}),
		"BatchSize is -1":    Arrays(seq(5), nil, ArraysConfig{BatchSize: -1}),
		"leaves no batch":    Arrays(seq(5), nil, ArraysConfig{DropLast: true}),
	} {
		n := 0
		for _, err := range src.Batches(t.Context(), 0) {
			n++
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("want %q, got %v", name, err)
			}
		}
		if n != 1 || src.Len() != 0 {
			t.Errorf("%s: %d yields, Len %d", name, n, src.Len())
		}
	}
}

func TestArraysCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range Arrays(seq(100), nil, ArraysConfig{BatchSize: 1}).Batches(ctx, 0) {
		if n++; n == 3 {
			cancel()
		}
		last = err
	}
	if n != 4 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d yields, last error %v", n, last)
	}
}

func TestArraysRecycles(t *testing.T) {
	src := Arrays(seq(64, 100), seq(64), ArraysConfig{BatchSize: 8, Shuffle: true})
	epoch := func() {
		for _, err := range src.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	epoch()
	if n := testing.AllocsPerRun(5, epoch); n > 12 { // for the epoch, none for its 8 batches
		t.Errorf("%v allocations in an epoch", n)
	}
}

func BenchmarkArrays(b *testing.B) {
	src := Arrays(tensor.New(4096, 784), tensor.New(4096), ArraysConfig{BatchSize: 32, Shuffle: true})
	b.SetBytes(4096 * 785 * 4)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range src.Batches(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestRowOf: every sample of every batch is the row that it is said to be.
func TestRowOf(t *testing.T) {
	x := tensor.New(11, 2)
	for i := range x.Data() {
		x.Data()[i] = float32(i / 2) // a row holds its number
	}
	for _, c := range []ArraysConfig{{BatchSize: 4}, {BatchSize: 3, Shuffle: true, Seed: 5}, {BatchSize: 2, ShuffleBatch: true, Seed: 1}, {BatchSize: 4, Shuffle: true, DropLast: true}} {
		whole := Arrays(x, nil, c)
		train, val, err := whole.(*arrays).SplitEnd(0.4)
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []Source{whole, train, val, Prefetch(whole, 2)} {
			for epoch := range 3 {
				batch := 0
				for b, err := range src.Batches(t.Context(), epoch) {
					if err != nil {
						t.Fatal(err)
					}
					for k := range b.X[0].Shape()[0] {
						if got, want := RowOf(src, epoch, batch, k), int(b.X[0].Data()[2*k]); got != want {
							t.Fatalf("%+v, epoch %d, batch %d, sample %d: row %d, want %d", c, epoch, batch, k, got, want)
						}
					}
					batch++
				}
			}
		}
		if got := RowOf(whole, 0, 9, 9); got != -1 {
			t.Errorf("a sample that there is not is row %d", got)
		}
	}
	if got := RowOf(Func(1, nil), 0, 0, 0); got != -1 {
		t.Errorf("a row of a function is %d, want -1", got)
	}
}
