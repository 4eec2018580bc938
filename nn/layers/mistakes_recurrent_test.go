package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
)

// TestRecurrentMistakes: what users get wrong, and what they are told.
func TestRecurrentMistakes(t *testing.T) {
	sequence, flat, open := nn.Input(5, 2), nn.Input(7), nn.Input(nn.Unknown, 2)
	film := nn.Input(5, 8, 8, 3)
	state, wide := nn.Input(4), nn.Input(3)
	lstm := func() nn.Layer { return &layers.LSTM{Units: 4} }
	for _, c := range []struct {
		layer nn.Layer
		in    []*nn.Symbol
		want  string
	}{
		{&layers.LSTM{}, of(sequence), "nn: layer LSTM: Units is 0; want 1 or more"},
		{&layers.GRU{Units: 4, Implementation: 3}, of(sequence), "nn: layer GRU: Implementation is 3; want 1 or 2"},
		{&layers.LSTM{Units: 4, Dropout: 1.5}, of(sequence), "nn: layer LSTM: Dropout is 1.5; want a part from 0 up to, but not, 1"},
		{&layers.LSTM{Units: 4}, of(flat), "nn: layer LSTM: want input of rank 3 (batch, time, features), got rank 2 (None, 7)"},
		{&layers.LSTM{Units: 4, TimeMajor: true}, of(flat), "nn: layer LSTM: want input of rank 3 (time, batch, features), got rank 2 (None, 7)"},
		{&layers.LSTM{Units: 4}, of(sequence, state), "nn: layer LSTM: want the sequence, or the sequence and 2 initial states, got 2 inputs"},
		{&layers.GRU{Units: 4}, of(sequence, wide), "nn: layer GRU: initial state 0: want (batch, 4), got (None, 3)"},
		{&layers.LSTM{Units: 4, Stateful: true}, of(sequence), "nn: layer LSTM: Stateful needs a fixed batch size, got input (None, 5, 2); start the model with nn.BatchInput(batch, …)"},
		{&layers.SimpleRNN{Units: 4, Unroll: true}, of(open), "nn: layer SimpleRNN: Unroll needs a known number of time steps, got (None, None, 2)"},
		{&layers.RNN{}, of(sequence), "nn: layer RNN: no Cell; try &layers.LSTMCell{Units: 32}, or the layer LSTM"},
		{&layers.RNN{Cell: &layers.GRUCell{}}, of(sequence), "nn: layer RNN: Cell: Units is 0; want 1 or more"},
		{&layers.RNN{Cell: &layers.GRUCell{Units: 4}}, of(flat), "nn: layer RNN: want input of rank 3 or more (batch, time, …), got rank 2 (None, 7)"},
		{&layers.RNN{Cell: &layers.GRUCell{Units: 4}}, of(film), "nn: layer RNN: cell, layer GRUCell: want input of rank 2 (batch, features), got rank 4 (None, 8, 8, 3)"},
		{&layers.RNN{Cell: &layers.GRUCell{Units: 4}, NumConstants: 1}, of(sequence, wide), "nn: layer RNN: NumConstants is 1, but a GRUCell takes no constants; cells of your own may"},
		{&layers.RNN{Cell: stack()}, of(sequence), "nn: layer RNN: Cell: no Cells; want at least one, such as &layers.LSTMCell{Units: 32}"},
		{&layers.RNN{Cell: stack(&layers.LSTMCell{Units: 4})}, of(sequence, state), "nn: layer RNN: want the sequence, or the sequence and 2 initial states, got 2 inputs"},
		{&layers.RNN{Cell: stack(&layers.LSTMCell{Units: 4}, nil)}, of(sequence), "nn: layer RNN: Cell: Cells[1] is nil; want a cell"},
		{&layers.RNN{Cell: &MinimalRNNCell{Units: 4}, NumConstants: 2}, of(sequence, state), "nn: layer RNN: NumConstants is 2, but only 1 inputs follow the sequence"},
		{&layers.LSTMCell{Units: 4}, of(flat), "nn: layer LSTMCell: a cell with 2 states takes 3 inputs, the step's input and the states; got 1. To run it over a sequence, put it into layers.RNN"},
		{&layers.GRUCell{Units: 4}, of(flat, wide), "nn: layer GRUCell: state 0: want (batch, 4), got (None, 3)"},
		{&layers.RNN{Cell: &forgetfulCell{}}, of(sequence), "nn: layer RNN: forgetfulCell[]: StateShapes names 2 states, but a call returns 1 values; want the output and the next states from CallMulti"},
		{&layers.ConvLSTM2D{KernelSize: [2]int{3, 3}}, of(film), "nn: layer ConvLSTM2D: Filters is 0; want 1 or more"},
		{&layers.ConvLSTM2D{Filters: 4}, of(film), "nn: layer ConvLSTM2D: KernelSize is [0 0]; want 1 or more"},
		{&layers.ConvLSTM2D{Filters: 4, KernelSize: [2]int{3, 3}}, of(nn.Input(8, 8, 3)), "nn: layer ConvLSTM2D: want input of rank 5 (batch, time, height, width, channels), got rank 4 (None, 8, 8, 3)"},
		{&layers.ConvLSTM2D{Filters: 4, KernelSize: [2]int{9, 9}}, of(film), "nn: layer ConvLSTM2D: each step is (None, 8, 8, 3): a window of 9 cells does not fit axis 1 of size 8; use a smaller one, or padding Same"},
		{&layers.ConvLSTM2D{Filters: 4, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, DilationRate: [2]int{2, 2}}, of(film), "nn: layer ConvLSTM2D: Strides [2 2] and DilationRate [2 2]: one of them must be 1"},
		{&layers.ConvLSTM2D{Filters: 4, KernelSize: [2]int{3, 3}, Unroll: true}, of(film), "nn: layer ConvLSTM2D: Unroll is not possible with convolutions; leave it out, the result is the same"},
		{&layers.ConvLSTM1D{Filters: 4, KernelSize: 3, Padding: layers.Causal}, of(nn.Input(5, 8, 3)), `nn: layer ConvLSTM1D: padding is "causal", which only Conv1D and SeparableConv1D know; want valid or same`},
		{&layers.ConvLSTM2D{Filters: 4, KernelSize: [2]int{3, 3}}, of(film, nn.Input(8, 8, 4), nn.Input(8, 8, 4)), "nn: layer ConvLSTM2D: initial state 0: want (batch, 6, 6, 4), got (None, 8, 8, 4)"},
		{&layers.TimeDistributed{}, of(sequence), "nn: layer TimeDistributed: no Layer; try &layers.Dense{Units: 32}"},
		{&layers.TimeDistributed{Layer: &layers.Dense{Units: 3}}, of(flat), "nn: layer TimeDistributed: want input of rank 3 or more (batch, time, …), got rank 2 (None, 7); without a time axis, apply the Dense itself"},
		{&layers.TimeDistributed{Layer: &layers.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}}}, of(sequence), "nn: layer TimeDistributed: layer, layer \"conv2d\" (Conv2D): want input of rank 4 (batch, height, width, channels), got rank 2 (None, 2)"},
		{&layers.TimeDistributed{Layer: &layers.Add{}}, of(nn.Input(5, 2), nn.Input(4, 2)), "nn: layer TimeDistributed: input 0 has 5 time steps, input 1 has 4; want as many"},
		{&layers.Bidirectional{}, of(sequence), "nn: layer Bidirectional: no Layer; try &layers.LSTM{Units: 32}"},
		{&layers.Bidirectional{Layer: &layers.Dense{Units: 3}}, of(sequence), "nn: layer Bidirectional: Dense has no setting GoBackwards; want a recurrent layer, such as layers.LSTM, or layers.RNN with a cell"},
		{&layers.Bidirectional{Layer: &layers.LSTMCell{Units: 3}}, of(sequence), "nn: layer Bidirectional: LSTMCell has no setting GoBackwards; want a recurrent layer, such as layers.LSTM, or layers.RNN with a cell"},
		{&layers.Bidirectional{Layer: lstm(), MergeMode: "average"}, of(sequence), `nn: layer Bidirectional: MergeMode is "average"; want concat, sum, mul, ave or none`},
		{&layers.Bidirectional{Layer: lstm()}, of(sequence, state, state, state), "nn: layer Bidirectional: got 3 initial states; want those of the forward layer, then those of the backward layer: an even number"},
		{&layers.Bidirectional{Layer: lstm(), BackwardLayer: lstm()}, of(sequence), "nn: layer Bidirectional: GoBackwards is false in Layer and in BackwardLayer; one of them must be the other way round"},
		{&layers.Bidirectional{Layer: lstm(), BackwardLayer: &layers.LSTM{Units: 4, GoBackwards: true, ReturnSequences: true}}, of(sequence), "nn: layer Bidirectional: ReturnSequences is false in Layer and true in BackwardLayer; they must agree"},
		{&layers.Bidirectional{Layer: lstm(), MergeMode: layers.MergeSum, BackwardLayer: &layers.LSTM{Units: 3, GoBackwards: true}}, of(sequence), "nn: layer Bidirectional: Bidirectional of (None, 4) and (None, 3): MergeMode sum needs outputs of one shape; give both layers the same Units, or use concat"},
	} {
		got := "no error"
		if err := nn.Apply(c.layer, c.in...).Err(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func of(in ...*nn.Symbol) []*nn.Symbol { return in }

// forgetfulCell names two states and returns none.
type forgetfulCell struct{ nn.Base }

func (*forgetfulCell) StateShapes() []nn.Shape { return []nn.Shape{{2}, {2}} }

func (*forgetfulCell) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// TestStatesMistakes: SetStates with the wrong states.
func TestStatesMistakes(t *testing.T) {
	l := &layers.LSTM{Units: 2, Stateful: true}
	if err := nn.Apply(l, nn.BatchInput(3, 4, 2)).Err(); err != nil {
		t.Fatal(err)
	}
	for want, states := range map[string][][]float32{
		"layers: want 2 states, got 1; is the layer stateful and applied?": {make([]float32, 6)},
		"layers: state 1 has 5 numbers, want (3, 2)":                       {make([]float32, 6), make([]float32, 5)},
	} {
		if err := l.SetStates(states...); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
