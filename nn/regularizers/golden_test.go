package regularizers_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/regularizers"
	"github.com/antler-ml/antler/tensor"
)

// TestGolden compares penalties and their gradients with Keras.
func TestGolden(t *testing.T) {
	golden.Walk(t, "regularizers", func(t *testing.T, c golden.Case) {
		var f struct {
			ClassName string         `json:"class_name"`
			Config    map[string]any `json:"config"`
			Values    []struct{ X, Value, Grad string }
		}
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Regularizer]())
		if err != nil {
			t.Fatal(err)
		}
		if err := config.Decode(v, f.Config); err != nil {
			t.Fatal(err)
		}
		for _, x := range f.Values {
			a := c.Array(t, x.X)
			w := ops.Input(a.Shape...)
			p := v.(nn.Regularizer).Penalty(w)
			g := ops.Gradients(p, w)[0]
			if g == nil { // no penalty at all
				g = ops.BroadcastTo(ops.Scalar(0), a.Shape...)
			}
			prog := ops.Compile(ops.Spec{In: []*ops.Value{w}, Out: []*ops.Value{p, g}})
			if err := prog.Run(ops.State{}, []*tensor.Tensor{tensor.From(slices.Clone(a.Data), a.Shape...)}); err != nil {
				t.Fatal(err)
			}
			c.Close(t, x.Value, prog.Out(0).Data())
			c.Close(t, x.Grad, prog.Out(1).Data())
		}
	})
}

// TestWire: how they are written, and what the names stand for.
func TestWire(t *testing.T) {
	for name, want := range map[string]string{
		"l1": `{"class_name":"L1","config":{"l1":0.01}}`, "l2": `{"class_name":"L2","config":{"l2":0.01}}`,
		"l1_l2": `{"class_name":"L1L2","config":{"l1":0.01,"l2":0.01}}`, "L1L2": `{"class_name":"L1L2","config":{"l1":0.0,"l2":0.0}}`,
	} {
		v, err := config.Lookup(name, reflect.TypeFor[nn.Regularizer]())
		if err != nil {
			t.Fatal(err)
		}
		x, err := config.EncodeThing(v)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(x); string(b) != want {
			t.Errorf("%s is written as %s, want %s", name, b, want)
		}
	}
}

func TestGradients(t *testing.T) {
	x := tensor.From([]float32{0.5, -1, 2, -0.25, 1.5, 0.75}, 2, 3)
	for _, r := range []nn.Regularizer{regularizers.L1(0.3), regularizers.L2(0.2), &regularizers.L1L2{L1: 0.1, L2: 0.2}} {
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return r.Penalty(in[0]) }, x)
	}
}

func TestMistakes(t *testing.T) {
	for _, r := range []interface{ Validate() error }{&regularizers.L1L2{L1: -1}, &regularizers.OnlyL1{L1: new(-1.0)}, &regularizers.OnlyL2{L2: new(-1.0)}} {
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), "want 0 or more") {
			t.Errorf("%#v: got %v", r, err)
		}
	}
}
