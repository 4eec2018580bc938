package ops

import "github.com/antler-ml/antler/internal/kernel"

// rnnInputGrad is the gradient of x.
type rnnInputGrad struct {
	rnn
	operands operandSet
}

// Operands of rnnInputGrad.
const (
	inputD = iota
	inputX // its shape only
	inputU // its shape only
	inputW
	inputDropX
	inputDropH // its shape only
)

func (o rnnInputGrad) String() string                  { return o.rnn.String() + "InputGrad" }
func (o rnnInputGrad) Infer(in [][]int) [][]int        { return [][]int{in[inputX]} }
func (o rnnInputGrad) Grad(in, _, _ []*Value) []*Value { return o.noGrad(in) }

func (o rnnInputGrad) sizeOf(in [][]int) rnnSize {
	return o.size(in[inputX], in[inputU], of(o.operands, in, inputDropX), of(o.operands, in, inputDropH))
}

func (o rnnInputGrad) Scratch(in [][]int) int {
	if s := o.sizeOf(in); s.perGateX {
		return s.batch * s.time * s.in
	}
	return 0
}

func (o rnnInputGrad) Bind(b *Binding) func() {
	s := o.sizeOf(b.InShape)
	d, w, dropX, dx := b.In[inputD], b.In[inputW], of(o.operands, b.In, inputDropX), b.Out[0]
	rows := s.batch * s.time
	weights := kernel.Operand{Data: w, Ld: s.cols, Trans: true}
	if !s.perGateX {
		return func() {
			kernel.Gemm(rows, s.in, s.cols, kernel.Operand{Data: d, Ld: s.ld}, weights, dx, s.in, kernel.Epilogue{})
			if dropX != nil {
				scaleSequences(dx, dx, dropX, s, s.in)
			}
		}
	}
	part := b.Scratch
	return func() {
		clear(dx)
		for at := 0; at < s.cols; at += s.units {
			gate := weights
			gate.Data = w[min(at, len(w)):]
			kernel.Gemm(rows, s.in, s.units, kernel.Operand{Data: d[min(at, len(d)):], Ld: s.ld}, gate, part, s.in, kernel.Epilogue{})
			scaleSequences(part, part, dropX[min(at/s.units*s.in, len(dropX)):], s, s.cols/s.units*s.in)
			kernel.Add(dx, dx, part)
		}
	}
}
