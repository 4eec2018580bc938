package layers_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func TestCategoryEncodingContract(t *testing.T) {
	nntest.LayerIDs(t, &layers.CategoryEncoding{NumTokens: 5}, 5, nn.Shape{none, 4})
	nntest.LayerIDs(t, &layers.CategoryEncoding{NumTokens: 5, OutputMode: layers.OutputOneHot}, 5, nn.Shape{none, 1})
}

// What layers learn from data, and what they make of it then.
func TestAdaptGolden(t *testing.T) {
	golden.Walk(t, "layers_adapt", func(t *testing.T, c golden.Case) {
		var f struct {
			ClassName  string `json:"class_name"`
			Config     map[string]any
			X, Output  string
			Boundaries string
			Weights    []string
		}
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Layer]())
		must(t, err)
		must(t, config.Decode(v, f.Config, "name", "trainable", "dtype"))
		x := array(t, c, f.X)
		must(t, v.(interface{ Adapt(*tensor.Tensor) error }).Adapt(x))
		if d, ok := v.(*layers.Discretization); ok {
			bounds := make([]float32, len(d.BinBoundaries))
			for i, b := range d.BinBoundaries {
				bounds[i] = float32(b)
			}
			c.Close(t, f.Boundaries, bounds)
		}
		in := nn.Input(x.Shape()[1:]...)
		m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(v.(nn.Layer), in)})
		must(t, m.Err())
		for i, name := range f.Weights {
			c.Close(t, name, nn.BaseOf(v.(nn.Layer)).Weights()[i].Value().Data())
		}
		out, err := m.PredictOnBatch(x)
		must(t, err)
		c.Close(t, f.Output, out[0].Data())
		text, err := saving.ToJSON(m)
		must(t, err)
		again, err := saving.FromJSON(text)
		must(t, err)
		must(t, again.SetWeights(m.GetWeights()))
		if out, err = again.PredictOnBatch(x); err == nil {
			c.Close(t, f.Output, out[0].Data())
		}
		must(t, err)
	})
}

func TestPreprocessingMistakes(t *testing.T) {
	row, steps := []nn.Shape{{none, 3}}, []nn.Shape{{none, 4, 2}}
	wantMistakes(t, []badLayer{
		{&layers.Rescaling{}, row, "no Scale; want a factor, such as []float64{1. / 255}"},
		{&layers.Rescaling{Scale: []float64{1, 2}}, row, "Scale has 2 numbers, but the last axis of the input (None, 3) has size 3; want 1 number or 3"},
		{&layers.Rescaling{Scale: []float64{1}, Offset: []float64{1, 2, 3, 4}}, row, "Offset has 4 numbers, but the last axis of the input (None, 3) has size 3; want 1 number or 3"},
		{&layers.Normalization{Mean: []float64{1}}, row, "Mean has 1 numbers, Variance 0; want both or none"},
		{&layers.Normalization{Mean: []float64{1}, Variance: []float64{-1}}, row, "Variance is -1; want 0 or more"},
		{&layers.Normalization{Mean: []float64{1, 2}, Variance: []float64{1, 2}}, row, "Mean has 2 numbers; want 1, or 3 for the last of Axis"},
		{&layers.Normalization{Axis: []int{2}}, row, "Axis [2]: the input (None, 3) has axes -2 … 1"},
		{&layers.Normalization{Axis: []int{0}}, row, "axis 0 of the input (None, 3) must be known, since weights depend on it; give nn.Input a fixed size there"},
		{&layers.Discretization{}, row, "no BinBoundaries; give them, or learn NumBins of them by Adapt before the layer is used"},
		{&layers.Discretization{NumBins: 3, BinBoundaries: []float64{1}}, row, "NumBins is 3 and BinBoundaries has 1 numbers; want one of them"},
		{&layers.Discretization{BinBoundaries: []float64{1, 0}}, row, "BinBoundaries [1 0] must ascend"},
		{&layers.Discretization{BinBoundaries: []float64{1}, OutputMode: "binary"}, row, `OutputMode is "binary"; want int, one_hot, multi_hot or count`},
		{&layers.Discretization{BinBoundaries: []float64{1}, Epsilon: 2}, row, "Epsilon is 2; want a part between 0 and 1"},
		{&layers.CategoryEncoding{}, row, "NumTokens is 0; want 1 or more"},
		{&layers.CategoryEncoding{NumTokens: 2, OutputMode: "int"}, row, `OutputMode is "int"; want one_hot, multi_hot or count`},
		{&layers.CategoryEncoding{NumTokens: 2, Sparse: true}, row, "Sparse is set, but there are no sparse tensors; leave it out"},
		{&layers.CategoryEncoding{NumTokens: 2}, []nn.Shape{{none, 3}, {none, 3}}, `got 2 inputs, but weights are for OutputCount only; OutputMode is "multi_hot"`},
		{&layers.SpectralNormalization{}, row, "no Layer; try &layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}}"},
		{&layers.SpectralNormalization{Layer: &layers.Flatten{}}, row, "Flatten has no weight called kernel or embeddings; want a layer such as Dense, Conv2D or Embedding"},
		{&layers.SpectralNormalization{Layer: &layers.LSTM{Units: 2}}, steps, "LSTM is recurrent, which Keras refuses too; want a layer with one kernel, such as Dense or Conv2D"},
		{&layers.SpectralNormalization{Layer: &layers.Dense{Units: 2}, PowerIterations: -1}, row, "PowerIterations is -1; want 1 or more"},
	})
}

