package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/constraints"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/regularizers"
)

func init() {
	layerKinds = append(layerKinds, "layers_core")
	maps.Copy(contracts, map[string]contract{
		"permute":                 {&layers.Permute{Dims: []int{3, 1, 2}}, []nn.Shape{{none, 2, 3, 4}}},
		"repeat vector":           {&layers.RepeatVector{N: 3}, []nn.Shape{{none, 4}}},
		"masking":                 {&layers.Masking{MaskValue: 0.5}, []nn.Shape{{none, 3, 2}}},
		"activity regularization": {&layers.ActivityRegularization{L1: 0.1, L2: 0.2}, []nn.Shape{{none, 3}}},
		"gaussian noise":          {&layers.GaussianNoise{Stddev: 0.3}, []nn.Shape{{none, 4, 2}}},
		"gaussian dropout":        {&layers.GaussianDropout{Rate: 0.3, Seed: new(int64(4))}, []nn.Shape{{none, 5}}},
		"alpha dropout":           {&layers.AlphaDropout{Rate: 0.4}, []nn.Shape{{none, 6}}},
		"alpha dropout shared":    {&layers.AlphaDropout{Rate: 0.4, NoiseShape: []int{nn.Unknown, 1, nn.Unknown}}, []nn.Shape{{none, 3, 4}}},
		"relu":                    {&layers.ReLU{}, []nn.Shape{{none, 5}}},
		"relu settings":           {&layers.ReLU{MaxValue: new(1.2), NegativeSlope: 0.2, Threshold: 0.25}, []nn.Shape{{none, 3, 2}}},
		"leaky relu":              {&layers.LeakyReLU{}, []nn.Shape{{none, 5}}},
		"leaky relu zero":         {&layers.LeakyReLU{Alpha: new(0.0)}, []nn.Shape{{none, 5}}},
		"thresholded relu":        {&layers.ThresholdedReLU{Theta: new(0.25)}, []nn.Shape{{none, 5}}},
		"elu":                     {&layers.ELU{Alpha: new(0.5)}, []nn.Shape{{none, 5}}},
		"prelu":                   {&layers.PReLU{}, []nn.Shape{{none, 3, 2}}},
		"prelu shared":            {&layers.PReLU{SharedAxes: []int{1, 2}, AlphaRegularizer: regularizers.L2(0.1), AlphaConstraint: &constraints.NonNeg{}}, []nn.Shape{{none, nn.Unknown, 2, 3}}},
		"softmax":                 {&layers.Softmax{}, []nn.Shape{{none, 5}}},
		"softmax axes":            {&layers.Softmax{Axis: []int{1, 3}}, []nn.Shape{{none, 2, 3, 2}}},
		"subtract":                {&layers.Subtract{}, []nn.Shape{{none, 3, 2}, {none, 1, 2}}},
		"multiply":                {&layers.Multiply{}, []nn.Shape{{none, 3}, {none, 3}, {none, 1}}},
		"average":                 {&layers.Average{}, []nn.Shape{{none, 3, 2}, {none, 2}, {none, 3, 2}}},
		"maximum":                 {&layers.Maximum{}, []nn.Shape{{none, 4}, {none, 4}}},
		"minimum":                 {&layers.Minimum{}, []nn.Shape{{none, 4}, {none, 4}, {none, 4}}},
	})
}
