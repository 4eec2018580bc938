package layers_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// The tests of this file look at what fixtures cannot hold.

// TestOwnCellOver500Steps: a cell of one's own over a long sequence gives what
// its equation gives, trains, and allocates nothing while it runs.
func TestOwnCellOver500Steps(t *testing.T) {
	const batch, steps, features, units = 2, 500, 3, 4
	l := &layers.RNN{Cell: &MinimalRNNCell{Units: units}}
	if err := nn.Apply(l, nn.Input(nn.Unknown, features)).Err(); err != nil {
		t.Fatal(err)
	}
	ws := nn.BaseOf(l).Weights()
	for k, w := range ws {
		for i := range w.Value().Data() {
			w.Value().Data()[i] = 0.2 * float32(math.Sin(float64(1+i*(k+3))))
		}
	}
	x := tensor.New(batch, steps, features)
	for i := range x.Data() {
		x.Data()[i] = float32(math.Cos(float64(i)))
	}
	in := ops.Input(x.Shape()...)
	tr, err := nn.Trace(l, true, []*ops.Value{in}, nil)
	must(t, err)
	grads := ops.Gradients(tr.Out[0], in, tr.Variable(ws[0]), tr.Variable(ws[1]))
	p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: tr.Out, Slab: grads})
	must(t, p.Run(ops.State{}, []*tensor.Tensor{x}))

	w, u := ws[0].Value().Data(), ws[1].Value().Data()
	for b := range batch {
		h := make([]float64, units)
		for s := range steps {
			next := make([]float64, units)
			for j := range units {
				for i := range features {
					next[j] += float64(x.Data()[(b*steps+s)*features+i]) * float64(w[i*units+j])
				}
				for i := range units {
					next[j] += h[i] * float64(u[i*units+j])
				}
			}
			h = next
		}
		for j, want := range h {
			if got := float64(p.Out(0).Data()[b*units+j]); math.Abs(got-want) > 1e-5 {
				t.Errorf("sample %d, unit %d: %v, want %v", b, j, got, want)
			}
		}
	}
	if slices.Max(p.Slab()) == 0 || slices.ContainsFunc(p.Slab(), func(g float32) bool { return g != g }) {
		t.Error("no gradients, or NaN among them")
	}
	if n := testing.AllocsPerRun(2, func() { _ = p.Run(ops.State{}, []*tensor.Tensor{x}) }); n > 1 { // the list of inputs
		t.Errorf("%v allocations a run", n)
	}
}

// TestUnfusedDropoutIsOneMask: a cell that runs op by op drops the same features
// at every step, and others in the next call. The gradient of the kernel tells:
// without the recurrent product it is the number of steps, doubled, or zero.
func TestUnfusedDropoutIsOneMask(t *testing.T) {
	const steps, features = 6, 40
	same := activations.Func("same", func(x *ops.Value) *ops.Value { return x })
	l := &layers.RNN{Cell: &layers.SimpleRNNCell{Units: 1, Activation: same, Dropout: 0.5}, ReturnSequences: true}
	m := nn.NewSequential(nn.Input(steps, features), l)
	total := nn.LossFunc("total", func(_, p *ops.Value) *ops.Value { return ops.Sum(p, -1, -2) })
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1}, Loss: total}))
	var calls [2][]bool
	for k := range calls {
		clear(m.Weights()[1].Value().Data()) // the recurrent kernel
		before := slices.Clone(m.Weights()[0].Value().Data())
		_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.Ones(1, steps, features)}, Y: []*tensor.Tensor{tensor.New(1, steps, 1)}})
		must(t, err)
		for i, w := range m.Weights()[0].Value().Data() {
			grad := float64(before[i] - w)
			kept := math.Abs(grad-2*steps) < 1e-3
			if !kept && math.Abs(grad) > 1e-3 {
				t.Fatalf("the gradient of feature %d is %v, want 0 or %d: its fate changed from step to step", i, grad, 2*steps)
			}
			calls[k] = append(calls[k], kept)
		}
		if !slices.Contains(calls[k], true) || !slices.Contains(calls[k], false) {
			t.Fatal("all features have one fate")
		}
	}
	if slices.Equal(calls[0], calls[1]) {
		t.Error("two steps of training drop the same features")
	}
}

