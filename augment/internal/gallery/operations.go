package main

import (
	"fmt"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/tensor"
)

// operations are changes without chance: what augmentations draw. Each is shown
// with some settings side by side.
func operations() map[string][]augment.Op {
	reflect := augment.FillReflect
	return map[string][]augment.Op{
		"op_rotate":       {&augment.Rotate{Angle: -20}, &augment.Rotate{Angle: 20, FillMode: reflect}},
		"op_translate":    {&augment.Translate{X: 40, Y: -15}, &augment.Translate{X: 40, Y: -15, FillMode: reflect}},
		"op_shear":        {&augment.Shear{X: 0.3}, &augment.Shear{Y: 0.2, FillMode: reflect}},
		"op_flip":         {&augment.Flip{Horizontal: true}, &augment.Flip{Vertical: true}},
		"op_crop":         {&augment.Crop{Top: 30, Left: 20, Height: 100, Width: 140}, &augment.ResizedCrop{Top: 30, Left: 20, Height: 100, Width: 140, OutHeight: height, OutWidth: width}},
		"op_perspective":  {&augment.Perspective{TopLeft: [2]float64{30, 20}, TopRight: [2]float64{width - 10, 5}, BottomRight: [2]float64{width - 30, height - 5}, BottomLeft: [2]float64{5, height - 25}}},
		"op_elastic":      {&augment.Elastic{Alpha: 150, Sigma: 6, Seed: 1}, &augment.Elastic{Alpha: 400, Sigma: 12, Seed: 1}},
		"op_brightness":   {&augment.Brightness{Factor: 0.5}, &augment.Brightness{Factor: 1.5}},
		"op_contrast":     {&augment.Contrast{Factor: 0.4}, &augment.Contrast{Factor: 1.8}},
		"op_saturation":   {&augment.Saturation{Factor: 0.2}, &augment.Saturation{Factor: 2.5}},
		"op_hue":          {&augment.Hue{Shift: 0.15}, &augment.Hue{Shift: 0.5}},
		"op_gamma":        {&augment.Gamma{Gamma: 0.5}, &augment.Gamma{Gamma: 2}},
		"op_grayscale":    {&augment.Grayscale{}},
		"op_sharpness":    {&augment.Sharpness{Factor: 0}, &augment.Sharpness{Factor: 4}},
		"op_blur":         {&augment.Blur{Sigma: 1}, &augment.Blur{Sigma: 4}},
		"op_noise":        {&augment.Noise{Sigma: 15, Seed: 1}, &augment.Noise{Sigma: 45, Seed: 1}},
		"op_jpeg":         {&augment.JPEG{Quality: 20}, &augment.JPEG{Quality: 4}},
		"op_erase":        {&augment.Erase{Top: 40, Left: 50, Height: 60, Width: 80, Value: 128}},
		"op_invert":       {&augment.Invert{}},
		"op_posterize":    {&augment.Posterize{Bits: 3}, &augment.Posterize{Bits: 1}},
		"op_solarize":     {&augment.Solarize{Threshold: 170}, &augment.Solarize{Threshold: 90}},
		"op_autocontrast": {&augment.AutoContrast{}},
		"op_equalize":     {&augment.Equalize{}},
	}
}

func operated(out string, plain *augment.Sample) error {
	for name, ops := range operations() {
		var images []*tensor.Tensor
		for _, op := range ops {
			s := plain.Clone()
			if err := (augment.Ops{op}).Apply(s); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			images = append(images, s.Image)
		}
		if err := save(out, name, images...); err != nil {
			return err
		}
	}
	return nil
}
