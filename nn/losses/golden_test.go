package losses_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// lossCase is a fixture of one loss; see testdata/tools/README.md.
type lossCase struct {
	ClassName string         `json:"class_name"`
	Config    map[string]any `json:"config"`
	YTrue     string         `json:"y_true"`
	YPred     string         `json:"y_pred"`
	Values    string
	R, Grad   string
}

// TestGolden compares the loss of each sample and its gradient with Keras.
func TestGolden(t *testing.T) {
	ran := map[string]int{}
	golden.Walk(t, "losses", func(t *testing.T, c golden.Case) {
		var f lossCase
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Loss]())
		if err != nil {
			t.Fatal(err)
		}
		ran[f.ClassName]++
		delete(f.Config, "reduction") // "auto"; the trainer reduces
		if err := config.Decode(v, f.Config, "name", "axis", "fn"); err != nil {
			t.Fatal(err)
		}
		y, p := array(t, c, f.YTrue), array(t, c, f.YPred)
		yv, pv := ops.Input(y.Shape()...), ops.Input(p.Shape()...)
		values := v.(nn.Loss).Loss(yv, pv)
		sum := ops.Sum(ops.Mul(values, ops.Constant(array(t, c, f.R))))
		g := ops.Gradients(sum, pv)[0]
		prog := ops.Compile(ops.Spec{In: []*ops.Value{yv, pv}, Out: []*ops.Value{values, g}})
		if err := prog.Run(ops.State{}, []*tensor.Tensor{y, p}); err != nil {
			t.Fatal(err)
		}
		c.Close(t, f.Values, prog.Out(0).Data())
		c.Close(t, f.Grad, prog.Out(1).Data())
	})
	for _, class := range config.Classes(reflect.TypeFor[nn.Loss]()) {
		if ran[class] == 0 {
			t.Errorf("no case of %s ran", class)
		}
	}
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	t.Helper()
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}
