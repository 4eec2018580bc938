package trainer

import (
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
)

// Every choice of --optimizer is the optimizer of that name, with the rate and
// the clipping that were given.
func TestOptimizerByName(t *testing.T) {
	f, ok := reflect.TypeFor[settings.Settings]().FieldByName("Optimizer")
	if !ok {
		t.Fatal("no such setting")
	}
	names := strings.Split(f.Tag.Get("choices"), "|")
	if len(names) != 11 {
		t.Errorf("%d choices, Keras has 11 optimizers: %v", len(names), names)
	}
	for _, name := range names {
		o := reflect.ValueOf(Optimizer(&settings.Settings{Optimizer: name, LearningRate: 0.25, Clipnorm: 2})).Elem()
		if got := strings.ToLower(o.Type().Name()); got != name {
			t.Errorf("--optimizer %s: %s", name, got)
		}
		if rate, clip := o.FieldByName("LearningRate").Float(), o.FieldByName("Clipnorm").Float(); rate != 0.25 || clip != 2 {
			t.Errorf("--optimizer %s: rate %g, clipnorm %g; want 0.25 and 2", name, rate, clip)
		}
	}
}
