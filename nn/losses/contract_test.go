package losses_test

import (
	"reflect"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/tensor"
)

var (
	numbers    = tensor.From([]float32{0.2, 1.5, -0.7, 0.9, 2.2, -1.1, 0.4, 0.8, 1.3, -0.3}, 5, 2)
	guesses    = tensor.From([]float32{0.6, 1.1, -0.2, 1.9, 1.7, -1.6, 0.9, 0.1, 0.8, 0.4}, 5, 2)
	sides      = tensor.From([]float32{1, -1, -1, 1, 1, -1, 1, 1, -1, 1}, 5, 2)
	chancesOf3 = tensor.From([]float32{0.4, 0.4, 0.2, 0.3, 0.1, 0.6, 0.2, 0.5, 0.3, 0.5, 0.25, 0.25, 0.35, 0.35, 0.3}, 5, 3)
	labels     = tensor.From([]float32{1, 0, 0, 1, 1}, 5, 1)
	chances    = tensor.From([]float32{0.7, 0.2, 0.6, 0.9, 0.4}, 5, 1)
	logits     = tensor.From([]float32{1.2, -0.5, 0.3, -2, 0.8}, 5, 1)
	classes    = tensor.From([]float32{0, 2, 1, 1, 2}, 5)
	oneHot     = tensor.From([]float32{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1}, 5, 3)
	shares     = tensor.From([]float32{0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3, 0.6, 0.2, 0.2, 0.25, 0.25, 0.5}, 5, 3)
	scores     = tensor.From([]float32{0.5, -0.3, 1.2, 0.1, 0.2, -0.7, 0.3, 1.4, 0.3, -0.6, 0.2, 0.9, 0.25, -0.25, 0.5}, 5, 3)
	stepIDs    = tensor.From([]float32{0, 2, 1, 1, 2, 0}, 3, 2)
	stepProb   = tensor.From([]float32{0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3, 0.6, 0.2, 0.2, 0.25, 0.25, 0.5, 0.1, 0.1, 0.8}, 3, 2, 3)
)

var contracts = map[string]struct {
	loss nn.Loss
	y, p *tensor.Tensor
}{
	"mse":             {&losses.MeanSquaredError{}, numbers, guesses},
	"mse sum":         {&losses.MeanSquaredError{Reduction: losses.Sum}, numbers, guesses},
	"mae":             {&losses.MeanAbsoluteError{}, numbers, guesses},
	"mape":            {&losses.MeanAbsolutePercentageError{}, numbers, guesses},
	"msle":            {&losses.MeanSquaredLogarithmicError{}, shares, chancesOf3},
	"hinge":           {&losses.Hinge{}, sides, guesses},
	"squared hinge":   {&losses.SquaredHinge{}, sides, guesses},
	"category hinge":  {&losses.CategoricalHinge{}, oneHot, scores},
	"huber":           {&losses.Huber{Delta: 0.6}, numbers, guesses},
	"log cosh":        {&losses.LogCosh{}, numbers, guesses},
	"kl":              {&losses.KLDivergence{}, shares, chancesOf3},
	"poisson":         {&losses.Poisson{Reduction: losses.Sum}, oneHot, chancesOf3},
	"cosine":          {&losses.CosineSimilarity{}, numbers, guesses},
	"focal":           {&losses.BinaryFocalCrossentropy{ApplyClassBalancing: true}, labels, chances},
	"focal logits":    {&losses.BinaryFocalCrossentropy{FromLogits: true, Gamma: new(1.5), LabelSmoothing: 0.1}, labels, logits},
	"class focal":     {&losses.CategoricalFocalCrossentropy{Alpha: new(0.4), LabelSmoothing: 0.1}, oneHot, shares},
	"class focal raw": {&losses.CategoricalFocalCrossentropy{FromLogits: true}, oneHot, scores},
	"binary":          {&losses.BinaryCrossentropy{}, labels, chances},
	"binary smooth":   {&losses.BinaryCrossentropy{LabelSmoothing: 0.2}, labels, chances},
	"binary logits":   {&losses.BinaryCrossentropy{FromLogits: true}, labels, logits},
	"categorical":     {&losses.CategoricalCrossentropy{}, oneHot, shares},
	"categorical sum": {&losses.CategoricalCrossentropy{LabelSmoothing: 0.1, Reduction: losses.Sum}, oneHot, shares},
	"from scores":     {&losses.CategoricalCrossentropy{FromLogits: true}, oneHot, scores},
	"sparse":          {&losses.SparseCategoricalCrossentropy{}, classes, shares},
	"sparse ignore":   {&losses.SparseCategoricalCrossentropy{IgnoreClass: new(1)}, classes, shares},
	"sparse scores":   {&losses.SparseCategoricalCrossentropy{FromLogits: true}, classes, scores},
	"sparse steps":    {&losses.SparseCategoricalCrossentropy{}, stepIDs, stepProb},
}

func TestContract(t *testing.T) {
	tested := map[string]bool{}
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) { nntest.Loss(t, c.loss, c.y, c.p) })
		tested[config.ClassName(c.loss)] = true
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Loss]()) {
		if !tested[class] {
			t.Errorf("loss %s has no contract test", class)
		}
	}
}
