package ops

import "github.com/antler-ml/antler/internal/kernel"

var spatialNames = [2]string{"height", "width"}

// convRanks checks the operands of a convolution before their axes are read.
func convRanks(op string, in [][]int, names ...string) {
	if len(in) < len(names) {
		shapePanic(op, in, "want %d operands, got %d", len(names), len(in))
	}
	for i, name := range names {
		if len(in[i]) != 4 {
			shapePanic(op, in, "want %s of rank 4, got rank %d", name, len(in[i]))
		}
	}
}

// geometry checks that x (n, h, w, c) and w (kh, kw, c/groups, f) fit each
// other and the settings; in are the operands of op, for the message.
func (c Conv2DConfig) geometry(op string, in [][]int, x, w []int) kernel.ConvShape {
	if c.Groups < 1 {
		shapePanic(op, in, "Groups is %d, want at least 1", c.Groups)
	}
	if x[3] != w[2]*c.Groups {
		shapePanic(op, in, "axis 3 of x has %d channels, but axis 2 of w has %d for each of %d groups (want %d)",
			x[3], w[2], c.Groups, w[2]*c.Groups)
	}
	if w[2] < 1 || w[3] < 1 || w[3]%c.Groups != 0 {
		shapePanic(op, in, "axis 3 of w: %d output channels do not fall into %d groups of %d input channels", w[3], c.Groups, w[2])
	}
	s := kernel.ConvShape{N: x[0], H: x[1], W: x[2], C: x[3], F: w[3], KH: w[0], KW: w[1], Groups: c.Groups,
		SH: c.Strides[0], SW: c.Strides[1], DH: c.Dilation[0], DW: c.Dilation[1], PH: c.PadLow[0], PW: c.PadLow[1]}
	s.OH, s.OW = c.windows(op, in, x, w, 0), c.windows(op, in, x, w, 1)
	return s
}

// windows counts the windows along axis a (0 height, 1 width).
func (c Conv2DConfig) windows(op string, in [][]int, x, w []int, a int) int {
	if c.Strides[a] < 1 || c.Dilation[a] < 1 || c.PadLow[a] < 0 || c.PadHigh[a] < 0 {
		shapePanic(op, in, "%s: stride %d and dilation %d must be positive, padding %d and %d not negative",
			spatialNames[a], c.Strides[a], c.Dilation[a], c.PadLow[a], c.PadHigh[a])
	}
	size, k := x[1+a], w[a]
	if size < 1 || k < 1 {
		shapePanic(op, in, "%s (axis %d): image of %d and kernel of %d, want at least 1", spatialNames[a], 1+a, size, k)
	}
	span, padded := (k-1)*c.Dilation[a]+1, size+c.PadLow[a]+c.PadHigh[a]
	if padded < span {
		shapePanic(op, in, "%s (axis %d): the kernel spans %d, but the padded image has %d; use padding 'same' or a smaller kernel",
			spatialNames[a], 1+a, span, padded)
	}
	return (padded-span)/c.Strides[a] + 1
}

// checkWindows checks that dy has as many windows and channels as the geometry.
func (c Conv2DConfig) checkWindows(op string, in [][]int, s kernel.ConvShape, dy []int) {
	for i, want := range [...]int{s.OH, s.OW, s.F} {
		if dy[1+i] != want {
			shapePanic(op, in, "axis %d of dy is %d, but a convolution of %dx%d by a %dx%d kernel makes %d",
				1+i, dy[1+i], s.H, s.W, s.KH, s.KW, want)
		}
	}
}

// checkBias checks the third operand, if there is one.
func checkBias(op string, in [][]int, channels int) {
	if len(in) > 2 && (len(in[2]) != 1 || in[2][0] != channels) {
		shapePanic(op, in, "bias has shape %v, want [%d], one number per channel of the result", in[2], channels)
	}
}
