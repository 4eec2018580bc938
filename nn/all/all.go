// Package all registers every layer, loss, metric, optimizer and callback, for
// programs that only load models: import _ "github.com/antler-ml/antler/nn/all".
package all

import (
	_ "github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/callbacks"
	_ "github.com/antler-ml/antler/nn/constraints"
	_ "github.com/antler-ml/antler/nn/initializers"
	_ "github.com/antler-ml/antler/nn/layers"
	_ "github.com/antler-ml/antler/nn/losses"
	_ "github.com/antler-ml/antler/nn/metrics"
	_ "github.com/antler-ml/antler/nn/optimizers"
	_ "github.com/antler-ml/antler/nn/regularizers"
)
