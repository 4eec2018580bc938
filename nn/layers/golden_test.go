package layers_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/regularizers"
	"github.com/antler-ml/antler/tensor"
)

// layerCase is a fixture of one layer; see testdata/tools/README.md.
type layerCase struct {
	Case       string
	ClassName  string         `json:"class_name"`
	Config     map[string]any `json:"config"`
	InputShape []*int         `json:"input_shape"`
	Weights    []struct {
		Name, Array string
		Trainable   bool
	}
	Constrained []*string
	Calls       []layerCall
}

type layerCall struct {
	Training          bool
	Input             string
	InputDtype        string `json:"input_dtype"`
	Mask              string
	InitialState      []string `json:"initial_state"`
	ResetStates       bool     `json:"reset_states"`
	Outputs           []string
	OutputMasks       []*string `json:"output_masks"`
	R                 []string
	InputGrad         *string   `json:"input_grad"`
	StateGrads        []*string `json:"state_grads"`
	WeightGrads       []*string `json:"weight_grads"`
	Losses            *string
	LossesInputGrad   *string   `json:"losses_input_grad"`
	LossesWeightGrads []*string `json:"losses_weight_grads"`
	WeightsAfter      []*string `json:"weights_after"`
	StatesAfter       []*string `json:"states_after"`
}

// TestGolden holds every layer to what real Keras computed.
func TestGolden(t *testing.T) {
	for _, kind := range layerKinds {
		golden.Walk(t, kind, goldenLayer)
	}
}

func goldenLayer(t *testing.T, c golden.Case) {
	var f layerCase
	c.Decode(t, &f)
	if f.ClassName == "InputLayer" {
		return // has a test of its own
	}
	l := decode(t, f)
	in := inputSymbols(t, c, f)
	out := nn.ApplyMulti(l, in...)
	if err := out[0].Err(); err != nil {
		t.Fatal(err)
	}
	setWeights(t, c, f, l)
	for i, call := range f.Calls {
		t.Run(fmt.Sprintf("call%d", i), func(t *testing.T) { check(t, c, f, call, l) })
	}
	for i, name := range f.Constrained {
		if name == nil {
			continue
		}
		w := nn.BaseOf(l).Weights()[i]
		must(t, w.Set(array(t, c, f.Weights[i].Array)))
		w.Constrain()
		c.Close(t, *name, w.Value().Data())
	}
}

func decode(t *testing.T, f layerCase) nn.Layer {
	t.Helper()
	v, err := config.New(f.ClassName, reflect.TypeFor[nn.Layer]())
	must(t, err)
	must(t, config.Decode(v, f.Config, "name", "trainable", "dtype", "batch_input_shape", "rng_type"))
	l := nn.Name(f.Config["name"].(string), v.(nn.Layer))
	if f.Case == "activation_activity" { // Keras does not write it to the config
		l.(*layers.Activation).ActivityRegularizer = &regularizers.L1L2{L1: 0.01, L2: 0.1}
	}
	if f.Case == "batch_normalization_fused_false" {
		l.(*layers.BatchNormalization).Fused = new(false)
	}
	if f.Config["trainable"] == false {
		nn.Freeze(l)
	}
	return l
}

func inputSymbols(t *testing.T, c golden.Case, f layerCase) []*nn.Symbol {
	shape := make(nn.Shape, len(f.InputShape))
	for i, d := range f.InputShape {
		shape[i] = nn.Unknown
		if d != nil {
			shape[i] = *d
		}
	}
	in := []*nn.Symbol{nn.NamedInput("x", shape)}
	for i, s := range f.Calls[0].InitialState {
		in = append(in, nn.NamedInput(fmt.Sprintf("s%d", i), append(nn.Shape{shape[0]}, c.Array(t, s).Shape[1:]...)))
	}
	return in
}

func setWeights(t *testing.T, c golden.Case, f layerCase, l nn.Layer) {
	t.Helper()
	ws := nn.BaseOf(l).Weights()
	if len(ws) != len(f.Weights) {
		t.Fatalf("%d weights, want %d", len(ws), len(f.Weights))
	}
	for i, w := range ws {
		if name := w.Name(); !strings.HasSuffix(name, "/"+f.Weights[i].Name) {
			t.Errorf("weight %d is %s, want %s", i, name, f.Weights[i].Name)
		}
		must(t, w.Set(array(t, c, f.Weights[i].Array)))
	}
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}