// TestSharedStatefulLayerGoesOn: a stateful layer that a model calls twice goes on
// in the second call from where the first ended. Of calls that are equally far from the
// outputs, Keras runs those that the last output needs first, hence the order here.
func TestSharedStatefulLayerGoesOn(t *testing.T) {
	x := tensor.New(2, 6, 3)
	for i := range x.Data() {
		x.Data()[i] = float32(math.Sin(float64(i)))
	}
	first, second := nn.BatchInput(2, 3, 3), nn.BatchInput(2, 3, 3)
	l := &layers.GRU{Units: 2, Stateful: true}
	early, late := nn.Apply(l, first), nn.Apply(l, second)
	m := nn.NewModel([]*nn.Symbol{first, second}, []*nn.Symbol{late, early})
	must(t, m.Err())
	twice, err := m.PredictOnBatch(copyOf(x.Slice(1, 0, 3)), copyOf(x.Slice(1, 3, 6)))
	must(t, err)
	whole := nn.NewSequential(nn.Input(6, 3), &layers.GRU{Units: 2})
	must(t, whole.SetWeights(m.GetWeights()))
	want, err := whole.PredictOnBatch(x)
	must(t, err)
	if !tensor.AllClose(twice[0], want[0], 1e-6, 1e-7) {
		t.Errorf("the second call gives %v, the whole sequence %v", twice[0], want[0])
	}
}

func copyOf(t *tensor.Tensor) *tensor.Tensor {
	return tensor.From(slices.Clone(t.Contiguous().Data()), t.Shape()...)
}

// TestBidirectionalParts: names, copies and states of the two layers.
func TestBidirectionalParts(t *testing.T) {
	pattern := nn.Name("words", &layers.LSTM{Units: 2, Stateful: true, ReturnState: true})
	l := &layers.Bidirectional{Layer: pattern}
	out := nn.ApplyMulti(l, nn.BatchInput(1, 3, 2))
	must(t, out[0].Err())
	if len(out) != 5 {
		t.Fatalf("%d outputs, want the output and two states of each layer", len(out))
	}
	if f, b := nn.BaseOf(l.Forward()).Name(), nn.BaseOf(l.Backward()).Name(); f != "forward_words" || b != "backward_words" {
		t.Errorf("the layers are called %q and %q", f, b)
	}
	if n := len(nn.BaseOf(pattern).Weights()); n != 0 || pattern.GoBackwards {
		t.Errorf("the pattern was built: %d weights", n)
	}
	if n := len(nn.BaseOf(l).Weights()); n != 6 {
		t.Errorf("%d weights, want 6", n)
	}
	must(t, l.SetStates([]float32{1, 2}, []float32{3, 4}, []float32{5, 6}, []float32{7, 8}))
	var got []float32
	for _, s := range nn.BaseOf(l).States() {
		got = append(got, s.Value().Data()...)
	}
	if want := []float32{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("states are %v, want %v", got, want)
	}
	l.ResetStates()
	for _, s := range nn.BaseOf(l).States() {
		if s.Value().Data()[0] != 0 {
			t.Errorf("after ResetStates: %v", s.Value().Data())
		}
	}
}

// TestTimeDistributedMasks: which masks reach the layer inside and which come out.
func TestTimeDistributedMasks(t *testing.T) {
	ids := nn.Input(3, 4) // documents of 3 sentences of 4 words
	words := nn.Apply(&layers.Embedding{InputDim: 9, OutputDim: 2, MaskZero: true}, ids)
	for name, c := range map[string]struct {
		inner nn.Layer
		rank  int // of the mask
	}{
		"words are used up":   {&layers.LSTM{Units: 2}, 2},
		"words are handed on": {&layers.LSTM{Units: 2, ReturnSequences: true}, 3},
	} {
		y := nn.Apply(&layers.TimeDistributed{Layer: c.inner}, words)
		must(t, y.Err())
		if !y.Masked() {
			t.Fatalf("%s: no mask", name)
		}
		if c.rank == 2 { // sentences without words are skipped
			must(t, nn.Apply(&layers.GRU{Units: 2}, y).Err())
		}
	}
	m := nn.NewModel([]*nn.Symbol{ids}, []*nn.Symbol{nn.Apply(&layers.GRU{Units: 2},
		nn.Apply(&layers.TimeDistributed{Layer: &layers.LSTM{Units: 2}}, words))})
	must(t, m.Err())
	got, err := m.PredictOnBatch(tensor.From([]float32{1, 2, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0}, 1, 3, 4))
	must(t, err)
	shorter, err := m.PredictOnBatch(tensor.From([]float32{0, 0, 0, 0, 1, 2, 0, 0, 3, 0, 4, 0}, 1, 3, 4))
	must(t, err)
	if !tensor.AllClose(got[0], shorter[0], 1e-6, 1e-7) {
		t.Errorf("an empty sentence changes the result: %v, then %v", got[0], shorter[0])
	}
	film := nn.Apply(&layers.Masking{}, nn.Input(5, 4))
	y := nn.Apply(&layers.TimeDistributed{Layer: &layers.Reshape{TargetShape: []int{2, 2}}}, film)
	must(t, y.Err()) // Reshape knows no masks, but whole steps are nothing to it
	if !y.Masked() {
		t.Error("the mask of whole steps is lost")
	}
}
