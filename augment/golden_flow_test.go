package augment

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Statistics and standardized images are Keras' within 2e-4 (Keras adds up in
// float32), whitening matrices in proportion to their greatest element.
func TestFitIsKeras(t *testing.T) { golden.Walk(t, "image/fit*", fitIsKeras) }

func fitIsKeras(t *testing.T, c golden.Case) {
	var f struct {
		Calls []struct {
			X, Y, Mean, Std, ZCA, Output string
			Augment                      bool
			Rounds                       int
			Seed                         *int
		}
	}
	c.Decode(t, &f)
	var configs struct{ Calls []kerasConfig }
	c.Decode(t, &configs)
	for i, call := range f.Calls {
		g := configs.Calls[i].generator(t)
		if err := g.Fit(toTensor(c.Array(t, call.X)), FitConfig{Augment: call.Augment, Rounds: call.Rounds, Seed: call.Seed}); err != nil {
			t.Errorf("call %d: %v", i, err)
			continue
		}
		compare := func(name, array string, got *tensor.Tensor, rtol float64) {
			if (got != nil) != (array != "") {
				t.Errorf("call %d: %s is set: %v", i, name, got != nil)
			}
			if got == nil || array == "" {
				return
			}
			want := c.Array(t, array)
			if !slices.Equal(want.Shape, got.Shape()) {
				t.Errorf("call %d: %s has shape %v, want %v", i, name, got.Shape(), want.Shape)
			}
			top := 0.0
			for _, v := range want.Data {
				top = max(top, float64(max(v, -v)))
			}
			if !golden.Close(t, name, got.Data(), want.Data, 0, rtol*top) {
				t.Errorf("call %d: %s of %+v", i, name, configs.Calls[i])
			}
		}
		compare("mean", call.Mean, g.Mean, 1e-5)
		compare("std", call.Std, g.Std, 1e-5)
		compare("zca", call.ZCA, g.ZCAWhiteningMatrix, 2e-3)
		y, err := g.Standardize(toTensor(c.Array(t, call.Y)))
		if err != nil {
			t.Errorf("call %d: %v", i, err)
			continue
		}
		tol := 2e-4
		if call.ZCA != "" {
			tol = 2e-3
		}
		compare("output", call.Output, y, tol)
	}
}

type kerasFlow struct {
	Shuffle         *bool
	Seed            *int
	Subset          Subset
	Classes         []string
	ClassMode       json.RawMessage     `json:"class_mode"`
	ColorMode       image.ColorMode     `json:"color_mode"`
	Interpolation   image.Interpolation `json:"interpolation"`
	KeepAspectRatio bool                `json:"keep_aspect_ratio"`
}

func (k kerasFlow) config() FlowConfig {
	f := FlowConfig{BatchSize: 4, Shuffle: k.Shuffle, Seed: k.Seed, Subset: k.Subset, Classes: k.Classes,
		ColorMode: k.ColorMode, Interpolation: k.Interpolation, KeepAspectRatio: k.KeepAspectRatio, TargetSize: [2]int{6, 7}}
	if json.Unmarshal(k.ClassMode, &f.ClassMode) == nil && f.ClassMode == "" {
		f.ClassMode = None // null
	}
	return f
}

type kerasBatch struct {
	X string
	Y *string
}

// compareEpochs compares the batches of epochs 0, 1 … with the stored ones.
func compareEpochs(t *testing.T, c golden.Case, src pipeline.Source, batches []kerasBatch) {
	t.Helper()
	i := 0
	for epoch := 0; i < len(batches); epoch++ {
		for b, err := range src.Batches(t.Context(), epoch) {
			if err != nil {
				t.Fatal(err)
			}
			want := c.Array(t, batches[i].X)
			if !slices.Equal(want.Shape, b.X[0].Shape()) {
				t.Fatalf("batch %d has shape %v, want %v", i, b.X[0].Shape(), want.Shape)
			}
			c.Close(t, batches[i].X, b.X[0].Data())
			if (batches[i].Y == nil) != (len(b.Y) == 0) {
				t.Fatalf("batch %d has %d targets", i, len(b.Y))
			}
			if batches[i].Y != nil {
				if want := c.Array(t, *batches[i].Y); !slices.Equal(want.Shape, b.Y[0].Shape()) {
					t.Errorf("targets have shape %v, want %v", b.Y[0].Shape(), want.Shape)
				}
				c.Close(t, *batches[i].Y, b.Y[0].Data())
			}
			i++
		}
	}
	if i != len(batches) {
		t.Errorf("%d batches, want %d", i, len(batches))
	}
}

// With numpy's random numbers flow gives Keras' batches: order, images, targets.
func TestFlowIsKeras(t *testing.T) {
	c := golden.Load(t, "image", "flow")
	var f struct {
		Calls []struct {
			Config  kerasConfig
			Flow    kerasFlow
			Batches []kerasBatch
		}
	}
	c.Decode(t, &f)
	x := toTensor(c.Array(t, "x"))
	y := tensor.New(x.Shape()[0])
	for i := range y.Data() {
		y.Data()[i] = float32(i % 2)
	}
	for i, call := range f.Calls {
		fl, err := call.Config.generator(t).Flow(x, y, call.Flow.config())
		if err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		compareEpochs(t, c, fl, call.Batches)
	}
}

// layOut makes the directory of the fixtures.
func layOut(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for to, from := range files {
		data := []byte("hello")
		if from != "" {
			var err error
			if data, err = os.ReadFile(golden.Path(t, "keras", "image", "pictures", from)); err != nil {
				t.Fatal(err)
			}
		}
		to = filepath.Join(root, filepath.FromSlash(to))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// The same files in the same order with the same classes, subsets and images.
func TestFlowFromDirectoryIsKeras(t *testing.T) { golden.Walk(t, "image/directory*", directoryIsKeras) }

func directoryIsKeras(t *testing.T, c golden.Case) {
	var f struct {
		Compat Compat
		Files  map[string]string
		Calls  []struct {
			Config       kerasConfig
			Flow         kerasFlow
			Batches      []kerasBatch
			ClassIndices map[string]int `json:"class_indices"`
			Classes      []int
			Filenames    []string
			Samples      int
			ImageShape   []int `json:"image_shape"`
		}
	}
	c.Decode(t, &f)
	root := layOut(t, f.Files)
	for i, call := range f.Calls {
		call.Config.Compat = f.Compat
		fl, err := call.Config.generator(t).FlowFromDirectory(root, call.Flow.config())
		if err != nil {
			t.Errorf("call %d: %v", i, err)
			continue
		}
		var files []string
		for _, name := range fl.Filenames() {
			files = append(files, filepath.ToSlash(name))
		}
		if !slices.Equal(files, call.Filenames) {
			t.Errorf("call %d: files %v\nwant %v", i, files, call.Filenames)
		}
		if !maps.Equal(fl.ClassIndices(), call.ClassIndices) || !slices.Equal(fl.Classes(), call.Classes) {
			t.Errorf("call %d: classes %v %v, want %v %v", i, fl.ClassIndices(), fl.Classes(), call.ClassIndices, call.Classes)
		}
		if fl.Samples() != call.Samples || !slices.Equal(fl.ImageShape(), call.ImageShape) {
			t.Errorf("call %d: %d samples of %v, want %d of %v", i, fl.Samples(), fl.ImageShape(), call.Samples, call.ImageShape)
		}
		compareEpochs(t, c, fl, call.Batches)
	}
}
