package nntest

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Loss checks what every loss must keep, on targets and predictions that suit
// it (several samples; the predictions far from kinks):
//
//   - its settings survive the way to JSON and back;
//   - it gives one number per sample (and step): the last axis goes;
//   - the gradient of the predictions agrees with finite differences, planned
//     runs with unplanned ones (see [Op]);
//   - the loss of a batch is Σ weight·loss / count; a weight of zero silences a
//     sample, a mask also takes it out of the count.
func Loss(t *testing.T, l nn.Loss, yTrue, yPred *tensor.Tensor) {
	t.Helper()
	checkLoss(t, l, yTrue, yPred)
	Op(t, func(in ...*ops.Value) *ops.Value { return l.Loss(ops.Constant(yTrue), in[0]) }, yPred)
}

func checkLoss(t reporter, l nn.Loss, yTrue, yPred *tensor.Tensor) {
	t.Helper()
	l = complete(t, l).(nn.Loss)
	roundTripThing(t, l, reflect.TypeFor[nn.Loss]())
	y, p := ops.Input(yTrue.Shape()...), ops.Input(yPred.Shape()...)
	per := l.Loss(y, p)
	if want := yPred.Shape()[:yPred.Rank()-1]; !slices.Equal(per.Shape(), want) {
		t.Fatalf("the loss of predictions %v has shape %v, want one number per sample: %v", yPred.Shape(), per.Shape(), want)
	}
	spec := ops.Spec{In: []*ops.Value{y, p}, Out: []*ops.Value{per}}
	counts := make([]float32, per.Size()) // what the loss itself leaves out
	for i := range counts {
		counts[i] = 1
	}
	if lm, ok := l.(nn.LossMasker); ok {
		if own := lm.LossMask(y); own != nil {
			spec.Out = append(spec.Out, ops.Reshape(own, per.Size()))
		}
	}
	prog := ops.Compile(spec)
	if err := prog.Run(ops.State{}, []*tensor.Tensor{yTrue, yPred}); err != nil {
		t.Fatalf("%v", err)
	}
	values := prog.Out(0).Data()
	if len(spec.Out) > 1 {
		copy(counts, prog.Out(1).Data())
	}
	for i, v := range values {
		if v-v != 0 {
			t.Fatalf("the loss of sample %d is %v", i, v)
		}
	}
	n := yPred.Shape()[0]
	weights, zeros, mask := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range n {
		weights[i] = float32(i%3) * 0.75
		mask[i] = float32((i + 1) % 2)
	}
	sum := false
	if r, ok := l.(nn.Reducer); ok {
		sum = r.ReduceSum()
	}
	for _, c := range []struct {
		name          string
		weights, mask []float32
	}{{"no weights", nil, nil}, {"weights", weights, nil}, {"weights of zero", zeros, nil}, {"a mask", nil, mask}, {"weights and a mask", weights, mask}} {
		want := reduced(values, counts, c.weights, c.mask, n, sum)
		got := trained(t, l, yTrue, yPred, c.weights, c.mask)
		if math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
			t.Errorf("the loss of a batch with %s is %v, want %v", c.name, got, want)
		}
	}
}

// reduced is the loss of a batch, by hand.
func reduced(values, counts, weights, mask []float32, samples int, sum bool) float64 {
	steps := len(values) / samples
	total, n := 0.0, 0.0
	for i, v := range values {
		w, c := 1.0, float64(counts[i])
		if weights != nil {
			w = float64(weights[i/steps])
		}
		if mask != nil {
			c *= float64(mask[i/steps])
		}
		total += w * c * float64(v)
		n += c
	}
	if sum {
		return total
	}
	return total / max(n, 1e-30)
}

// handOn gives its first input on, with its second one, if there is one, as mask.
type handOn struct{ nn.Base }

func (*handOn) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

func (*handOn) ComputeMask(_ *nn.Call, in ...*ops.Value) *ops.Value {
	if len(in) == 1 {
		return nil
	}
	return ops.Reshape(in[1], in[1].Dim(0))
}

// trained is the loss of the batch as the trainer computes it.
func trained(t reporter, l nn.Loss, yTrue, yPred *tensor.Tensor, weights, mask []float32) float64 {
	t.Helper()
	n := yPred.Shape()[0]
	x := nn.Input(yPred.Shape()[1:]...)
	in := []*nn.Symbol{x}
	if mask != nil {
		in = append(in, nn.Input(1))
	}
	m := nn.NewModel(in, []*nn.Symbol{nn.Apply(&handOn{}, in...)})
	if err := m.Compile(nn.CompileConfig{Optimizer: still{}, Loss: l}); err != nil {
		t.Fatalf("%v", err)
	}
	b := pipeline.Batch{X: []*tensor.Tensor{yPred}, Y: []*tensor.Tensor{yTrue}}
	if mask != nil {
		b.X = append(b.X, tensor.From(mask, n, 1))
	}
	if weights != nil {
		b.W = []*tensor.Tensor{tensor.From(weights, n)}
	}
	logs, err := m.TestOnBatch(b)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return logs.Get("loss")
}

// still is an optimizer that changes nothing.
type still struct{}

func (still) Slots() int                                        { return 0 }
func (still) Update(nn.Step, []float32, []float32, [][]float32) {}
func (still) Settings() nn.OptimizerSettings                    { return nn.OptimizerSettings{} }