// An id that the layer does not know stops the run.
func TestCategoryEncodingOutside(t *testing.T) {
	in := nn.Input(2)
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(&layers.CategoryEncoding{NumTokens: 3}, in)})
	must(t, m.Err())
	_, err := m.PredictOnBatch(tensor.From([]float32{0, 3}, 1, 2))
	var id *ops.IDError
	if !errors.As(err, &id) {
		t.Errorf("got %v, want an IDError", err)
	}
}

// Counting with weights: the example of tf-keras' documentation.
func TestCategoryEncodingWeights(t *testing.T) {
	ids, weights := nn.Input(2), nn.Input(2)
	m := nn.NewModel([]*nn.Symbol{ids, weights}, []*nn.Symbol{nn.Apply(&layers.CategoryEncoding{NumTokens: 4, OutputMode: layers.OutputCount}, ids, weights)})
	must(t, m.Err())
	out, err := m.PredictOnBatch(tensor.From([]float32{0, 1, 0, 0, 1, 2, 3, 1}, 4, 2), tensor.From([]float32{.1, .2, .1, .1, .2, .3, .4, .2}, 4, 2))
	must(t, err)
	want := tensor.From([]float32{.1, .2, 0, 0, .2, 0, 0, 0, 0, .2, .3, 0, 0, .2, 0, .4}, 4, 4)
	if !tensor.AllClose(out[0], want, 1e-6, 0) {
		t.Errorf("got %v", out[0])
	}
}

// A second set of data replaces the first, before and after the layer is built.
func TestAdaptAgain(t *testing.T) {
	n := &layers.Normalization{}
	if err := n.Adapt(nil); err == nil {
		t.Error("no error for no data")
	}
	must(t, n.Adapt(tensor.From([]float32{5, 6, 7}, 3, 1)))
	must(t, n.Adapt(tensor.From([]float32{1, 3}, 2, 1)))
	must(t, nn.Apply(n, nn.Input(1)).Err())
	mean := func(want float32) {
		t.Helper()
		if got := nn.BaseOf(n).Weights()[0].Value().Data()[0]; got != want {
			t.Errorf("mean %v, want %v", got, want)
		}
	}
	mean(2)
	must(t, n.Adapt(tensor.From([]float32{4}, 1, 1)))
	mean(4)
	if err := n.Adapt(tensor.From([]float32{4, 5}, 1, 2)); err == nil {
		t.Error("no error for other features")
	}
	if err := (&layers.Normalization{Mean: []float64{1}, Variance: []float64{1}}).Adapt(tensor.From([]float32{4}, 1, 1)); err == nil {
		t.Error("no error with Mean")
	}
	if err := (&layers.Discretization{BinBoundaries: []float64{1}}).Adapt(tensor.From([]float32{4}, 1, 1)); err == nil {
		t.Error("no error with BinBoundaries")
	}
}

// A kernel that training normalised has a largest singular value of 1, and the
// optimizer goes on from there; using the layer changes nothing.
func TestSpectralNormalizationTrains(t *testing.T) {
	dense := &layers.Dense{Units: 1, UseBias: new(false)}
	m := nn.NewSequential(nn.Input(2), &layers.SpectralNormalization{Layer: dense, PowerIterations: 5})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: &losses.MeanSquaredError{}}))
	kernel := nn.BaseOf(dense).Weights()[0]
	must(t, kernel.Set(tensor.From([]float32{3, 4}, 2, 1)))
	x, y := tensor.From([]float32{1, 0}, 1, 2), tensor.From([]float32{0}, 1, 1)
	_, err := m.PredictOnBatch(x)
	must(t, err)
	want := func(a, b float32) {
		t.Helper()
		if got := kernel.Value(); !tensor.AllClose(got, tensor.From([]float32{a, b}, 2, 1), 1e-5, 1e-6) {
			t.Errorf("kernel %v, want %v and %v", got, a, b)
		}
	}
	want(3, 4)
	_, err = m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
	must(t, err)
	want(0, 0.8) // (0.6, 0.8), and one step of 0.5·2·0.6 back
}
