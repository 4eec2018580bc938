package nn_test

import (
	"context"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// unregistered is a layer that no file can bring back.
type unregistered struct{ nn.Base }

func (*unregistered) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// scalarOut forgets the batch.
type scalarOut struct{ nn.Base }

func (*scalarOut) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return ops.Mean(in[0]) }

// nilOut returns nothing.
type nilOut struct{ nn.Base }

func (*nilOut) Call(*nn.Call, ...*ops.Value) *ops.Value { return nil }

// liar states a shape that it does not make.
type liar struct{ nn.Base }

func (*liar) OutputShape(in ...nn.Shape) (nn.Shape, error) { return nn.Shape{nn.Unknown, 7}, nil }
func (*liar) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// vectorLoss adds more than one number.
type vectorLoss struct{ nn.Base }

func (*vectorLoss) Call(c *nn.Call, in ...*ops.Value) *ops.Value { c.AddLoss(in[0]); return in[0] }

// sometimes adds a metric while training only.
type sometimes struct{ nn.Base }

func (*sometimes) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	if c.Training {
		c.AddMetric("late", in[0])
	}
	return in[0]
}

func dense(units int) *layers.Dense { return &layers.Dense{Units: units} }

func modelOf(in, out *nn.Symbol) *nn.Model {
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{out})
}

func ready(m *nn.Model) *nn.Model {
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
		panic(err)
	}
	return m
}

func on(m *nn.Model, x ...*tensor.Tensor) error {
	_, err := m.PredictOnBatch(x...)
	return err
}

