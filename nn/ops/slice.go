package ops

import (
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// Slice returns the part [lo, hi) of an axis. lo and hi count from the end when
// negative, as in numpy; there is no other clipping.
func Slice(v *Value, axis, lo, hi int) *Value {
	a := axisOf("Slice", v.shape, axis)
	from, to := lo, hi
	if from < 0 {
		from += v.shape[a]
	}
	if to < 0 {
		to += v.shape[a]
	}
	if from < 0 || to < from || to > v.shape[a] {
		shapePanic("Slice", [][]int{v.shape}, "[%d, %d) is no part of axis %d of size %d", lo, hi, axis, v.shape[a])
	}
	if to-from == v.shape[a] {
		return v
	}
	return apply1(slice{a, from, to}, v)
}

type slice struct{ axis, lo, hi int }

func (slice) String() string { return "Slice" }

func (o slice) Infer(in [][]int) [][]int {
	out := slices.Clone(in[0])
	out[o.axis] = o.hi - o.lo
	return [][]int{out}
}

func (o slice) Bind(b *Binding) func() {
	strides := contiguous(b.InShape[0])
	return mover{shape: b.OutShape[0], dst: contiguous(b.OutShape[0]), src: strides, srcAt: o.lo * strides[o.axis]}.bind(b.Out[0], b.In[0])
}

func (o slice) Grad(in, _, dout []*Value) []*Value {
	pads := make([][2]int, in[0].Rank())
	pads[o.axis] = [2]int{o.lo, in[0].shape[o.axis] - o.hi}
	return []*Value{Pad(dout[0], pads, 0)}
}

// Pad surrounds v with value: pads[i] counts the cells before and after along axis i.
func Pad(v *Value, pads [][2]int, value float32) *Value {
	if len(pads) != v.Rank() {
		shapePanic("Pad", [][]int{v.shape}, "%d pairs of sizes for rank %d", len(pads), v.Rank())
	}
	some := false
	for i, p := range pads {
		if p[0] < 0 || p[1] < 0 {
			shapePanic("Pad", [][]int{v.shape}, "axis %d: negative padding %v", i, p)
		}
		some = some || p != [2]int{}
	}
	if !some {
		return v
	}
	return apply1(&pad{slices.Clone(pads), value}, v)
}

type pad struct {
	pads  [][2]int
	value float32
}

func (*pad) String() string { return "Pad" }

func (o *pad) Infer(in [][]int) [][]int {
	out := slices.Clone(in[0])
	for i, p := range o.pads {
		out[i] += p[0] + p[1]
	}
	return [][]int{out}
}

func (o *pad) Bind(b *Binding) func() {
	strides := contiguous(b.OutShape[0])
	at := 0
	// The frame is cut into slabs, one before and one after along each axis, so
	// that no cell is written twice.
	var moves []func()
	inner, corner := slices.Clone(b.OutShape[0]), 0
	for i, p := range o.pads {
		at += p[0] * strides[i]
		for _, side := range [2][2]int{{0, p[0]}, {p[0] + b.InShape[0][i], p[1]}} {
			shape := slices.Clone(inner)
			shape[i] = side[1]
			m := mover{shape: shape, dst: strides, src: make([]int, len(shape)), dstAt: corner + side[0]*strides[i]}
			moves = append(moves, m.bind(b.Out[0], []float32{o.value}))
		}
		inner[i] = b.InShape[0][i]
		corner += p[0] * strides[i]
	}
	moves = append(moves, mover{shape: b.InShape[0], dst: strides, src: contiguous(b.InShape[0]), dstAt: at}.bind(b.Out[0], b.In[0]))
	return inOrder(moves)
}

func (o *pad) Grad(in, _, dout []*Value) []*Value {
	return []*Value{unpad(dout[0], o.pads, in[0].shape)}
}

// Reverse flips axes: the given ones, or all.
func Reverse(v *Value, axes ...int) *Value {
	flip := make([]bool, v.Rank())
	for i := range flip {
		flip[i] = len(axes) == 0
	}
	for _, a := range axes {
		flip[axisOf("Reverse", v.shape, a)] = true
	}
	if !slices.Contains(flip, true) {
		return v
	}
	return apply1(&reverse{flip}, v)
}

type reverse struct{ flip []bool }

func (*reverse) String() string           { return "Reverse" }
func (*reverse) Infer(in [][]int) [][]int { return [][]int{in[0]} }

func (o *reverse) Bind(b *Binding) func() {
	src, at := contiguous(b.InShape[0]), 0
	for i, f := range o.flip {
		if f {
			at += (b.InShape[0][i] - 1) * src[i]
			src[i] = -src[i]
		}
	}
	return mover{shape: b.OutShape[0], dst: contiguous(b.OutShape[0]), src: src, srcAt: at}.bind(b.Out[0], b.In[0])
}

func (o *reverse) Grad(_, _, dout []*Value) []*Value { return Apply(o, dout[0]) }

// filled is a constant of one value.
func filled(x float32, shape []int) *Value {
	t := tensor.New(shape...)
	fillFloats(t.Data(), x)
	return Constant(t)
}
