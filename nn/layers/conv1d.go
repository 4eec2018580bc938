package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Conv1D]("Conv1D", "Convolution1D") }

// Conv1D is activation(correlation of x with kernel + bias) along sequences.
// With padding Causal no output sees a later step of its input.
// Keras: Conv1D, Convolution1D.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first.
// Output: (batch, steps', Filters), or channels first.
// Weights: kernel (KernelSize, c/Groups, Filters) in both formats, bias (Filters).
type Conv1D struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          int        // steps of the window; required
	Strides             int        `default:"1"`
	Padding             Padding    `default:"valid"`
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        int        `default:"1"`
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

func (l *Conv1D) convolution() *convolution {
	return &convolution{
		window: window{[]int{l.KernelSize}, []int{l.Strides}, []int{l.DilationRate}, l.Padding, l.DataFormat}, causal: true,
		filters: l.Filters, groups: l.Groups, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
}

// Validate checks the settings.
func (l *Conv1D) Validate() error { return l.convolution().validate() }

// Build creates the weights.
func (l *Conv1D) Build(b *nn.Build, in ...nn.Shape) error { return l.convolution().build(b, in) }

// OutputShape states the output's shape.
func (l *Conv1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().outputShape(in)
}

// Call describes the layer.
func (l *Conv1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.convolution().call(c, in[0]) }

// ActivityPenalty is the regularizer of the output.
func (l *Conv1D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
