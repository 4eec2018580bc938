package layers_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// badLayer is a mistake: a layer, or what it is applied to.
type badLayer struct {
	layer nn.Layer
	in    []nn.Shape
	want  string // what follows "nn: layer Class: "
}

func wantMistakes(t *testing.T, all []badLayer) {
	t.Helper()
	t.Logf("%d mistakes", len(all))
	for _, c := range all {
		var in []*nn.Symbol
		for _, s := range c.in {
			in = append(in, nn.NamedInput("", s))
		}
		want := "nn: layer " + nn.ClassName(c.layer) + ": " + c.want
		switch err := nn.Apply(c.layer, in...).Err(); {
		case err == nil:
			t.Errorf("no error; want %s", want)
		case err.Error() != want:
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestCoreMistakes(t *testing.T) {
	row, steps := []nn.Shape{{none, 6}}, []nn.Shape{{none, 4, 2}}
	wantMistakes(t, []badLayer{
		{&layers.Permute{}, steps, "no Dims; want each axis after the batch once, such as {2, 1}"},
		{&layers.Permute{Dims: []int{0, 1}}, steps, "Dims is [0 1]; want each of 1 … 2 once (the batch, axis 0, stays)"},
		{&layers.Permute{Dims: []int{1, 1}}, steps, "Dims is [1 1]; want each of 1 … 2 once (the batch, axis 0, stays)"},
		{&layers.Permute{Dims: []int{2, 1}}, row, "Dims [2 1] puts 2 axes in order, but the input (None, 6) has 1 after the batch"},
		{&layers.RepeatVector{}, row, "N is 0; want 1 or more"},
		{&layers.RepeatVector{N: 3}, steps, "want input of rank 2 (batch, features), got rank 3 (None, 4, 2)"},
		{&layers.Reshape{TargetShape: []int{-1, -1}}, row, "TargetShape [-1 -1] has 2 sizes of -1; at most one can be worked out"},
		{&layers.Reshape{TargetShape: []int{-2, 3}}, row, "TargetShape[0] is -2; want a size, or -1"},
		{&layers.Reshape{TargetShape: []int{4, 2}}, row, "a sample of the input (None, 6) has 6 numbers, which do not fit TargetShape [4 2]"},
		{&layers.Reshape{TargetShape: []int{4, -1}}, row, "a sample of the input (None, 6) has 6 numbers, which do not fit TargetShape [4 -1]"},
		{&layers.Masking{}, []nn.Shape{{none}}, "want input of rank 2 or more, such as (batch, steps, features), got (None,)"},
		{&layers.ActivityRegularization{L1: -1}, row, "regularizer: l1 is -1 and l2 is 0; want 0 or more"},
		{&layers.Dropout{Rate: -0.1}, row, "Rate is -0.1; want a part from 0 up to, but not, 1"},
		{&layers.Dropout{Rate: 0.5, NoiseShape: []int{none, 1}}, steps, "NoiseShape (None, 1) has 2 axes, but the input (None, 4, 2) has 3; the batch is one of them"},
		{&layers.Dropout{Rate: 0.5, NoiseShape: []int{none, 3, 1}}, steps, "NoiseShape (None, 3, 1) has 3 at axis 1, but the input is (None, 4, 2); want 1 to share decisions, or nn.Unknown"},
		{&layers.Dropout{Rate: 0.5, NoiseShape: []int{8, 1, 1}}, steps, "NoiseShape (8, 1, 1) has 8 at axis 0, but the input is (None, 4, 2); want 1 to share decisions, or nn.Unknown"},
		{&layers.GaussianNoise{Stddev: -1}, row, "Stddev is -1; want 0 or more"},
		{&layers.GaussianDropout{Rate: 1}, row, "Rate is 1; want a part from 0 up to, but not, 1"},
		{&layers.AlphaDropout{Rate: math.NaN()}, row, "Rate is NaN; want a part from 0 up to, but not, 1"},
	})
}

func TestActivationLayerMistakes(t *testing.T) {
	row, steps := []nn.Shape{{none, 6}}, []nn.Shape{{none, 4, 2}}
	wantMistakes(t, []badLayer{
		{&layers.ReLU{MaxValue: new(-1.0)}, row, "MaxValue is -1; want 0 or more"},
		{&layers.ReLU{NegativeSlope: -0.5}, row, "NegativeSlope is -0.5; want 0 or more"},
		{&layers.ReLU{Threshold: -2}, row, "Threshold is -2; want 0 or more"},
		{&layers.ThresholdedReLU{Theta: new(-1.0)}, row, "Theta is -1; want 0 or more"},
		{&layers.PReLU{SharedAxes: []int{0}}, steps, "SharedAxes is [0], but the input (None, 4, 2) has the axes 1 … 2 after the batch"},
		{&layers.PReLU{SharedAxes: []int{1, 3}}, steps, "SharedAxes is [1 3], but the input (None, 4, 2) has the axes 1 … 2 after the batch"},
		{&layers.PReLU{}, []nn.Shape{{none, nn.Unknown, 2}}, "axis 1 of the input (None, None, 2) has no fixed size, so there cannot be an alpha for each of its elements; add it to SharedAxes"},
		{&layers.PReLU{}, []nn.Shape{{none}}, "want input of rank 2 or more, got (None,)"},
		{&layers.Softmax{Axis: []int{0}}, steps, "Axis is [0], but axis 0 of an input of rank 3 is the batch; want one after it"},
		{&layers.Softmax{Axis: []int{1, 3}}, steps, "Axis is [1 3], but there is no axis 3 in an input of rank 3"},
		{&layers.Softmax{Axis: []int{2, -1}}, steps, "Axis is [2 -1], which names axis 2 twice"},
		{&layers.Softmax{Axis: []int{}}, steps, "Axis is empty; want an axis after the batch, such as -1"},
		{&layers.Softmax{}, []nn.Shape{{none}}, "want input of rank 2 or more, got (None,)"},
	})
}

func TestMergeMistakes(t *testing.T) {
	row := nn.Shape{none, 6}
	wantMistakes(t, []badLayer{
		{&layers.Add{}, []nn.Shape{row}, "want 2 inputs or more, got 1"},
		{&layers.Subtract{}, []nn.Shape{row, row, row}, "want 2 inputs, got 3"},
		{&layers.Multiply{}, []nn.Shape{row, {none, 5}}, "the inputs 1 (None, 6) and 2 (None, 5) do not fit: axis -1 has the sizes 6 and 5; want equal sizes, or 1, which stretches"},
		{&layers.Average{}, []nn.Shape{{none, 4, 6}, row, {none, 3, 1}}, "the inputs 1 (None, 4, 6) and 3 (None, 3, 1) do not fit: axis -2 has the sizes 4 and 3; want equal sizes, or 1, which stretches"},
		{&layers.Maximum{}, []nn.Shape{{2, 6}, {3, 6}}, "the inputs 1 (2, 6) and 2 (3, 6) have batches of different sizes"},
		{&layers.Concatenate{}, []nn.Shape{row}, "want 2 inputs or more, got 1"},
		{&layers.Concatenate{Axis: new(2)}, []nn.Shape{row, row}, "Axis is 2, but the inputs have rank 2; want -2 … 1"},
		{&layers.Concatenate{}, []nn.Shape{row, {none, 4, 6}}, "the inputs 1 (None, 6) and 2 (None, 4, 6) differ in rank; want the same number of axes"},
		{&layers.Concatenate{Axis: new(1)}, []nn.Shape{{none, 4, 6}, {none, 2, 5}}, "the inputs 1 (None, 4, 6) and 2 (None, 2, 5) do not fit: axis 2 has the sizes 6 and 5; want equal sizes along all axes but Axis 1"},
	})
}
