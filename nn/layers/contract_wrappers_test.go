package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

func init() {
	layerKinds = append(layerKinds, "layers_wrappers")
	inner := nn.Input(4)
	model := nn.NewModel([]*nn.Symbol{inner}, []*nn.Symbol{nn.Apply(&layers.Dense{Units: 2}, nn.Apply(&layers.Dense{Units: 3, Activation: activations.Tanh}, inner))})
	everything := func() nn.Layer { return &layers.LSTM{Units: 2, ReturnSequences: true, ReturnState: true} }
	maps.Copy(contracts, map[string]contract{
		"time distributed":        {&layers.TimeDistributed{Layer: &layers.Dense{Units: 2, Activation: activations.Tanh}}, []nn.Shape{{none, 3, 4}}},
		"time distributed conv":   {&layers.TimeDistributed{Layer: &layers.Conv2D{Filters: 2, KernelSize: [2]int{2, 2}}}, []nn.Shape{{none, 2, 3, 3, 1}}},
		"time distributed lstm":   {&layers.TimeDistributed{Layer: &layers.LSTM{Units: 2, ReturnState: true}}, []nn.Shape{{none, 2, 3, 2}}},
		"time distributed model":  {&layers.TimeDistributed{Layer: model}, []nn.Shape{{none, 3, 4}}},
		"time distributed twice":  {&layers.TimeDistributed{Layer: &layers.TimeDistributed{Layer: &layers.Dense{Units: 2}}}, []nn.Shape{{none, 2, 3, 2}}},
		"time distributed state":  {&layers.TimeDistributed{Layer: &layers.SimpleRNN{Units: 2, Stateful: true}}, []nn.Shape{{2, 2, 3, 2}}},
		"time distributed inputs": {&layers.TimeDistributed{Layer: &layers.Add{}}, []nn.Shape{{none, 3, 4}, {none, 3, 4}}},
		"bidirectional":           {&layers.Bidirectional{Layer: &layers.LSTM{Units: 2}}, []nn.Shape{{none, 3, 2}}},
		"bidirectional sum":       {&layers.Bidirectional{Layer: everything(), MergeMode: layers.MergeSum}, []nn.Shape{{none, 3, 2}}},
		"bidirectional outputs":   {&layers.Bidirectional{Layer: everything(), MergeMode: layers.MergeOutputs}, []nn.Shape{{none, 3, 2}}},
		"bidirectional states":    {&layers.Bidirectional{Layer: &layers.GRU{Units: 2}, MergeMode: layers.MergeMul}, []nn.Shape{{none, 3, 2}, {none, 2}, {none, 2}}},
		"bidirectional stateful":  {&layers.Bidirectional{Layer: &layers.GRU{Units: 2, Stateful: true}, MergeMode: layers.MergeAve}, []nn.Shape{{2, 3, 2}}},
		"bidirectional own":       {&layers.Bidirectional{Layer: &layers.RNN{Cell: &ConstantsCell{Units: 2}, NumConstants: 1, ReturnSequences: true}}, []nn.Shape{{none, 3, 2}, {none, 3}}},
		"bidirectional way back": {&layers.Bidirectional{Layer: &layers.GRU{Units: 2, ReturnSequences: true},
			BackwardLayer: &layers.SimpleRNN{Units: 3, GoBackwards: true, ReturnSequences: true}}, []nn.Shape{{none, 3, 2}}},
	})
}
