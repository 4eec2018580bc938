package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/regularizers"
)

func init() {
	layerKinds = append(layerKinds, "layers_norm", "layers_attention", "layers_einsum")
	// Robust masking, since else finite differences see nothing of a query that may
	// see no key: its scores are rounded when 1e9 is subtracted. The gradient of
	// Keras is held by the golden cases.
	pair := []nn.Shape{{none, 3, 4}, {none, 2, 4}}
	maps.Copy(contracts, map[string]contract{
		"layer norm":         {&layers.LayerNormalization{}, []nn.Shape{{none, 4}}},
		"layer norm axes":    {&layers.LayerNormalization{Axis: []int{1, 3}, Center: new(false)}, []nn.Shape{{none, 3, 2, 2}}},
		"layer norm plain":   {&layers.LayerNormalization{Scale: new(false), Center: new(false)}, []nn.Shape{{none, 2, 5}}},
		"group norm":         {&layers.GroupNormalization{Groups: 2}, []nn.Shape{{none, 3, 4}}},
		"group norm axis":    {&layers.GroupNormalization{Groups: -1, Axis: new(1), Scale: new(false)}, []nn.Shape{{none, 3, 4}}},
		"einsum dense":       {&layers.EinsumDense{Equation: "abc,cde->abde", OutputShape: []int{none, 2, 3}, BiasAxes: "de"}, []nn.Shape{{none, 3, 4}}},
		"einsum dense ...":   {&layers.EinsumDense{Equation: "...x,xy->...y", OutputShape: []int{3}, BiasAxes: "y", Activation: activations.Tanh}, []nn.Shape{{none, 2, 2, 4}}},
		"unit norm":          {&layers.UnitNormalization{Axis: []int{1, 2}}, []nn.Shape{{none, 3, 2}}},
		"batch norm axes":    {&layers.BatchNormalization{Axis: []int{1, 3}}, []nn.Shape{{none, 2, 3, 2}}},
		"attention":          {&layers.Attention{}, pair},
		"attention scaled":   {&layers.Attention{UseScale: true, Dropout: 0.3}, pair},
		"attention scores":   {&layers.Attention{Dropout: 0.3, ReturnAttentionScores: true}, pair},
		"attention causal":   {&layers.Attention{Causal: true}, []nn.Shape{{none, 3, 4}, {none, 4, 2}, {none, 4, 4}}},
		"attention concat":   {&layers.Attention{ScoreMode: layers.ConcatScore, UseScale: true}, pair},
		"attention rank 4":   {&layers.Attention{}, []nn.Shape{{none, 2, 3, 4}, {none, 2, 2, 4}}},
		"additive attention": {&layers.AdditiveAttention{Dropout: 0.2}, pair},
		"additive unscaled":  {&layers.AdditiveAttention{UseScale: new(false), Causal: true, ReturnAttentionScores: true}, pair},
		"multi-head":         {&layers.MultiHeadAttention{SoftmaxRobustMasking: true, NumHeads: 2, KeyDim: 3}, []nn.Shape{{none, 3, 4}, {none, 2, 5}}},
		"multi-head key":     {&layers.MultiHeadAttention{SoftmaxRobustMasking: true, NumHeads: 2, KeyDim: 2, ValueDim: 3, UseBias: new(false), Dropout: 0.2}, []nn.Shape{{none, 3, 4}, {none, 2, 5}, {none, 2, 3}}},
		"multi-head causal":  {&layers.MultiHeadAttention{SoftmaxRobustMasking: true, NumHeads: 2, KeyDim: 2, OutputShape: []int{2, 2}, UseCausalMask: true}, []nn.Shape{{none, 3, 4}, {none, 3, 4}}},
		"multi-head mask": {&layers.MultiHeadAttention{SoftmaxRobustMasking: true, NumHeads: 2, KeyDim: 2, UseAttentionMask: true, ReturnAttentionScores: true},
			[]nn.Shape{{none, 3, 4}, {none, 2, 4}, {none, 3, 2}}},
		"multi-head axes": {&layers.MultiHeadAttention{NumHeads: 1, KeyDim: 2, AttentionAxes: []int{2}, ActivityRegularizer: regularizers.L2(0.1)},
			[]nn.Shape{{none, 2, 3, 2}, {none, 2, 2, 2}}},
		"multi-head robust": {&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 2, SoftmaxRobustMasking: true, UseCausalMask: true, Dropout: 0.1}, []nn.Shape{{none, 3, 4}, {none, 3, 4}}},
	})
}
