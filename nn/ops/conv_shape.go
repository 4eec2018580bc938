package ops

import (
	"strconv"

	"github.com/antler-ml/antler/internal/kernel"
)

// spatialNames are the axes of images; index 0 is axis 1.
var spatialNames = [2]string{"height", "width"}

// convGeometry is a ConvConfig as three axes: depth, height, width. Images have
// one slice, sequences one slice of one column.
type convGeometry struct {
	rank              int // axes that values have between the first and the last
	strides, dilation [3]int
	low, high         [3]int
	groups            int
}

// first is the place of the values' axis 1 among the three.
func (c convGeometry) first() int {
	if c.rank == 3 {
		return 0
	}
	return 1
}

// three puts the numbers of the values' axes among the three; nil, and the
// other axes, are rest.
func (c convGeometry) three(l []int, rest int) [3]int {
	t := [3]int{rest, rest, rest}
	if l != nil {
		copy(t[c.first():], l[:c.rank])
	}
	return t
}

// axes is three for a setting of a caller's.
func (c convGeometry) axes(op string, x *Value, setting string, l []int, rest int) [3]int {
	if l != nil && len(l) != c.rank {
		shapePanic(op, [][]int{x.shape}, "%s %v: want %d numbers, one for each axis between the first and the last", setting, l, c.rank)
	}
	return c.three(l, rest)
}

// shape is that of a value: cells are its axes between the first and the last.
func (c convGeometry) shape(n int, cells [3]int, channels int) []int {
	s := append(make([]int, 0, 5), n)
	return append(append(s, cells[c.first():][:c.rank]...), channels)
}

// kernelShape is that of a kernel for groups of so many channels.
func (c convGeometry) kernelShape(window [3]int, channels, filters int) []int {
	s := append(make([]int, 0, 5), window[c.first():][:c.rank]...)
	return append(s, channels, filters)
}

// cells are the sizes of a value's axes between the first and the last.
func (c convGeometry) cells(v []int) [3]int { return c.three(v[1:], 1) }

// window is the size of a kernel.
func (c convGeometry) window(w []int) [3]int { return c.three(w, 1) }

// name is the name of an op for this rank: Conv2D, Conv2DInputGrad.
func (c convGeometry) name(rest string) string { return "Conv" + strconv.Itoa(c.rank) + "D" + rest }

// axisName says which axis a of the three is.
func (c convGeometry) axisName(a int) string {
	if c.rank == 1 {
		return "steps"
	}
	return [3]string{"depth", spatialNames[0], spatialNames[1]}[a]
}

// The operands of convolutions by rank, as messages name them.
var (
	convInputs  = [4]string{1: "(n, t, c)", 2: "(n, h, w, c)", 3: "(n, d, h, w, c)"}
	convKernels = [4]string{1: "(k, c/groups, f)", 2: "(kh, kw, c/groups, f)", 3: "(kd, kh, kw, c/groups, f)"}
	convResults = [4]string{1: "(n, ot, f)", 2: "(n, oh, ow, f)", 3: "(n, od, oh, ow, f)"}
)

// ranks checks the operands of a convolution before their axes are read.
func (c convGeometry) ranks(op string, in [][]int, names ...string) {
	if len(in) < len(names) {
		shapePanic(op, in, "want %d operands, got %d", len(names), len(in))
	}
	for i, name := range names {
		if len(in[i]) != c.rank+2 {
			shapePanic(op, in, "want %s of rank %d, got rank %d", name, c.rank+2, len(in[i]))
		}
	}
}

// geometry checks that x (n, d, h, w, c) and w (kd, kh, kw, c/groups, f) fit
// each other and the settings; in are the operands of op, for the message.
func (c convGeometry) geometry(op string, in [][]int, x, w []int) kernel.ConvShape {
	channels, inputs, filters := x[c.rank+1], w[c.rank], w[c.rank+1]
	if c.groups < 1 {
		shapePanic(op, in, "Groups is %d, want at least 1", c.groups)
	}
	if channels != inputs*c.groups {
		shapePanic(op, in, "axis %d of x has %d channels, but axis %d of w has %d for each of %d groups (want %d)",
			c.rank+1, channels, c.rank, inputs, c.groups, inputs*c.groups)
	}
	if inputs < 1 || filters < 1 || filters%c.groups != 0 {
		shapePanic(op, in, "axis %d of w: %d output channels do not fall into %d groups of %d input channels",
			c.rank+1, filters, c.groups, inputs)
	}
	size, k := c.cells(x), c.window(w)
	var out [3]int
	for a := range 3 {
		out[a] = c.windows(op, in, size[a], k[a], a)
	}
	return kernel.ConvShape{
		N: x[0], D: size[0], H: size[1], W: size[2], C: channels,
		OD: out[0], OH: out[1], OW: out[2], F: filters, KD: k[0], KH: k[1], KW: k[2], Groups: c.groups,
		SD: c.strides[0], SH: c.strides[1], SW: c.strides[2], DD: c.dilation[0], DH: c.dilation[1], DW: c.dilation[2],
		PD: c.low[0], PH: c.low[1], PW: c.low[2],
	}
}

// windows counts the windows along axis a of the three.
func (c convGeometry) windows(op string, in [][]int, size, k, a int) int {
	if c.strides[a] < 1 || c.dilation[a] < 1 || c.low[a] < 0 || c.high[a] < 0 {
		shapePanic(op, in, "%s: stride %d and dilation %d must be positive, padding %d and %d not negative",
			c.axisName(a), c.strides[a], c.dilation[a], c.low[a], c.high[a])
	}
	axis := a - c.first() + 1
	if size < 1 || k < 1 {
		shapePanic(op, in, "%s (axis %d): input of %d and kernel of %d, want at least 1", c.axisName(a), axis, size, k)
	}
	span, padded := (k-1)*c.dilation[a]+1, size+c.low[a]+c.high[a]
	if padded < span {
		shapePanic(op, in, "%s (axis %d): the kernel spans %d, but the padded %s has %d; use padding 'same' or a smaller kernel",
			c.axisName(a), axis, span, [4]string{1: "sequence", 2: "image", 3: "volume"}[c.rank], padded)
	}
	return (padded-span)/c.strides[a] + 1
}

// checkWindows checks that dy has as many windows and channels as the geometry.
func (c convGeometry) checkWindows(op string, in [][]int, s kernel.ConvShape, dy []int) {
	want := c.shape(s.N, [3]int{s.OD, s.OH, s.OW}, s.F)
	for i := 1; i < len(want); i++ {
		if dy[i] != want[i] {
			shapePanic(op, in, "axis %d of dy is %d, but a convolution of %s by a %s kernel makes %d",
				i, dy[i], c.times([3]int{s.D, s.H, s.W}), c.times([3]int{s.KD, s.KH, s.KW}), want[i])
		}
	}
}

// times writes sizes as 5x5.
func (c convGeometry) times(cells [3]int) string {
	t := ""
	for i, n := range cells[c.first():][:c.rank] {
		if i > 0 {
			t += "x"
		}
		t += strconv.Itoa(n)
	}
	return t
}

// checkBias checks the third operand, if there is one.
func checkBias(op string, in [][]int, channels int) {
	if len(in) > 2 && (len(in[2]) != 1 || in[2][0] != channels) {
		shapePanic(op, in, "bias has shape %v, want [%d], one number per channel of the result", in[2], channels)
	}
}
