package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

// convolution is what the layers of its family share: a window that slides over
// one, two or three axes, and the weights. The layers fill it from their fields.
// The methods without a prefix are those of Conv1D, Conv2D and Conv3D; the
// other kinds replace what differs.
type convolution struct {
	window
	filters, groups int
	multiplier      int   // depthwise: results of one channel
	outputPadding   []int // transposed; nil: the usual size
	causal          bool  // padding Causal is allowed
	act             ActivationFunc
	useBias         bool
	kernelAs        weightSettings
	pointwiseAs     weightSettings
	biasAs          weightSettings
	w               *convWeights
}

// convWeights is what Build makes.
type convWeights struct {
	kernel    *nn.Weight
	pointwise *nn.Weight // separable
	bias      *nn.Weight // nil without
}

// validateWindow checks the settings that every kind has.
func (v *convolution) validateWindow() error {
	err := firstError(eachPositive("KernelSize", v.size), eachPositive("Strides", v.strides),
		eachPositive("DilationRate", v.dilation), v.validatePadding(), v.format.validate())
	if err != nil {
		return err
	}
	above := func(n int) bool { return n > 1 }
	if slices.ContainsFunc(v.strides, above) && slices.ContainsFunc(v.dilation, above) {
		return fmt.Errorf("Strides %v and DilationRate %v: one of them must be 1", plain(v.strides), plain(v.dilation))
	}
	return nil
}

func (v *convolution) validatePadding() error {
	if !v.causal {
		return v.padding.validate()
	}
	if v.padding != Causal && v.padding.validate() != nil {
		return fmt.Errorf("padding is %q; want valid, same or causal", v.padding)
	}
	return nil
}

// validateGroups checks how the filters fall into groups.
func (v *convolution) validateGroups() error {
	if err := firstError(positive("Filters", v.filters), positive("Groups", v.groups)); err != nil {
		return err
	}
	if v.filters%v.groups != 0 {
		return fmt.Errorf("Filters %d cannot be split into %d groups", v.filters, v.groups)
	}
	return nil
}

// oneGroup checks a setting that Keras writes into configurations of layers
// that have no groups.
func oneGroup(groups int) error {
	if groups != 1 {
		return fmt.Errorf("Groups is %d; this layer has no groups, leave it at 1", groups)
	}
	return nil
}

// plain shows the one number of a layer of sequences as a number.
func plain(v []int) any {
	if len(v) == 1 {
		return v[0]
	}
	return v
}

func (v *convolution) validate() error {
	return firstError(v.validateWindow(), v.validateGroups())
}

// inputChannels is the number of channels of the only input.
func (v *convolution) inputChannels(in []nn.Shape) (int, error) {
	if err := oneInput(in); err != nil {
		return 0, err
	}
	return v.channels(in[0])
}

func (v *convolution) build(b *nn.Build, in []nn.Shape) error {
	c, err := v.inputChannels(in)
	if err != nil {
		return err
	}
	if c%v.groups != 0 {
		return fmt.Errorf("%d input channels cannot be split into %d groups", c, v.groups)
	}
	v.w.kernel = b.Weight(v.kernelAs.spec("kernel", v.kernel(c/v.groups, v.filters)...))
	v.buildBias(b, v.filters)
	return nil
}

// kernel is the shape of a kernel: the window, then the channels.
func (v *convolution) kernel(channels ...int) nn.Shape {
	return slices.Concat(nn.Shape(v.size), nn.Shape(channels))
}

func (v *convolution) buildBias(b *nn.Build, channels int) {
	if v.useBias {
		v.w.bias = b.Weight(v.biasAs.spec("bias", channels))
	}
}

func (v *convolution) outputShape(in []nn.Shape) (nn.Shape, error) {
	if _, err := v.inputChannels(in); err != nil {
		return nil, err
	}
	return v.output(in[0], v.filters)
}

func (v *convolution) call(c *nn.Call, x *ops.Value) *ops.Value {
	return v.around(c, x, func(x *ops.Value) *ops.Value {
		return ops.Conv(x, c.Read(v.w.kernel), v.config(x, v.groups))
	})
}

// config is the geometry for x, channels last.
func (v *convolution) config(x *ops.Value, groups int) ops.ConvConfig {
	low, high := v.pads(x.Shape()[1 : x.Rank()-1]...)
	return ops.ConvConfig{Strides: v.strides, Dilation: v.dilation, PadLow: low, PadHigh: high, Groups: groups}
}

// around runs f on channels-last data, and adds bias and activation.
func (v *convolution) around(c *nn.Call, x *ops.Value, f func(x *ops.Value) *ops.Value) *ops.Value {
	y := lastly(x, v.format, func(x *ops.Value) *ops.Value {
		y := f(x)
		if v.w.bias != nil {
			y = ops.Add(y, c.Read(v.w.bias))
		}
		return y
	})
	return activations.Apply(v.act, y)
}
