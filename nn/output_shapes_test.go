package nn_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// TestOutputShapes: what compute_output_shape of tf-keras says, and the layers stay as
// they are.
func TestOutputShapes(t *testing.T) {
	some := nn.Unknown
	d := &layers.Dense{Units: 3}
	late := nn.NewSequential(nil, &layers.Dense{Units: 3})
	built := nn.NewSequential(nn.Input(5), &layers.Dense{Units: 7}, &layers.Dense{Units: 3})
	for _, c := range []struct {
		layer nn.Layer
		in    []nn.Shape
		want  string
	}{
		{d, []nn.Shape{{some, 5}}, "(None, 3)"},
		{d, []nn.Shape{{some, 4, 9}}, "(None, 4, 3)"}, // not built for 5
		{late, []nn.Shape{{some, 5}}, "(None, 3)"},
		{built, []nn.Shape{{8, 5}}, "(8, 3)"},
		{&layers.LSTM{Units: 4, ReturnState: true}, []nn.Shape{{some, 3, 2}}, "(None, 4) (None, 4) (None, 4)"},
		{&layers.Flatten{}, []nn.Shape{{some, 2, some}}, "(None, None)"},
		{&layers.Concatenate{}, []nn.Shape{{some, 2}, {some, 3}}, "(None, 5)"},
		{&layers.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}}, []nn.Shape{{some, some, 9, 1}}, "(None, None, 4, 4)"},
	} {
		got, err := nn.OutputShapes(c.layer, c.in...)
		if err != nil {
			t.Errorf("%s: %v", nn.ClassName(c.layer), err)
			continue
		}
		var text []string
		for _, s := range got {
			text = append(text, s.String())
		}
		if s := strings.Join(text, " "); s != c.want {
			t.Errorf("%s of %v: %s, want %s", nn.ClassName(c.layer), c.in, s, c.want)
		}
		if b := nn.BaseOf(c.layer); b.Calls() != 0 || c.layer == nn.Layer(late) && late.Built() {
			t.Errorf("%s was called", nn.ClassName(c.layer))
		}
	}
	for want, f := range map[string]func() ([]nn.Shape, error){
		`want input of rank 2 or more (batch, …, features), got (None,)`: func() ([]nn.Shape, error) { return nn.OutputShapes(d, nn.Shape{some}) },
		"nn: OutputShapes: the layer is nil":                             func() ([]nn.Shape, error) { return nn.OutputShapes(nil, nn.Shape{some, 2}) },
		"Apply without an input":                                         func() ([]nn.Shape, error) { return nn.OutputShapes(d) },
		"sizes are positive, or nn.Unknown":                              func() ([]nn.Shape, error) { return nn.OutputShapes(d, nn.Shape{some, -7}) },
	} {
		if got, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %v, want %q", got, err, want)
		}
	}
}
