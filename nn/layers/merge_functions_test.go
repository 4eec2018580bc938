package layers_test

import (
	"fmt"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// TestMergeFunctions: values by hand.
func TestMergeFunctions(t *testing.T) {
	a, b := nn.Input(2), nn.Input(2)
	x, y := tensor.From([]float32{1, 4}, 1, 2), tensor.From([]float32{3, 2}, 1, 2)
	for name, c := range map[string]struct {
		s    *nn.Symbol
		want []float32
	}{
		"add":         {layers.AddOf(a, b, b), []float32{7, 8}},
		"subtract":    {layers.SubtractOf(a, b), []float32{-2, 2}},
		"multiply":    {layers.MultiplyOf(a, b), []float32{3, 8}},
		"average":     {layers.AverageOf(a, b), []float32{2, 3}},
		"maximum":     {layers.MaximumOf(a, b), []float32{3, 4}},
		"minimum":     {layers.MinimumOf(a, b), []float32{1, 2}},
		"concatenate": {layers.ConcatenateOf(-1, a, b, a), []float32{1, 4, 3, 2, 1, 4}},
		"dot":         {layers.DotOf(a, b, [2]int{1, 1}, false), []float32{11}},
	} {
		m := nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{c.s})
		out, err := m.PredictOnBatch(x, y)
		must(t, err)
		if !equal(out[0].Data(), c.want) {
			t.Errorf("%s: %v, want %v", name, out[0].Data(), c.want)
		}
	}
	if err := layers.SubtractOf(a, nn.Input(3)).Err(); err == nil {
		t.Error("shapes that do not fit are accepted")
	}
}

func ExampleConcatenateOf() {
	words, picture := nn.Input(16), nn.Input(64)
	both := layers.ConcatenateOf(-1, words, picture)
	fmt.Println(both.Shape())
	// Output: (None, 80)
}
