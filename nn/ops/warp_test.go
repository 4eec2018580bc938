package ops_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// TestWarp moves a row of four pixels by two and a half to the left, so that the
// borders of every mode are seen.
func TestWarp(t *testing.T) {
	for _, c := range []struct {
		mode ops.WarpMode
		want []float32 // at 2.5, 3.5, 4.5 and 5.5, pixels being 1 2 3 4
	}{
		{ops.WarpReflect, []float32{3.5, 4, 3.5, 2.5}}, // coordinates 2.5, 3.5 (cut to 3), 2.5, 1.5
		{ops.WarpWrap, []float32{3.5, 1, 1.5, 2.5}},    // 2.5, -0.5 (cut to 0), 0.5, 1.5
		{ops.WarpNearest, []float32{3.5, 4, 4, 4}},
		{ops.WarpConstant, []float32{3.5, 7, 10, 10}}, // half a 4 and half a 10, then 10
	} {
		x := ops.Constant(tensor.From([]float32{1, 2, 3, 4}, 1, 1, 4, 1))
		m := ops.Constant(tensor.From([]float32{1, 0, 2.5, 0, 1, 0}, 1, 6))
		y := ops.Warp(x, m, ops.WarpConfig{Size: [2]int{1, 4}, Mode: c.mode, Fill: 10, Bilinear: true})
		p := ops.Compile(ops.Spec{Out: []*ops.Value{y}})
		if err := p.Run(ops.State{}, nil); err != nil {
			t.Fatal(err)
		}
		if got := p.Out(0).Data(); !slices.Equal(got, c.want) {
			t.Errorf("mode %d: %v, want %v", c.mode, got, c.want)
		}
	}
	matrices := ops.Constant(tensor.From([]float32{0.9, -0.3, 0.4, 0.2, 1.1, -0.6, 1, 0, 0.3, 0, -1, 2.7}, 2, 6))
	for mode := ops.WarpReflect; mode <= ops.WarpConstant; mode++ {
		for _, bilinear := range []bool{false, true} {
			c := ops.WarpConfig{Size: [2]int{4, 3}, Mode: mode, Fill: 2, Bilinear: bilinear}
			warp := func(in ...*ops.Value) *ops.Value { return ops.Warp(in[0], matrices, c) }
			nntest.Op(t, warp, uniform(1, 2, 3, 5, 2))
		}
	}
	wantShapeError(t, "want images (batch, height, width, channels) and matrices (batch, 6)", func() {
		ops.Warp(ops.Input(2, 3, 4, 1), ops.Input(2, 8), ops.WarpConfig{Size: [2]int{1, 1}})
	})
}
