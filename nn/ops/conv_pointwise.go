package ops

// convolve is act(convolution of x with w + bias). A window of one cell that
// skips none is a product of matrices, cells by channels, and is made as one:
// its kernels reach more of the machine's peak than tables of cells do.
func convolve(c convGeometry, act Activation, x, w, bias *Value) *Value {
	if !c.pointwise(x, w, bias) {
		return apply1(conv{c, act}, withBias(x, w, bias)...)
	}
	channels, filters := w.Dim(-2), w.Dim(-1)
	a, b := Reshape(x, x.Size()/channels, channels), Reshape(w, channels, filters)
	var y *Value
	if bias == nil && act == ActNone {
		y = MatMul(a, b)
	} else {
		y = Dense(a, b, bias, act)
	}
	return Reshape(y, c.shape(x.Dim(0), c.cells(x.shape), filters)...)
}

// pointwise reports whether the operands fit each other and each result sees
// one cell. What does not fit is for conv to explain.
func (c convGeometry) pointwise(x, w, bias *Value) bool {
	ones, zeros := [3]int{1, 1, 1}, [3]int{}
	if c.strides != ones || c.low != zeros || c.high != zeros || c.groups != 1 {
		return false
	}
	if x.Rank() != c.rank+2 || w.Rank() != c.rank+2 || c.window(w.shape) != ones {
		return false
	}
	if bias != nil && (bias.Rank() != 1 || bias.Size() != w.Dim(-1)) {
		return false
	}
	return x.Dim(-1) == w.Dim(-2) && w.Size() > 0 && x.Size() > 0
}
