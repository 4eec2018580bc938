package augment

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/tensor"
)

// kerasConfig are the keyword arguments of Keras' generator.
type kerasConfig struct {
	FeaturewiseCenter  bool            `json:"featurewise_center"`
	SamplewiseCenter   bool            `json:"samplewise_center"`
	FeaturewiseStd     bool            `json:"featurewise_std_normalization"`
	SamplewiseStd      bool            `json:"samplewise_std_normalization"`
	ZCAWhitening       bool            `json:"zca_whitening"`
	ZCAEpsilon         float64         `json:"zca_epsilon"`
	RotationRange      float64         `json:"rotation_range"`
	WidthShiftRange    json.RawMessage `json:"width_shift_range"`
	HeightShiftRange   json.RawMessage `json:"height_shift_range"`
	BrightnessRange    [2]float64      `json:"brightness_range"`
	ShearRange         float64         `json:"shear_range"`
	ZoomRange          json.RawMessage `json:"zoom_range"`
	ChannelShiftRange  float64         `json:"channel_shift_range"`
	FillMode           FillMode        `json:"fill_mode"`
	CVal               float64
	HorizontalFlip     bool `json:"horizontal_flip"`
	VerticalFlip       bool `json:"vertical_flip"`
	Rescale            float64
	DataFormat         image.DataFormat `json:"data_format"`
	ValidationSplit    float64          `json:"validation_split"`
	InterpolationOrder *int             `json:"interpolation_order"`
	DType              DType            `json:"dtype"`
	Compat             Compat
}

func (k kerasConfig) generator(t *testing.T) *ImageDataGenerator {
	t.Helper()
	g := &ImageDataGenerator{
		FeaturewiseCenter: k.FeaturewiseCenter, SamplewiseCenter: k.SamplewiseCenter,
		FeaturewiseStdNormalization: k.FeaturewiseStd, SamplewiseStdNormalization: k.SamplewiseStd,
		ZCAWhitening: k.ZCAWhitening, ZCAEpsilon: k.ZCAEpsilon,
		RotationRange: k.RotationRange, BrightnessRange: k.BrightnessRange, ShearRange: k.ShearRange,
		ChannelShiftRange: k.ChannelShiftRange, FillMode: k.FillMode, CVal: k.CVal,
		HorizontalFlip: k.HorizontalFlip, VerticalFlip: k.VerticalFlip, Rescale: k.Rescale, DataFormat: k.DataFormat,
		ValidationSplit: k.ValidationSplit, InterpolationOrder: k.InterpolationOrder, Compat: k.Compat, DType: k.DType, NumPyRandom: true,
	}
	g.WidthShiftRange, g.WidthShiftInt, g.WidthShiftList = kerasNumber(t, k.WidthShiftRange)
	g.HeightShiftRange, g.HeightShiftInt, g.HeightShiftList = kerasNumber(t, k.HeightShiftRange)
	var interval []float64
	if g.ZoomRange, _, interval = kerasNumber(t, k.ZoomRange); interval != nil {
		g.ZoomInterval = [2]float64(interval)
	}
	return g
}

// kerasNumber tells Python's kinds of number apart: 3.0, 3, [3.0].
func kerasNumber(t *testing.T, raw json.RawMessage) (f float64, n int, list []float64) {
	t.Helper()
	if raw == nil {
		return
	}
	if json.Unmarshal(raw, &list) == nil {
		return
	}
	if !slices.Contains(raw, '.') && json.Unmarshal(raw, &n) == nil {
		return
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	return
}

type kerasTransform struct {
	Theta, Tx, Ty, Shear  float64
	Zx, Zy                float64
	FlipHorizontal        any      `json:"flip_horizontal"`
	FlipVertical          any      `json:"flip_vertical"`
	ChannelShiftIntensity float64  `json:"channel_shift_intensity"`
	Brightness            *float64 `json:"brightness"`
}

func (k kerasTransform) transform() Transform {
	yes := func(v any) bool { return v == true || v == 1.0 }
	t := Transform{Theta: k.Theta, Tx: k.Tx, Ty: k.Ty, Shear: k.Shear, Zx: k.Zx, Zy: k.Zy,
		FlipHorizontal: yes(k.FlipHorizontal), FlipVertical: yes(k.FlipVertical), ChannelShiftIntensity: k.ChannelShiftIntensity}
	if k.Brightness != nil {
		t.Brightness, t.HasBrightness = *k.Brightness, true
	}
	return t
}

func toTensor(a golden.Array) *tensor.Tensor {
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}

// Every transformation gives what scipy, Pillow and Keras give: within
// 2e-4 + 1e-6·|value| of values up to 255; changes of brightness, which are
// rounded to whole levels, may differ by a level where rounding is undecided.
func TestTransformsAreKeras(t *testing.T) {
	golden.Walk(t, "image/transforms_*", func(t *testing.T, c golden.Case) {
		var f struct {
			Compat Compat
			Calls  []struct {
				Transform     kerasTransform
				Input, Output string
			}
		}
		c.Decode(t, &f)
		var configs struct{ Calls []kerasConfig }
		c.Decode(t, &configs)
		for i, call := range f.Calls {
			k := configs.Calls[i]
			k.Compat = f.Compat
			g := k.generator(t)
			x := toTensor(c.Array(t, call.Input))
			before := slices.Clone(x.Data())
			tr := call.Transform.transform()
			y, err := g.ApplyTransform(x, tr)
			if err != nil {
				t.Errorf("call %d: %v", i, err)
				continue
			}
			if !slices.Equal(before, x.Data()) {
				t.Errorf("call %d: the input was changed", i)
			}
			want := c.Array(t, call.Output).Data
			bad, levels := 0, 0
			for j, v := range y.Data() {
				d := math.Abs(float64(v) - float64(want[j]))
				switch {
				case d <= c.ATol+c.RTol*math.Abs(float64(want[j])):
				case tr.HasBrightness && d < 2.5 && tr.Brightness != 0:
					levels++
				default:
					bad++
				}
			}
			if bad > 0 || levels > 1+len(want)/25 {
				t.Errorf("call %d: %d of %d samples differ, %d by a level; %s %v order %v %s %+v\n%v\n%v", i, bad, len(want), levels,
					g.FillMode, g.DataFormat, k.InterpolationOrder, call.Input, tr, head(y.Data()), head(want))
			}
		}
		t.Logf("%d calls", len(f.Calls))
	})
}

func head(x []float32) []float32 { return x[:min(len(x), 24)] }

// With numpy's random numbers every seed draws what Keras draws.
func TestDrawsAreKeras(t *testing.T) {
	golden.Walk(t, "image/draws_*", func(t *testing.T, c golden.Case) {
		var f struct {
			Compat Compat
			Calls  []struct {
				Config     kerasConfig
				DataFormat image.DataFormat `json:"data_format"`
				Shape      []int
				Seed       uint64
				Transform  kerasTransform
			}
		}
		c.Decode(t, &f)
		for i, call := range f.Calls {
			call.Config.Compat, call.Config.DataFormat = f.Compat, call.DataFormat
			got, err := call.Config.generator(t).GetRandomTransform(call.Shape, call.Seed)
			if err != nil {
				t.Fatal(err)
			}
			if want := call.Transform.transform(); got != want {
				t.Errorf("call %d: seed %d of %+v draws %+v, want %+v", i, call.Seed, call.Config, got, want)
			}
		}
	})
}
