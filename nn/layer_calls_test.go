package nn_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// TestCalls: a layer knows its calls, as Keras' get_input_at and its kin.
func TestCalls(t *testing.T) {
	a, b := nn.Input(4, 3), nn.Input(7, 3)
	d := nn.Name("shared", &layers.Dense{Units: 2})
	x, y := nn.Apply(d, a), nn.Apply(d, b)
	if d.Calls() != 2 || d.InputAt(0) != a || d.InputAt(1) != b || d.OutputAt(0) != x || d.OutputAt(1) != y {
		t.Error("the calls are not those that were made")
	}
	for i, want := range []string{"(None, 4, 3) (None, 4, 2)", "(None, 7, 3) (None, 7, 2)", "() ()", "() ()"} {
		at := i
		if i == 3 {
			at = -1
		}
		if got := d.InputShapeAt(at).String() + " " + d.OutputShapeAt(at).String(); got != want {
			t.Errorf("call %d: %s, want %s", at, got, want)
		}
	}
	if d.InputsAt(2) != nil || d.OutputsAt(-1) != nil {
		t.Error("there are more calls than were made")
	}
	for want, s := range map[string]*nn.Symbol{
		`nn: Input: layer "shared" (Dense) was called 2 times; use InputAt(i)`:                                                          d.Input(),
		`nn: Output: layer "shared" (Dense) was called 2 times; use OutputAt(i)`:                                                        d.Output(),
		`nn: OutputAt(2): layer "shared" (Dense) has 2 call(s), and they count from 0; all that belongs to one call is OutputsAt(call)`: d.OutputAt(2),
		`nn: InputAt(-1): layer "shared" (Dense) has 2 call(s), and they count from 0; all that belongs to one call is InputsAt(call)`:  d.InputAt(-1),
		`nn: OutputAt: the layer was not called yet; use nn.Apply, or put it into a model`:                                              (&layers.Dense{}).OutputAt(0),
		`nn: InputAt(0): layer "in" (InputLayer) has no input`:                                                                          nn.BaseOf(nn.NamedInput("in", nn.Shape{nn.Unknown, 2}).Layer()).InputAt(0),
		`nn: Output: the layer was not called yet; use nn.Apply, or put it into a model`:                                                (&layers.Dense{}).Output(),
	} {
		if s.Err() == nil || s.Err().Error() != want {
			t.Errorf("got %v, want %s", s.Err(), want)
		}
	}
	once := &layers.Concatenate{Axis: new(1)}
	z := nn.Apply(once, x, y)
	if once.Output() != z || len(once.InputsAt(0)) != 2 {
		t.Error("a layer that was called once has an output")
	}
	if err := once.Input().Err(); err == nil || !strings.Contains(err.Error(), "has 2 inputs; use InputsAt(0)") {
		t.Errorf("got %v", err)
	}
}

// TestMasksAt: whether inputs and outputs carry masks.
func TestMasksAt(t *testing.T) {
	e, l := &layers.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, &layers.LSTM{Units: 3}
	nn.Apply(l, nn.Apply(e, nn.Input(4)))
	for i, c := range []struct{ got, want bool }{
		{e.InputMaskAt(0), false}, {e.OutputMaskAt(0), true}, {l.InputMaskAt(0), true}, {l.OutputMaskAt(0), false}, {l.OutputMaskAt(1), false},
	} {
		if c.got != c.want {
			t.Errorf("mask %d: %v, want %v", i, c.got, c.want)
		}
	}
}

// TestLayerWeights: weights of one layer are read and set; nothing is set when
// something does not fit.
func TestLayerWeights(t *testing.T) {
	d := &layers.Dense{Units: 2}
	if err := d.SetWeights(nil); err == nil || !strings.Contains(err.Error(), "no weights yet") {
		t.Errorf("got %v", err)
	}
	if ws := d.GetWeights(); len(ws) != 0 {
		t.Errorf("%d weights before the first call", len(ws))
	}
	m := nn.NewSequential(nn.Input(3), d, &layers.BatchNormalization{})
	must(t, m.Err())
	if ws := d.GetWeights(); !tensor.ArrayEqual(ws[0], m.GetWeights()[0]) || tensor.Sum(ws[0]).Data()[0] == 0 {
		t.Error("a layer has other values than its model")
	}
	kernel, bias := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2), tensor.From([]float32{7, 8}, 2)
	must(t, d.SetWeights([]*tensor.Tensor{kernel, bias}))
	for want, ts := range map[string][]*tensor.Tensor{
		`nn: SetWeights: layer "dense" (Dense) has 2 weights (kernel (3, 2), bias (2,)), got 1 tensors`: {kernel},
		`nn: weight dense/bias: want (2,), got (3,) (axis 0: want 2, got 3)`:                            {tensor.New(3, 2), tensor.New(3)},
		`nn: weight dense/bias: the tensor is nil`:                                                      {tensor.New(3, 2), nil},
	} {
		if err := d.SetWeights(ts); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := m.GetWeights(); !tensor.ArrayEqual(got[0], kernel) || !tensor.ArrayEqual(got[1], bias) {
		t.Error("a mistake changed weights")
	}
}

// TestWithWeights: first values are given before the shapes are known.
func TestWithWeights(t *testing.T) {
	table := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	m := nn.NewSequential(nn.Input(1), nn.WithWeights(&layers.Embedding{InputDim: 3, OutputDim: 2}, table))
	must(t, m.Err())
	out, err := m.PredictOnBatch(tensor.From([]float32{2}, 1, 1))
	must(t, err)
	if d := out[0].Data(); d[0] != 5 || d[1] != 6 {
		t.Errorf("id 2 is %v, want [5 6]", d)
	}
	err = nn.NewSequential(nn.Input(1), nn.WithWeights(&layers.Embedding{InputDim: 3, OutputDim: 3}, table)).Err()
	if err == nil || !strings.Contains(err.Error(), "want (3, 3), got (3, 2) (axis 1: want 3, got 2)") {
		t.Errorf("got %v", err)
	}
}

// TestTrainable: what is frozen outside is frozen inside, whatever the inside
// says (tf-keras: Model.trainable_weights).
func TestTrainable(t *testing.T) {
	first, norm := &layers.Dense{Units: 2}, &layers.BatchNormalization{}
	inner := nn.NewSequential(nn.Input(3), first, norm)
	m := nn.NewSequential(nn.Input(3), inner, &layers.Dense{Units: 1})
	must(t, m.Err())
	check := func(when string, trainable, rest int) {
		t.Helper()
		if a, b := len(m.TrainableWeights()), len(m.NonTrainableWeights()); a != trainable || b != rest {
			t.Errorf("%s: %d trainable weights and %d others, want %d and %d", when, a, b, trainable, rest)
		}
	}
	check("at first", 6, 2)
	if a, b := len(norm.TrainableWeights()), len(norm.NonTrainableWeights()); a != 2 || b != 2 {
		t.Errorf("BatchNormalization has %d trainable weights and %d others", a, b)
	}
	inner.SetTrainable(false)
	check("inner frozen", 2, 6)
	first.SetTrainable(true) // inside of what is frozen
	check("a layer thawed inside a frozen model", 2, 6)
	inner.SetTrainable(true)
	nn.Freeze(norm)
	check("a layer frozen inside", 4, 4)
	m.SetTrainable(false)
	check("all frozen", 0, 8)
	m.SetTrainable(true)
	check("all thawed", 6, 2)
}
