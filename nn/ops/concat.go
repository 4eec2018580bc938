package ops

import "slices"

// Concat joins values along an axis; all other sizes must agree.
func Concat(axis int, vs ...*Value) *Value {
	if len(vs) == 0 {
		shapePanic("Concat", nil, "there is nothing to join")
	}
	if len(vs) == 1 {
		axisOf("Concat", vs[0].shape, axis)
		return vs[0]
	}
	return apply1(concat{axisOf("Concat", vs[0].shape, axis)}, vs...)
}

// Stack joins values of one shape along a new axis; axis counts in the result.
func Stack(axis int, vs ...*Value) *Value {
	wide := make([]*Value, len(vs))
	for i, v := range vs {
		if !slices.Equal(v.shape, vs[0].shape) {
			shapePanic("Stack", shapesOf(vs), "shapes differ")
		}
		wide[i] = ExpandDims(v, axis)
	}
	if axis < 0 && len(vs) > 0 {
		axis += vs[0].Rank() + 1
	}
	return Concat(axis, wide...)
}

type concat struct{ axis int }

func (concat) String() string { return "Concat" }

func (o concat) Infer(in [][]int) [][]int {
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		for i := range max(len(s), len(out)) {
			if len(s) != len(out) || i != o.axis && s[i] != out[i] {
				shapePanic("Concat", in, "all axes but %d must agree", o.axis)
			}
		}
		out[o.axis] += s[o.axis]
	}
	return [][]int{out}
}

func (o concat) Bind(b *Binding) func() {
	var moves []func()
	at, strides := 0, contiguous(b.OutShape[0])
	for i, in := range b.In {
		m := mover{shape: b.InShape[i], dst: strides, src: contiguous(b.InShape[i]), dstAt: at}
		moves = append(moves, m.bind(b.Out[0], in))
		at += b.InShape[i][o.axis] * strides[o.axis]
	}
	return inOrder(moves)
}

func (o concat) Grad(in, _, dout []*Value) []*Value {
	d := make([]*Value, len(in))
	lo := 0
	for i, v := range in {
		d[i] = Slice(dout[0], o.axis, lo, lo+v.shape[o.axis])
		lo += v.shape[o.axis]
	}
	return d
}

// Split cuts v into n equal parts along an axis.
func Split(v *Value, axis, n int) []*Value {
	a := axisOf("Split", v.shape, axis)
	if n < 1 || v.shape[a]%n != 0 {
		shapePanic("Split", [][]int{v.shape}, "axis %d of size %d does not divide into %d parts", axis, v.shape[a], n)
	}
	parts, size := make([]*Value, n), v.shape[a]/n
	if n == 1 {
		return []*Value{v}
	}
	copy(parts, Apply(split{a, n, size}, v))
	return parts
}

type split struct{ axis, n, size int }

func (split) String() string { return "Split" }

func (o split) Infer(in [][]int) [][]int {
	out := make([][]int, o.n)
	for i := range out {
		out[i] = slices.Clone(in[0])
		out[i][o.axis] = o.size
	}
	return out
}

func (o split) Bind(b *Binding) func() {
	var moves []func()
	strides := contiguous(b.InShape[0])
	for i, out := range b.Out {
		m := mover{shape: b.OutShape[i], dst: contiguous(b.OutShape[i]), src: strides, srcAt: i * o.size * strides[o.axis]}
		moves = append(moves, m.bind(out, b.In[0]))
	}
	return inOrder(moves)
}

func (o split) Grad(_, out, dout []*Value) []*Value {
	d := slices.Clone(dout)
	for i := range d {
		if d[i] == nil {
			d[i] = filled(0, out[i].shape)
		}
	}
	return []*Value{Concat(o.axis, d...)}
}

func inOrder(fs []func()) func() {
	return func() {
		for _, f := range fs {
			f()
		}
	}
}
