package layers_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// TestMergedMasks: merging features, a step counts where it counts in every
// input that has a mask; joining in time, the masks are joined. (Values by hand.)
func TestMergedMasks(t *testing.T) {
	a, b := []float32{1, 1, 0}, []float32{1, 0, 1}
	for name, c := range map[string]struct {
		l    nn.Layer
		a, b []float32
		want []float32
	}{
		"add":             {&layers.Add{}, a, b, []float32{1, 0, 0}},
		"features":        {&layers.Concatenate{}, a, b, []float32{1, 0, 0}},
		"features, first": {&layers.Concatenate{}, a, nil, a},
		"features, last":  {&layers.Concatenate{}, nil, b, b},
		"time":            {&layers.Concatenate{Axis: new(1)}, a, b, []float32{1, 1, 0, 1, 0, 1}},
		"no mask":         {&layers.Concatenate{}, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x, y := ops.Input(1, 3, 2), ops.Input(1, 3, 2)
			in, feed := []*ops.Value{x, y}, []*tensor.Tensor{tensor.Ones(1, 3, 2), tensor.Ones(1, 3, 2)}
			masks := make([]*ops.Value, 2)
			for i, m := range [][]float32{c.a, c.b} {
				if m != nil {
					masks[i] = ops.Input(1, 3)
					in, feed = append(in, masks[i]), append(feed, tensor.From(m, 1, 3))
				}
			}
			if err := nn.Apply(c.l, nn.Input(3, 2), nn.Input(3, 2)).Err(); err != nil {
				t.Fatal(err)
			}
			tr, err := nn.Trace(c.l, false, []*ops.Value{x, y}, masks)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == nil {
				if tr.Masks[0] != nil {
					t.Fatal("a mask out of nothing")
				}
				return
			}
			p := ops.Compile(ops.Spec{In: in, Out: []*ops.Value{tr.Masks[0]}})
			if err := p.Run(ops.State{}, feed); err != nil {
				t.Fatal(err)
			}
			if got := p.Out(0).Data(); !slices.Equal(got, c.want) {
				t.Errorf("mask %v, want %v", got, c.want)
			}
		})
	}
}
