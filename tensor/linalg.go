package tensor

import "slices"

// MatMul multiplies matrices, which lie in the last two axes; the axes before
// broadcast. A vector on the left counts as a row and on the right as a column,
// and the axis that this adds is dropped again. Sums are float32, as in numpy,
// and the same for any number of workers.
//
// numpy: matmul.
func MatMul(a, b *Tensor) *Tensor {
	if a.Rank() == 0 || b.Rank() == 0 {
		fail("MatMul", "", "shapes %v and %v: a scalar is no matrix; Mul scales", a.shape, b.shape)
	}
	x, y := a, b
	if a.Rank() == 1 {
		x = ExpandDims(a, 0)
	}
	if b.Rank() == 1 {
		y = ExpandDims(b, 1)
	}
	if x.Dim(-1) != y.Dim(-2) {
		fail("MatMul", "", "shapes %v and %v: inner sizes %d and %d differ", a.shape, b.shape, x.Dim(-1), y.Dim(-2))
	}
	if _, ok := broadcastShape(x.shape[:x.Rank()-2], y.shape[:y.Rank()-2]); !ok {
		fail("MatMul", "", "shapes %v and %v: the axes before the last two do not broadcast", a.shape, b.shape)
	}
	out := matmul(x, y)
	if b.Rank() == 1 {
		out = Squeeze(out, -1)
	}
	if a.Rank() == 1 {
		axis := -2
		if b.Rank() == 1 {
			axis = -1
		}
		out = Squeeze(out, axis)
	}
	return out
}

// Dot is numpy's dot: the inner product of vectors, the product of matrices,
// and for higher ranks the sum over the last axis of a and the second to last
// of b; the result has the other axes of a, then those of b. A scalar scales.
//
// numpy: dot.
// Keras: K.dot.
func Dot(a, b *Tensor) *Tensor {
	if a.Rank() == 0 || b.Rank() == 0 {
		return Mul(a, b)
	}
	along := max(b.Rank()-2, 0)
	if a.Dim(-1) != b.shape[along] {
		fail("Dot", "", "shapes %v and %v: last size %d of a and size %d of axis %d of b differ", a.shape, b.shape, a.Dim(-1), b.shape[along], along)
	}
	k := a.Dim(-1)
	shape := slices.Concat(a.shape[:a.Rank()-1], remove(b.shape, along))
	x, y := collapse(a, k, false), collapse(MoveAxis(b, along, 0), k, true)
	return Reshape(matmul(x, y), shape...)
}

// collapse returns t as a matrix with k columns, or k rows.
func collapse(t *Tensor, k int, rows bool) *Tensor {
	if t.Rank() == 2 {
		return t // even a transposed view: no copy
	}
	n := 1
	shape := t.shape[:max(t.Rank()-1, 0)]
	if rows {
		shape = t.shape[1:]
	}
	for _, d := range shape {
		n *= d
	}
	if rows {
		return Reshape(t, k, n)
	}
	return Reshape(t, n, k)
}

// BatchDot multiplies sample by sample: axis 0 of x and y is the batch, and one
// axis of each is summed over. axes holds that axis of x and that of y, or one
// number for both; none mean the last of x and the second to last of y (the last,
// when y has rank 2). The result has the batch, the other axes of x, then those
// of y; two operands of rank 2 give shape (batch, 1).
//
// Keras: K.batch_dot.
func BatchDot(x, y *Tensor, axes ...int) *Tensor {
	const op = "BatchDot"
	if x.Rank() < 2 || y.Rank() < 2 {
		fail(op, "", "shapes %v and %v: both need a batch axis and one more", x.shape, y.shape)
	}
	if x.shape[0] != y.shape[0] {
		fail(op, "", "shapes %v and %v: batch sizes %d and %d differ", x.shape, y.shape, x.shape[0], y.shape[0])
	}
	var ax, ay int
	switch len(axes) {
	case 0:
		ax, ay = x.Rank()-1, max(y.Rank()-2, 1)
	case 1:
		ax, ay = axes[0], axes[0]
	case 2:
		ax, ay = axes[0], axes[1]
	default:
		fail(op, "axes", "%v: want none, one for both, or one each", axes)
	}
	ax, ay = axisOf(op, "axes of x", ax, x.shape), axisOf(op, "axes of y", ay, y.shape)
	if ax == 0 || ay == 0 {
		fail(op, "axes", "%v: axis 0 is the batch and cannot be summed over; ExpandDims(x, 0) adds a batch axis", axes)
	}
	if x.shape[ax] != y.shape[ay] {
		fail(op, "axes", "shapes %v and %v: sizes %d of axis %d of x and %d of axis %d of y differ", x.shape, y.shape, x.shape[ax], ax, y.shape[ay], ay)
	}
	n, k := x.shape[0], x.shape[ax]
	shape := slices.Concat(remove(x.shape, ax), remove(y.shape, ay)[1:])
	if x.Rank() == 2 && y.Rank() == 2 {
		shape = []int{n, 1}
	}
	rows, cols := 1, 1
	for _, d := range remove(x.shape, ax)[1:] {
		rows *= d
	}
	for _, d := range remove(y.shape, ay)[1:] {
		cols *= d
	}
	l := MoveAxis(x, ax, -1)
	r := MoveAxis(y, ay, 1)
	if l.Rank() != 3 {
		l = Reshape(l, n, rows, k)
	}
	if r.Rank() != 3 {
		r = Reshape(r, n, k, cols)
	}
	return Reshape(matmul(l, r), shape...)
}