// TestModelMistakes: what goes wrong when models are put together, and exactly
// what is said then. No mistake is a panic.
func TestModelMistakes(t *testing.T) {
	a, b := nn.NamedInput("a", nn.Shape{nn.Unknown, 4}), nn.NamedInput("b", nn.Shape{nn.Unknown, 4})
	shared := nn.Name("shared", dense(2))
	nn.Apply(shared, a)
	conv := nn.Name("conv", &layers.Conv2D{Filters: 2, KernelSize: [2]int{3, 3}})
	nn.Apply(conv, nn.Input(8, 8, 3))
	stateful := nn.NewSequential(nn.BatchInput(2, 5, 1), nn.Name("memory", &layers.LSTM{Units: 3, Stateful: true}), dense(1))
	ids := nn.NewSequential(nn.Input(3), nn.Name("words", &layers.Embedding{InputDim: 10, OutputDim: 2}))
	twoOuts := nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{nn.Apply(nn.Name("x", dense(1)), a), nn.Apply(nn.Name("y", dense(1)), a)})
	loop := nn.NewSequential(nn.Input(4), dense(4))
	loop.Add(loop)
	outer := nn.NewSequential(nn.Input(4), dense(4))
	inner := nn.NewSequential(nn.Input(4), outer)
	outer.Add(inner)
	for _, c := range []struct {
		err  error
		want string
	}{
		// Inputs.
		{nn.Input(3, -5).Err(), `nn: Input: axis 2 has size -5; sizes are positive, or nn.Unknown`},
		{nn.NamedInput("", nil).Err(), `nn: Input: the shape needs at least the batch axis`},
		{nn.Input(1<<30, 1<<30).Err(), `nn: Input: the shape (None, 1073741824, 1073741824) has more numbers than fit into memory`},
		{nn.Apply(dense(2)).Err(), `nn: layer Dense: Apply without an input; a model begins with nn.Input`},
		{nn.Apply(nil, a).Err(), `nn: Apply: the layer is nil`},
		{nn.Apply(dense(2), nil).Err(), `nn: symbol 0 is nil`},
		// Reuse.
		{nn.Apply(shared, nn.Input(5)).Err(), `nn: layer "shared" (Dense): Dense of (None, 5): want 4 features on the last axis, got 5; the layer was built for (None, 4), and every call shares its weights: use a new layer here`},
		{nn.Apply(conv, nn.Input(8, 8, 4)).Err(), `nn: layer "conv" (Conv2D): Conv2D of (None, 8, 8, 4) and (3, 3, 3, 2): axis 3 of x has 4 channels, but axis 2 of w has 3 for each of 1 groups (want 3); the layer was built for (None, 8, 8, 3), and every call shares its weights: use a new layer here`},
		{nn.Apply(shared, a, b).Err(), `nn: layer "shared" (Dense): got 2 inputs, but input 1, (None, 4), changes nothing; to merge inputs use a layer such as layers.Add or layers.Concatenate`},
		{nn.Apply(&layers.Activation{Activation: activations.ReLU}, a, b).Err(), `nn: layer Activation: got 2 inputs, but input 1, (None, 4), changes nothing; to merge inputs use a layer such as layers.Add or layers.Concatenate`},
		// Graphs.
		{nn.NewModel(nil, nil).Err(), `nn: a model needs at least one input and one output`},
		{nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{nil}).Err(), `nn: symbol 0 is nil`},
		{nn.NewModel([]*nn.Symbol{a, a}, []*nn.Symbol{nn.Apply(dense(1), a)}).Err(), `nn: inputs 0 and 1 of the model are the same symbol, (None, 4) of layer "a" (InputLayer); give each once`},
		{modelOf(a, nn.Apply(&layers.Add{}, a, b)).Err(), `nn: the outputs need layer "b" (InputLayer) of shape (None, 4), which is not among the model's inputs`},
		{modelOf(a, nn.Apply(nn.Name("d", dense(1)), nn.Apply(nn.Name("d", dense(2)), a))).Err(), `nn: two layers are named "d" (Dense and Dense); names must be unique in a model`},
		{loop.Err(), `nn: layer "sequential" (Sequential) is part of itself`},
		{outer.Err(), `nn: layer "sequential" (Sequential) is part of itself`},
		{modelOf(a, nn.Apply(dense(1), a)).Add(dense(1)).Err(), `nn: Add is for Sequential models; use nn.Apply and nn.NewModel`},
		{modelOf(a, nn.Apply(dense(1), a)).Pop(), `nn: Pop is for Sequential models`},
		{errOf(twoOuts.Layer("z")), `nn: model "model" has no layer "z"; its layers are ["a" "x" "y"]`},
		{errOf(twoOuts.Layer("aa")), `nn: model "model" has no layer "aa"; did you mean "a"?`},
		{errOf(twoOuts.LayerAt(3)), `nn: model "model" has 3 layers, there is no layer 3`},
		{errOf(twoOuts.LayerAt(-4)), `nn: model "model" has 3 layers, there is no layer -4`},
		// A model inside another.
		{nn.Apply(twoOuts, a, b).Err(), `nn: layer "model" (Functional): want 1 inputs, got 2`},
		{nn.NewSequential(nn.Input(5), modelOf(a, nn.Apply(dense(1), a))).Err(), `nn: layer "model" (Functional, layers[0]): input 0: want (None, 4), got (None, 5) (axis 1: want 4, got 5)`},
		{nn.NewSequential(nn.Input(4), twoOuts).Err(), `nn: layer "model" (Functional, layers[0]): it has 2 outputs, but a Sequential model hands on one; use nn.ApplyMulti and nn.NewModel`},
		// Layers of one's own.
		{nn.NewSequential(nn.Input(3), dense(2), &scalarOut{}).Err(), `nn: layer scalarOut (layers[1], "scalar_out"): output 0 has no axis; the first axis is the batch`},
		{nn.NewSequential(nn.Input(3), &nilOut{}).Err(), `nn: layer nilOut (layers[0], "nil_out"): Call returned nil as output 0`},
		{nn.NewSequential(nn.Input(3), &liar{}).Err(), `nn: layer liar (layers[0], "liar"): OutputShape says (None, 7), but Call makes (None, 3)`},
		{nn.NewSequential(nn.Input(3), &vectorLoss{}).Err(), `nn: layer vectorLoss (layers[0], "vector_loss"): AddLoss of (None, 3): want one number, such as ops.Sum or ops.Mean of the values`},
		{nn.NewSequential(nn.Input(3), &sometimes{}).Err(), `nn: layer sometimes (layers[0], "sometimes"): Call adds the metrics ["late"] while training and [] otherwise; add the same ones in both`},
		{errOf(saving.ToJSON(nn.NewSequential(nn.Input(3), &unregistered{}))), `saving: layer "unregistered" (unregistered, layers[1]): the class is not registered, so no file could bring it back; add nn.Register[unregistered]() to an init function`},
		{errOf(saving.ToJSON(nn.NewSequential(nn.Input(3), &layers.Dense{Units: 1, Activation: activations.Func("mine", ops.ReLU)}))),
			`saving: layer "dense" (Dense, layers[1]): config: Dense.Activation: activation "mine" is not registered, so no file could bring it back; add nn.Alias(value, "mine") to an init function`},
		// Masks.
		{nn.NewSequential(nn.Input(3), &layers.Embedding{InputDim: 9, OutputDim: 2, MaskZero: true}, &layers.Flatten{}).Err(), `nn: layer Flatten (layers[1], "flatten"): does not support masking, but its input carries a mask (from Embedding with MaskZero or from Masking); put a layer before it that uses the mask up (a recurrent layer without ReturnSequences), or drop it knowingly with nn.DropMask`},
		// Words in files.
		{errOf(saving.FromJSON([]byte(row(`{"class_name": "Dense", "config": {"units": 1, "activation": "rleu"}}`)))), `saving: unknown class: activation "rleu" of Dense (did you mean "relu"?); register before loading, in an init function: nn.Alias(value, "rleu")`},
		// Compile.
		{twoOuts.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Outputs: map[string]nn.OutputConfig{"yy": {}}}), `nn: Compile: Outputs names "yy", but the model's outputs are ["x" "y"]; did you mean "y"?`},
		{errOf(nn.NewSequential(nn.Input(1), dense(1)).Fit(context.Background(), nil, nn.FitConfig{})), `nn: the model is not compiled; call Compile with a loss first`},
		// Data.
		{on(ids, tensor.From([]float32{1, 10, 2}, 1, 3)), `nn: ops: layer "words": id 10 (sample 0, step 1) is outside a table of 10 rows: ids go from 0 to 9; give the Embedding a larger InputDim (text.Tokenizer.InputDim tells it)`},
		{on(ids, tensor.From([]float32{1, -1, 2}, 1, 3)), `nn: ops: layer "words": id -1 (sample 0, step 1) is outside a table of 10 rows: ids go from 0 to 9; ids must not be negative: pad with 0, and mask it with MaskZero`},
		{on(ids, tensor.New(2, 4)), `nn: input 0 (input_1) of model "sequential": want (None, 3), got (2, 4) (axis 1: want 3, got 4)`},
		{on(ids, tensor.New(3)), `nn: input 0 (input_1) of model "sequential": want rank 2 (None, 3), got rank 1 (3,); one sample alone needs a batch axis in front`},
		{on(ids, tensor.New(1, 3), tensor.New(1, 3)), `nn: model "sequential" has 1 inputs, the data has 2`},
		{on(ids, nil), `nn: input 0 (input_1) of model "sequential" is nil`},
		{on(ids, tensor.New(0, 3)), `nn: empty batch: 0 samples`},
		{on(stateful, tensor.New(3, 5, 1)), `nn: input 0 (input_1) of model "sequential": want (2, 5, 1), got (3, 5, 1) (axis 0: want 2, got 3); the model has a fixed batch size (nn.BatchInput), which stateful layers need: feed batches of exactly 2 samples`},
		{nn.NewSequential(nn.Input(5, 1), &layers.LSTM{Units: 3, Stateful: true}).Err(), `nn: layer LSTM (layers[0], "lstm"): Stateful needs a fixed batch size, got input (None, 5, 1); start the model with nn.BatchInput(batch, …)`},
		{errOf(ready(nn.NewSequential(nn.Input(2), dense(1))).TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.New(2, 2)}, Y: []*tensor.Tensor{tensor.New(3, 1)}})), `nn: target 0 has shape (3, 1), but inputs have 2 samples`},
	} {
		switch {
		case c.err == nil:
			t.Errorf("no mistake where %q was expected", c.want)
		case c.err.Error() != c.want:
			t.Errorf("got  %s\nwant %s", c.err, c.want)
		}
	}
}

func row(layers string) string {
	return `{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3]}}, ` + layers + `]}}`
}

func errOf[T any](_ T, err error) error { return err }
