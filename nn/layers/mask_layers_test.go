package layers_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// TestMaskingSkipsSteps: a model with Masking gives for padded sequences what it
// gives for the short ones.
func TestMaskingSkipsSteps(t *testing.T) {
	in := nn.Input(nn.Unknown, 2)
	masked := nn.Apply(&layers.Masking{MaskValue: -9}, in)
	lstm := nn.Apply(&layers.LSTM{Units: 3, ReturnSequences: true}, masked)
	mean := nn.Apply(&layers.GlobalAveragePooling1D{}, lstm)
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{mean})
	long, err := m.PredictOnBatch(tensor.From([]float32{1, 2, 3, 4, -9, -9, -9, -9}, 1, 4, 2))
	must(t, err)
	short, err := m.PredictOnBatch(tensor.From([]float32{1, 2, 3, 4}, 1, 2, 2))
	must(t, err)
	if !tensor.AllClose(long[0], short[0], 1e-6, 1e-7) {
		t.Errorf("padded %v, short %v", long[0], short[0])
	}
}

// TestMasksAreNotLost: layers that would mix up what a mask is about refuse it.
func TestMasksAreNotLost(t *testing.T) {
	for _, l := range []nn.Layer{
		&layers.MaxPooling1D{}, &layers.AveragePooling1D{}, &layers.GlobalMaxPooling1D{}, &layers.Cropping1D{}, &layers.ZeroPadding1D{},
		&layers.UpSampling1D{}, &layers.Permute{Dims: []int{2, 1}}, &layers.Flatten{}, &layers.Reshape{TargetShape: []int{8}},
	} {
		err := nn.Apply(l, nn.Apply(&layers.Masking{}, nn.Input(4, 2))).Err()
		if err == nil || !strings.Contains(err.Error(), "does not support masking") {
			t.Errorf("%s: %v", nn.ClassName(l), err)
		}
	}
	for _, l := range []nn.Layer{
		&layers.SpatialDropout1D{Rate: 0.5}, &layers.GaussianNoise{Stddev: 1}, &layers.GaussianDropout{Rate: 0.5}, &layers.AlphaDropout{Rate: 0.5},
		&layers.ReLU{}, &layers.LeakyReLU{}, &layers.ELU{}, &layers.PReLU{}, &layers.ThresholdedReLU{}, &layers.Softmax{}, &layers.ActivityRegularization{},
	} {
		s := nn.Apply(l, nn.Apply(&layers.Masking{}, nn.Input(4, 2)))
		must(t, s.Err())
		if !s.Masked() {
			t.Errorf("%s loses the mask", nn.ClassName(l))
		}
	}
}
