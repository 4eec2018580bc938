package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Conv2D]("Conv2D", "Convolution2D") }

// Conv2D is activation(correlation of x with kernel + bias).
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h', w', Filters), or channels first.
// Weights: kernel (kh, kw, c/Groups, Filters) in both formats, bias (Filters).
type Conv2D struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          [2]int     // height and width; required
	Strides             [2]int     `default:"1"`
	Padding             Padding    `default:"valid"`
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        [2]int     `default:"1"`
	Groups              int        `default:"1"`
	Activation          ActivationFunc
	UseBias             *bool          `default:"true"`
	KernelInitializer   nn.Initializer `default:"glorot_uniform"`
	BiasInitializer     nn.Initializer `default:"zeros"`
	KernelRegularizer   nn.Regularizer
	BiasRegularizer     nn.Regularizer
	ActivityRegularizer nn.Regularizer
	KernelConstraint    nn.Constraint
	BiasConstraint      nn.Constraint

	kernel, bias *nn.Weight
}

// Validate checks the settings.
func (l *Conv2D) Validate() error {
	if err := firstError(positive("Filters", l.Filters), eachPositive("KernelSize", l.KernelSize),
		eachPositive("Strides", l.Strides), eachPositive("DilationRate", l.DilationRate),
		positive("Groups", l.Groups), l.Padding.validate(), l.DataFormat.validate()); err != nil {
		return err
	}
	if l.Strides != [2]int{1, 1} && l.DilationRate != [2]int{1, 1} {
		return fmt.Errorf("Strides %v and DilationRate %v: one of them must be 1", l.Strides, l.DilationRate)
	}
	if l.Filters%l.Groups != 0 {
		return fmt.Errorf("Filters %d cannot be split into %d groups", l.Filters, l.Groups)
	}
	return nil
}

func (l *Conv2D) window() window {
	return window{l.KernelSize, l.Strides, l.DilationRate, l.Padding, l.DataFormat}
}

// Build creates the weights.
func (l *Conv2D) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	c, err := channels(in[0], l.DataFormat)
	if err != nil {
		return err
	}
	if c%l.Groups != 0 {
		return fmt.Errorf("%d input channels cannot be split into %d groups", c, l.Groups)
	}
	l.kernel = b.Weight(nn.WeightSpec{
		Name: "kernel", Shape: nn.Shape{l.KernelSize[0], l.KernelSize[1], c / l.Groups, l.Filters},
		Initializer: l.KernelInitializer, Regularizer: l.KernelRegularizer, Constraint: l.KernelConstraint,
	})
	if yes(l.UseBias) {
		l.bias = b.Weight(nn.WeightSpec{
			Name: "bias", Shape: nn.Shape{l.Filters},
			Initializer: l.BiasInitializer, Regularizer: l.BiasRegularizer, Constraint: l.BiasConstraint,
		})
	}
	return nil
}

// OutputShape states the output's shape.
func (l *Conv2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	if _, err := channels(in[0], l.DataFormat); err != nil {
		return nil, err
	}
	return l.window().output(in[0], l.Filters)
}

// Call describes the layer.
func (l *Conv2D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	y := lastly(in[0], l.DataFormat, func(x *ops.Value) *ops.Value {
		low, high := l.window().pads(x.Dim(1), x.Dim(2))
		y := ops.Conv2D(x, c.Read(l.kernel), ops.Conv2DConfig{
			Strides: l.Strides, Dilation: l.DilationRate, PadLow: low, PadHigh: high, Groups: l.Groups,
		})
		if l.bias != nil {
			y = ops.Add(y, c.Read(l.bias))
		}
		return y
	})
	return activations.Apply(l.Activation, y)
}

// ActivityPenalty is the regularizer of the output.
func (l *Conv2D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
