package metrics_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/tensor"
)

// metricCase is a fixture of one metric; see testdata/tools/README.md.
type metricCase struct {
	ClassName string         `json:"class_name"`
	Config    map[string]any `json:"config"`
	Batches   []struct {
		YTrue        *string `json:"y_true"`
		YPred        string  `json:"y_pred"`
		Values       string
		SampleWeight *string `json:"sample_weight"`
		Result       string
	}
}

// TestGolden streams batches through each metric as Keras did. A metric that is
// called by hand ignores the mask; in a model the trainer applies it, see the golden
// trainings of package nn.
func TestGolden(t *testing.T) {
	ran := map[string]int{}
	for _, kind := range []string{"metrics", "metrics_more"} {
		golden.Walk(t, kind, func(t *testing.T, c golden.Case) {
			var f metricCase
			c.Decode(t, &f)
			if f.ClassName == "" {
				return // functions are tested through their classes
			}
			ran[f.ClassName]++
			stream(t, c, f)
		})
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Metric]()) {
		if ran[class] == 0 && class != "AutoAccuracy" && class != "AutoCrossentropy" && class != "ConfusionMatrix" { // the kinds have cases; Keras has no matrix
			t.Errorf("no case of %s ran", class)
		}
	}
}

func stream(t *testing.T, c golden.Case, f metricCase) {
	v, err := config.New(f.ClassName, reflect.TypeFor[nn.Metric]())
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Decode(v, f.Config, "name", "dtype"); err != nil {
		t.Fatal(err)
	}
	s, err := metrics.NewState(v.(nn.Metric))
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // the second after Reset
		for _, b := range f.Batches {
			var w *tensor.Tensor
			if b.SampleWeight != nil {
				w = array(t, c, *b.SampleWeight)
			}
			if b.YTrue == nil {
				err = s.UpdateValues(array(t, c, b.Values), w)
			} else {
				err = s.Update(array(t, c, *b.YTrue), array(t, c, b.YPred), w)
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, x := range s.Results() {
				got = append(got, float32(x))
			}
			if !c.Close(t, b.Result, got) {
				t.Fatalf("round %d", round)
			}
			if n := len(s.Names()); n != len(got) {
				t.Errorf("%d names, %d results", n, len(got))
			}
		}
		s.Reset()
	}
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	t.Helper()
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}
