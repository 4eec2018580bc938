package activations_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// with are the functions of Keras that take settings, and the class and the
// names of the settings that stand for them here.
var with = map[string]struct {
	class string
	keys  map[string]string
}{
	"relu":    {"ReLU", map[string]string{"alpha": "negative_slope"}},
	"elu":     {"ELU", nil},
	"softmax": {"Softmax", nil},
	"gelu":    {"GELU", nil},
}

var kind = reflect.TypeFor[activations.Activation]()

// TestGolden compares values and gradients with Keras.
func TestGolden(t *testing.T) {
	tested := map[string]bool{}
	golden.Walk(t, "activations", func(t *testing.T, c golden.Case) {
		var f struct {
			Function      string
			Kwargs        map[string]any
			X, Y, R, Grad string
		}
		c.Decode(t, &f)
		var thing any = f.Function
		if len(f.Kwargs) > 0 {
			w := with[f.Function]
			settings := map[string]any{}
			for k, v := range f.Kwargs {
				if w.keys[k] != "" {
					k = w.keys[k]
				}
				settings[k] = v
			}
			thing = map[string]any{"class_name": w.class, "config": settings}
		}
		v, err := config.DecodeThing(thing, kind)
		if err != nil {
			t.Fatal(err)
		}
		tested[f.Function] = true
		a := c.Array(t, f.X)
		x := ops.Input(a.Shape...)
		y := v.(activations.Activation).Activate(x)
		g := ops.Gradients(ops.Sum(ops.Mul(y, ops.Constant(tensor.From(c.Array(t, f.R).Data, a.Shape...)))), x)[0]
		p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y, g}})
		if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.From(slices.Clone(a.Data), a.Shape...)}); err != nil {
			t.Fatal(err)
		}
		c.Close(t, f.Y, p.Out(0).Data())
		c.Close(t, f.Grad, p.Out(1).Data())
	})
	if len(tested) < 14 {
		t.Errorf("only %d functions were tested", len(tested))
	}
}

// TestNames: every name that Keras looks up stands for the same function here,
// and the classes survive the way to JSON and back.
func TestNames(t *testing.T) {
	for name, wire := range map[string]string{
		"softmax": `"softmax"`, "elu": `"elu"`, "selu": `"selu"`, "softplus": `"softplus"`, "softsign": `"softsign"`, "tanh": `"tanh"`,
		"sigmoid": `"sigmoid"`, "linear": `"linear"`, "relu": `"relu"`, "hard_sigmoid": `"hard_sigmoid"`, "exponential": `"exponential"`,
		"gelu": `"gelu"`, "swish": `"swish"`, "silu": `"swish"`, "mish": `"mish"`, "leaky_relu": `"leaky_relu"`, "relu6": `"relu6"`, "log_softmax": `"log_softmax"`,
		"ReLU": `{"class_name":"ReLU","config":{"max_value":null,"negative_slope":0.0,"threshold":0.0}}`,
		"ELU":  `{"class_name":"ELU","config":{"alpha":1.0}}`, "Softmax": `{"class_name":"Softmax","config":{"axis":-1}}`,
	} {
		v, err := config.Lookup(name, kind)
		if err != nil {
			t.Error(err)
			continue
		}
		x, err := config.EncodeThing(v)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(x); string(b) != wire {
			t.Errorf("%s is written as %s, want %s", name, b, wire)
		}
	}
	_, err := config.Lookup("rleu", kind)
	if err == nil || !strings.Contains(err.Error(), `unknown activation "rleu"; did you mean "relu"?`) {
		t.Errorf("got %v", err)
	}
}

// TestSoftmaxRank: Keras refuses a vector.
func TestSoftmaxRank(t *testing.T) {
	for _, a := range []activations.Activation{activations.Softmax, &activations.SoftmaxWith{}, &activations.SoftmaxWith{Axis: new(0)}} {
		func() {
			defer func() {
				if e, ok := recover().(*ops.ShapeError); !ok || !strings.Contains(e.Error(), "1D") {
					t.Errorf("softmax of a vector: %v", e)
				}
			}()
			a.Activate(ops.Input(3))
		}()
	}
}

// TestApply: nil is no activation.
func TestApply(t *testing.T) {
	x := ops.Input(2)
	if activations.Apply(nil, x) != x || activations.Linear.Activate(x) != x {
		t.Error("no activation changes the value")
	}
	twice := activations.Func("twice", func(x *ops.Value) *ops.Value { return ops.MulScalar(x, 2) })
	if y := activations.Apply(twice, x); y == x {
		t.Error("a function of one's own was not applied")
	}
}
