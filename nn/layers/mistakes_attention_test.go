package layers_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/constraints"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/regularizers"
)

// TestAttentionMistakes: what users get wrong in attention, normalisation and
// embedding, and what they are told.
func TestAttentionMistakes(t *testing.T) {
	one := func(s ...int) []nn.Shape { return []nn.Shape{append(nn.Shape{none}, s...)} }
	two := func(a, b nn.Shape) []nn.Shape { return []nn.Shape{a, b} }
	seq := nn.Shape{none, 3, 4}
	for _, c := range []struct {
		layer nn.Layer
		in    []nn.Shape
		want  string
	}{
		{&layers.Attention{}, one(3, 4), "want 2 or 3 inputs, namely query and value, or query, value and key; got 1"},
		{&layers.Attention{}, []nn.Shape{seq, seq, seq, seq}, "or query, value and key; got 4"},
		{&layers.Attention{}, two(nn.Shape{none, 4}, nn.Shape{none, 4}), "want query of rank 3 or more (batch, steps, features), got rank 2 (None, 4)"},
		{&layers.Attention{}, two(seq, nn.Shape{none, 2, 3, 4}), "query (None, 3, 4) and value (None, 2, 3, 4) differ in rank"},
		{&layers.Attention{}, two(seq, nn.Shape{none, 3, 5}), "query (None, 3, 4) and value (None, 3, 5) have 4 and 5 features; they are compared, so the last axes must agree (a Dense layer can bring one to the other's size)"},
		{&layers.Attention{}, []nn.Shape{seq, {none, 5, 4}, {none, 6, 4}}, "value (None, 5, 4) and key (None, 6, 4) have 5 and 6 steps; there must be a key for each value"},
		{&layers.Attention{}, two(nn.Shape{2, 3, 4}, nn.Shape{3, 3, 4}), "query (2, 3, 4) and value (3, 3, 4) differ in axis 0: 2 and 3; only steps and features may differ"},
		{&layers.Attention{ScoreMode: "product"}, two(seq, seq), `ScoreMode is "product"; want dot or concat`},
		{&layers.Attention{Dropout: 1}, two(seq, seq), "Dropout is 1; want a part from 0 up to, but not, 1"},
		{&layers.AdditiveAttention{Dropout: -0.1}, two(seq, seq), "Dropout is -0.1; want a part from 0"},
		{&layers.AdditiveAttention{}, two(seq, nn.Shape{none, 3, 2}), "query (None, 3, 4) and value (None, 3, 2) have 4 and 2 features"},
		{&layers.MultiHeadAttention{KeyDim: 2}, two(seq, seq), "NumHeads is 0; want 1 or more"},
		{&layers.MultiHeadAttention{NumHeads: 2}, two(seq, seq), "KeyDim is 0; want 1 or more"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, ValueDim: -1}, two(seq, seq), "ValueDim is -1; want 1 or more, or 0 for KeyDim"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, Dropout: 2}, two(seq, seq), "Dropout is 2"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, OutputShape: []int{0}}, two(seq, seq), "OutputShape is [0]; want sizes of 1 or more"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2}, one(3, 4), "got 1 (a mask as the last input needs UseAttentionMask)"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, UseAttentionMask: true}, two(seq, seq), "want 3 or 4 inputs, namely query, value, perhaps key, and the attention mask that UseAttentionMask asks for; got 2"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2}, two(nn.Shape{none, 4}, nn.Shape{none, 4}), "want query of rank 3 or more (batch, steps, features), got rank 2 (None, 4)"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2}, two(seq, nn.Shape{none, 3, none}), "the last axis of value (None, 3, None), its features, must be known"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2}, []nn.Shape{seq, {none, 5, 4}, {none, 6, 4}}, "value (None, 5, 4) and key (None, 6, 4) differ in axis 1: 5 and 6; there must be a key for each value"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, AttentionAxes: []int{2}}, two(seq, seq), "AttentionAxes is [2]; want different axes between the batch and the features, from 1 to 1 for inputs of rank 3"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, AttentionAxes: []int{}}, two(seq, seq), "AttentionAxes is empty"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, AttentionAxes: []int{2}}, two(nn.Shape{none, 3, 5, 4}, nn.Shape{none, 2, 5, 4}), "query (None, 3, 5, 4) and value (None, 2, 5, 4) differ in axis 1, which is not attended over: 3 and 2"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, UseCausalMask: true}, two(nn.Shape{none, 3, 5, 4}, nn.Shape{none, 3, 5, 4}), "UseCausalMask needs one axis to attend over, got axes [1 2] of an input of rank 4; set AttentionAxes"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, UseAttentionMask: true}, []nn.Shape{seq, seq, {none, 3, 3, 3, 3}}, "the mask has 5 axes; want (batch, queries, keys)"},
		{&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, UseAttentionMask: true}, []nn.Shape{seq, seq, {none, 3, 7}}, "sizes 3 and 7; equal ones or 1 are wanted"},
		{&layers.EinsumDense{OutputShape: []int{2}}, one(3), `Equation is ""; want the form x,kernel->y, ...x,kernel->...y or x...,kernel->y..., such as ab,bc->ac`},
		{&layers.EinsumDense{Equation: "ab,bc", OutputShape: []int{2}}, one(3), `Equation is "ab,bc"; want the form`},
		{&layers.EinsumDense{Equation: "ab,bc->ac"}, one(3), "OutputShape is empty"},
		{&layers.EinsumDense{Equation: "ab,bc->ad", OutputShape: []int{2}}, one(3), "axis d of the output is neither one of the input nor of the kernel"},
		{&layers.EinsumDense{Equation: "ab,bcd->ac", OutputShape: []int{2}}, one(3), "axis d of the kernel is neither one of the input nor of the output"},
		{&layers.EinsumDense{Equation: "ab,bc->ac", OutputShape: []int{2}, BiasAxes: "b"}, one(3), `BiasAxes "b": axis b is no axis of the output`},
		{&layers.EinsumDense{Equation: "aab,bc->ac", OutputShape: []int{2}}, one(3), `names axis a twice in "aab"`},
		{&layers.EinsumDense{Equation: "ab,bc->ac", OutputShape: []int{2}}, one(3, 4), `Equation "ab,bc->ac" is for an input of 2 axes, got 3`},
		{&layers.EinsumDense{Equation: "ab,bc->ac", OutputShape: []int{2, 3}}, one(3), "OutputShape (2, 3) has 2 sizes, but the output of Equation"},
		{&layers.EinsumDense{Equation: "ab,bc->ac", OutputShape: []int{none}}, one(3), "axis c of the kernel in Equation"},
		{&layers.LayerNormalization{Axis: []int{3}}, one(3, 4), "Axis [3] of an input of rank 3; want different axes after the batch"},
		{&layers.LayerNormalization{Axis: []int{1, -2}}, one(3, 4), "Axis [1 -2] of an input of rank 3; want different axes after the batch"},
		{&layers.LayerNormalization{Axis: []int{0}}, one(3, 4), "Axis [0] of an input of rank 3"},
		{&layers.LayerNormalization{Axis: []int{}}, one(3), "Axis is empty"},
		{&layers.LayerNormalization{Axis: []int{1}}, one(none, 4), "axis 1 of the input (None, None, 4) must be known, since weights depend on it; give nn.Input a fixed size there"},
		{&layers.LayerNormalization{Epsilon: -1}, one(4), "Epsilon is -1; want 0 or more"},
		{&layers.LayerNormalization{}, two(seq, seq), "want 1 input, got 2"},
		{&layers.BatchNormalization{Axis: []int{4}}, one(3, 4), "Axis [4] of an input of rank 3"},
		{&layers.BatchNormalization{}, one(3, none), "axis 2 of the input (None, 3, None) must be known"},
		{&layers.BatchNormalization{Momentum: new(1.5)}, one(3), "Momentum is 1.5; want 0 to 1"},
		{&layers.BatchNormalization{WhenFrozen: "never"}, one(3), `WhenFrozen is "never"; want inference, batch or update`},
		{&layers.GroupNormalization{}, one(3, 4), "4 channels on axis 2 of the input (None, 3, 4) cannot be split into 32 groups; Groups must divide the channels"},
		{&layers.GroupNormalization{Groups: 3}, one(3, 4), "4 channels on axis 2 of the input (None, 3, 4) cannot be split into 3 groups"},
		{&layers.GroupNormalization{Groups: -2}, one(3, 4), "Groups is -2; want 1 or more, or -1 for a group of each channel"},
		{&layers.GroupNormalization{Groups: 2}, one(3, none), "axis 2 of the input (None, 3, None) must be known"},
		{&layers.UnitNormalization{Axis: []int{5}}, one(3), "Axis [5] of an input of rank 2"},
		{&layers.Embedding{OutputDim: 2}, one(3), "InputDim is 0; want 1 or more"},
		{&layers.Embedding{InputDim: 5}, one(3), "OutputDim is 0; want 1 or more"},
		{&layers.Embedding{InputDim: 5, OutputDim: 2, InputLength: []int{4}}, one(3), "InputLength asks for input (None, 4), got (None, 3)"},
		{&layers.Embedding{InputDim: 5, OutputDim: 2, InputLength: []int{4}}, one(4, 1), "InputLength asks for input (None, 4), got (None, 4, 1)"},
		{&layers.Dense{Units: 2, KernelConstraint: &constraints.RadialConstraint{}}, one(3), "constraint RadialConstraint: want the kernel of a Conv2D, (side, side, in, out), got a weight of shape (3, 2)"},
		{&layers.Dense{Units: 2, KernelConstraint: &constraints.MaxNorm{Axis: []int{2}}}, one(3), "constraint MaxNorm: axis 2 is out of range for a weight of shape (3, 2)"},
		{&layers.Dense{Units: 2, KernelRegularizer: &regularizers.OrthogonalRegularizer{Mode: "diagonals"}}, one(3), `OrthogonalRegularizer: mode is "diagonals"; want rows or columns`},
		{&layers.Dense{Units: 2, BiasInitializer: initializers.Orthogonal{}}, one(3), `weight "bias": initializer Orthogonal: want a weight of rank 2 or more, got shape (2,)`},
		{&layers.EinsumDense{Equation: "abc,cde->abde", OutputShape: []int{3, 2, 2}, KernelInitializer: initializers.Identity{}}, one(3, 4), `weight "kernel": initializer Identity: want a matrix, got a weight of shape (4, 2, 2)`},
		{&layers.Dense{Units: 2, BiasRegularizer: &regularizers.OrthogonalRegularizer{}}, one(3), `weight "bias": OrthogonalRegularizer: want a matrix, got a weight of shape (2,)`},
		{&layers.Dense{Units: 2, KernelInitializer: &initializers.VarianceScaling{Mode: "fan"}}, one(3), `VarianceScaling: mode is "fan"; want fan_in, fan_out or fan_avg`},
		{&layers.Dense{Units: 2, KernelInitializer: &initializers.TruncatedNormal{Stddev: -1}}, one(3), "TruncatedNormal: stddev is -1; want 0 or more"},
		{&layers.Dense{Units: 2, KernelConstraint: &constraints.MinMaxNorm{MinValue: 3}}, one(3), "constraint MinMaxNorm: min_value 3 is above max_value 1"},
		{&layers.Dense{Units: 2, KernelRegularizer: regularizers.L2(-1)}, one(3), "l2 is -1; want 0 or more"},
	} {
		var in []*nn.Symbol
		for i, s := range c.in {
			in = append(in, nn.NamedInput(string(rune('a'+i)), s))
		}
		err := nn.Apply(c.layer, in...).Err()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %v: got %v, want %q", nn.ClassName(c.layer), c.in, err, c.want)
		}
	}
}
