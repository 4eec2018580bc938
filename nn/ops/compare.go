package ops

// Comparisons give 1 for true and 0 for false; no gradient flows through them.
// Any other number than 0, NaN among them, counts as true.

// Equal returns a == b. NaN is equal to nothing.
func Equal(a, b *Value) *Value { return binary(kEqual, a, b) }

// NotEqual returns a != b.
func NotEqual(a, b *Value) *Value { return binary(kNotEqual, a, b) }

// Less returns a < b.
func Less(a, b *Value) *Value { return binary(kLess, a, b) }

// LessEqual returns a <= b.
func LessEqual(a, b *Value) *Value { return binary(kLessEqual, a, b) }

// Greater returns a > b.
func Greater(a, b *Value) *Value { return binary(kLess, b, a) }

// GreaterEqual returns a >= b.
func GreaterEqual(a, b *Value) *Value { return binary(kLessEqual, b, a) }

// And returns 1 where both are true.
func And(a, b *Value) *Value { return binary(kAnd, a, b) }

// Or returns 1 where at least one is true.
func Or(a, b *Value) *Value { return binary(kOr, a, b) }

// Not returns 1 where v is 0.
func Not(v *Value) *Value { return unary(kNot, v) }

// IsNaN returns 1 where v is NaN.
func IsNaN(v *Value) *Value { return unary(kIsNaN, v) }

// Where returns a where cond is true, else b. All three are broadcast. The
// operand that is not chosen gets a gradient of 0 and its NaN does no harm.
func Where(cond, a, b *Value) *Value { return apply1(elementwise{kind: kWhere}, cond, a, b) }
