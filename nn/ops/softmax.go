package ops

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// Softmax returns exp(v) / Σ exp(v), the sum going over axis.
func Softmax(v *Value, axis int) *Value { return alongLast("Softmax", softmax{}, v, axis) }

// LogSoftmax returns v - log Σ exp(v), the sum going over axis.
func LogSoftmax(v *Value, axis int) *Value {
	return alongLast("LogSoftmax", softmax{log: true}, v, axis)
}

// LogSumExp returns log Σ exp(v), the sum going over axis, without overflow. The
// axis vanishes, or stays with size 1 when keep is set.
func LogSumExp(v *Value, axis int, keep bool) *Value {
	a := axisOf("LogSumExp", v.shape, axis)
	kept := append([]int{}, v.shape...)
	kept[a] = 1
	y := apply1(logSumExp{}, moveAxis(v, a, v.Rank()-1))
	if keep {
		return Reshape(y, kept...)
	}
	return y
}

// moveAxis moves one axis to another place.
func moveAxis(v *Value, from, to int) *Value {
	if from == to {
		return v
	}
	var perm []int
	for i := range v.Rank() {
		if i != from {
			perm = append(perm, i)
		}
	}
	perm = append(perm[:to], append([]int{from}, perm[to:]...)...)
	return Transpose(v, perm...)
}

func alongLast(name string, op Op, v *Value, axis int) *Value {
	a, last := axisOf(name, v.shape, axis), v.Rank()-1
	return moveAxis(apply1(op, moveAxis(v, a, last)), last, a)
}

// rowsOf returns the number of rows of a shape, and their length.
func rowsOf(shape []int) (rows, n int) {
	last := len(shape) - 1
	return sizeOf(shape[:last]), shape[last]
}

// rowGrain is how many rows of n elements, each worth an exponential, make a chunk.
func rowGrain(n int) int { return max(1, 4096/max(1, n)) }

// softmax works along the last axis.
type softmax struct{ log bool }

func (s softmax) String() string {
	if s.log {
		return "LogSoftmax"
	}
	return "Softmax"
}

func (softmax) Infer(in [][]int) [][]int { return in[:1] }
func (softmax) InPlace(int) bool         { return true }

func (s softmax) Grad(_, out, dout []*Value) []*Value {
	return []*Value{apply1(softmaxGrad{s.log}, dout[0], out[0])}
}

func (s softmax) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	in, out, f := b.In[0], b.Out[0], kernel.Softmax
	if s.log {
		f = kernel.LogSoftmax
	}
	body := func(lo, hi int) { f(out[lo*n:hi*n], in[lo*n:hi*n], n) }
	return func() { par.For(rows, rowGrain(n), body) }
}

// softmaxGrad takes dy and y.
type softmaxGrad struct{ log bool }

func (s softmaxGrad) String() string         { return softmax(s).String() + "Grad" }
func (softmaxGrad) Infer(in [][]int) [][]int { return in[:1] }

// InPlace: the gradient of log-softmax reads dy again after it has written.
func (s softmaxGrad) InPlace(i int) bool { return i == 0 && !s.log }

func (s softmaxGrad) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	dy, y, out, f := b.In[0], b.In[1], b.Out[0], kernel.SoftmaxGrad
	if s.log {
		f = kernel.LogSoftmaxGrad
	}
	body := func(lo, hi int) { f(out[lo*n:hi*n], dy[lo*n:hi*n], y[lo*n:hi*n], n) }
	return func() { par.For(rows, rowGrain(n), body) }
}

// Grad: with s = Σ dy·y the softmax form is y(dy - s), the other one dy - eʸ·Σ dy.
func (s softmaxGrad) Grad(in, _, dout []*Value) []*Value {
	dy, y, g := in[0], in[1], dout[0]
	if s.log {
		p := Exp(y)
		gp := Mul(g, p)
		return []*Value{Sub(g, SumKeep(gp, -1)), Neg(Mul(gp, SumKeep(dy, -1)))}
	}
	return []*Value{apply1(softmaxGrad{}, g, y),
		Sub(Mul(g, Sub(dy, SumKeep(Mul(dy, y), -1))), Mul(dy, SumKeep(Mul(g, y), -1)))}
}

// logSumExp removes the last axis.
type logSumExp struct{}

func (logSumExp) String() string { return "LogSumExp" }
func (logSumExp) Infer(in [][]int) [][]int {
	return [][]int{in[0][:len(in[0])-1]}
}

func (logSumExp) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	in, out := b.In[0], b.Out[0]
	body := func(lo, hi int) { kernel.LogSumExp(out[lo:hi], in[lo*n:hi*n], n) }
	return func() { par.For(rows, rowGrain(n), body) }
}

func (logSumExp) Grad(in, out, dout []*Value) []*Value {
	return []*Value{Mul(ExpandDims(dout[0], -1), Exp(Sub(in[0], ExpandDims(out[0], -1))))}
}

// A ClassError says that a class id does not exist.
type ClassError struct {
	Row     int
	ID      float32
	Classes int
}

func (e *ClassError) Error() string {
	return fmt.Sprintf("ops: SparseSoftmaxCrossEntropy: row %d has the class id %v, want 0 … %d: count classes from 0 and make the last layer as wide as there are classes",
		e.Row, e.ID, e.Classes-1)
}
