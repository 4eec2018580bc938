package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[LocallyConnected1D]() }

// LocallyConnected1D is a [Conv1D] in which each window has a kernel of its own.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first; steps fixed.
// Output: (batch, steps', Filters), or channels first. Weights: kernel (steps',
// KernelSize·c, Filters), with Implementation 2 (steps, c, steps', Filters), of
// which the connected ones count, with 3 the list of those alone; bias (steps',
// Filters).
type LocallyConnected1D struct {
	nn.Base
	Filters             int        // number of output channels; required
	KernelSize          int        // steps of the window; required
	Strides             int        `default:"1"`
	Padding             Padding    `default:"valid"` // same: with Implementation 2 or 3
	DataFormat          DataFormat `default:"channels_last"`
	Activation          ActivationFunc
	UseBias             *bool          `default:"true"`
	KernelInitializer   nn.Initializer `default:"glorot_uniform"`
	BiasInitializer     nn.Initializer `default:"zeros"`
	KernelRegularizer   nn.Regularizer
	BiasRegularizer     nn.Regularizer
	ActivityRegularizer nn.Regularizer
	KernelConstraint    nn.Constraint
	BiasConstraint      nn.Constraint
	Implementation      int `default:"1"` // how the kernel is stored; the results are the same

	w convWeights
}

func (l *LocallyConnected1D) local() *locallyConnected {
	return &locallyConnected{implementation: l.Implementation, convolution: convolution{
		window:  window{size: []int{l.KernelSize}, strides: []int{l.Strides}, padding: l.Padding, format: l.DataFormat},
		filters: l.Filters, act: l.Activation, useBias: yes(l.UseBias),
		kernelAs: weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		biasAs:   weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		w:        &l.w,
	}}
}

// Validate checks the settings.
func (l *LocallyConnected1D) Validate() error { return l.local().validate() }

// Build creates the weights.
func (l *LocallyConnected1D) Build(b *nn.Build, in ...nn.Shape) error { return l.local().build(b, in) }

// OutputShape states the output's shape.
func (l *LocallyConnected1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.local().outputShape(in)
}

// Call describes the layer.
func (l *LocallyConnected1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.local().call(c, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *LocallyConnected1D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
