package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[SeparableConv1D]("SeparableConv1D", "SeparableConvolution1D") }

// SeparableConv1D is a depthwise convolution (see [DepthwiseConv1D]) and then a
// convolution with a window of one cell that mixes the channels. Bias and
// activation follow. Padding Causal is allowed.
// Keras: SeparableConv1D, SeparableConvolution1D.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first.
// Output: (batch, steps', Filters), or channels first.
// Weights: depthwise_kernel (KernelSize, c, DepthMultiplier), pointwise_kernel
// (1, c·DepthMultiplier, Filters), bias (Filters).
type SeparableConv1D struct {
	nn.Base
	Filters              int        // number of output channels; required
	KernelSize           int        // steps of the window; required
	Strides              int        `default:"1"`
	Padding              Padding    `default:"valid"`
	DataFormat           DataFormat `default:"channels_last"`
	DilationRate         int        `default:"1"`
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

func (l *SeparableConv1D) convolution() *convolution {
	return &convolution{
		window: window{[]int{l.KernelSize}, []int{l.Strides}, []int{l.DilationRate}, l.Padding, l.DataFormat}, causal: true,
		filters: l.Filters, multiplier: l.DepthMultiplier, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs:    weightSettings{l.DepthwiseInitializer, l.DepthwiseRegularizer, l.DepthwiseConstraint},
		pointwiseAs: weightSettings{l.PointwiseInitializer, l.PointwiseRegularizer, l.PointwiseConstraint},
		biasAs:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:           &l.w,
	}
}

// Validate checks the settings.
func (l *SeparableConv1D) Validate() error {
	return firstError(l.convolution().validateSeparable(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *SeparableConv1D) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildSeparable(b, in)
}

// OutputShape states the output's shape.
func (l *SeparableConv1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().outputShape(in)
}

// Call describes the layer.
func (l *SeparableConv1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callSeparable(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *SeparableConv1D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
