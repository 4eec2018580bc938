package tensor

// Reshape returns the elements, in row-major order, under another shape; one
// size may be -1 and follows from the others. A contiguous tensor shares its
// memory with the result, any other is copied.
//
// numpy: reshape.
// Keras: K.reshape.
func Reshape(t *Tensor, shape ...int) *Tensor {
	shape = copyShape(shape)
	free, known := -1, 1
	for i, d := range shape {
		switch {
		case d == -1 && free < 0:
			free = i
		case d == -1:
			fail("Reshape", "shape", "%v has more than one -1", shape)
		case d < 0:
			fail("Reshape", "shape", "negative size in %v", shape)
		}
	}
	if free >= 0 {
		shape[free] = 1
		known = size("Reshape", shape)
		if known == 0 || t.Len()%known != 0 {
			shape[free] = -1
			fail("Reshape", "shape", "%d elements (shape %v) do not fill %v: %d is no multiple of %d", t.Len(), t.shape, shape, t.Len(), known)
		}
		shape[free] = t.Len() / known
	}
	if size("Reshape", shape) != t.Len() {
		fail("Reshape", "shape", "shape %v has %d elements, %v wants %d", t.shape, t.Len(), shape, size("Reshape", shape))
	}
	t = t.Contiguous()
	return &Tensor{shape: shape, strides: rowMajor(shape), offset: t.offset, data: t.data}
}

// Flatten returns the elements in row-major order with rank 1; see [Reshape].
//
// numpy: ravel.
// Keras: K.flatten.
func Flatten(t *Tensor) *Tensor { return Reshape(t, t.Len()) }

// Tile repeats t as a whole: reps[i] times along axis i. The shorter of shape
// and reps is filled with ones in front.
//
// numpy: tile.
// Keras: K.tile.
func Tile(t *Tensor, reps ...int) *Tensor {
	for _, r := range reps {
		if r < 0 {
			fail("Tile", "reps", "negative count in %v", reps)
		}
	}
	rank := max(len(reps), len(t.shape))
	d, r := pad1(t.shape, rank), pad1(reps, rank)
	// Seen with each axis doubled to (reps, size), tiling is broadcasting.
	var from, to, out []int
	for i := range rank {
		from, to, out = append(from, 1, d[i]), append(to, r[i], d[i]), append(out, r[i]*d[i])
	}
	return Reshape(BroadcastTo(Reshape(t, from...), to...).Clone(), out...)
}

// pad1 returns s with ones in front up to a length.
func pad1(s []int, length int) []int {
	out := make([]int, 0, length)
	for len(out) < length-len(s) {
		out = append(out, 1)
	}
	return append(out, s...)
}

// Repeat repeats every element along an axis n times.
//
// numpy: repeat.
// Keras: K.repeat_elements.
func Repeat(t *Tensor, n, axis int) *Tensor {
	axis = axisOf("Repeat", "axis", axis, t.shape)
	if n < 0 {
		fail("Repeat", "n", "negative count %d", n)
	}
	wide := copyShape(t.shape)
	wide = append(wide[:axis+1], append([]int{n}, t.shape[axis+1:]...)...)
	out := copyShape(t.shape)
	out[axis] *= n
	return Reshape(BroadcastTo(ExpandDims(t, axis+1), wide...).Clone(), out...)
}

// Roll moves the elements along an axis by shift places; those that fall off
// one end come back at the other.
//
// numpy: roll.
func Roll(t *Tensor, shift, axis int) *Tensor {
	axis = axisOf("Roll", "axis", axis, t.shape)
	out := New(t.shape...)
	n := t.shape[axis]
	if out.Len() == 0 {
		return out
	}
	shift = (shift%n + n) % n
	Copy(out.Slice(axis, shift, n), t.Slice(axis, 0, n-shift))
	Copy(out.Slice(axis, 0, shift), t.Slice(axis, n-shift, n))
	return out
}

// RollFlat moves the elements, in row-major order, by shift places and keeps
// the shape.
//
// numpy: roll without an axis.
func RollFlat(t *Tensor, shift int) *Tensor {
	return Reshape(Roll(Flatten(t), shift, 0), t.shape...)
}

// Pad returns t with x around it: pads holds the numbers of elements before and
// behind for each axis.
//
// numpy: pad with mode="constant".
func Pad(t *Tensor, pads [][2]int, x float32) *Tensor {
	if len(pads) != t.Rank() {
		fail("Pad", "pads", "got %d pairs for rank %d (shape %v)", len(pads), t.Rank(), t.shape)
	}
	shape := copyShape(t.shape)
	for i, p := range pads {
		if p[0] < 0 || p[1] < 0 {
			fail("Pad", "pads", "negative width %v for axis %d; Slice cuts", p, i)
		}
		shape[i] += p[0] + p[1]
	}
	out := Full(x, shape...)
	middle := out
	for i, p := range pads {
		middle = middle.Slice(i, p[0], p[0]+t.shape[i])
	}
	Copy(middle, t)
	return out
}
