package activations

import "github.com/antler-ml/antler/nn/ops"

// HardSigmoidSixth is ReLU6(x+3)/6: what Keras 3 calls hard_sigmoid, which has
// another slope than that of Keras 2, [HardSigmoid].
var HardSigmoidSixth = builtin(hardSigmoidSixth, "hard_sigmoid_sixth")

func hardSigmoidSixth(x *ops.Value) *ops.Value {
	return ops.MulScalar(ops.ReLU6(ops.AddScalar(x, 3)), 1./6)
}
