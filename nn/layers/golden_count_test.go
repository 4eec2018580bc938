package layers_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
)

// countedElsewhere have their cases in models and trainings of Keras, or are ours
// alone.
var countedElsewhere = []string{"AddLoss", "AddMetric", "DropMask", "InputLayer"}

// TestGoldenCount holds each layer to six cases made by Keras, those with a kernel
// that slides and those with a state, cells too, to twelve. With -v it prints the table.
func TestGoldenCount(t *testing.T) {
	count := map[string]int{}
	for _, kind := range append(slices.Clone(layerKinds), "merge", "attention") {
		for _, name := range golden.Names(t, kind) {
			var f struct {
				ClassName string `json:"class_name"`
			}
			golden.Load(t, kind, name).Decode(t, &f)
			v, err := config.New(f.ClassName, reflect.TypeFor[nn.Layer]())
			if err != nil {
				continue // InputLayer, models
			}
			count[nn.ClassName(v.(nn.Layer))]++
		}
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Layer]()) {
		v, _ := config.New(class, reflect.TypeFor[nn.Layer]())
		test := strings.HasSuffix(reflect.TypeOf(v).Elem().PkgPath(), "_test")
		if nn.ClassName(v.(nn.Layer)) != class || test || slices.Contains(countedElsewhere, class) {
			continue
		}
		want := 6
		if strings.Contains(class, "Conv") || strings.Contains(class, "Cell") || strings.Contains(class, "LocallyConnected") || slices.Contains([]string{"RNN", "SimpleRNN", "GRU", "LSTM", "Bidirectional"}, class) {
			want = 12
		}
		if count[class] < want {
			t.Errorf("%s: %d cases by Keras, want %d", class, count[class], want)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-28s %3d", class, count[class])
	}
}
