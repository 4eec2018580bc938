package onnx

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// recurrent writes a recurrent layer as ONNX' own, or, with a mask, as a loop:
// ONNX knows lengths only, Keras' masks may hide any step.
func (b *builder) recurrent(d *ops.Description) error {
	r := d.RNN
	if r.DropX != nil || r.DropH != nil {
		return fmt.Errorf("onnx: layer %q drops inputs, which is for training", d.Label)
	}
	if r.Mask == nil && b.constant(r.W) && b.constant(r.U) && (r.B == nil || b.constant(r.B)) {
		b.fused(d)
		return nil
	}
	b.loop(d)
	return nil
}

func (b *builder) constant(v *ops.Value) bool { return b.leaves[v] != nil }

// gates is the order of ONNX' gates in Keras' columns: LSTM i, o, f, c of
// i, f, c, o; GRU and SimpleRNN as they are.
var gates = map[string][]int{"LSTM": {0, 3, 1, 2}, "GRU": {0, 1, 2}, "SimpleRNN": {0}}

// fused writes ONNX' LSTM, GRU or RNN, whose arrays begin with an axis for the
// direction and go by (time, batch, features).
func (b *builder) fused(d *ops.Description) {
	r, order := d.RNN, gates[d.Op]
	units := r.U.Dim(0)
	// rows returns the transpose of columns, gate by gate.
	rows := func(t *tensor.Tensor) *tensor.Tensor {
		t = tensor.Transpose(t, 1, 0)
		parts := make([]*tensor.Tensor, len(order))
		for i, g := range order {
			parts[i] = t.Slice(0, g*units, (g+1)*units)
		}
		return tensor.Concatenate(0, parts...).Contiguous()
	}
	weight := func(v *ops.Value) string {
		w := rows(b.leaves[v].Data)
		return b.array(b.leaves[v].Label, append([]int{1}, w.Shape()...), w.Data())
	}
	// The bias has two halves: of the input and of the state.
	bias := make([]float32, 2*len(order)*units)
	if r.B != nil {
		t := b.leaves[r.B].Data
		halves := tensor.Reshape(t, t.Len()/(len(order)*units), len(order)*units)
		for h := range halves.Shape()[0] {
			half := rows(halves.Slice(0, h, h+1))
			copy(bias[h*len(order)*units:], half.Data())
		}
	}
	in := []string{b.transpose(b.name(r.X), []int{1, 0, 2}), weight(r.W), weight(r.U), b.array(b.label+"/bias", []int{1, len(bias)}, bias), ""}
	state := func(v *ops.Value) string {
		if v == nil {
			return ""
		}
		return b.node("Unsqueeze", []string{b.name(v), b.ints(0)})
	}
	in = append(in, state(r.H0))
	attrs := []attr{{"hidden_size", units}}
	acts := []ops.RNNActivation{r.RecurrentActivation, r.Activation}
	op, results := d.Op, 2
	switch d.Op {
	case "LSTM":
		in = append(in, state(r.C0))
		acts = append(acts, r.Activation)
		results = 3
	case "GRU":
		after := 0
		if r.ResetAfter {
			after = 1
		}
		attrs = append(attrs, attr{"linear_before_reset", after})
	case "SimpleRNN":
		op, acts = "RNN", acts[1:]
	}
	for len(in) > 0 && in[len(in)-1] == "" {
		in = in[:len(in)-1]
	}
	attrs = append(attrs, activationAttrs(acts)...)
	if d.Backward {
		attrs = append(attrs, attr{"direction", "reverse"})
	}
	out := b.nodes(op, in, results, attrs...)
	y := b.transpose(b.node("Squeeze", []string{out[0], b.ints(1)}), []int{1, 0, 2})
	if d.Backward { // Keras gives the steps in the order of processing
		y = b.node("Slice", []string{y, b.ints(-1), b.ints(-1 << 63), b.ints(1), b.ints(-1)})
	}
	b.names[d.Out[0]] = y
	b.names[d.Out[1]] = b.node("Squeeze", []string{out[1], b.ints(0)})
	if d.Op == "LSTM" {
		b.names[d.Out[3]] = b.node("Squeeze", []string{out[2], b.ints(0)})
	}
}

// activationAttrs names activations and their constants.
func activationAttrs(acts []ops.RNNActivation) []attr {
	var names []string
	var alphas, betas []float32
	for _, a := range acts {
		switch a {
		case ops.RNNSigmoid:
			names = append(names, "Sigmoid")
		case ops.RNNHardSigmoid:
			names, alphas, betas = append(names, "HardSigmoid"), append(alphas, 0.2), append(betas, 0.5)
		case ops.RNNReLU:
			names = append(names, "Relu")
		case ops.RNNLinear:
			names, alphas, betas = append(names, "Affine"), append(alphas, 1), append(betas, 0)
		default:
			names = append(names, "Tanh")
		}
	}
	attrs := []attr{{"activations", names}}
	if alphas != nil {
		attrs = append(attrs, attr{"activation_alpha", alphas}, attr{"activation_beta", betas})
	}
	return attrs
}

// loop writes the steps as a Scan: its body is the layer's equations for one
// step, its states are h, for an LSTM c, and the last output.
func (b *builder) loop(d *ops.Description) {
	r := d.RNN
	units, cols := r.U.Dim(0), r.U.Dim(1)
	size := b.dims[r.X][0]
	zeros := func() string {
		return b.node("Expand", []string{b.scalar(0), b.shape([]dim{size, {offset: units}})})
	}
	state := func(v *ops.Value) string {
		if v == nil {
			return zeros()
		}
		return b.name(v)
	}
	z := b.node("MatMul", []string{b.name(r.X), b.name(r.W)})
	inner := "" // GRU with ResetAfter: the bias of the recurrent product
	if r.B != nil {
		bias := b.name(r.B)
		if r.ResetAfter {
			halves := b.nodes("Split", []string{bias}, 2, attr{"axis", 0})
			bias = b.node("Squeeze", []string{halves[0], b.ints(0)})
			inner = b.node("Squeeze", []string{halves[1], b.ints(0)})
		}
		z = b.node("Add", []string{z, bias})
	}
	states := []string{state(r.H0)}
	if d.Op == "LSTM" {
		states = append(states, state(r.C0))
	}
	scanned := []string{z}
	if r.Mask != nil {
		states = append(states, zeros())
		scanned = append(scanned, b.node("Unsqueeze", []string{b.name(r.Mask), b.ints(2)}))
	}
	u := b.name(r.U)

	// The body is a graph of its own that may use what is outside. Its constants
	// are made outside too.
	body := &body{b: b, d: d, units: units, u: u, inner: inner, g: &graph{name: b.fresh(b.label + "/step")}}
	body.write(len(states), cols)
	in := append(slices.Clone(states), scanned...)
	attrs := []attr{{"body", body.g}, {"num_scan_inputs", len(scanned)}, {"scan_input_axes", slices.Repeat([]int{1}, len(scanned))}, {"scan_output_axes", []int{1}}}
	if d.Backward {
		attrs = append(attrs, attr{"scan_input_directions", slices.Repeat([]int{1}, len(scanned))})
	}
	out := b.nodes("Scan", in, len(states)+1, attrs...)
	b.names[d.Out[0]], b.names[d.Out[1]] = out[len(states)], out[0]
	if d.Op == "LSTM" {
		b.names[d.Out[3]] = out[1]
	}
}
