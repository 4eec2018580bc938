package ops

import "github.com/antler-ml/antler/internal/kernel"

// RNNActivation is an activation that the recurrent ops know. Layers unroll
// themselves for any other.
type RNNActivation uint8

const (
	RNNDefault     RNNActivation = iota // tanh, or sigmoid for gates
	RNNTanh                             // tanh(x)
	RNNSigmoid                          // 1 / (1 + e⁻ˣ)
	RNNHardSigmoid                      // min(max(0.2·x + 0.5, 0), 1)
	RNNReLU                             // max(x, 0)
	RNNLinear                           // x
)

func (a RNNActivation) or(d RNNActivation) RNNActivation {
	if a == RNNDefault {
		return d
	}
	return a
}

// apply sets y to the activation of x; they may be the same.
func (a RNNActivation) apply(y, x []float32) {
	switch a {
	case RNNTanh:
		kernel.Tanh(y, x)
	case RNNSigmoid:
		kernel.Sigmoid(y, x)
	case RNNHardSigmoid:
		kernel.Scale(y, x, 0.2)
		kernel.AddScalar(y, y, 0.5)
		kernel.Clip(y, y, 0, 1)
	case RNNReLU:
		kernel.ReLU(y, x)
	case RNNLinear:
		copy(y, x)
	default:
		panic("ops: unknown RNNActivation")
	}
}

// grad sets dx to dy times the derivative where the activation is y; dx may be
// dy. Where y is a bound of its range, the derivative is 0.
func (a RNNActivation) grad(dx, dy, y []float32) {
	switch a {
	case RNNTanh:
		kernel.TanhGrad(dx, dy, y)
	case RNNSigmoid:
		kernel.SigmoidGrad(dx, dy, y)
	case RNNHardSigmoid:
		for i, v := range y {
			d := float32(0)
			if v > 0 && v < 1 {
				d = 0.2 * dy[i]
			}
			dx[i] = d
		}
	case RNNReLU:
		kernel.ReLUGrad(dx, dy, y)
	case RNNLinear:
		copy(dx, dy)
	default:
		panic("ops: unknown RNNActivation")
	}
}

// usual reports whether the cell has the activations that kernels know as a whole.
func (o rnn) usual() bool { return o.act == RNNTanh && o.rec == RNNSigmoid }

// copyUnlessSame copies src to dst, unless they are the same memory.
func copyUnlessSame(dst, src []float32) {
	if len(src) > 0 && &dst[0] != &src[0] {
		copy(dst, src)
	}
}
