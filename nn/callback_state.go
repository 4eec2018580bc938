package nn

import (
	"encoding/json"

	"github.com/antler-ml/antler/tensor"
)

// CallbackState is what a callback remembers from one epoch to the next.
type CallbackState struct {
	Values  json.RawMessage  // counters and the like; nil: none
	Tensors []*tensor.Tensor // such as the best weights so far
}

// StatefulCallback is a callback whose memory is part of a checkpoint, so that
// training that goes on decides as if it had never stopped. SetState is called
// after OnTrainBegin; Keras forgets instead.
type StatefulCallback interface {
	Callback
	State() (CallbackState, error)
	SetState(CallbackState) error
}
