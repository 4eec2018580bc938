package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[DepthwiseConv1D]() }

// DepthwiseConv1D slides windows over each channel by itself: result channel
// i·DepthMultiplier+j is made of input channel i. The activation follows.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first.
// Output: (batch, steps', c·DepthMultiplier), or channels first.
// Weights: depthwise_kernel (KernelSize, c, DepthMultiplier) in both formats,
// bias (c·DepthMultiplier).
type DepthwiseConv1D struct {
	nn.Base
	KernelSize           int        // steps of the window; required
	Strides              int        `default:"1"`
	Padding              Padding    `default:"valid"`
	DepthMultiplier      int        `default:"1"` // results of each channel
	DataFormat           DataFormat `default:"channels_last"`
	DilationRate         int        `default:"1"`
	Groups               int        `default:"1"` // Keras writes it; no other number means anything
	Activation           ActivationFunc
	UseBias              *bool          `default:"true"`
	DepthwiseInitializer nn.Initializer `default:"glorot_uniform"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	DepthwiseRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	DepthwiseConstraint  nn.Constraint
	BiasConstraint       nn.Constraint

	w convWeights
}

func (l *DepthwiseConv1D) convolution() *convolution {
	return &convolution{
		window:     window{[]int{l.KernelSize}, []int{l.Strides}, []int{l.DilationRate}, l.Padding, l.DataFormat},
		multiplier: l.DepthMultiplier, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.DepthwiseInitializer, l.DepthwiseRegularizer, l.DepthwiseConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
}

// Validate checks the settings.
func (l *DepthwiseConv1D) Validate() error {
	return firstError(l.convolution().validateDepthwise(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *DepthwiseConv1D) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildDepthwise(b, in)
}

// OutputShape states the output's shape.
func (l *DepthwiseConv1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().depthwiseShape(in)
}

// Call describes the layer.
func (l *DepthwiseConv1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callDepthwise(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *DepthwiseConv1D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
