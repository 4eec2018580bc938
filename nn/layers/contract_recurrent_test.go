package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	layerKinds = append(layerKinds, "layers_recurrent")
	nn.Register[MinimalRNNCell]()
	nn.Register[ConstantsCell]()
	off := false
	state := nn.Shape{none, 3}
	maps.Copy(contracts, map[string]contract{
		"simple rnn cell":    {&layers.SimpleRNNCell{Units: 3, Dropout: 0.4}, []nn.Shape{{none, 2}, state}},
		"gru cell":           {&layers.GRUCell{Units: 3}, []nn.Shape{{none, 2}, state}},
		"gru cell before":    {&layers.GRUCell{Units: 3, ResetAfter: &off, Dropout: 0.2, RecurrentDropout: 0.3}, []nn.Shape{{none, 2}, state}},
		"lstm cell":          {&layers.LSTMCell{Units: 3, Implementation: 1, Dropout: 0.2}, []nn.Shape{{none, 2}, state, state}},
		"stacked cells":      {stack(&layers.LSTMCell{Units: 3}, &layers.SimpleRNNCell{Units: 2}), []nn.Shape{{none, 2}, state, state, {none, 2}}},
		"rnn":                {&layers.RNN{Cell: &layers.LSTMCell{Units: 3}, ReturnState: true}, []nn.Shape{{none, 4, 2}}},
		"rnn stack":          {&layers.RNN{Cell: stack(&layers.GRUCell{Units: 3, Dropout: 0.3}, &layers.LSTMCell{Units: 2}), ReturnSequences: true, GoBackwards: true}, []nn.Shape{{none, 4, 2}}},
		"rnn stack unfused":  {&layers.RNN{Cell: stack(&layers.GRUCell{Units: 2, Activation: activations.Softsign}, &layers.SimpleRNNCell{Units: 2}), ReturnState: true}, []nn.Shape{{none, 3, 2}}},
		"rnn dropout":        {&layers.RNN{Cell: &layers.GRUCell{Units: 2, Activation: activations.Softsign, Dropout: 0.4, RecurrentDropout: 0.3}}, []nn.Shape{{none, 3, 2}}},
		"rnn own cell":       {&layers.RNN{Cell: &MinimalRNNCell{Units: 3}, ReturnSequences: true}, []nn.Shape{{none, 4, 2}}},
		"rnn own cell state": {&layers.RNN{Cell: &MinimalRNNCell{Units: 3}, ReturnState: true}, []nn.Shape{{none, 4, 2}, state}},
		"rnn own time major": {&layers.RNN{Cell: &MinimalRNNCell{Units: 3}, TimeMajor: true, ReturnSequences: true}, []nn.Shape{{4, none, 2}}},
		"rnn stateful":       {&layers.RNN{Cell: stack(&MinimalRNNCell{Units: 3}, &layers.LSTMCell{Units: 2}), Stateful: true}, []nn.Shape{{3, 4, 2}}},
		"rnn constants":      {&layers.RNN{Cell: &ConstantsCell{Units: 2}, NumConstants: 1, ReturnState: true}, []nn.Shape{{none, 3, 2}, {none, 3}}},
		"minimal cell":       {&MinimalRNNCell{Units: 3}, []nn.Shape{{none, 2}, state}},
		"constants cell":     {&ConstantsCell{Units: 2}, []nn.Shape{{none, 2}, {none, 2}, {none, 4}, {none, 3}}},
		"conv lstm 1d":       {&layers.ConvLSTM1D{Filters: 2, KernelSize: 2, ReturnSequences: true}, []nn.Shape{{none, 3, 4, 1}}},
		"conv lstm 2d":       {&layers.ConvLSTM2D{Filters: 2, KernelSize: [2]int{2, 3}, ReturnState: true, Dropout: 0.3}, []nn.Shape{{none, 2, 3, 4, 1}}},
		"conv lstm 2d first": {&layers.ConvLSTM2D{Filters: 1, KernelSize: [2]int{2, 2}, Padding: layers.Same, DataFormat: layers.ChannelsFirst, RecurrentDropout: 0.3, RecurrentActivation: activations.Sigmoid}, []nn.Shape{{none, 2, 1, 3, 3}}},
		"conv lstm 2d state": {&layers.ConvLSTM2D{Filters: 1, KernelSize: [2]int{2, 2}, GoBackwards: true}, []nn.Shape{{none, 2, 3, 3, 2}, {none, 2, 2, 1}, {none, 2, 2, 1}}},
		"conv lstm 2d fixed": {&layers.ConvLSTM2D{Filters: 1, KernelSize: [2]int{2, 2}, Stateful: true}, []nn.Shape{{2, 2, 3, 3, 1}}},
		"conv lstm 3d":       {&layers.ConvLSTM3D{Filters: 1, KernelSize: [3]int{2, 2, 1}, ReturnSequences: true}, []nn.Shape{{none, 2, 2, 3, 2, 1}}},
	})
}

func stack(cells ...layers.Cell) *layers.StackedRNNCells {
	return &layers.StackedRNNCells{Cells: cells}
}

// MinimalRNNCell is the cell of Keras' documentation: h' = x·W + h·U.
type MinimalRNNCell struct {
	nn.Base
	Units     int
	kernel, u *nn.Weight
}

func (l *MinimalRNNCell) StateShapes() []nn.Shape { return []nn.Shape{{l.Units}} }

func (l *MinimalRNNCell) Build(b *nn.Build, in ...nn.Shape) error {
	l.kernel = uniform(b, "kernel", in[0].Last(), l.Units)
	l.u = uniform(b, "recurrent_kernel", l.Units, l.Units)
	return nil
}

func uniform(b *nn.Build, name string, shape ...int) *nn.Weight {
	return b.Weight(nn.WeightSpec{Name: name, Shape: shape, Initializer: &initializers.RandomUniform{}})
}

func (l *MinimalRNNCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Add(ops.MatMul(in[0], c.Read(l.kernel)), ops.MatMul(in[1], c.Read(l.u)))
}

// ConstantsCell has two states of different sizes, an output that is none of
// them, and a constant.
type ConstantsCell struct {
	nn.Base
	Units        int
	kernel, u, k *nn.Weight
}

func (l *ConstantsCell) StateShapes() []nn.Shape { return []nn.Shape{{l.Units}, {2 * l.Units}} }

func (l *ConstantsCell) Build(b *nn.Build, in ...nn.Shape) error {
	l.kernel = uniform(b, "kernel", in[0].Last(), l.Units)
	l.u = uniform(b, "recurrent_kernel", l.Units, l.Units)
	l.k = uniform(b, "constant_kernel", in[3].Last(), l.Units)
	return nil
}

func (l *ConstantsCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

func (l *ConstantsCell) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	x, h, sums, k := in[0], in[1], in[2], in[3]
	h = ops.Tanh(ops.Add(ops.Add(ops.MatMul(x, c.Read(l.kernel)), ops.MatMul(h, c.Read(l.u))), ops.MatMul(k, c.Read(l.k))))
	both := ops.Concat(-1, h, ops.Mul(h, h))
	return []*ops.Value{ops.Mul(both, sums), h, ops.Add(sums, both)}
}
