package ops

import "slices"

// BroadcastTo repeats v along new leading axes and along its axes of size 1.
func BroadcastTo(v *Value, shape ...int) *Value {
	skip := len(shape) - v.Rank()
	if skip < 0 {
		shapePanic("BroadcastTo", [][]int{v.shape, shape}, "the new shape has fewer axes")
	}
	for i, d := range v.shape {
		if d != 1 && d != shape[skip+i] {
			shapePanic("BroadcastTo", [][]int{v.shape, shape}, "axis %d has size %d, which does not stretch to %d", i, d, shape[skip+i])
		}
	}
	if slices.Equal(shape, v.shape) {
		return v
	}
	return apply1(&broadcastTo{slices.Clone(shape)}, v)
}

type broadcastTo struct{ shape []int }

func (*broadcastTo) String() string          { return "BroadcastTo" }
func (o *broadcastTo) Infer([][]int) [][]int { return [][]int{o.shape} }

func (o *broadcastTo) Bind(b *Binding) func() {
	return mover{shape: o.shape, dst: contiguous(o.shape), src: broadcastStrides(b.InShape[0], o.shape)}.bind(b.Out[0], b.In[0])
}

func (o *broadcastTo) Grad(in, _, dout []*Value) []*Value {
	var axes []int
	for i, s := range broadcastStrides(in[0].shape, o.shape) {
		if s == 0 && o.shape[i] != 1 {
			axes = append(axes, i)
		}
	}
	return []*Value{sumAxes(dout[0], in[0].shape, axes)}
}

// sumAxes sums over axes, none meaning none, and gives the result a shape.
func sumAxes(v *Value, shape []int, axes []int) *Value {
	if len(axes) > 0 {
		v = Sum(v, axes...)
	}
	return Reshape(v, shape...)
}

// broadcastStrides are the strides of shape small read as if it were large.
func broadcastStrides(small, large []int) []int {
	s := make([]int, len(large))
	skip := len(large) - len(small)
	for i, stride := range contiguous(small) {
		if small[i] != 1 {
			s[skip+i] = stride
		}
	}
	return s
}

// Tile repeats the whole of v: reps[i] times along axis i. Missing reps and
// missing axes count from the end, as in numpy.
func Tile(v *Value, reps ...int) *Value {
	rank := max(v.Rank(), len(reps))
	ones := slices.Repeat([]int{1}, rank)
	shape := append(ones[:rank-v.Rank():rank-v.Rank()], v.shape...)
	reps = append(ones[:rank-len(reps):rank-len(reps)], reps...)
	var wide, big, to []int // [1, size] stretched to [rep, size] for each axis
	for i, r := range reps {
		if r < 0 {
			shapePanic("Tile", [][]int{v.shape}, "negative repetition %d", r)
		}
		wide, big, to = append(wide, 1, shape[i]), append(big, r, shape[i]), append(to, r*shape[i])
	}
	return Reshape(BroadcastTo(Reshape(v, wide...), big...), to...)
}

// Repeat repeats each element n times along an axis.
func Repeat(v *Value, n, axis int) *Value {
	a := axisOf("Repeat", v.shape, axis)
	if n < 0 {
		shapePanic("Repeat", [][]int{v.shape}, "negative repetition %d", n)
	}
	wide := slices.Insert(slices.Clone(v.shape), a+1, 1)
	big, to := slices.Clone(wide), slices.Clone(v.shape)
	big[a+1], to[a] = n, n*v.shape[a]
	return Reshape(BroadcastTo(Reshape(v, wide...), big...), to...)
}
