package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Conv2D]("Conv2D", "Convolution2D") }

// Conv2D is activation(correlation of x with kernel + bias).
// Keras: Conv2D, Convolution2D.
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

	w convWeights
}

func (l *Conv2D) convolution() *convolution {
	return &convolution{
		window:  window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		filters: l.Filters, groups: l.Groups, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
}

// Validate checks the settings.
func (l *Conv2D) Validate() error { return l.convolution().validate() }

// Build creates the weights.
func (l *Conv2D) Build(b *nn.Build, in ...nn.Shape) error { return l.convolution().build(b, in) }

// OutputShape states the output's shape.
func (l *Conv2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().outputShape(in)
}

// Call describes the layer.
func (l *Conv2D) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.convolution().call(c, in[0]) }

// ActivityPenalty is the regularizer of the output.
func (l *Conv2D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
