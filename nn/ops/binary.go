package ops

// The functions of two values broadcast them as numpy does; gradients are summed
// over the axes that were stretched.

// Add returns a + b.
func Add(a, b *Value) *Value { return binary(kAdd, a, b) }

// Sub returns a - b.
func Sub(a, b *Value) *Value { return binary(kSub, a, b) }

// Mul returns a * b, element by element.
func Mul(a, b *Value) *Value { return binary(kMul, a, b) }

// Div returns a / b.
func Div(a, b *Value) *Value { return binary(kDiv, a, b) }

// Maximum returns the larger of a and b, NaN when one is NaN. The gradient of a
// tie goes to a.
func Maximum(a, b *Value) *Value { return binary(kMaximum, a, b) }

// Minimum returns the smaller of a and b, NaN when one is NaN. The gradient of
// a tie goes to a.
func Minimum(a, b *Value) *Value { return binary(kMinimum, a, b) }

// Pow returns aᵇ. The gradient with respect to b counts log(a) as 0 where a ≤ 0.
// For a fixed exponent [PowScalar] is faster.
func Pow(a, b *Value) *Value { return binary(kPow, a, b) }

// SigmoidCrossEntropy returns, element by element, the cross-entropy of
// sigmoid(logits) against targets: max(x, 0) - x*t + log(1+e^-|x|).
// Keras: binary_crossentropy(from_logits=True), before its mean.
func SigmoidCrossEntropy(logits, targets *Value) *Value { return binary(kSigmoidLoss, logits, targets) }
