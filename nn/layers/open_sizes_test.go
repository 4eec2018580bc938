package layers_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// TestOpenSizes: layers that move, repeat or reduce cells take images whose size
// is open, and one model takes images of several sizes.
func TestOpenSizes(t *testing.T) {
	const open = nn.Unknown
	for name, c := range map[string]struct {
		l    nn.Layer
		want nn.Shape
		size func(h, w int) []int
	}{
		"max pooling":  {&layers.MaxPooling2D{}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, h / 2, w / 2, 2} }},
		"same pooling": {&layers.AveragePooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 1}, Padding: layers.Same}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, (h + 1) / 2, w, 2} }},
		"cropping":     {&layers.Cropping2D{Cropping: [2][2]int{{1, 0}, {2, 1}}}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, h - 1, w - 3, 2} }},
		"padding":      {&layers.ZeroPadding2D{}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, h + 2, w + 2, 2} }},
		"up sampling":  {&layers.UpSampling2D{Size: [2]int{2, 3}}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, 2 * h, 3 * w, 2} }},
		"bilinear":     {&layers.UpSampling2D{Interpolation: layers.Bilinear}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, 2 * h, 2 * w, 2} }},
		"global":       {&layers.GlobalAveragePooling2D{}, nn.Shape{open, 2}, func(int, int) []int { return []int{1, 2} }},
		"dropout":      {&layers.SpatialDropout2D{Rate: 0.5}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, h, w, 2} }},
		"permute":      {&layers.Permute{Dims: []int{3, 1, 2}}, nn.Shape{open, 2, open, open}, func(h, w int) []int { return []int{1, 2, h, w} }},
		"prelu":        {&layers.PReLU{SharedAxes: []int{1, 2}}, nn.Shape{open, open, open, 2}, func(h, w int) []int { return []int{1, h, w, 2} }},
		"reshape":      {&layers.Reshape{TargetShape: []int{-1, 2}}, nn.Shape{open, open, 2}, func(h, w int) []int { return []int{1, h * w, 2} }},
	} {
		t.Run(name, func(t *testing.T) {
			in := nn.Input(open, open, 2)
			out := nn.Apply(c.l, in)
			must(t, out.Err())
			if !out.Shape().Equal(c.want) {
				t.Errorf("shape %v, want %v", out.Shape(), c.want)
			}
			m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{out})
			for _, size := range [][2]int{{6, 8}, {5, 4}} {
				y, err := m.PredictOnBatch(tensor.Ones(1, size[0], size[1], 2))
				must(t, err)
				if want := c.size(size[0], size[1]); !slices.Equal(y[0].Shape(), want) {
					t.Errorf("%v gives %v, want %v", size, y[0].Shape(), want)
				}
			}
		})
	}
}
