package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Conv1DTranspose]("Conv1DTranspose", "Convolution1DTranspose") }

// Conv1DTranspose goes the way of a [Conv1D] back; see [Conv2DTranspose].
// Keras: Conv1DTranspose, Convolution1DTranspose.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first.
// Output: (batch, steps', Filters), or channels first; steps' as there.
// Weights: kernel (KernelSize, Filters, c) in both formats, bias (Filters).
type Conv1DTranspose struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          int        // steps of the window; required
	Strides             int        `default:"1"`
	Padding             Padding    `default:"valid"`
	OutputPadding       *int       // chooses among the lengths that a convolution makes the input's of; less than Strides
	DataFormat          DataFormat `default:"channels_last"`
	DilationRate        int        `default:"1"`
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

func (l *Conv1DTranspose) convolution() *convolution {
	v := &convolution{
		window:  window{[]int{l.KernelSize}, []int{l.Strides}, []int{l.DilationRate}, l.Padding, l.DataFormat},
		filters: l.Filters, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}
	if l.OutputPadding != nil {
		v.outputPadding = []int{*l.OutputPadding}
	}
	return v
}

// Validate checks the settings.
func (l *Conv1DTranspose) Validate() error {
	return firstError(l.convolution().validateTranspose(), oneGroup(l.Groups))
}

// Build creates the weights.
func (l *Conv1DTranspose) Build(b *nn.Build, in ...nn.Shape) error {
	return l.convolution().buildTranspose(b, in)
}

// OutputShape states the output's shape.
func (l *Conv1DTranspose) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.convolution().transposeShape(in)
}

// Call describes the layer.
func (l *Conv1DTranspose) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.convolution().callTranspose(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *Conv1DTranspose) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
