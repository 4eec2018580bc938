package pipeline

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

// numbers is how many sample i of a pipeline of large items has: 16 to 64 Ki.
func numbers(i int) int { return (1 + i*7919%4) << 14 }

func made(i int) Sample {
	n := numbers(i)
	return Sample{X: []*tensor.Tensor{tensor.Full(float32(i), n)}, Y: []*tensor.Tensor{tensor.From([]float32{float32(i)}, 1)}}
}

// greedy is a pipeline whose stages would hold all of its items if they could.
func greedy(b *Budget, n, workers int) Source {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	decoded := Apply(List(list), ApplyConfig[int]{Workers: workers, Ahead: n, Budget: b, Cost: func(i int) int64 { return int64(4*numbers(i) + 4) }},
		func(_ context.Context, _ Place, i int) (Sample, error) { return made(i), nil })
	mixed := decoded.Shuffle(ShuffleConfig{Window: n, Seed: 3, Budget: b})
	again := Apply(mixed, ApplyConfig[Sample]{Workers: workers, Ahead: n, Budget: b}, func(_ context.Context, _ Place, s Sample) (Sample, error) { return s, nil })
	return PrefetchWithin(Batched(again, BatchConfig{BatchSize: 4, Boundaries: []int{1 << 14, 2 << 14, 3 << 14, 4 << 14}, Budget: b}), n, b)
}

// A run's live bytes stay at its budget and a tenth.
func TestBudgetBoundsLiveBytes(t *testing.T) {
	const limit = 24 << 20
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	base := live()
	b := NewBudget(limit)
	src := greedy(b, 600, 2) // 90 MB in all
	most, batches := int64(0), 0
	for range 2 {
		for _, err := range src.Batches(t.Context(), batches) {
			if err != nil {
				t.Fatal(err)
			}
			if batches++; batches%10 == 5 {
				for was, same := int64(-1), 0; same < 5; was = b.held.Load() { // until all stages are full
					time.Sleep(time.Millisecond)
					if same++; was != b.held.Load() {
						same = 0
					}
				}
				most = max(most, live()-base)
			}
		}
	}
	if batches < 300 {
		t.Errorf("%d batches", batches)
	}
	if most > limit+limit/10 && !raceEnabled {
		t.Errorf("%d bytes were live, the budget is %d; %v", most, limit, b)
	}
	if p := b.Peak(); p > limit || p < limit/3 {
		t.Errorf("the budget counted %d of %d bytes", p, limit)
	}
	if n := b.held.Load(); n != 0 {
		t.Errorf("%d bytes are held after the run", n)
	}
	if s := b.String(); !strings.HasPrefix(s, "peak ") || !strings.Contains(s, " of 25.2 MB: Apply ") || strings.Count(s, " of 5.03 MB") != 5 {
		t.Error(s)
	}
}

// The bounds change what is ahead, never what comes.
func TestBudgetGivesTheSame(t *testing.T) {
	var want [][]float32
	for _, workers := range []int{1, 2, 3, 8} {
		var got [][]float32
		leaktest.None(t, func() { got = collect(t, greedy(NewBudget(8<<20), 60, workers), 1) })
		if want == nil {
			want = got
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%d workers: other batches", workers)
		}
	}
	seen := map[float32]bool{}
	for b, err := range greedy(NewBudget(8<<20), 60, 2).Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range b.Y[0].Data() {
			seen[i] = true
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d samples of 60 came", len(seen))
	}
}

