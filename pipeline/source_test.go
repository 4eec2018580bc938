package pipeline

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// byEpoch yields n batches of one number, 100·epoch + i.
func byEpoch(n int) Source {
	return Func(n, func(_ context.Context, epoch int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for i := range n {
				if !yield(Batch{X: []*tensor.Tensor{tensor.From([]float32{float32(100*epoch + i)}, 1)}}, nil) {
					return
				}
			}
		}
	})
}

func TestTakeRepeatConcat(t *testing.T) {
	for _, c := range []struct {
		name string
		src  Source
		len  int
		want []float32 // of epoch 1
	}{
		{"func", byEpoch(3), 3, []float32{100, 101, 102}},
		{"take", Take(byEpoch(3), 2), 2, []float32{100, 101}},
		{"take more", Take(byEpoch(3), 9), 3, []float32{100, 101, 102}},
		{"take none", Take(byEpoch(3), 0), 0, nil},
		{"repeat", Repeat(byEpoch(2), 3), 6, []float32{300, 301, 400, 401, 500, 501}},
		{"repeat none", Repeat(byEpoch(2), 0), 0, nil},
		{"concat", Concat(byEpoch(1), byEpoch(2)), 3, []float32{100, 100, 101}},
		{"concat none", Concat(), 0, nil},
		{"seq", FromSeq(byEpoch(2).Batches(t.Context(), 7)), -1, []float32{700, 701}},
		{"take of seq", Take(FromSeq(byEpoch(2).Batches(t.Context(), 7)), 2), 2, []float32{700, 701}},
	} {
		if got := flat(collect(t, c.src, 1)); c.src.Len() != c.len || !slices.Equal(got, c.want) {
			t.Errorf("%s: Len %d, %v; want %d, %v", c.name, c.src.Len(), got, c.len, c.want)
		}
		for range c.src.Batches(t.Context(), 0) { // must stop when told
			break
		}
	}
	if n := Samples(Repeat(Arrays(seq(5), nil, ArraysConfig{}), 3)); n != 15 {
		t.Errorf("Samples %d", n)
	}
	if n := Samples(Concat(Arrays(seq(5), nil, ArraysConfig{}), byEpoch(1))); n != -1 {
		t.Errorf("Samples %d", n)
	}
}

func TestTakeOfTooShort(t *testing.T) {
	var last error
	for _, err := range Take(FromSeq(byEpoch(2).Batches(t.Context(), 0)), 5).Batches(t.Context(), 0) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "ended after 2 batches") {
		t.Errorf("%v", last)
	}
}

// Keras 2: split_at = int(n * (1 - validation_split)).
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n    int
		f    float64
		want int
	}{{10, 0.2, 8}, {10, 0.25, 7}, {7, 0.3, 4}, {3, 0.5, 1}} {
		train, val, err := Split(c.f, seq(c.n, 2), nil, seq(c.n))
		if err != nil {
			t.Fatal(err)
		}
		if train[0].Shape()[0] != c.want || val[0].Shape()[0] != c.n-c.want || train[1] != nil || val[1] != nil ||
			val[2].Data()[0] != float32(c.want) || val[0].Data()[0] != float32(2*c.want) {
			t.Errorf("%+v: %v %v", c, train[0].Shape(), val[0].Shape())
		}
	}
	for _, f := range []float64{0, 1, -1, 0.9} {
		if _, _, err := Split(f, seq(5)); err == nil {
			t.Errorf("fraction %v was accepted", f)
		}
	}
	if _, _, err := Split(0.5, seq(5), seq(4)); err == nil || !strings.Contains(err.Error(), "array 1") {
		t.Errorf("%v", err)
	}
}

func TestSplitByName(t *testing.T) {
	var names []string
	var labels []int
	for i := range 100 {
		names = append(names, string(rune('a'+i%26))+string(rune('0'+i/26))+".png")
		labels = append(labels, i%4)
	}
	train, val, err := SplitByName(names, labels, 0.2, 1)
	if err != nil || len(train) != 80 || len(val) != 20 {
		t.Fatal(len(train), len(val), err)
	}
	side := map[string]bool{}
	count := map[int]int{}
	for _, i := range val {
		side[names[i]] = true
		count[labels[i]]++
	}
	for c := range 4 {
		if count[c] != 5 {
			t.Errorf("class %d has %d validation samples, want 5", c, count[c])
		}
	}
	// The order of the samples is without effect, and one more sample moves at
	// most one old one.
	slices.Reverse(names)
	slices.Reverse(labels)
	names, labels = append(names, "new.png"), append(labels, 2)
	_, val, err = SplitByName(names, labels, 0.2, 1)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, i := range val {
		if names[i] != "new.png" && !side[names[i]] {
			moved++
		}
	}
	if moved > 1 {
		t.Errorf("%d samples changed sides", moved)
	}
	if _, other, _ := SplitByName(names, labels, 0.2, 2); slices.Equal(other, val) {
		t.Error("seed has no effect")
	}
	if _, _, err := SplitByName([]string{"a", "a"}, nil, 0.5, 0); err == nil {
		t.Error("a name twice was accepted")
	}
	if train, val, err := SplitByName([]string{"a", "b"}, []int{0, 1}, 0.5, 0); err != nil || len(train) != 2 || len(val) != 0 {
		t.Errorf("classes of one: %v %v %v", train, val, err)
	}
	if train, val, err := SplitByName([]string{"a", "b"}, nil, 0.01, 0); err != nil || len(train) != 1 || len(val) != 1 {
		t.Errorf("class of two: %v %v %v", train, val, err)
	}
}
