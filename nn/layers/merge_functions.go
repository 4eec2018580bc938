package layers

import "github.com/antler-ml/antler/nn"

// The functions of this file are the merge layers for use inside an expression:
// they make a layer and apply it.

// AddOf returns the sum of symbols; see [Add].
// Keras: add.
func AddOf(in ...*nn.Symbol) *nn.Symbol { return nn.Apply(&Add{}, in...) }

// SubtractOf returns a - b; see [Subtract].
// Keras: subtract.
func SubtractOf(a, b *nn.Symbol) *nn.Symbol { return nn.Apply(&Subtract{}, a, b) }

// MultiplyOf returns the product of symbols, element by element; see [Multiply].
// Keras: multiply.
func MultiplyOf(in ...*nn.Symbol) *nn.Symbol { return nn.Apply(&Multiply{}, in...) }

// AverageOf returns the mean of symbols; see [Average].
// Keras: average.
func AverageOf(in ...*nn.Symbol) *nn.Symbol { return nn.Apply(&Average{}, in...) }

// MaximumOf returns the largest of symbols at each place; see [Maximum].
// Keras: maximum.
func MaximumOf(in ...*nn.Symbol) *nn.Symbol { return nn.Apply(&Maximum{}, in...) }

// MinimumOf returns the smallest of symbols at each place; see [Minimum].
// Keras: minimum.
func MinimumOf(in ...*nn.Symbol) *nn.Symbol { return nn.Apply(&Minimum{}, in...) }

// ConcatenateOf joins symbols along an axis, -1 for the last; see [Concatenate].
// Keras: concatenate.
func ConcatenateOf(axis int, in ...*nn.Symbol) *nn.Symbol {
	return nn.Apply(&Concatenate{Axis: &axis}, in...)
}

// DotOf multiplies a and b along an axis of each and adds up; see [Dot].
// Keras: dot.
func DotOf(a, b *nn.Symbol, axes [2]int, normalize bool) *nn.Symbol {
	return nn.Apply(&Dot{Axes: axes, Normalize: normalize}, a, b)
}