// A stage with a bound of its own has that, the others share what is left.
func TestBudgetParts(t *testing.T) {
	b := NewBudget(100)
	s := List([]sized{1, 2, 3}).Shuffle(ShuffleConfig{MaxBytes: 40, Budget: b}).CacheWithin(b)
	s = Apply(s, ApplyConfig[sized]{Budget: b}, func(_ context.Context, _ Place, v sized) (sized, error) { return v, nil })
	if _, err := s.Collect(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if b.parts[0].max != 40 || b.parts[1].max != 30 || b.parts[2].max != 30 {
		t.Error(b)
	}
	if n := b.held.Load(); n != 6 { // what the cache keeps
		t.Errorf("%d bytes are held", n)
	}
}

func TestBudgetErrors(t *testing.T) {
	same := func(_ context.Context, _ Place, v sized) (sized, error) { return v, nil }
	settled := NewBudget(10)
	List([]sized{1}).CacheWithin(settled).Collect(t.Context(), 0)
	two := func(n int) Stream[Sample] {
		return List([]Sample{{ID: "a", X: []*tensor.Tensor{tensor.New(n)}}, {ID: "b", X: []*tensor.Tensor{tensor.New(2)}}})
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{errOf(t, Apply(List([]sized{5, 50}), ApplyConfig[sized]{Budget: NewBudget(20)}, same)),
			"pipeline: sample 1: it needs 50 bytes, but the part of Apply in the Budget of 20 bytes is 20; raise it, or make items smaller"},
		{errOf(t, List([]sized{5, 50}).Shuffle(ShuffleConfig{Budget: NewBudget(20)})), "pipeline: Shuffle: an item has 50 bytes, but the part of Shuffle"},
		{errOf(t, List([]sized{5, 50}).CacheWithin(NewBudget(20))), "the first 2 items have 55 bytes, but the part of Cache in the Budget of 20 bytes is 20"},
		{errOf(t, List([]int{1}).CacheWithin(NewBudget(20))), "items of type int do not say theirs; give the type a method Bytes() int64, or give no bound"},
		{errOf(t, List([]int{1}).Shuffle(ShuffleConfig{MaxBytes: 20})), "pipeline: Shuffle: MaxBytes is 20, but items of type int"},
		{errOf(t, Apply(List([]string{"a.png"}), ApplyConfig[string]{Budget: NewBudget(20)}, func(context.Context, Place, string) (int, error) { return 0, nil })),
			"nobody says what a string costs; say it with Cost"},
		{errOf(t, List([]sized{1}).CacheWithin(settled)), "pipeline: Cache was given a Budget whose parts are settled"},
		{errOf(t, List([]sized{1}).Shuffle(ShuffleConfig{MaxBytes: 30, Budget: NewBudget(20)})), "a Budget of 20 bytes cannot hold the MaxBytes of its stages (30 bytes)"},
		{lastError(t, Batched(two(2), BatchConfig{BatchSize: 2, MaxBytes: 31})), "a batch and the samples of it and of others have 32 bytes, but MaxBytes is 31"},
		{lastError(t, Batched(two(3), BatchConfig{BatchSize: 9, Boundaries: []int{2, 4}, MaxBytes: 30, DropLast: true})), "have more than half of what they may: MaxBytes is 30"},
		{lastError(t, PrefetchWithin(Batched(two(2), BatchConfig{}), 2, NewBudget(8))), "pipeline: PrefetchWithin: a batch has 16 bytes, but the part of PrefetchWithin in the Budget of 8 bytes is 8"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%v\nwant %s", c.err, c.want)
		}
	}
}

func errOf[T any](t *testing.T, s Stream[T]) error {
	_, err := s.Collect(t.Context(), 0)
	return err
}

func lastError(t *testing.T, src Source) (last error) {
	for _, err := range src.Batches(t.Context(), 0) {
		last = err
	}
	return last
}

// 12 bytes may wait: lengths 2 and 3 have 8 and 12 bytes, so the first comes
// alone as soon as the second is there.
func TestBatchedBytesEarly(t *testing.T) {
	var samples []Sample
	for _, n := range []int{2, 3, 1, 1, 1, 1} {
		samples = append(samples, Sample{X: []*tensor.Tensor{tensor.Full(float32(n), n)}})
	}
	src := Batched(List(samples), BatchConfig{BatchSize: 3, Boundaries: []int{1, 2, 3}, MaxBytes: 24})
	var got []int
	for b, err := range src.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b.X[0].Dim(0), b.X[0].Dim(1))
	}
	if want := []int{1, 2, 1, 3, 3, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v (samples, length, …)", got, want)
	}
}

// Files are read ahead while they fit.
func TestReadFilesWithin(t *testing.T) {
	fsys := fstest.MapFS{}
	var names []string
	for _, c := range "abcdefghij" {
		names = append(names, string(c))
		fsys[string(c)] = &fstest.MapFile{Data: make([]byte, 40)}
	}
	b := NewBudget(100)
	s := ReadFilesWithin(fsys, List(names), 0, b)
	n := 0
	for f, err := range s.Items(t.Context(), 0) {
		if err != nil || len(f.Data) != 40 {
			t.Fatal(f.Path, err)
		}
		n++
	}
	if n != 10 || b.Peak() != 80 || b.held.Load() != 0 {
		t.Errorf("%d files, %v", n, b)
	}
}
