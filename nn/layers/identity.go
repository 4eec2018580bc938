package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Identity]() }

// Identity hands its inputs on: a place in a model where nothing is to be done,
// or not yet. It does not hand masks on, as in tf-keras, and refuses them.
//
// Input and output: any shape, of each input.
type Identity struct{ nn.Base }

// Call returns the first input.
func (l *Identity) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// CallMulti returns the inputs.
func (l *Identity) CallMulti(_ *nn.Call, in ...*ops.Value) []*ops.Value { return in }
