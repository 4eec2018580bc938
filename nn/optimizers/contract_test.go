package optimizers_test

import (
	"reflect"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/optimizers"
)

var contracts = map[string]nn.Optimizer{
	"sgd":               &optimizers.SGD{},
	"momentum":          &optimizers.SGD{Momentum: 0.9},
	"nesterov":          &optimizers.SGD{Momentum: 0.9, Nesterov: true},
	"rmsprop":           &optimizers.RMSprop{},
	"rmsprop momentum":  &optimizers.RMSprop{Momentum: 0.5},
	"rmsprop centered":  &optimizers.RMSprop{Centered: true},
	"rmsprop both":      &optimizers.RMSprop{Centered: true, Momentum: 0.5, Rho: new(0.5)},
	"adam":              &optimizers.Adam{},
	"adam large":        &optimizers.Adam{LearningRate: 0.1, Epsilon: 1e-3},
	"amsgrad":           &optimizers.Adam{AMSGrad: true},
	"adamw":             &optimizers.AdamW{},
	"adamw amsgrad":     &optimizers.AdamW{AMSGrad: true, WeightDecay: new(0.1)},
	"adagrad":           &optimizers.Adagrad{LearningRate: 0.1},
	"adadelta":          &optimizers.Adadelta{LearningRate: 1},
	"adamax":            &optimizers.Adamax{},
	"nadam":             &optimizers.Nadam{},
	"lion":              &optimizers.Lion{},
	"adafactor":         &optimizers.Adafactor{LearningRate: 0.1},
	"ftrl":              &optimizers.Ftrl{LearningRate: 0.1},
	"ftrl power":        &optimizers.Ftrl{LearningRate: 0.1, LearningRatePower: new(-0.4), L1RegularizationStrength: 1e-3},
	"adam without mean": &optimizers.Adam{Beta1: new(0.0)},
}

func TestContract(t *testing.T) {
	tested := map[string]bool{}
	for name, o := range contracts {
		t.Run(name, func(t *testing.T) { nntest.Optimizer(t, o) })
		tested[config.ClassName(o)] = true
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Optimizer]()) {
		if !tested[class] {
			t.Errorf("optimizer %s has no contract test", class)
		}
	}
}
