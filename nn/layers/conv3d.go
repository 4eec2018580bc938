package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Conv3D]("Conv3D", "Convolution3D") }

// Conv3D is activation(correlation of x with kernel + bias) on volumes.
// Keras: Conv3D, Convolution3D.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: (batch, d', h', w', Filters), or channels first.
// Weights: kernel (kd, kh, kw, c/Groups, Filters) in both formats, bias (Filters).
type Conv3D struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          [3]int     // depth, height and width; required
	Strides             [3]int     `default:"1"`
	Padding             Padding    `default:"valid"`
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        [3]int     `default:"1"`
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

func (l *Conv3D) convolution() *convolution {
	return &convolution{
		window:  window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		filters: l.Filters, groups: l.Groups, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
}

// Validate checks the settings.
func (l *Conv3D) Validate() error { return l.convolution().validate() }

// Build creates the weights.
func (l *Conv3D) Build(b *nn.Build, in ...nn.Shape) error { return l.convolution().build(b, in) }

// OutputShape states the output's shape.
func (l *Conv3D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().outputShape(in)
}

// Call describes the layer.
func (l *Conv3D) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.convolution().call(c, in[0]) }

// ActivityPenalty is the regularizer of the output.
func (l *Conv3D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
