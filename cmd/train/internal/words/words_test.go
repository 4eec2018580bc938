package words

import (
	"context"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// A model that counts: ids 1 and 2 speak for class 0 (2 louder), 3 for class 1,
// 4 for none. Its weights are set by hand, so the falls are known.
func TestFind(t *testing.T) {
	m := nn.NewSequential(nn.Input(4),
		&layers.Embedding{InputDim: 5, OutputDim: 2},
		&layers.Flatten{},
		&layers.Dense{Units: 2, Activation: activations.Softmax})
	dense := make([]float32, 16) // sums the vectors of the four places
	for i := range 4 {
		dense[i*4], dense[i*4+3] = 1, 1
	}
	if err := m.SetWeights([]*tensor.Tensor{
		tensor.From([]float32{0, 0, 1, 0, 3, 0, 0, 2, 0, 0}, 5, 2), tensor.From(dense, 8, 2), tensor.New(2),
	}); err != nil {
		t.Fatal(err)
	}
	x := tensor.From([]float32{0, 1, 2, 4, 0, 0, 1, 2, 0, 3, 4, 3, 0, 0, 0, 3}, 4, 4)
	truth := []int{0, 0, 1, 0} // the last one is classified wrongly: not asked
	out, err := m.PredictOnBatch(x)
	if err != nil {
		t.Fatal(err)
	}
	ts, err := Find(context.Background(), m, x, truth, out[0], 2, Config{PerClass: 10, Keep: 2, MinTexts: 1, Skip: 4})
	if err != nil {
		t.Fatal(err)
	}
	// Class 0: id 2 falls by 3 in two texts, 3+3 over 2+2; id 1 by 1, 2 over 4.
	want := []Word{{2, 1.5, 2}, {1, 0.5, 2}}
	for i, w := range ts[0].Words {
		if w.ID != want[i].ID || w.Texts != want[i].Texts || w.Score < want[i].Score-1e-4 || w.Score > want[i].Score+1e-4 {
			t.Errorf("class 0, word %d is %+v, want %+v", i, w, want[i])
		}
	}
	// Class 1: both threes are taken out at once: 4 over 1+2.
	if w := ts[1].Words[0]; w.ID != 3 || w.Score < 1.333 || w.Score > 1.334 {
		t.Errorf("class 1 says %+v", w)
	}
	if !slices.Equal(ts[0].Text.Words, []int{2, 1}) || ts[1].Text.Sample != 2 {
		t.Errorf("texts %+v, %+v", ts[0].Text, ts[1].Text)
	}
	if s := Format(ts[1].Words, func(int) string { return "three" }); s != "three" {
		t.Errorf("formatted %q", s)
	}
}
