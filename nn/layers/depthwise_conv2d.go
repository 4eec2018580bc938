package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[DepthwiseConv2D]() }

// DepthwiseConv2D slides windows over each channel by itself: result channel
// i·DepthMultiplier+j is made of input channel i. The activation follows.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h', w', c·DepthMultiplier), or channels first.
// Weights: depthwise_kernel (kh, kw, c, DepthMultiplier) in both formats,
// bias (c·DepthMultiplier).
type DepthwiseConv2D struct {
	nn.Base
	KernelSize           [2]int     // height and width; required
	Strides              [2]int     `default:"1"`
	Padding              Padding    `default:"valid"`
	DepthMultiplier      int        `default:"1"` // results of each channel
	DataFormat           DataFormat `default:"channels_last"`
	DilationRate         [2]int     `default:"1"`
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

func (l *DepthwiseConv2D) convolution() *convolution {
	return &convolution{
		window:     window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		multiplier: l.DepthMultiplier, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.DepthwiseInitializer, l.DepthwiseRegularizer, l.DepthwiseConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
}

// Validate checks the settings.
func (l *DepthwiseConv2D) Validate() error {
	return firstError(l.convolution().validateDepthwise(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *DepthwiseConv2D) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildDepthwise(b, in)
}

// OutputShape states the output's shape.
func (l *DepthwiseConv2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().depthwiseShape(in)
}

// Call describes the layer.
func (l *DepthwiseConv2D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callDepthwise(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *DepthwiseConv2D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
