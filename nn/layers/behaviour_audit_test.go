package layers_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// The tests of this file look at what fixtures cannot hold, since the random
// numbers are not Keras': rates, streams, shared decisions; and at paths that
// must agree with others.

// factors returns, for each training step, what a layer multiplied the elements
// of its input with: the gradients of the sum of its output.
func factors(t *testing.T, seed uint64, steps int, shape []int, l nn.Layer) [][]float32 {
	t.Helper()
	in := nn.Input(shape[1:]...)
	offset := &plusWeight{}
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(l, nn.Apply(offset, in))})
	sum := nn.LossFunc("total", func(_, p *ops.Value) *ops.Value { return ops.Reshape(ops.Sum(p), 1) })
	// With a rate of 1, the weight after a step is minus the gradient.
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1}, Loss: sum, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for range steps {
		w := m.Weights()[0]
		clear(w.Value().Data())
		_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.New(shape...)}, Y: []*tensor.Tensor{tensor.New(shape[0], 1)}})
		if err != nil {
			t.Fatal(err)
		}
		f := make([]float32, w.Value().Len())
		for i, x := range w.Value().Data() {
			f[i] = -x
		}
		all = append(all, f)
	}
	return all
}

// plusWeight adds one weight to each element of a batch of one.
type plusWeight struct {
	nn.Base
	w *nn.Weight
}

func (l *plusWeight) Build(b *nn.Build, in ...nn.Shape) error {
	l.w = b.Weight(nn.WeightSpec{Name: "w", Shape: in[0][1:]})
	return nil
}

func (l *plusWeight) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Add(in[0], c.Read(l.w))
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// TestDropoutRate: a part of Rate is dropped and the rest divided by 1-Rate,
// for 20,000 elements within five standard deviations.
func TestDropoutRate(t *testing.T) {
	const n = 20000
	for _, rate := range []float64{0.1, 0.25, 0.5, 0.9} {
		f := factors(t, 1, 1, []int{1, n}, &layers.Dropout{Rate: rate})[0]
		dropped := 0
		for _, x := range f {
			switch {
			case x == 0:
				dropped++
			case math.Abs(float64(x)*(1-rate)-1) > 1e-6:
				t.Fatalf("rate %g: a kept element was multiplied with %g, want %g", rate, x, 1/(1-rate))
			}
		}
		if d := math.Abs(float64(dropped)-n*rate) / math.Sqrt(n*rate*(1-rate)); d > 5 {
			t.Errorf("rate %g: %d of %d dropped, %.1f standard deviations off", rate, dropped, n, d)
		}
	}
}

// TestDropoutStreams: new decisions at every step, with and without a noise
// shape; the layer's Seed and the model's seed both matter.
func TestDropoutStreams(t *testing.T) {
	shape := []int{1, 20, 30}
	for name, noise := range map[string][]int{"each": nil, "shared rows": {1, 20, 1}} {
		f := factors(t, 1, 2, shape, &layers.Dropout{Rate: 0.5, NoiseShape: noise})
		if equal(f[0], f[1]) {
			t.Errorf("%s: two steps drop the same elements", name)
		}
		if !equal(f[0], factors(t, 1, 1, shape, &layers.Dropout{Rate: 0.5, NoiseShape: noise})[0]) {
			t.Errorf("%s: one seed, two results", name)
		}
		if equal(f[0], factors(t, 2, 1, shape, &layers.Dropout{Rate: 0.5, NoiseShape: noise})[0]) {
			t.Errorf("%s: the model's seed is ignored", name)
		}
		if equal(f[0], factors(t, 1, 1, shape, &layers.Dropout{Rate: 0.5, NoiseShape: noise, Seed: new(int64(5))})[0]) {
			t.Errorf("%s: the layer's seed is ignored", name)
		}
		for i := 0; noise != nil && i < 600; i += 30 {
			for k := range 30 {
				if f[0][i+k] != f[0][i] {
					t.Fatalf("shared rows: element %d of row %d has a fate of its own", k, i/30)
				}
			}
		}
	}
}

// TestCustomCellActivations: a cell whose activations the fused op does not
// know runs op by op. With activations that equal tanh and sigmoid, its output
// must be that of the fused one, whose equations are checked elsewhere.
func TestCustomCellActivations(t *testing.T) {
	tanh := activations.Func("my_tanh", func(x *ops.Value) *ops.Value { return ops.Tanh(x) })
	sigmoid := activations.Func("my_sigmoid", func(x *ops.Value) *ops.Value { return ops.Sigmoid(x) })
	off := false
	type pair struct{ fused, own nn.Layer }
	for name, p := range map[string]pair{
		"SimpleRNN": {&layers.SimpleRNN{Units: 3, ReturnSequences: true}, &layers.SimpleRNN{Units: 3, ReturnSequences: true, Activation: tanh}},
		"LSTM":      {&layers.LSTM{Units: 3, ReturnSequences: true}, &layers.LSTM{Units: 3, ReturnSequences: true, Activation: tanh, RecurrentActivation: sigmoid}},
		"GRU":       {&layers.GRU{Units: 3, ReturnSequences: true}, &layers.GRU{Units: 3, ReturnSequences: true, Activation: tanh, RecurrentActivation: sigmoid}},
		"GRU before": {&layers.GRU{Units: 3, ReturnSequences: true, ResetAfter: &off},
			&layers.GRU{Units: 3, ReturnSequences: true, ResetAfter: &off, Activation: tanh, RecurrentActivation: sigmoid}},
		"LSTM backwards": {&layers.LSTM{Units: 3, GoBackwards: true}, &layers.LSTM{Units: 3, GoBackwards: true, Activation: tanh, RecurrentActivation: sigmoid}},
	} {
		t.Run(name, func(t *testing.T) {
			x := tensor.New(4, 6)
			for i := range x.Data() {
				x.Data()[i] = float32((i*7 + i/5) % 9) // zeros are masked
			}
			model := func(l nn.Layer) *nn.Model {
				m := nn.NewSequential(nn.Input(6), &layers.Embedding{InputDim: 9, OutputDim: 5, MaskZero: true}, l)
				if err := m.Err(); err != nil {
					t.Fatal(err)
				}
				return m
			}
			a, b := model(p.fused), model(p.own)
			for k, w := range a.Weights() { // no gate like another
				for i := range w.Value().Data() {
					w.Value().Data()[i] = float32(math.Sin(float64(1 + i*(k+3))))
				}
			}
			if err := b.SetWeights(a.GetWeights()); err != nil {
				t.Fatal(err)
			}
			want, err := a.PredictOnBatch(x)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.PredictOnBatch(x)
			if err != nil {
				t.Fatal(err)
			}
			if !tensor.AllClose(got[0], want[0], 1e-5, 1e-6) {
				t.Errorf("op by op:\n%v\nfused:\n%v", got[0], want[0])
			}
		})
	}
}

// TestUnitForgetBias: the forget gate's bias starts at 1, the others at the
// initializer's values.
func TestUnitForgetBias(t *testing.T) {
	off := false
	for _, c := range []struct {
		l    *layers.LSTM
		want []float32
	}{
		{&layers.LSTM{Units: 2}, []float32{0, 0, 1, 1, 0, 0, 0, 0}},
		{&layers.LSTM{Units: 2, UnitForgetBias: &off}, make([]float32, 8)},
	} {
		m := nn.NewSequential(nn.Input(3, 2), c.l)
		if got := m.GetWeights()[2].Data(); !equal(got, c.want) {
			t.Errorf("bias is %v, want %v", got, c.want)
		}
	}
}
