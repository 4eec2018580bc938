package layers_test

import (
	"fmt"
	"log"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// clipped cuts off what lies beyond the layer's argument "limit". Registered, it
// comes back from files.
var clipped = layers.LambdaFunc("clipped", func(c *layers.LambdaCall, in ...*ops.Value) *ops.Value {
	limit := float32(c.Arguments.Number("limit"))
	return ops.Clip(in[0], -limit, limit)
})

func init() {
	nn.Alias(clipped, "clipped")
	maps.Copy(contracts, map[string]contract{
		"lambda":           {&layers.Lambda{Function: halve}, []nn.Shape{{none, 3, 2}}},
		"lambda shape":     {&layers.Lambda{Function: lastStep, OutputShape: []int{2}}, []nn.Shape{{none, 3, 2}}},
		"lambda arguments": {&layers.Lambda{Function: scaledPower, Arguments: layers.Arguments{"factor": 1.5, "power": 2}, Mask: keepMask}, []nn.Shape{{none, 3}}},
	})
}

// Twins of the functions in testdata/tools/keras_layers_core.py.
var (
	halve = namedLambda("halve", func(_ *layers.LambdaCall, in ...*ops.Value) *ops.Value {
		return ops.MulScalar(in[0], 0.5)
	})
	lastStep = namedLambda("last_step", func(_ *layers.LambdaCall, in ...*ops.Value) *ops.Value {
		return ops.Squeeze(ops.Slice(in[0], 1, -1, in[0].Dim(1)), 1)
	})
	scaledPower = namedLambda("scaled_power", func(c *layers.LambdaCall, in ...*ops.Value) *ops.Value {
		return ops.MulScalar(ops.PowScalar(in[0], float32(c.Arguments.Number("power"))), float32(c.Arguments.Number("factor")))
	})
	_ = namedLambda("train_twice", func(c *layers.LambdaCall, in ...*ops.Value) *ops.Value {
		if c.Training {
			return ops.MulScalar(in[0], 2)
		}
		return in[0]
	})
	_ = namedLambda("masked_sum", func(c *layers.LambdaCall, in ...*ops.Value) *ops.Value {
		x := in[0]
		if m := c.Mask(0); m != nil {
			x = ops.Mul(x, ops.ExpandDims(m, 2))
		}
		return ops.Sum(x, 1)
	})
	keepMask = namedLambda("keep_mask", func(c *layers.LambdaCall, _ ...*ops.Value) *ops.Value { return c.Mask(0) })
)

func namedLambda(name string, f func(c *layers.LambdaCall, in ...*ops.Value) *ops.Value) layers.LambdaFunction {
	l := layers.LambdaFunc(name, f)
	nn.Alias(l, name)
	return l
}

func ExampleLambda() {
	model := nn.NewSequential(nn.Input(4),
		&layers.Lambda{Function: clipped, Arguments: layers.Arguments{"limit": 1.5}})
	out, err := model.PredictOnBatch(tensor.From([]float32{-3, -1, 1, 3}, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out[0].Data())
	// Output: [-1.5 -1 1 1.5]
}

// TestLambdaInFiles: name and arguments survive.
func TestLambdaInFiles(t *testing.T) {
	m := nn.NewSequential(nn.Input(3), &layers.Lambda{Function: clipped, Arguments: layers.Arguments{"limit": 2}})
	text, err := saving.ToJSON(m)
	must(t, err)
	for _, want := range []string{`"function":"clipped"`, `"function_type":"function"`, `"arguments":{"limit":2}`, `"output_shape":null`, `"output_shape_type":"raw"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	loaded, err := saving.FromJSON(text)
	must(t, err)
	out, err := loaded.PredictOnBatch(tensor.From([]float32{-3, 1, 3}, 1, 3))
	must(t, err)
	if !equal(out[0].Data(), []float32{-2, 1, 2}) {
		t.Errorf("the loaded model gives %v", out[0])
	}

	ghost := layers.LambdaFunc("ghost", func(_ *layers.LambdaCall, in ...*ops.Value) *ops.Value { return in[0] })
	_, err = saving.ToJSON(nn.NewSequential(nn.Input(3), &layers.Lambda{Function: ghost}))
	if err == nil || !strings.Contains(err.Error(), `function "ghost" is not registered`) {
		t.Errorf("saving an unregistered function: %v", err)
	}
	for swap, want := range map[string]string{
		`["4wEAAAA=\n", null, null]`: "holds a Python lambda as bytecode",
		`"cliped"`:                   `did you mean "clipped"?`,
	} {
		_, err := saving.FromJSON([]byte(strings.Replace(string(text), `"clipped"`, swap, 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("reading function %s: %v, want %s", swap, err, want)
		}
	}
}

// TestLambdaInputs: a function of several inputs, and one that has no gradient.
func TestLambdaInputs(t *testing.T) {
	ratio := layers.LambdaFunc("ratio", func(_ *layers.LambdaCall, in ...*ops.Value) *ops.Value { return ops.Div(in[0], in[1]) })
	a, b := nn.Input(2), nn.Input(2)
	m := nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(&layers.Lambda{Function: ratio}, a, b)})
	out, err := m.PredictOnBatch(tensor.From([]float32{1, 6}, 1, 2), tensor.From([]float32{4, 3}, 1, 2))
	must(t, err)
	if !equal(out[0].Data(), []float32{0.25, 2}) {
		t.Errorf("got %v", out[0])
	}
}

func TestLambdaMistakes(t *testing.T) {
	row := []nn.Shape{{none, 6}}
	wantMistakes(t, []badLayer{
		{&layers.Lambda{}, row, "no Function; want what layers.LambdaFunc returns"},
		{&layers.Lambda{Function: layers.LambdaFunc("nothing", nil)}, row, `the function of LambdaFunc "nothing" is nil`},
		{&layers.Lambda{Function: halve, Arguments: layers.Arguments{"f": math.Cos}}, row, "Arguments could not be saved: json: unsupported type: func(float64) float64"},
		{&layers.Lambda{Function: halve, OutputShape: []int{5}}, []nn.Shape{{2, 6}}, `Lambda of (2, 6): OutputShape is (5,) (without the batch), but Function "halve" makes (2, 6)`},
		{&layers.Lambda{Function: scaledPower, Arguments: layers.Arguments{"power": 2}}, row, `Lambda[]: there is no argument "factor"; there are ["power"]`},
		{&layers.Lambda{Function: scaledPower, Arguments: layers.Arguments{"power": "2"}}, row, `Lambda[]: argument "power" is 2 (string), want a number`},
	})
}
