package layers

import (
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// validateSeparable checks the settings of a separable convolution.
func (v *convolution) validateSeparable() error {
	return firstError(v.validateDepthwise(), positive("Filters", v.filters))
}

func (v *convolution) buildSeparable(b *nn.Build, in []nn.Shape) error {
	c, err := v.inputChannels(in)
	if err != nil {
		return err
	}
	v.w.kernel = b.Weight(v.kernelAs.spec("depthwise_kernel", v.kernel(c, v.multiplier)...))
	one := slices.Repeat([]int{1}, len(v.size))
	v.w.pointwise = b.Weight(v.pointwiseAs.spec("pointwise_kernel", slices.Concat(one, []int{c * v.multiplier, v.filters})...))
	v.buildBias(b, v.filters)
	return nil
}

// callSeparable mixes what the depthwise convolution made of each channel, cell by cell.
func (v *convolution) callSeparable(c *nn.Call, x *ops.Value) *ops.Value {
	return v.around(c, x, func(x *ops.Value) *ops.Value {
		return ops.Conv(v.depthwise(c, x), c.Read(v.w.pointwise), ops.ConvConfig{})
	})
}
