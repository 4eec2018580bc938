package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Conv3DTranspose]("Conv3DTranspose", "Convolution3DTranspose", "Deconvolution3D")
}

// Conv3DTranspose goes the way of a [Conv3D] back; see [Conv2DTranspose]. Keras
// ignores DilationRate here and does not save it.
// Keras: Conv3DTranspose, Convolution3DTranspose, Deconvolution3D.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: (batch, d', h', w', Filters), or channels first; sizes as there.
// Weights: kernel (kd, kh, kw, Filters, c) in both formats, bias (Filters).
type Conv3DTranspose struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          [3]int     // depth, height and width; required
	Strides             [3]int     `default:"1"`
	Padding             Padding    `default:"valid"`
	OutputPadding       *[3]int    // chooses among the sizes that a convolution makes the input's of; less than Strides
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        [3]int     `default:"1"`
	Groups              int        `default:"1"` // Keras writes it; no other number means anything
	Activation          ActivationFunc
	UseBias             *bool          `default:"true"`
	KernelInitializer   nn.Initializer `default:"glorot_uniform"`
	BiasInitializer     nn.Initializer `default:"zeros"`
	KernelRegularizer   nn.Regularizer
	BiasRegularizer     nn.Regularizer
	ActivityRegularizer nn.Regularizer
	KernelConstraint    nn.Constraint
	BiasConstraint      nn.Constraint

	w convWeights
}

func (l *Conv3DTranspose) convolution() *convolution {
	v := &convolution{
		window:  window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		filters: l.Filters, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
	if l.OutputPadding != nil {
		v.outputPadding = l.OutputPadding[:]
	}
	return v
}

// Validate checks the settings.
func (l *Conv3DTranspose) Validate() error {
	return firstError(l.convolution().validateTranspose(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *Conv3DTranspose) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildTranspose(b, in)
}

// OutputShape states the output's shape.
func (l *Conv3DTranspose) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().transposeShape(in)
}

// Call describes the layer.
func (l *Conv3DTranspose) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callTranspose(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *Conv3DTranspose) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
