package ops_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// The fixtures are those of the layers; see testdata/tools/keras_layers.py.
func TestRNNKeras(t *testing.T) {
	impltest.All(t, "gemm", func(t *testing.T) {
		for _, pattern := range []string{"layers/lstm_*", "layers/gru_*", "layers/simple_rnn_*"} {
			golden.Walk(t, pattern, rnnFixture)
		}
	})
}

func rnnFixture(t *testing.T, c golden.Case) {
	var f struct {
		Class  string `json:"class_name"`
		Config struct {
			ReturnSequences     bool   `json:"return_sequences"`
			ReturnState         bool   `json:"return_state"`
			GoBackwards         bool   `json:"go_backwards"`
			Stateful            bool   `json:"stateful"`
			TimeMajor           bool   `json:"time_major"`
			ZeroOutput          bool   `json:"zero_output_for_mask"`
			UseBias             bool   `json:"use_bias"`
			ResetAfter          bool   `json:"reset_after"`
			Activation          string `json:"activation"`
			RecurrentActivation string `json:"recurrent_activation"`
		}
		Weights []struct{ Array string }
		Calls   []struct {
			Input        string
			Mask         string
			InitialState []string `json:"initial_state"`
			ResetStates  bool     `json:"reset_states"`
			Outputs      []string
			R            []string
			InputGrad    string   `json:"input_grad"`
			StateGrads   []string `json:"state_grads"`
			WeightGrads  []string `json:"weight_grads"`
			StatesAfter  []string `json:"states_after"`
		}
	}
	c.Decode(t, &f)
	if f.Config.TimeMajor {
		t.Skip("time_major is a transposition, which layers do")
	}
	activation := func(name string) ops.RNNActivation {
		a, ok := map[string]ops.RNNActivation{"": ops.RNNDefault, "tanh": ops.RNNTanh, "sigmoid": ops.RNNSigmoid,
			"hard_sigmoid": ops.RNNHardSigmoid, "relu": ops.RNNReLU, "linear": ops.RNNLinear}[name]
		if !ok {
			t.Fatalf("unknown activation %q", name)
		}
		return a
	}
	var states []*tensor.Tensor // of a stateful layer
	for _, call := range f.Calls {
		var in []*ops.Value
		var feed []*tensor.Tensor
		give := func(x *tensor.Tensor) *ops.Value {
			in, feed = append(in, ops.Input(x.Shape()...)), append(feed, x)
			return in[len(in)-1]
		}
		array := func(name string) *tensor.Tensor {
			a := c.Array(t, name)
			return tensor.From(slices.Clone(a.Data), a.Shape...)
		}
		rnn := rnnCall{kind: f.Class, config: ops.RNNConfig{
			Activation: activation(f.Config.Activation), RecurrentActivation: activation(f.Config.RecurrentActivation),
			GoBackwards: f.Config.GoBackwards, ResetAfter: f.Config.ResetAfter, ZeroOutputForMask: f.Config.ZeroOutput,
		}}
		rnn.x, rnn.w, rnn.u = give(array(call.Input)), give(array(f.Weights[0].Array)), give(array(f.Weights[1].Array))
		wrt := []*ops.Value{rnn.x, rnn.w, rnn.u}
		grads := []string{call.InputGrad, call.WeightGrads[0], call.WeightGrads[1]}
		if f.Config.UseBias {
			rnn.b = give(array(f.Weights[2].Array))
			wrt, grads = append(wrt, rnn.b), append(grads, call.WeightGrads[2])
		}
		if call.Mask != "" {
			rnn.mask = give(array(call.Mask))
		}
		if call.ResetStates {
			states = nil
		}
		initial := states
		for _, name := range call.InitialState {
			initial = append(initial, array(name))
		}
		for i, s := range initial {
			v := give(s)
			if i == 0 {
				rnn.h0 = v
			} else {
				rnn.c0 = v
			}
			if len(call.StateGrads) > 0 {
				wrt, grads = append(wrt, v), append(grads, call.StateGrads[i])
			}
		}
		all := rnn.run()
		time := rnn.x.Dim(1)
		out := []*ops.Value{all[0]}
		if !f.Config.ReturnSequences {
			out[0] = ops.Squeeze(ops.Slice(all[0], 1, time-1, time), 1)
		}
		if f.Config.ReturnState {
			out = append(out, all[1:]...)
		}
		var r []*ops.Value
		for _, name := range call.R {
			r = append(r, give(array(name)))
		}
		d := ops.Gradients(projection(out, r), wrt...)
		p := ops.Compile(ops.Spec{In: in, Out: append(out, all[1:]...), Slab: d})
		if err := p.Run(ops.State{}, feed); err != nil {
			t.Fatal(err)
		}
		for i, name := range call.Outputs {
			c.Close(t, name, p.Out(i).Data())
		}
		for i, name := range grads {
			c.Close(t, name, p.SlabPart(i))
		}
		if f.Config.Stateful {
			states = nil
			for i := range all[1:] {
				o := p.Out(len(out) + i)
				states = append(states, tensor.From(slices.Clone(o.Data()), o.Shape()...))
				if i < len(call.StatesAfter) && call.StatesAfter[i] != "" {
					c.Close(t, call.StatesAfter[i], states[i].Data())
				}
			}
		}
	}
}

// Cells with dropout and the masks they drew; see testdata/tools/rnn_ops.py.
func TestRNNDropoutKeras(t *testing.T) {
	golden.Walk(t, "rnn", func(t *testing.T, c golden.Case) {
		var f struct {
			Op         string
			ResetAfter bool `json:"reset_after"`
		}
		c.Decode(t, &f)
		var in []*ops.Value
		var feed []*tensor.Tensor
		give := func(name string) *ops.Value {
			a := c.Array(t, name)
			in, feed = append(in, ops.Input(a.Shape...)), append(feed, tensor.From(slices.Clone(a.Data), a.Shape...))
			return in[len(in)-1]
		}
		rnn := rnnCall{kind: f.Op, x: give("x"), h0: give("h0"), w: give("w"), u: give("u"), b: give("b"),
			dx: give("drop_x"), config: ops.RNNConfig{ResetAfter: f.ResetAfter}}
		if _, ok := c.Arrays["drop_h"]; ok {
			rnn.dh = give("drop_h")
		}
		names, wrt := []string{"dx", "dh0", "dw", "du", "db"}, []*ops.Value{rnn.x, rnn.h0, rnn.w, rnn.u, rnn.b}
		if f.Op == "LSTM" {
			rnn.c0 = give("c0")
			names, wrt = append(names, "dc0"), append(wrt, rnn.c0)
		}
		y := rnn.run()[0]
		d := ops.Gradients(projection([]*ops.Value{y}, []*ops.Value{give("r")}), wrt...)
		p := ops.Compile(ops.Spec{In: in, Out: []*ops.Value{y}, Slab: d})
		if err := p.Run(ops.State{}, feed); err != nil {
			t.Fatal(err)
		}
		c.Close(t, "sequence", p.Out(0).Data())
		for i, name := range names {
			c.Close(t, name, p.SlabPart(i))
		}
	})
}
