package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
)

// The layers of package nn; TestModelsGolden has their cases by Keras.
func init() {
	maps.Copy(contracts, map[string]contract{
		"add loss":   {&nn.AddLoss{}, []nn.Shape{{none, 3}}},
		"add metric": {&nn.AddMetric{MetricName: "size"}, []nn.Shape{{none, 3, 2}}},
	})
}
