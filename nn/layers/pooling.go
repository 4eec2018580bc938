package layers

import (
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A pooling is a window that is reduced to one number for each channel.
type pooling struct {
	window
	flat func(*ops.Value, ops.PoolConfig) *ops.Value   // of images
	deep func(*ops.Value, ops.Pool3DConfig) *ops.Value // of volumes
}

func maxPooling(w window) pooling     { return pooling{w, ops.MaxPool2D, ops.MaxPool3D} }
func averagePooling(w window) pooling { return pooling{w, ops.AvgPool2D, ops.AvgPool3D} }

// ownStrides gives strides that were not set the size of the window.
func ownStrides(strides, size []int) {
	if !slices.ContainsFunc(strides, func(n int) bool { return n != 0 }) {
		copy(strides, size)
	}
}

func (p pooling) validate() error {
	return firstError(eachPositive("PoolSize", p.size), eachPositive("Strides", p.strides), p.padding.validate(), p.format.validate())
}

func (p pooling) outputShape(in []nn.Shape) (nn.Shape, error) {
	if err := oneInput(in); err != nil {
		return nil, err
	}
	c, err := p.channels(in[0])
	if err != nil {
		return nil, err
	}
	return p.output(in[0], c)
}

// call pools; sequences are images of height 1.
func (p pooling) call(x *ops.Value) *ops.Value {
	return lastly(x, p.format, func(x *ops.Value) *ops.Value {
		low, high := p.pads(x.Shape()[1 : x.Rank()-1]...)
		switch len(p.size) {
		case 1:
			y := p.flat(ops.ExpandDims(x, 1), ops.PoolConfig{
				Size: [2]int{1, p.size[0]}, Strides: [2]int{1, p.strides[0]}, PadLow: [2]int{0, low[0]}, PadHigh: [2]int{0, high[0]},
			})
			return ops.Squeeze(y, 1)
		case 2:
			return p.flat(x, ops.PoolConfig{
				Size: [2]int(p.size), Strides: [2]int(p.strides), PadLow: [2]int(low), PadHigh: [2]int(high),
			})
		}
		return p.deep(x, ops.Pool3DConfig{
			Size: [3]int(p.size), Strides: [3]int(p.strides), PadLow: [3]int(low), PadHigh: [3]int(high),
		})
	})
}
