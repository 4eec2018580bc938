package ops_test

import (
	"errors"
	"math"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestSoftmaxGradients(t *testing.T) {
	x := mathInput(1, 0.1, 2, true, 3, 4, 5)
	for axis := -3; axis < 3; axis++ {
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Softmax(in[0], axis) }, x)
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.LogSoftmax(in[0], axis) }, x)
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.LogSumExp(in[0], axis, false) }, x)
	}
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Softmax(in[0], 0) }, mathInput(2, 0.1, 2, true, 100))
	// Targets of any sum: ours is the true gradient.
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.SoftmaxCrossEntropy(in[0], in[1]) },
		mathInput(3, 0.1, 2, true, 2, 3, 4), mathInput(4, 0, 1, false, 2, 3, 4))
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.SparseSoftmaxCrossEntropy(in[0], in[1]) },
		mathInput(5, 0.1, 2, true, 2, 3, 4), tensor.From([]float32{0, 3, 1, 2, 2, 0}, 2, 3))
	// More rows than one chunk of work.
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Softmax(in[0], -1) }, mathInput(6, 0.1, 2, true, 900, 11))
}

func TestSparseCrossEntropyNamesTheRow(t *testing.T) {
	x, ids := ops.Input(3, 4), ops.Input(3)
	y := ops.SparseSoftmaxCrossEntropy(x, ids)
	p := ops.Compile(ops.Spec{In: []*ops.Value{x, ids}, Out: []*ops.Value{y}})
	for _, id := range []float32{4, -1, float32(math.NaN())} {
		err := p.Run(ops.State{}, []*tensor.Tensor{tensor.New(3, 4), tensor.From([]float32{0, 3, id}, 3)})
		var class *ops.ClassError
		if !errors.As(err, &class) || class.Row != 2 || class.Classes != 4 {
			t.Errorf("id %v: error %v", id, err)
		}
	}
	if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.New(3, 4), tensor.From([]float32{0, 3, 1}, 3)}); err != nil {
		t.Error(err)
	}
	// Logits of 0 make every class cost log 4.
	if got := p.Out(0).Data()[1]; math.Abs(float64(got)-math.Log(4)) > 1e-6 {
		t.Errorf("loss %v, want %v", got, math.Log(4))
	}
}
