package augment

import (
	"encoding/json"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/tensor"
)

// The functions on single images draw and compute what Keras' do.
func TestFunctionsAreKeras(t *testing.T) {
	golden.Walk(t, "image/functions_*", func(t *testing.T, c golden.Case) {
		var f struct {
			Compat Compat
			Calls  []struct {
				Function, Input, Output string
				Args                    []json.RawMessage
				DataFormat              image.DataFormat `json:"data_format"`
				FillMode                FillMode         `json:"fill_mode"`
				CVal                    float64          `json:"cval"`
				Order                   *int             `json:"interpolation_order"`
				Scale                   *bool
				Seed                    uint64
			}
		}
		c.Decode(t, &f)
		for i, call := range f.Calls {
			cfg := FunctionConfig{DataFormat: call.DataFormat, FillMode: call.FillMode, CVal: call.CVal, InterpolationOrder: call.Order,
				Compat: f.Compat, Seed: call.Seed, NumPyRandom: true, Scale: call.Scale}
			number := func(k int) (v float64) {
				if err := json.Unmarshal(call.Args[k], &v); err != nil {
					t.Fatal(err)
				}
				return v
			}
			pair := func() [2]float64 { return [2]float64{number(0), number(1)} }
			x := toTensor(c.Array(t, call.Input))
			var y *tensor.Tensor
			var err error
			atol := c.ATol
			switch call.Function {
			case "random_rotation":
				y, err = RandomRotation(x, number(0), cfg)
			case "random_shift":
				y, err = RandomShift(x, number(0), number(1), cfg)
			case "random_shear":
				y, err = RandomShear(x, number(0), cfg)
			case "random_zoom":
				y, err = RandomZoom(x, pair(), cfg)
			case "random_channel_shift":
				y, err = RandomChannelShift(x, number(0), cfg)
			case "apply_channel_shift":
				y, err = ApplyChannelShift(x, number(0), cfg)
			case "random_brightness":
				y, err = RandomBrightness(x, pair(), cfg)
			case "apply_brightness_shift":
				y, err = ApplyBrightnessShift(x, number(0), cfg)
			case "flip_axis":
				y, err = FlipAxis(x, int(number(0)))
			default:
				t.Fatalf("function %q", call.Function)
			}
			if err != nil {
				t.Errorf("call %d: %s: %v", i, call.Function, err)
				continue
			}
			if !golden.Close(t, call.Output, y.Data(), c.Array(t, call.Output).Data, c.RTol, atol) {
				t.Errorf("call %d: %s %+v", i, call.Function, cfg)
			}
		}
	})
}
