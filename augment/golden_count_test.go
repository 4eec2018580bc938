package augment

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
)

// TestFixturesCoverKeras counts what the fixtures of Keras hold: of both Keras
// every fill mode, order, data format and number of channels with each other, on
// odd and even sides; every argument in all forms of its numbers; every way to
// standardize. With -v it prints the numbers.
func TestFixturesCoverKeras(t *testing.T) {
	count := map[string]int{}
	type call struct {
		Config     map[string]json.RawMessage
		Input, X   string
		Transform  map[string]any
		DataFormat string  `json:"data_format"`
		FillMode   string  `json:"fill_mode"`
		Order      float64 `json:"interpolation_order"`
		Compat     string
	}
	for _, name := range golden.Names(t, "image") {
		kind, _, _ := strings.Cut(name, "_")
		if !slices.Contains([]string{"transforms", "draws", "fit", "flow", "directory", "dataframe"}, kind) {
			continue
		}
		c := golden.Load(t, "image", name)
		var f struct {
			Compat string
			Calls  []call
		}
		var raw struct{ Calls []map[string]json.RawMessage }
		c.Decode(t, &f)
		c.Decode(t, &raw)
		for i, k := range f.Calls {
			which := f.Compat
			if which == "" {
				if which = k.Compat; which == "" {
					json.Unmarshal(k.Config["compat"], &which) // of dataframe there is none: tf_keras
				}
			}
			if kind == "transforms" {
				x := c.Array(t, k.Input).Shape
				h, w, ch := x[0], x[1], x[2]
				if k.DataFormat == "channels_first" {
					h, w, ch = x[1], x[2], x[0]
				}
				if k.FillMode != "" {
					count[fmt.Sprintf("%s: %s, order %v, %s, %d channels", which, k.FillMode, k.Order, k.DataFormat, ch)]++
				}
				count[fmt.Sprintf("%s: sides %s and %s", which, parity(h), parity(w))]++
				for p := range k.Transform {
					count[which+": transform "+p]++
				}
				continue
			}
			arguments := k.Config
			if kind == "fit" {
				arguments = raw.Calls[i]
			}
			for a, v := range arguments {
				count[fmt.Sprintf("%s: %s %s", which, a, form(v))]++
			}
		}
	}
	for _, which := range []string{"tf_keras", "keras-preprocessing 1.1.2"} {
		var want []string
		for _, mode := range []string{"nearest", "constant", "reflect", "wrap"} {
			for order := range 6 {
				for _, format := range []string{"channels_last", "channels_first"} {
					for ch := 1; ch <= 4; ch++ {
						want = append(want, fmt.Sprintf("%s, order %d, %s, %d channels", mode, order, format, ch))
					}
				}
			}
		}
		want = append(want, "sides odd and odd", "sides odd and even", "sides even and odd", "sides even and even")
		for _, p := range []string{"theta", "tx", "ty", "shear", "zx", "zy", "flip_horizontal", "flip_vertical", "channel_shift_intensity", "brightness"} {
			want = append(want, "transform "+p)
		}
		for _, a := range []string{
			"featurewise_center true", "samplewise_center true", "featurewise_std_normalization true", "samplewise_std_normalization true",
			"zca_whitening true", "zca_epsilon number", "rotation_range number", "width_shift_range fraction", "width_shift_range float", "width_shift_range int",
			"width_shift_range list", "height_shift_range fraction", "height_shift_range float", "height_shift_range int", "height_shift_range list",
			"brightness_range list", "shear_range number", "zoom_range number", "zoom_range list", "channel_shift_range number", "fill_mode text", "cval number",
			"horizontal_flip true", "vertical_flip true", "rescale number", "data_format text", "validation_split number", "interpolation_order number", "dtype text",
		} {
			want = append(want, a)
		}
		for _, w := range want {
			found := count[which+": "+w]
			for _, more := range []string{" fraction", " float", " int"} { // forms that matter for shifts only
				if a, ok := strings.CutSuffix(w, " number"); ok {
					found += count[which+": "+a+more]
				}
			}
			if found == 0 {
				t.Errorf("%s: nothing with %s", which, w)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%4d %s", count[k], k)
	}
}

func parity(n int) string {
	if n%2 == 1 {
		return "odd"
	}
	return "even"
}

// form tells Python's kinds of argument apart.
func form(raw json.RawMessage) string {
	text := string(raw)
	var x float64
	switch {
	case text == "true", text == "false":
		return text
	case strings.HasPrefix(text, `"`):
		return "text"
	case strings.HasPrefix(text, "["):
		return "list"
	case json.Unmarshal(raw, &x) != nil:
		return "null"
	case !strings.ContainsAny(text, ".e"):
		return "int"
	case x < 1:
		return "fraction"
	}
	return "float"
}
