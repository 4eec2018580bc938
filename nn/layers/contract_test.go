package layers_test

import (
	"reflect"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/regularizers"
)

const none = nn.Unknown

// contract is a layer with inputs that suit it.
type contract struct {
	layer nn.Layer
	in    []nn.Shape
}

// layerKinds are the folders of testdata/keras that TestGolden walks; a family
// of layers adds its own from init, beside its contracts.
var layerKinds = []string{"layers"}

// contracts holds one or more layers of every class.
var contracts = map[string]contract{
	"dense":            {&layers.Dense{Units: 4, Activation: activations.Tanh}, []nn.Shape{{none, 3}}},
	"dense rank 3":     {&layers.Dense{Units: 2, UseBias: new(false)}, []nn.Shape{{none, 5, 3}}},
	"dense penalty":    {&layers.Dense{Units: 2, KernelRegularizer: regularizers.L2(0.1)}, []nn.Shape{{none, 3}}},
	"activation":       {&layers.Activation{Activation: activations.Softplus}, []nn.Shape{{none, 3, 2}}},
	"dropout":          {&layers.Dropout{Rate: 0.4}, []nn.Shape{{none, 6}}},
	"dropout shared":   {&layers.Dropout{Rate: 0.4, NoiseShape: []int{none, 1, none}}, []nn.Shape{{none, 4, 3}}},
	"flatten":          {&layers.Flatten{}, []nn.Shape{{none, 2, 3, 2}}},
	"flatten first":    {&layers.Flatten{DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 4}}},
	"reshape":          {&layers.Reshape{TargetShape: []int{-1, 4}}, []nn.Shape{{none, 2, 6}}},
	"conv2d":           {&layers.Conv2D{Filters: 3, KernelSize: [2]int{3, 2}, Activation: activations.Tanh}, []nn.Shape{{none, 5, 6, 2}}},
	"conv2d same":      {&layers.Conv2D{Filters: 2, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: layers.Same}, []nn.Shape{{none, 5, 6, 1}}},
	"conv2d dilated":   {&layers.Conv2D{Filters: 2, KernelSize: [2]int{2, 2}, DilationRate: [2]int{2, 2}}, []nn.Shape{{none, 6, 5, 2}}},
	"conv2d groups":    {&layers.Conv2D{Filters: 4, KernelSize: [2]int{2, 2}, Groups: 2}, []nn.Shape{{none, 4, 4, 4}}},
	"conv2d first":     {&layers.Conv2D{Filters: 3, KernelSize: [2]int{2, 2}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4, 5}}},
	"max pooling":      {&layers.MaxPooling2D{}, []nn.Shape{{none, 4, 6, 2}}},
	"max pooling same": {&layers.MaxPooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: layers.Same, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 5, 5}}},
	"average pooling":  {&layers.AveragePooling2D{PoolSize: [2]int{3, 2}, Strides: [2]int{1, 2}, Padding: layers.Same}, []nn.Shape{{none, 4, 5, 2}}},
	"global max":       {&layers.GlobalMaxPooling2D{}, []nn.Shape{{none, 3, 4, 2}}},
	"global average":   {&layers.GlobalAveragePooling2D{Keepdims: true}, []nn.Shape{{none, 3, 4, 2}}},
	"batch norm":       {&layers.BatchNormalization{}, []nn.Shape{{none, 4}}},
	"batch norm image": {&layers.BatchNormalization{Axis: []int{1}, Scale: new(false)}, []nn.Shape{{none, 2, 3, 4}}},
	"simple rnn":       {&layers.SimpleRNN{Units: 3, ReturnSequences: true}, []nn.Shape{{none, 4, 2}}},
	"lstm":             {&layers.LSTM{Units: 3}, []nn.Shape{{none, 4, 2}}},
	"lstm states":      {&layers.LSTM{Units: 2, ReturnState: true, ReturnSequences: true, GoBackwards: true}, []nn.Shape{{none, 3, 2}, {none, 2}, {none, 2}}},
	"lstm unrolled":    {&layers.LSTM{Units: 2, Activation: activations.Softsign}, []nn.Shape{{none, 3, 2}}},
	"lstm stateful":    {&layers.LSTM{Units: 2, Stateful: true}, []nn.Shape{{3, 4, 2}}},
	"lstm time major":  {&layers.LSTM{Units: 2, TimeMajor: true, ReturnSequences: true}, []nn.Shape{{4, none, 2}}},
	"gru":              {&layers.GRU{Units: 3}, []nn.Shape{{none, 4, 2}}},
	"gru before":       {&layers.GRU{Units: 3, ResetAfter: new(false), ReturnSequences: true}, []nn.Shape{{none, 4, 2}}},
	"gru unrolled":     {&layers.GRU{Units: 2, RecurrentActivation: activations.Softsign}, []nn.Shape{{none, 3, 2}}},
	"add":              {&layers.Add{}, []nn.Shape{{none, 3, 2}, {none, 2}}},
	"drop mask":        {&nn.DropMask{}, []nn.Shape{{none, 3, 2}}},
	"concatenate":      {&layers.Concatenate{Axis: new(1)}, []nn.Shape{{none, 3, 2}, {none, 1, 2}}},
	"dot":              {&layers.Dot{Axes: [2]int{-1, -1}}, []nn.Shape{{none, 3}, {none, 3}}},
	"dot cosine":       {&layers.Dot{Axes: [2]int{2, 1}, Normalize: true}, []nn.Shape{{none, 2, 4}, {none, 4, 3}}},
}

func TestContract(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) { nntest.Layer(t, c.layer, c.in...) })
	}
}

// TestEveryLayerIsTested fails for a registered layer without a contract test
// or without a case made by Keras.
func TestEveryLayerIsTested(t *testing.T) {
	have := map[string]bool{
		"Embedding": true, "CategoryEncoding": true, // see TestEmbeddingContract, TestCategoryEncodingContract
		"SpectralNormalization": true, // its gradient is not that of what it computes: TestSpectralNormalizationTrains
	}
	for _, c := range contracts {
		have[nn.ClassName(c.layer)] = true
	}
	keras := map[string]bool{}
	for _, kind := range layerKinds {
		for _, name := range golden.Names(t, kind) {
			var f layerCase
			golden.Load(t, kind, name).Decode(t, &f)
			keras[f.ClassName] = true
		}
	}
	for _, name := range golden.Names(t, "merge") {
		var f mergeCase
		golden.Load(t, "merge", name).Decode(t, &f)
		keras[f.ClassName] = true
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Layer]()) {
		v, _ := config.New(class, reflect.TypeFor[nn.Layer]())
		if nn.ClassName(v.(nn.Layer)) != class {
			continue // an alias
		}
		if !have[class] {
			t.Errorf("layer %s has no contract test", class)
		}
		if !keras[class] && class != "Add" && class != "Concatenate" && class != "AddLoss" && class != "AddMetric" && class != "DropMask" { // four are in golden models and trainings, one is ours alone
			t.Errorf("layer %s has no case made by Keras", class)
		}
	}
}

func TestEmbeddingContract(t *testing.T) {
	nntest.LayerIDs(t, &layers.Embedding{InputDim: 5, OutputDim: 3}, 5, nn.Shape{none, 4})
	nntest.LayerIDs(t, &layers.Embedding{InputDim: 5, OutputDim: 2, EmbeddingsRegularizer: regularizers.L1(0.1)}, 5, nn.Shape{none, 2, 3})
}
