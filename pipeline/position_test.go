package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

// stops are sources of 7 batches that seek, or make batches again.
func stops() map[string]Source {
	c := ArraysConfig{BatchSize: 3, Shuffle: true, Seed: 5}
	draw := Apply(count(20), ApplyConfig[int]{Workers: 3}, func(_ context.Context, p Place, v int) (Sample, error) {
		return Sample{X: []*tensor.Tensor{tensor.Full(float32(v)+p.Rand(1).Float32(), 2)}}, nil
	})
	var m Meter
	return map[string]Source{
		"arrays":   Arrays(seq(20, 2), nil, c),
		"prefetch": Timed(Prefetch(Arrays(seq(20, 2), nil, c), 2), &m, "prefetch"),
		"watch":    Watch(Arrays(seq(20, 2), nil, c), WatchConfig{}),
		"stream":   Prefetch(Batched(draw.Shuffle(ShuffleConfig{Window: 4}), BatchConfig{BatchSize: 3}), 2),
		"listed":   Batched(Apply(ListShuffled([]int{5, 6, 7, 8, 9, 10, 11}, 3), ApplyConfig[int]{Workers: 2, Ahead: 9}, placedSample).Timed(&m, "apply"), BatchConfig{BatchSize: 1}),
		"tolerant": Batched(Apply(List(seven), ApplyConfig[int]{}, placedSample).Tolerate(TolerateConfig[Sample]{OnError: Placeholder}), BatchConfig{BatchSize: 1}),
		"skipping": Batched(Apply(List(append([]int{-1, -2}, seven...)), ApplyConfig[int]{}, placedSample).Tolerate(TolerateConfig[Sample]{OnError: Skip}), BatchConfig{BatchSize: 1}),
		"repeated": Batched(Apply(List(seven).Take(4).Repeat(2).Skip(1), ApplyConfig[int]{}, placedSample), BatchConfig{BatchSize: 1}),
		"some":     Concat(Take(Arrays(seq(20, 2), nil, c), 3), Repeat(Arrays(seq(6, 2), nil, c), 2)),
		"buckets":  buckets(),
		"unknown":  FromSeq(Arrays(seq(20, 2), nil, c).Batches(context.Background(), 0)),
	}
}

var seven = []int{0, 1, 2, 3, 4, 5, 6}

// placedSample shows item, place and randomness of a place; negative items fail.
func placedSample(_ context.Context, p Place, v int) (Sample, error) {
	if v < 0 {
		return Sample{}, errors.New("negative")
	}
	return Sample{X: []*tensor.Tensor{tensor.From([]float32{float32(v), float32(p.Index), p.Rand(1).Float32()}, 3)}}, nil
}

// buckets gives 7 batches of two lengths.
func buckets() Source {
	var list []Sample
	for i := range 13 {
		list = append(list, Sample{X: []*tensor.Tensor{tensor.Full(float32(i), 1+i%2)}})
	}
	return Batched(List(list), BatchConfig{BatchSize: 2, Boundaries: []int{1, 2}})
}

// Interrupted after any batch and taken up from JSON by a new source, reading
// gives the bits it would have given.
func TestResumeIsBitEqual(t *testing.T) {
	for name, src := range stops() {
		whole := append(collect(t, src, 0), collect(t, src, 1)...)
		for stop := 1; stop < len(whole); stop++ {
			if src.Len() < 0 && stop == 7 {
				continue // nothing is left of that epoch, but only reading it can tell
			}
			a := NewResumable(src)
			var got [][]float32
			leaktest.None(t, func() {
				for epoch := 0; len(got) < stop; epoch++ {
					for b, err := range a.Batches(t.Context(), epoch) {
						if err != nil {
							t.Fatal(err)
						}
						if got = append(got, slices.Clone(b.X[0].Data())); len(got) == stop {
							break
						}
					}
				}
			})
			saved, err := json.Marshal(a.Position())
			if err != nil {
				t.Fatal(err)
			}
			var p Position
			if err := json.Unmarshal(saved, &p); err != nil {
				t.Fatal(err)
			}
			b := NewResumable(stops()[name])
			if p, err = b.Resume(p); err != nil {
				t.Fatal(err)
			}
			for epoch := p.Epoch; epoch < 2; epoch++ {
				got = append(got, collect(t, b, epoch)...)
			}
			if !slices.EqualFunc(got, whole, slices.Equal) {
				t.Errorf("%s: stopped after %d: %d batches, not the same bits", name, stop, len(got))
			}
			if at := b.Position(); at.Epoch != 2 || at.Batch != 0 {
				t.Errorf("%s: at the end, the position is %+v", name, at)
			}
		}
	}
}

