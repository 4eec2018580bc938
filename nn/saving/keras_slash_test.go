package saving_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// Keras 3 refuses names with a slash (keras/src/ops/operation.py): they are written
// with another sign for it, and as they are for tf-keras.
func TestKerasNamesWithSlash(t *testing.T) {
	build := func(first, second string) *nn.Model {
		x := nn.NamedInput("x", []int{nn.Unknown, 3})
		y := nn.Apply(nn.Name(first, &layers.Dense{Units: 4}), x)
		return nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{nn.Apply(nn.Name(second, &layers.Dense{Units: 2}), y)})
	}
	m := build("block/1/dense", "out/dense")
	must(t, m.Err())
	x := tensor.From([]float32{1, -2, 3}, 1, 3)
	want := predict(t, m, []*tensor.Tensor{x})[0]
	for form, names := range map[saving.Format][]string{
		saving.Keras:   {"x", "block_1_dense", "out_dense"},
		saving.TFKeras: {"x", "block/1/dense", "out/dense"},
	} {
		file := filepath.Join(t.TempDir(), "m.keras")
		must(t, saving.SaveWith(m, file, saving.SaveConfig{Format: form}))
		again, err := saving.Load(file)
		must(t, err)
		var got []string
		for _, l := range again.Layers() {
			got = append(got, nn.BaseOf(l).Name())
		}
		if !slices.Equal(got, names) {
			t.Errorf("%s: layers are called %q, want %q", form, got, names)
		}
		if out := predict(t, again, []*tensor.Tensor{x})[0]; !slices.Equal(out.Data(), want.Data()) {
			t.Errorf("%s: %v, want %v", form, out.Data(), want.Data())
		}
	}
	err := saving.Save(build("a/b", "a_b"), filepath.Join(t.TempDir(), "m.keras"))
	if err == nil || !strings.Contains(err.Error(), `"a/b" and "a_b"`) {
		t.Errorf("two names that become one: %v", err)
	}
}
