package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Conv2DTranspose]("Conv2DTranspose", "Convolution2DTranspose", "Deconvolution2D")
}

// Conv2DTranspose goes the way of a [Conv2D] back: it is the gradient of one
// with respect to its input, and then bias and activation. It makes images
// larger by Strides.
// Keras: Conv2DTranspose, Convolution2DTranspose, Deconvolution2D.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h', w', Filters), or channels first. With s the stride and k
// the reach of the window, (KernelSize-1)·DilationRate+1, h' is h·s for padding
// Same, h·s + max(k-s, 0) for Valid; with OutputPadding p it is (h-1)·s + p +
// k mod 2 for Same, (h-1)·s + p + k for Valid.
// Weights: kernel (kh, kw, Filters, c) in both formats, bias (Filters).
type Conv2DTranspose struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          [2]int     // height and width; required
	Strides             [2]int     `default:"1"`
	Padding             Padding    `default:"valid"`
	OutputPadding       *[2]int    // chooses among the sizes that a convolution makes the input's of; less than Strides
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        [2]int     `default:"1"`
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

func (l *Conv2DTranspose) convolution() *convolution {
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
func (l *Conv2DTranspose) Validate() error {
	return firstError(l.convolution().validateTranspose(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *Conv2DTranspose) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildTranspose(b, in)
}

// OutputShape states the output's shape.
func (l *Conv2DTranspose) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().transposeShape(in)
}

// Call describes the layer.
func (l *Conv2DTranspose) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callTranspose(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *Conv2DTranspose) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
