package saving_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// TestStrictJSON: what readers of JSON understand differently is refused.
func TestStrictJSON(t *testing.T) {
	good := row(`{"class_name": "Dense", "config": {"units": 4, "name": "a:{\"b\",", "activation": "relu"}}`)
	if _, err := saving.FromJSON([]byte(good)); err != nil {
		t.Fatal(err)
	}
	many := ""
	for i := range 100 {
		many += fmt.Sprintf(`"k%d": 1, `, i)
	}
	for text, want := range map[string]string{
		strings.Replace(good, "relu", "re\xfflu", 1):                           `(0xff) is no UTF-8`,
		strings.Replace(good, "relu", "\xed\xa0\x80", 1):                       `(0xed) is no UTF-8`, // a surrogate
		strings.Replace(good, `"units": 4`, `"units": 4, "units": 5`, 1):       `has the key "units" twice`,
		strings.Replace(good, `"units": 4`, `"units": 4, "\u0075nits": 5`, 1):  `has the key "units" twice`,
		strings.Replace(good, `"units": 4`, `"a": [{"b": 1}], "a": {}`, 1):     `has the key "a" twice`,
		strings.Replace(good, `"units": 4`, many+`"k7": 2, "units": 4`, 1):     `has the key "k7" twice`,
		strings.Replace(good, `"units": 4`, `"units": {"x": 1, "x": 2}`, 1):    `has the key "x" twice`,
		strings.Replace(good, `"units": 4`, `"units": "units", "u": 4 "u`, 1):  `invalid character`,
		strings.Replace(good, `"units": 4`, `"units": 4, "uses": ["a", "a`, 1): `invalid character`,
	} {
		if _, err := saving.FromJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// TestManyAxes: shapes have at most 32 axes, wherever they come from.
func TestManyAxes(t *testing.T) {
	axes := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }
	deep := func(input, reshape int) string {
		return `{"class_name": "Sequential", "config": {"name": "m", "layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, ` + axes(input) + `], "name": "in"}},
			{"class_name": "Reshape", "config": {"target_shape": [` + axes(reshape) + `]}}]}}`
	}
	if _, err := saving.FromJSON([]byte(deep(31, 31))); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		deep(1000, 1): "has 1001 axes with that of the batch; at most 32",
		deep(32, 1):   "has 33 axes",
		deep(1, 1000): "the output would have 1001 axes; at most 32",
	} {
		if _, err := saving.FromJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := nn.Input(make([]int, 40)...).Err(); err == nil || !strings.Contains(err.Error(), "41 axes") {
		t.Error(err)
	}
}
