package ops

// SoftmaxInput returns what v is the softmax of, along its last axis; nil when
// v is something else. Losses use it to work on logits, which is exact where
// the logarithm of a probability is not.
func SoftmaxInput(v *Value) *Value {
	if s, ok := v.node.op.(softmax); ok && !s.log {
		return v.node.in[0]
	}
	return nil
}

// SigmoidInput returns what v is the sigmoid of; nil when v is something else.
func SigmoidInput(v *Value) *Value {
	if e, ok := v.node.op.(elementwise); ok && e.kind == kSigmoid {
		return v.node.in[0]
	}
	return nil
}