// wanted pairs a value of the graph with the array that it must equal.
type wanted struct {
	name  string
	value *ops.Value
}

func check(t *testing.T, c golden.Case, f layerCase, call layerCall, l nn.Layer) {
	if call.ResetStates {
		l.(nn.Resetter).ResetStates()
	}
	var in, masks []*ops.Value
	var feed []*tensor.Tensor
	add := func(name string) *ops.Value {
		a := array(t, c, name)
		feed = append(feed, a)
		return ops.Input(a.Shape()...)
	}
	in = append(in, add(call.Input))
	for _, s := range call.InitialState {
		in = append(in, add(s))
	}
	masks = make([]*ops.Value, len(in))
	inputs := slices.Clone(in)
	if call.Mask != "" {
		masks[0] = add(call.Mask)
		inputs = append(inputs, masks[0])
	}
	tr, err := nn.Trace(l, call.Training, in, masks)
	must(t, err)
	if len(tr.Out) != len(call.Outputs) {
		t.Fatalf("%d outputs, want %d", len(tr.Out), len(call.Outputs))
	}
	var want []wanted
	var sum *ops.Value
	for i, o := range tr.Out {
		want = append(want, wanted{call.Outputs[i], o})
		if i < len(call.R) && call.R[i] != "" {
			r := ops.Constant(array(t, c, call.R[i]))
			s := ops.Sum(ops.Mul(o, r))
			if sum == nil {
				sum = s
			} else {
				sum = ops.Add(sum, s)
			}
		}
	}
	wantMasks(t, call, tr, &want)
	wantGrads(l, tr, in, sum, call.InputGrad, call.StateGrads, call.WeightGrads, &want)
	if call.Losses != nil {
		if len(tr.Losses) == 0 {
			t.Fatal("the layer adds no loss")
		}
		want = append(want, wanted{*call.Losses, ops.Stack(0, tr.Losses...)})
		wantGrads(l, tr, in, ops.Sum(ops.Stack(0, tr.Losses...)), call.LossesInputGrad, nil, call.LossesWeightGrads, &want)
	}
	var out []*ops.Value
	for _, w := range want {
		out = append(out, w.value)
	}
	p := ops.Compile(ops.Spec{In: inputs, Out: out, Assign: tr.Assign})
	must(t, p.Run(ops.State{}, feed))
	for i, w := range want {
		c.Close(t, w.name, p.Out(i).Data())
	}
	for i, name := range call.WeightsAfter {
		if name != nil {
			c.Close(t, *name, nn.BaseOf(l).Weights()[i].Value().Data())
		}
	}
	for i, name := range call.StatesAfter {
		if name != nil {
			c.Close(t, *name, nn.BaseOf(l).States()[i].Value().Data())
		}
	}
}

func wantMasks(t *testing.T, call layerCall, tr *nn.Traced, want *[]wanted) {
	for i, m := range tr.Masks {
		var name *string
		if i < len(call.OutputMasks) {
			name = call.OutputMasks[i]
		}
		if (m == nil) != (name == nil) {
			t.Errorf("output %d: has a mask: %v; want %v", i, m != nil, name != nil)
			continue
		}
		if m != nil {
			*want = append(*want, wanted{*name, m})
		}
	}
}

func wantGrads(l nn.Layer, tr *nn.Traced, in []*ops.Value, sum *ops.Value, input *string, states, weights []*string, want *[]wanted) {
	if sum == nil {
		return
	}
	names := []*string{input}
	wrt := in[:1:1]
	for i, s := range states {
		names, wrt = append(names, s), append(wrt, in[1+i])
	}
	for i, s := range weights {
		names, wrt = append(names, s), append(wrt, tr.Variable(nn.BaseOf(l).Weights()[i]))
	}
	for i, g := range ops.Gradients(sum, wrt...) {
		if names[i] == nil {
			continue
		}
		if g == nil {
			g = ops.BroadcastTo(ops.Scalar(0), wrt[i].Shape()...)
		}
		*want = append(*want, wanted{*names[i], g})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
