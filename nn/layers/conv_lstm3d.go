package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[ConvLSTM3D]() }

// ConvLSTM3D is an [LSTM] over sequences of volumes, whose products are
// convolutions: that of the input as the settings say, that of the state with
// padding Same, strides and dilation 1. A masked step carries the states over and
// repeats the output before. Shi et al., 2015 (arXiv 1506.04214).
//
// Input: (batch, time, d, h, w, c), or (batch, time, c, d, h, w) channels first; then
// optionally the initial h and c, of the output's shape.
// Output: (batch, d', h', w', Filters), or (batch, time, d', h', w', Filters) with
// ReturnSequences, or channels first; then with ReturnState the last h and c.
// Weights, gates in the order i, f, c, o: kernel (kd, kh, kw, c, 4·Filters),
// recurrent_kernel (kd, kh, kw, Filters, 4·Filters), bias (4·Filters).
type ConvLSTM3D struct {
	nn.Base
	ReturnSequences      bool           // give the output of every step, not of the last
	ReturnState          bool           // give the last states too; see nn.ApplyMulti
	GoBackwards          bool           // last step first; sequences stay in the order of processing
	Stateful             bool           // start from the states that the batch before ended with
	Unroll               bool           // not possible; here for Keras' files
	TimeMajor            bool           // not possible; here for Keras' files
	Filters              int            // number of output channels; required
	KernelSize           [3]int         // depth, height and width; required
	Strides              [3]int         `default:"1"`
	Padding              Padding        `default:"valid"`
	DataFormat           DataFormat     `default:"channels_last"`
	DilationRate         [3]int         `default:"1"`
	Activation           ActivationFunc `default:"tanh"`
	RecurrentActivation  ActivationFunc `default:"hard_sigmoid"` // of the gates
	UseBias              *bool          `default:"true"`
	KernelInitializer    nn.Initializer `default:"glorot_uniform"`
	RecurrentInitializer nn.Initializer `default:"orthogonal"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	UnitForgetBias       *bool          `default:"true"` // start the forget gate's bias at 1
	KernelRegularizer    nn.Regularizer
	RecurrentRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input dropped for each gate, the same at every step
	RecurrentDropout     float64 // part of the state dropped for each gate, the same at every step

	memory
	w gatedWeights
}

func (l *ConvLSTM3D) conv() convLSTM {
	bias := weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}
	if yes(l.UnitForgetBias) {
		bias.init = forgetBias{l.Filters, l.BiasInitializer}
	}
	return convLSTM{
		seq: sequence{
			returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards,
			stateful: l.Stateful, unroll: l.Unroll, timeMajor: l.TimeMajor, memory: &l.memory,
		},
		filters: l.Filters, window: window{l.KernelSize[:], l.Strides[:], l.DilationRate[:], l.Padding, l.DataFormat},
		act: l.Activation, rec: l.RecurrentActivation, dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, useBias: yes(l.UseBias),
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      bias, w: &l.w,
	}
}

// Validate checks the settings.
func (l *ConvLSTM3D) Validate() error { return l.conv().validate() }

// Build creates the weights.
func (l *ConvLSTM3D) Build(b *nn.Build, in ...nn.Shape) error { return l.conv().build(b, in) }

// Call describes the layer's first output.
func (l *ConvLSTM3D) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnState, the last states.
func (l *ConvLSTM3D) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return l.conv().call(c, in)
}

// ComputeMask hands the mask on when every step is returned.
func (l *ConvLSTM3D) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return l.conv().seq.mask(c) }

// ActivityPenalty is the regularizer of the output.
func (l *ConvLSTM3D) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
