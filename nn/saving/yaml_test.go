package saving_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// TestYAMLRoundTrip: every model that JSON brings back, YAML brings back too.
func TestYAMLRoundTrip(t *testing.T) {
	for _, kind := range []string{"models", "summary"} {
		golden.Walk(t, kind, func(t *testing.T, c golden.Case) {
			var f struct{ Model json.RawMessage }
			c.Decode(t, &f)
			m, err := saving.FromJSON(f.Model)
			if err != nil {
				t.Skip(err)
			}
			y, err := saving.ToYAML(m)
			if err != nil {
				t.Fatal(err)
			}
			again, err := saving.FromYAML(y)
			if err != nil {
				t.Fatalf("%v\n%s", err, y)
			}
			want, err := saving.ToJSON(m)
			if err != nil {
				t.Fatal(err)
			}
			got, err := saving.ToJSON(again)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
			}
			var a, b any
			js, err := saving.YAMLToJSON(y)
			if err != nil {
				t.Fatal(err)
			}
			if json.Unmarshal(js, &a) != nil || json.Unmarshal(want, &b) != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("the YAML text says something else:\n%s", y)
			}
		})
	}
}

// TestYAMLWords: names that YAML would read as something else.
func TestYAMLWords(t *testing.T) {
	for _, name := range []string{"1", "true", "null", "~", "1e3", "no", "- a", "a: b", "#c", "'", `"`, "ü", " x ", "0x10", "2001-01-01", "=", "<<", "|"} {
		m := nn.NewSequential(nn.Input(2), nn.Name(name, &layers.Dense{Units: 1, Activation: activations.ReLU}))
		y, err := saving.ToYAML(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := saving.FromYAML(y)
		if err != nil {
			t.Errorf("%q: %v\n%s", name, err, y)
			continue
		}
		if got := nn.BaseOf(again.Layers()[0]).Name(); got != name {
			t.Errorf("%q came back as %q", name, got)
		}
	}
}

// TestKerasYAML reads what Keras 2.2 wrote with PyYAML: sorted keys, tuples and
// an anchor.
func TestKerasYAML(t *testing.T) {
	m, err := saving.FromYAML([]byte(`backend: tensorflow
class_name: Sequential
config:
- class_name: Conv2D
  config:
    activation: relu
    batch_input_shape: !!python/tuple [null, 8, 8, 1]
    data_format: channels_last
    dilation_rate: &id001 !!python/tuple
    - 1
    - 1
    dtype: float32
    filters: 2
    kernel_initializer:
      class_name: VarianceScaling
      config: {distribution: uniform, mode: fan_avg, scale: 1.0, seed: null}
    kernel_size: !!python/tuple
    - 3
    - 3
    name: conv2d_1
    padding: valid
    strides: *id001
    trainable: true
    use_bias: true
keras_version: 2.2.4
`))
	if err != nil {
		t.Fatal(err)
	}
	l := m.Layers()[0].(*layers.Conv2D)
	if l.Filters != 2 || l.KernelSize != [2]int{3, 3} || l.Strides != [2]int{1, 1} || m.OutputShapes()[0].String() != "(None, 6, 6, 2)" {
		t.Errorf("%+v, %v", l, m.OutputShapes())
	}
}

func TestHostileYAML(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	for text, want := range map[string]string{
		"":                                     "is empty",
		"- 1":                                  "cannot unmarshal array",
		"a: !!python/object:os.system x":       "line 1: the tag !!python/object:os.system is not read",
		"!!python/object/apply:os.system [ls]": "line 1: the tag !!python/object/apply:os.system is not read",
		"a: 1\na: 2":                           `line 2: key "a" is there twice`,
		"a: &a [*a]":                           "", // a list inside itself: any error will do
		bomb:                                   "", //
		strings.Repeat("[", 20000):             "",
		strings.Repeat("- ", 200) + "x":        "nested more than 100 deep",
		"a: .nan":                              "line 1: .nan has no place",
		"? [a]\n: b":                           "line 1: a key is a word",
		"a: &x {b: 1}\nc:\n  <<: *x":           "line 3: a key is a word",
		"a: !!timestamp 2001-01-01":            "line 1: the tag !!timestamp is not read",
		"a: \x00":                              "",
		strings.Repeat("x", saving.MaxYAML+1):  "more than 8388608",
	} {
		_, err := saving.FromYAML([]byte(text))
		short := text[:min(len(text), 40)]
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", short, err, want)
		}
	}
}
