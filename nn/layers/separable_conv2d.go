package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[SeparableConv2D]("SeparableConv2D", "SeparableConvolution2D") }

// SeparableConv2D is a depthwise convolution (see [DepthwiseConv2D]) and then a
// convolution with a window of one cell that mixes the channels. Bias and
// activation follow.
// Keras: SeparableConv2D, SeparableConvolution2D.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h', w', Filters), or channels first.
// Weights: depthwise_kernel (kh, kw, c, DepthMultiplier), pointwise_kernel
// (1, 1, c·DepthMultiplier, Filters), bias (Filters).
type SeparableConv2D struct {
	nn.Base
	Filters              int        // number of output channels; required
	KernelSize           [2]int     // height and width; required
	Strides              [2]int     `default:"1"`
	Padding              Padding    `default:"valid"`
	DataFormat           DataFormat `default:"channels_last"`
	DilationRate         [2]int     `default:"1"`
	DepthMultiplier      int        `default:"1"` // depthwise results of each channel
	Activation           ActivationFunc
	UseBias              *bool          `default:"true"`
	DepthwiseInitializer nn.Initializer `default:"glorot_uniform"`
	PointwiseInitializer nn.Initializer `default:"glorot_uniform"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	DepthwiseRegularizer nn.Regularizer
	PointwiseRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	DepthwiseConstraint  nn.Constraint
	PointwiseConstraint  nn.Constraint
	BiasConstraint       nn.Constraint

	// Keras writes these and reads them back, but never uses them.
	Groups            int            `default:"1"`
	KernelInitializer nn.Initializer `default:"glorot_uniform"`
	KernelRegularizer nn.Regularizer
	KernelConstraint  nn.Constraint

	w convWeights
}

func (l *SeparableConv2D) convolution() *convolution {
	return &convolution{
		window:  window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		filters: l.Filters, multiplier: l.DepthMultiplier, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs:    weightSettings{l.DepthwiseInitializer, l.DepthwiseRegularizer, l.DepthwiseConstraint},
		pointwiseAs: weightSettings{l.PointwiseInitializer, l.PointwiseRegularizer, l.PointwiseConstraint},
		biasAs:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:           &l.w,
	}
}

// Validate checks the settings.
func (l *SeparableConv2D) Validate() error {
	return firstError(l.convolution().validateSeparable(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *SeparableConv2D) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildSeparable(b, in)
}

// OutputShape states the output's shape.
func (l *SeparableConv2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().outputShape(in)
}

// Call describes the layer.
func (l *SeparableConv2D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callSeparable(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *SeparableConv2D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
