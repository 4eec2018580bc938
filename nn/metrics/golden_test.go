package metrics_test

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

// metricCase is a fixture of one metric; see testdata/tools/README.md.
type metricCase struct {
	ClassName string         `json:"class_name"`
	Config    map[string]any `json:"config"`
	Batches   []struct {
		YTrue        string  `json:"y_true"`
		YPred        string  `json:"y_pred"`
		SampleWeight *string `json:"sample_weight"`
		Result       string
	}
}

// TestGolden streams three batches through each metric as Keras did.
func TestGolden(t *testing.T) {
	ran := map[string]int{}
	golden.Walk(t, "metrics", func(t *testing.T, c golden.Case) {
		var f metricCase
		c.Decode(t, &f)
		if f.ClassName == "" {
			return // functions are tested through their classes
		}
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Metric]())
		if err != nil || f.ClassName == "Accuracy" {
			t.Skipf("%s is not part of this module yet", f.ClassName)
		}
		ran[f.ClassName]++
		if err := config.Decode(v, f.Config, "name", "dtype"); err != nil {
			t.Fatal(err)
		}
		m := v.(nn.Metric)
		var sums []float64
		for _, b := range f.Batches {
			y, p := array(t, c, b.YTrue), array(t, c, b.YPred)
			in := []*tensor.Tensor{y, p}
			yv, pv := ops.Input(y.Shape()...), ops.Input(p.Shape()...)
			vals := []*ops.Value{yv, pv}
			var weight *ops.Value
			// A metric that is called by hand ignores the mask; in a model the
			// trainer applies it, see the golden trainings of package nn.
			if b.SampleWeight != nil {
				a := array(t, c, *b.SampleWeight)
				in = append(in, a)
				weight = ops.Input(a.Shape()...)
				vals = append(vals, weight)
			}
			u := m.Update(yv, pv, weight)
			prog := ops.Compile(ops.Spec{In: vals, Out: []*ops.Value{u}})
			if err := prog.Run(ops.State{}, in); err != nil {
				t.Fatal(err)
			}
			for i, x := range prog.Out(0).Data() {
				if len(sums) <= i {
					sums = append(sums, 0)
				}
				sums[i] += float64(x)
			}
			c.Close(t, b.Result, []float32{float32(m.Result(sums))})
		}
	})
	for _, class := range config.Classes(reflect.TypeFor[nn.Metric]()) {
		if ran[class] == 0 && class != "Accuracy" && class != "AutoAccuracy" { // its kinds have cases
			t.Errorf("no case of %s ran", class)
		}
	}
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	t.Helper()
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}
