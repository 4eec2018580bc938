package layers

import (
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// validateDepthwise checks the settings of a depthwise convolution.
func (v *convolution) validateDepthwise() error {
	return firstError(v.validateWindow(), positive("DepthMultiplier", v.multiplier))
}

func (v *convolution) buildDepthwise(b *nn.Build, in []nn.Shape) error {
	c, err := v.inputChannels(in)
	if err != nil {
		return err
	}
	v.w.kernel = b.Weight(v.kernelAs.spec("depthwise_kernel", v.kernel(c, v.multiplier)...))
	v.buildBias(b, c*v.multiplier)
	return nil
}

func (v *convolution) depthwiseShape(in []nn.Shape) (nn.Shape, error) {
	c, err := v.inputChannels(in)
	if err != nil {
		return nil, err
	}
	return v.output(in[0], c*v.multiplier)
}

func (v *convolution) callDepthwise(c *nn.Call, x *ops.Value) *ops.Value {
	return v.around(c, x, func(x *ops.Value) *ops.Value { return v.depthwise(c, x) })
}

// depthwise gives each channel its own windows: a convolution with as many
// groups as channels, whose kernel lies in memory as ours does.
func (v *convolution) depthwise(c *nn.Call, x *ops.Value) *ops.Value {
	k := c.Read(v.w.kernel)
	channels := k.Dim(-2)
	k = ops.Reshape(k, slices.Concat(v.size, []int{1, channels * v.multiplier})...)
	return ops.Conv(x, k, v.config(x, channels))
}
