package augment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// rows are the numbers of all batches from one on, and their targets.
func rows(t *testing.T, src pipeline.Seeker, epoch, batch int) (x [][]float32, y []float32) {
	t.Helper()
	for b, err := range src.BatchesFrom(t.Context(), epoch, batch) {
		if err != nil {
			t.Fatal(err)
		}
		x = append(x, slices.Clone(b.X[0].Data()))
		y = append(y, b.Y[0].Data()...)
	}
	return x, y
}

// FlowFunc of a function that copies an array's images gives what Flow gives, for
// all that a flow can do, any number of workers and batches ahead.
func TestFlowFuncIsFlow(t *testing.T) {
	const n = 11
	for _, format := range []image.DataFormat{image.ChannelsLast, image.ChannelsFirst} {
		shape := format.Shape(6, 5, 3)
		x, y := tensor.New(n, shape[0], shape[1], shape[2]), tensor.New(n)
		for i := range x.Data() {
			x.Data()[i] = float32(i * 31 % 256)
		}
		for i := range n {
			y.Data()[i] = float32(i)
		}
		size := x.Len() / n
		read := func(dst []float32, i int) error {
			copy(dst, x.Data()[i*size:(i+1)*size])
			return nil
		}
		policy, err := NewPolicy(&HorizontalFlip{}, &Sometimes{Probability: 0.5, Do: &VerticalFlip{}})
		if err != nil {
			t.Fatal(err)
		}
		seed := 9
		for name, c := range map[string]FlowConfig{
			"plain":      {BatchSize: 3},
			"no augment": {BatchSize: 4, NoAugment: true},
			"policy":     {BatchSize: 3, Policy: policy},
			"subset":     {BatchSize: 2, Subset: Training, IgnoreClassSplit: true},
		} {
			c.Seed = &seed
			for _, numpy := range []bool{false, true} {
				g := &ImageDataGenerator{RotationRange: 30, ZoomRange: 0.2, HorizontalFlip: true, Rescale: 0.5, ValidationSplit: 0.3, DataFormat: format, NumPyRandom: numpy}
				c.Workers, c.Prefetch = 1, 0
				want, err := g.Flow(x, y, c)
				if err != nil {
					t.Fatal(err)
				}
				wx, wy := rows(t, want, 2, 0)
				for _, workers := range []int{1, 3, 8} {
					for ahead := range 4 {
						c.Workers, c.Prefetch = workers, ahead
						got, err := g.FlowFunc(n, shape[:], read, y, c)
						if err != nil {
							t.Fatal(err)
						}
						for first := range wx {
							gx, gy := rows(t, got, 2, first)
							if !slices.EqualFunc(gx, wx[first:], slices.Equal) || !slices.Equal(gy, wy[len(wy)-len(gy):]) || len(gx) != len(wx)-first {
								t.Errorf("%s %s, numpy %v, %d workers, %d ahead, from batch %d: other batches", name, format, numpy, workers, ahead, first)
							}
						}
					}
				}
			}
		}
	}
}

func TestFlowFuncErrors(t *testing.T) {
	broken := errors.New("out of paper")
	read := func(dst []float32, i int) error {
		if i == 4 {
			return broken
		}
		for k := range dst {
			dst[k] = float32(i + 1)
		}
		return nil
	}
	g := &ImageDataGenerator{}
	last := func(fl *Flow) (n int, last error) {
		for _, err := range fl.Batches(context.Background(), 0) {
			if last = err; err == nil {
				n++
			}
		}
		return n, last
	}
	shuffle := false
	fl, err := g.FlowFunc(6, []int{2, 2, 1}, read, nil, FlowConfig{BatchSize: 2, Shuffle: &shuffle})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := last(fl); n != 2 || !errors.Is(err, broken) {
		t.Errorf("%d batches, %v", n, err)
	}
	name := func(i int) string { return fmt.Sprintf("page %d", i) }
	var m pipeline.Meter
	fl, err = g.FlowFunc(6, []int{2, 2, 1}, read, nil, FlowConfig{BatchSize: 2, Shuffle: &shuffle, OnError: Placeholder, Name: name, Meter: &m})
	if err != nil {
		t.Fatal(err)
	}
	got := []float32{}
	for b, err := range fl.Batches(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b.X[0].Data()[0], b.X[0].Data()[4])
	}
	if !slices.Equal(got, []float32{1, 2, 3, 4, 0, 6}) {
		t.Errorf("%v", got)
	}
	if bad := fl.Bad(); len(bad) != 1 || bad[0].Path != "page 4" || !errors.Is(bad[0].Err, broken) {
		t.Errorf("%v", bad)
	}
	if s := m.Stages(); len(s) != 1 || s[0].Stage != "augment" || s[0].Items != 5 {
		t.Errorf("%+v", s)
	}
	for want, err := range map[string]error{
		"at least one": second(g.FlowFunc(0, []int{2, 2, 1}, read, nil, FlowConfig{})),
		"read is nil":  second(g.FlowFunc(2, []int{2, 2, 1}, nil, nil, FlowConfig{})),
		"rank 3":       second(g.FlowFunc(2, []int{2, 2}, read, nil, FlowConfig{})),
		"too late":     second(g.FlowFunc(2, []int{2, 2, 1}, read, nil, FlowConfig{OnError: Skip})),
		"2 samples":    second(g.FlowFunc(2, []int{2, 2, 1}, read, tensor.New(3), FlowConfig{})),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
