package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

func init() {
	layerKinds = append(layerKinds, "layers_image")
	images, open := nn.Shape{none, 4, 5, 2}, nn.Shape{none, none, none, 1}
	maps.Copy(contracts, map[string]contract{
		"resizing":           {&layers.Resizing{Height: 3, Width: 7}, []nn.Shape{images}},
		"resizing open":      {&layers.Resizing{Height: 2, Width: 3, Interpolation: layers.Area}, []nn.Shape{open}},
		"resizing aspect":    {&layers.Resizing{Height: 3, Width: 7, CropToAspectRatio: true}, []nn.Shape{images}},
		"center crop":        {&layers.CenterCrop{Height: 2, Width: 3}, []nn.Shape{images}},
		"center crop larger": {&layers.CenterCrop{Height: 6, Width: 3}, []nn.Shape{images}},
		"random flip":        {&layers.RandomFlip{}, []nn.Shape{images}},
		"random rotation":    {&layers.RandomRotation{Factor: []float64{0.2}}, []nn.Shape{images}},
		"random translation": {&layers.RandomTranslation{HeightFactor: []float64{0.2}, WidthFactor: []float64{-0.1, 0.3}}, []nn.Shape{open}},
		"random zoom":        {&layers.RandomZoom{HeightFactor: []float64{0.2}}, []nn.Shape{images}},
		"random zoom both":   {&layers.RandomZoom{HeightFactor: []float64{0.2}, WidthFactor: []float64{0.1}}, []nn.Shape{images}},
		"random crop":        {&layers.RandomCrop{Height: 2, Width: 3}, []nn.Shape{images}},
		"random contrast":    {&layers.RandomContrast{Factor: []float64{0.5}}, []nn.Shape{images}},
		"random brightness":  {&layers.RandomBrightness{Factor: []float64{0.5}}, []nn.Shape{images}},
	})
}
