package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

func init() {
	layerKinds = append(layerKinds, "layers_preprocessing")
	maps.Copy(contracts, map[string]contract{
		"identity":              {&layers.Identity{}, []nn.Shape{{none, 3, 2}}},
		"identity of two":       {&layers.Identity{}, []nn.Shape{{none, 3}, {none, 2, 2}}},
		"rescaling":             {&layers.Rescaling{Scale: []float64{0.5}}, []nn.Shape{{none, 3}}},
		"rescaling channels":    {&layers.Rescaling{Scale: []float64{0.5, 2}, Offset: []float64{1, -1}}, []nn.Shape{{none, 3, 2}}},
		"normalization":         {&layers.Normalization{}, []nn.Shape{{none, 3}}},
		"normalization given":   {&layers.Normalization{Mean: []float64{1}, Variance: []float64{4}, Invert: true}, []nn.Shape{{none, 3}}},
		"normalization of all":  {&layers.Normalization{Axis: []int{}}, []nn.Shape{{none, 3, 2}}},
		"discretization":        {&layers.Discretization{BinBoundaries: []float64{-0.5, 0, 0.75}}, []nn.Shape{{none, 3}}},
		"discretization counts": {&layers.Discretization{BinBoundaries: []float64{0}, OutputMode: layers.OutputCount}, []nn.Shape{{none, 3}}},
	})
}
