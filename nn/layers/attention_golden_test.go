package layers_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// attentionCase is a fixture of an attention layer: that of a layer, and what
// Keras' call was given besides.
type attentionCase struct {
	layerCase
	Arguments map[string]any
	Calls     []struct {
		layerCall
		Masks           []*string
		AttentionMask   string `json:"attention_mask"`
		Loss            *string
		LossInputGrads  []*string `json:"loss_input_grads"`
		LossWeightGrads []*string `json:"loss_weight_grads"`
	}
}

// TestAttentionGolden holds attention layers, with masks and arguments of the
// call, to what real Keras computed.
func TestAttentionGolden(t *testing.T) {
	for _, kind := range []string{"layers_attention", "attention"} {
		golden.Walk(t, kind, goldenAttention)
	}
}

func goldenAttention(t *testing.T, c golden.Case) {
	var f attentionCase
	c.Decode(t, &f)
	f.layerCase.Calls = []layerCall{f.Calls[0].layerCall}
	call := f.Calls[0]
	l := decode(t, f.layerCase)
	args := map[string]any{}
	for k, v := range f.Arguments {
		args[k] = v
	}
	if call.AttentionMask != "" {
		args["attention_mask"] = true
	}
	must(t, l.(interface{ SetCallArguments(map[string]any) error }).SetCallArguments(args))

	symbols := inputSymbols(t, c, f.layerCase)
	var in, feeds, masks []*ops.Value
	var feed []*tensor.Tensor
	add := func(name string) *ops.Value {
		a := array(t, c, name)
		v := ops.Input(a.Shape()...)
		feed, feeds = append(feed, a), append(feeds, v)
		return v
	}
	for _, name := range append([]string{call.Input}, call.InitialState...) {
		in = append(in, add(name))
	}
	inputs := len(in)
	for i := range in {
		var m *ops.Value
		if i < len(call.Masks) && call.Masks[i] != nil {
			m = add(*call.Masks[i])
		}
		masks = append(masks, m)
	}
	if call.AttentionMask != "" {
		in, masks = append(in, add(call.AttentionMask)), append(masks, nil)
		shape := nn.Shape(slices.Clone(in[inputs].Shape()))
		if shape[0] > 1 {
			shape[0] = none
		}
		symbols = append(symbols, nn.NamedInput("mask", shape))
	}
	must(t, nn.ApplyMulti(l, symbols...)[0].Err())
	setWeights(t, c, f.layerCase, l)
	tr, err := nn.Trace(l, call.Training, in, masks)
	must(t, err)
	if len(tr.Out) != len(call.Outputs) {
		t.Fatalf("%d outputs, want %d", len(tr.Out), len(call.Outputs))
	}

	var want []wanted
	sum := ops.Scalar(0)
	for i, o := range tr.Out {
		want = append(want, wanted{call.Outputs[i], o})
		sum = ops.Add(sum, ops.Sum(ops.Mul(o, ops.Constant(array(t, c, call.R[i])))))
	}
	wantMasks(t, call.layerCall, tr, &want)
	inputGrads := append([]*string{call.InputGrad}, call.StateGrads...)
	wantGradients(tr, l, sum, in[:inputs], inputGrads, call.WeightGrads, &want)
	if call.Loss != nil {
		loss := ops.Scalar(0)
		for _, v := range tr.Losses {
			loss = ops.Add(loss, v)
		}
		want = append(want, wanted{*call.Loss, loss})
		wantGradients(tr, l, loss, in[:inputs], call.LossInputGrads, call.LossWeightGrads, &want)
	}
	var out []*ops.Value
	for _, w := range want {
		out = append(out, w.value)
	}
	p := ops.Compile(ops.Spec{In: feeds, Out: out, Assign: tr.Assign})
	must(t, p.Run(ops.State{}, feed))
	for i, w := range want {
		if !slices.Equal(w.value.Shape(), c.Array(t, w.name).Shape) {
			t.Errorf("%s has shape %v, want %v", w.name, w.value.Shape(), c.Array(t, w.name).Shape)
		}
		c.Close(t, w.name, p.Out(i).Data())
	}
}

// wantGradients pairs the gradients of a number with their fixtures; null stands for 0.
func wantGradients(tr *nn.Traced, l nn.Layer, of *ops.Value, in []*ops.Value, inputs, weights []*string, want *[]wanted) {
	names, wrt := slices.Clone(inputs), slices.Clone(in)
	for i, w := range nn.BaseOf(l).Weights() {
		names, wrt = append(names, weights[i]), append(wrt, tr.Variable(w))
	}
	for i, g := range ops.Gradients(of, wrt...) {
		if names[i] == nil {
			continue
		}
		if g == nil {
			g = ops.BroadcastTo(ops.Scalar(0), wrt[i].Shape()...)
		}
		*want = append(*want, wanted{*names[i], g})
	}
}
