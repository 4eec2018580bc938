package pipeline

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

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
		"unknown":  FromSeq(Arrays(seq(20, 2), nil, c).Batches(context.Background(), 0)),
	}
}

// Interrupted after any batch and taken up from JSON by a new source, reading
// gives the bits it would have given.
func TestResumeIsBitEqual(t *testing.T) {
	for name, src := range stops() {
		whole := append(collect(t, src, 0), collect(t, src, 1)...)
		for stop := 1; stop < len(whole); stop++ {
			if name == "unknown" && stop == 7 {
				continue // nothing is left of that epoch, but only reading it can tell
			}
			a := NewResumable(src)
			var got [][]float32
			noLeaks(t, func() {
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
