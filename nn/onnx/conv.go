package onnx

import "github.com/antler-ml/antler/nn/ops"

// channelsFirst orders the axes (n, …, c) as (n, c, …), channelsLast back.
func channelsFirst(rank int) []int {
	order := []int{0, rank - 1}
	for a := 1; a < rank-1; a++ {
		order = append(order, a)
	}
	return order
}

func channelsLast(rank int) []int {
	order := []int{0}
	for a := 2; a < rank; a++ {
		order = append(order, a)
	}
	return append(order, 1)
}

// filtersFirst orders the axes of a kernel (…, in, out) as (out, in, …).
func filtersFirst(rank int) []int {
	order := []int{rank - 1, rank - 2}
	for a := range rank - 2 {
		order = append(order, a)
	}
	return order
}

// operands of a convolution: x and w in ONNX' order, and the bias.
func (b *builder) operands(d *ops.Description) []string {
	in := []string{b.turned(d.In[0], channelsFirst(d.In[0].Rank())), b.turned(d.In[1], filtersFirst(d.In[1].Rank()))}
	if len(d.In) > 2 {
		in = append(in, b.name(d.In[2]))
	}
	return in
}

func (b *builder) conv(d *ops.Description) string {
	y := b.node("Conv", b.operands(d), attr{"strides", d.Strides}, attr{"dilations", d.Dilation}, attr{"group", d.Groups},
		attr{"pads", append(append([]int{}, d.PadLow...), d.PadHigh...)})
	return b.transpose(b.activate(y, d.Activation), channelsLast(d.Out[0].Rank()))
}

// convTranspose: the size of the result says how much of its end is missing.
func (b *builder) convTranspose(d *ops.Description) string {
	x, w := d.In[0].Shape(), d.In[1].Shape()
	high, more := append([]int{}, d.PadHigh...), make([]int, len(d.Strides))
	for a := range d.Strides {
		made := d.Strides[a]*(x[1+a]-1) + (w[a]-1)*d.Dilation[a] + 1 - d.PadLow[a] - high[a]
		if more[a] = d.Size[a] - made; more[a] < 0 {
			high[a], more[a] = high[a]-more[a], 0
		}
	}
	y := b.node("ConvTranspose", b.operands(d), attr{"strides", d.Strides}, attr{"dilations", d.Dilation}, attr{"group", d.Groups},
		attr{"pads", append(append([]int{}, d.PadLow...), high...)}, attr{"output_padding", more})
	return b.transpose(b.activate(y, d.Activation), channelsLast(d.Out[0].Rank()))
}

func (b *builder) pool(op string, d *ops.Description) string {
	rank := d.In[0].Rank()
	y := b.node(op, []string{b.turned(d.In[0], channelsFirst(rank))}, attr{"kernel_shape", d.Size}, attr{"strides", d.Strides},
		attr{"pads", append(append([]int{}, d.PadLow...), d.PadHigh...)})
	return b.transpose(y, channelsLast(rank))
}
