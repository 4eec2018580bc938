package pipeline

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// ragged are samples of the given lengths: X is i+1 so many times, Y is i.
func ragged(lengths ...int) Stream[Sample] {
	var list []Sample
	for i, n := range lengths {
		list = append(list, Sample{
			ID: fmt.Sprintf("rows.csv:%d", i+1),
			X:  []*tensor.Tensor{tensor.Full(float32(i+1), n)},
			Y:  []*tensor.Tensor{tensor.Full(float32(i))},
		})
	}
	return List(list)
}

type shaped struct {
	Shape []int
	X, Y  []float32
}

func shapes(t *testing.T, src Source) []shaped {
	t.Helper()
	var got []shaped
	for b, err := range src.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, shaped{slices.Clone(b.X[0].Shape()), append([]float32{}, b.X[0].Data()...), slices.Clone(b.Y[0].Data())})
	}
	return got
}

func TestBatched(t *testing.T) {
	for _, c := range []struct {
		name string
		src  Source
		len  int
		want []shaped
	}{
		{"plain", Batched(ragged(2, 2, 2), BatchConfig{BatchSize: 2}), 2,
			[]shaped{{[]int{2, 2}, []float32{1, 1, 2, 2}, []float32{0, 1}}, {[]int{1, 2}, []float32{3, 3}, []float32{2}}}},
		{"drop last", Batched(ragged(2, 2, 2), BatchConfig{BatchSize: 2, DropLast: true}), 1,
			[]shaped{{[]int{2, 2}, []float32{1, 1, 2, 2}, []float32{0, 1}}}},
		{"padded", Batched(ragged(1, 3, 2), BatchConfig{BatchSize: 2, Pad: true, PadValue: -1}), 2,
			[]shaped{{[]int{2, 3}, []float32{1, -1, -1, 2, 2, 2}, []float32{0, 1}}, {[]int{1, 2}, []float32{3, 3}, []float32{2}}}},
		{"padded in front", Batched(ragged(1, 3, 2), BatchConfig{BatchSize: 2, Pad: true, PadFront: true, PadValue: -1}), 2,
			[]shaped{{[]int{2, 3}, []float32{-1, -1, 1, 2, 2, 2}, []float32{0, 1}}, {[]int{1, 2}, []float32{3, 3}, []float32{2}}}},
		{"empty samples", Batched(ragged(0, 2), BatchConfig{BatchSize: 2, Boundaries: []int{0, 2}}), -1,
			[]shaped{{[]int{1, 0}, []float32{}, []float32{0}}, {[]int{1, 2}, []float32{2, 2}, []float32{1}}}},
		// Lengths 1, 4, 2, 3, 1 for boundaries 2 and 4: the short bucket is full first.
		{"buckets", Batched(ragged(1, 4, 2, 3, 1), BatchConfig{BatchSize: 2, Boundaries: []int{2, 4}}), -1,
			[]shaped{{[]int{2, 2}, []float32{1, 0, 3, 3}, []float32{0, 2}}, {[]int{2, 4}, []float32{2, 2, 2, 2, 4, 4, 4, 0}, []float32{1, 3}}, {[]int{1, 2}, []float32{5, 0}, []float32{4}}}},
	} {
		if c.src.Len() != c.len {
			t.Errorf("%s: Len %d, want %d", c.name, c.src.Len(), c.len)
		}
		for range 2 { // the second epoch runs in recycled memory
			if got := shapes(t, c.src); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	}
}

// Samples of 1×2 and 2×1 fill a square; the numbers are those of the sample.
func TestBatchedPadsEveryAxis(t *testing.T) {
	s := List([]Sample{
		{X: []*tensor.Tensor{tensor.From([]float32{1, 2}, 1, 2)}},
		{X: []*tensor.Tensor{tensor.From([]float32{3, 4}, 2, 1)}},
	})
	got := flat(collect(t, Batched(s, BatchConfig{Pad: true, PadValue: 9}), 0))
	if want := []float32{1, 2, 9, 9, 3, 9, 4, 9}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	got = flat(collect(t, Batched(s, BatchConfig{Pad: true, PadFront: true, PadValue: 9}), 0))
	if want := []float32{9, 9, 1, 2, 9, 3, 9, 4}; !slices.Equal(got, want) {
		t.Errorf("in front: %v, want %v", got, want)
	}
	deep := func(n int) []int { return append(slices.Repeat([]int{1}, 40), n) }
	s = List([]Sample{{X: []*tensor.Tensor{seq(deep(2)...)}}, {X: []*tensor.Tensor{seq(deep(1)...)}}})
	if got := flat(collect(t, Batched(s, BatchConfig{Pad: true, PadValue: 9}), 0)); !slices.Equal(got, []float32{0, 1, 0, 9}) {
		t.Errorf("41 axes: %v", got)
	}
	// A view is read by its strides.
	s = List([]Sample{{X: []*tensor.Tensor{tensor.Transpose(tensor.From([]float32{1, 2, 3, 4}, 2, 2))}}})
	if got := flat(collect(t, Batched(s, BatchConfig{}), 0)); !slices.Equal(got, []float32{1, 3, 2, 4}) {
		t.Errorf("a transposed sample became %v", got)
	}
}

func TestBatchedPadsTargets(t *testing.T) {
	s := List([]Sample{
		{X: []*tensor.Tensor{seq(2)}, Y: []*tensor.Tensor{seq(2, 1)}},
		{X: []*tensor.Tensor{seq(3)}, Y: []*tensor.Tensor{seq(3, 1)}},
	})
	for b, err := range Batched(s, BatchConfig{Boundaries: []int{4}, PadTargets: true}).Batches(t.Context(), 0) {
		if err != nil || !slices.Equal(b.Y[0].Shape(), []int{2, 4, 1}) || !slices.Equal(b.Y[0].Data(), []float32{0, 1, 0, 0, 0, 1, 2, 0}) {
			t.Errorf("%v %v %v", b.Y[0].Shape(), b.Y[0].Data(), err)
		}
	}
}

func TestBatchedErrors(t *testing.T) {
	x := func(shape ...int) []*tensor.Tensor { return []*tensor.Tensor{seq(shape...)} }
	for _, c := range []struct {
		s    Stream[Sample]
		c    BatchConfig
		want string
	}{
		{ragged(1), BatchConfig{BatchSize: -1}, "BatchSize is -1"},
		{ragged(1), BatchConfig{Boundaries: []int{4, 2}}, "want rising lengths"},
		{ragged(2, 3), BatchConfig{}, "X[0] of sample rows.csv:2 has shape [3], that of sample rows.csv:1 [2]; set Pad"},
		{ragged(2, 5), BatchConfig{Boundaries: []int{3}}, "sample rows.csv:2 has length 5, but the last of the Boundaries [3]"},
		{List([]Sample{{ID: "a"}}), BatchConfig{}, "sample a has no input"},
		{List([]Sample{{X: []*tensor.Tensor{nil}}}), BatchConfig{}, "X[0] of sample without ID is nil"},
		{List([]Sample{{X: x()}}), BatchConfig{Boundaries: []int{3}}, "is a scalar"},
		{List([]Sample{{X: x(1)}, {X: x(1), Y: x(1)}}), BatchConfig{}, "has 1 tensors Y, sample without ID has 0"},
		{List([]Sample{{X: x(1)}, {X: x(1, 1)}}), BatchConfig{Pad: true}, "not the number of axes"},
		{List([]Sample{{X: x(1), Y: x(9)}}), BatchConfig{Boundaries: []int{3}, PadTargets: true}, "Y[0] of sample without ID has shape [9]; PadTargets"},
	} {
		var last error
		for _, err := range Batched(c.s, c.c).Batches(t.Context(), 0) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), c.want) {
			t.Errorf("got %v, want %q", last, c.want)
		}
	}
}

func TestBatchedAllocatesNothing(t *testing.T) {
	v := Sample{X: []*tensor.Tensor{seq(20)}, Y: []*tensor.Tensor{seq(1)}}
	for name, c := range map[string]BatchConfig{"plain": {BatchSize: 8}, "buckets": {BatchSize: 8, Boundaries: []int{10, 20}}} {
		n := 80
		src := Batched(NewStream(-1, func(context.Context, int) iter.Seq2[Sample, error] {
			return func(yield func(Sample, error) bool) {
				for range n {
					if !yield(v, nil) {
						return
					}
				}
			}
		}), c)
		epoch := func() {
			for _, err := range src.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		epoch()
		few := testing.AllocsPerRun(5, epoch)
		n = 8000
		if many := testing.AllocsPerRun(5, epoch); many > few {
			t.Errorf("%s: %v allocations for 10 batches, %v for 1000", name, few, many)
		}
	}
}
