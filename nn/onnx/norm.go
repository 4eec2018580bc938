package onnx

import "github.com/antler-ml/antler/nn/ops"

// batchNorm is written out, since ONNX' own wants channels on axis 1. With a mean and
// a variance that are given, all but two steps are of constants, which runtimes
// fold.
func (b *builder) batchNorm(d *ops.Description) {
	in := b.inputs(d)
	x, rest := in[0], in[1:]
	next := func(there bool) string {
		if !there {
			return ""
		}
		n := rest[0]
		rest = rest[1:]
		return n
	}
	// beside gives a number for each channel an axis of 1 for each behind it.
	beside := func(n string) string {
		var axes []int
		for i := d.Axis + 1; i < d.In[0].Rank(); i++ {
			axes = append(axes, i-d.Axis)
		}
		if n == "" || axes == nil {
			return n
		}
		return b.node("Unsqueeze", []string{n, b.ints(axes...)})
	}
	gamma, beta := next(d.Gamma), next(d.Beta)
	mean, variance := next(d.Given), next(d.Given)
	if !d.Given {
		var axes []int
		for i := range d.In[0].Rank() {
			if i != d.Axis {
				axes = append(axes, i)
			}
		}
		mean = b.node("ReduceMean", []string{x}, attr{"axes", axes}, attr{"keepdims", 0})
		centred := b.node("Sub", []string{x, beside(mean)})
		variance = b.node("ReduceMean", []string{b.node("Mul", []string{centred, centred})}, attr{"axes", axes}, attr{"keepdims", 0})
		b.names[d.Out[1]], b.names[d.Out[2]] = mean, variance
	}
	scale := b.node("Reciprocal", []string{b.node("Sqrt", []string{b.node("Add", []string{variance, b.scalar(d.Epsilon)})})})
	if gamma != "" {
		scale = b.node("Mul", []string{scale, gamma})
	}
	y := b.node("Mul", []string{b.node("Sub", []string{x, beside(mean)}), beside(scale)})
	if beta != "" {
		y = b.node("Add", []string{y, beside(beta)})
	}
	b.set(d, y)
}

// layerNorm needs a scale in ONNX.
func (b *builder) layerNorm(d *ops.Description) string {
	in := b.inputs(d)
	if !d.Gamma {
		ones := b.fill(1, d.In[0].Dim(-1))
		in = append([]string{in[0], ones}, in[1:]...)
	}
	return b.node("LayerNormalization", in, attr{"axis", -1}, attr{"epsilon", d.Epsilon})
}

// groupNorm sees x as (n, cells, groups, channels of a group).
func (b *builder) groupNorm(d *ops.Description) string {
	in := b.inputs(d)
	dims := b.dims[d.In[0]]
	cells, channels := 1, d.In[0].Dim(-1)
	for _, n := range d.In[0].Shape()[1 : d.In[0].Rank()-1] {
		cells *= n
	}
	x := b.reshape(in[0], []dim{dims[0], {offset: cells}, {offset: d.N}, {offset: channels / d.N}})
	axes := []attr{{"axes", []int{1, 3}}, {"keepdims", 1}}
	centred := b.node("Sub", []string{x, b.node("ReduceMean", []string{x}, axes...)})
	variance := b.node("ReduceMean", []string{b.node("Mul", []string{centred, centred})}, axes...)
	y := b.node("Div", []string{centred, b.node("Sqrt", []string{b.node("Add", []string{variance, b.scalar(d.Epsilon)})})})
	y = b.reshape(y, dims)
	for i, op := range []string{"Mul", "Add"} { // gamma, beta
		if i == 0 && d.Gamma {
			y = b.node(op, []string{y, in[1]})
		}
		if i == 1 && d.Beta {
			y = b.node(op, []string{y, in[len(in)-1]})
		}
	}
	return y
}