// Sources that seek do no work for what is skipped.
func TestSeekingMakesNothing(t *testing.T) {
	made := 0
	count := func(_ context.Context, _ Place, v int) (Sample, error) {
		made++
		return Sample{X: []*tensor.Tensor{tensor.Full(float32(v), 1)}}, nil
	}
	list := ListShuffled(slices.Repeat(seven, 10), 1)
	var m Meter
	src := Prefetch(Timed(Batched(Apply(list, ApplyConfig[int]{Workers: 1}, count).Timed(&m, "a"), BatchConfig{BatchSize: 7}), &m, "b"), 1)
	whole := collect(t, src, 3)
	made = 0
	var got [][]float32
	for b, err := range from(t.Context(), Repeat(Take(Concat(src, src), 20), 2), 1, 38) { // epoch 1: epochs 2 and 3, of which 18 of 20 are over
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, slices.Clone(b.X[0].Data()))
	}
	if !slices.EqualFunc(got, whole[8:], slices.Equal) || made != 14 {
		t.Errorf("%d samples were made for %d batches, want 14 for 2; %v, want %v", made, len(got), got, whole[8:])
	}
	// Places count from the beginning of the epoch, in errors too.
	bad := Apply(List([]int{1, 2, -3, 4}), ApplyConfig[int]{}, placedSample)
	for _, err := range bad.ItemsFrom(t.Context(), 0, 2) {
		if err == nil || !strings.Contains(err.Error(), "sample 2") {
			t.Errorf("%v", err)
		}
		break
	}
	if r := NewResumable(src); NewResumable(r) != r {
		t.Error("a Resumable is wrapped again")
	}
}

func TestResumeErrors(t *testing.T) {
	r := NewResumable(Arrays(seq(20), nil, ArraysConfig{BatchSize: 3}))
	for _, c := range []struct {
		p    Position
		want string
	}{
		{Position{Epoch: -1, Len: 7, Samples: 20}, "epoch -1"},
		{Position{Len: 6, Samples: 18}, "source of 6 batches and 18 samples, this one has 7 and 20"},
		{Position{Batch: 8, Len: 7, Samples: 20}, "after 8 batches, the source has 7"},
	} {
		if _, err := r.Resume(c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	short := NewResumable(FromSeq(byEpoch(3).Batches(t.Context(), 0)))
	if _, err := short.Resume(Position{Batch: 5, Len: -1, Samples: -1}); err != nil {
		t.Fatal(err)
	}
	for _, err := range short.Batches(t.Context(), 0) {
		if err == nil || !strings.Contains(err.Error(), "epoch 0 has 3 batches, the position is after 5") {
			t.Errorf("%v", err)
		}
	}
}

func TestRequireSteps(t *testing.T) {
	for _, c := range []struct {
		src   Source
		steps int
		want  string
	}{
		{byEpoch(3), 3, ""},
		{FromSeq(byEpoch(3).Batches(t.Context(), 0)), 3, ""},
		{byEpoch(3), 7, "an epoch of the source has 3 batches, 7 steps were asked for; ask for at most 3, or Repeat the source 3 times"},
		{FromSeq(byEpoch(3).Batches(t.Context(), 0)), 4, "has 3 batches, 4 steps"},
		{byEpoch(0), 1, "no batches"},
	} {
		err := RequireSteps(t.Context(), c.src, c.steps)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
