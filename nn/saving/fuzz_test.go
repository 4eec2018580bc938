package saving_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime/metrics"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
)

// mostMemory is what any file of a fuzzer may take.
const mostMemory = 64 << 20

// memory runs a reader and fails when it takes much memory.
func memory(t *testing.T, data []byte, read func()) {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	read()
	metrics.Read(sample)
	if used := sample[0].Value.Uint64() - before; used > mostMemory {
		t.Errorf("%d bytes of memory for a file of %d", used, len(data))
	}
}

// mini is a small model that is trained with momentum.
func mini(f *testing.F) *nn.Model {
	m := nn.NewSequential(nn.Input(2), nn.Name("dense", &layers.Dense{Units: 2}))
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{Momentum: 0.5}, Loss: &losses.MeanSquaredError{}}); err != nil {
		f.Fatal(err)
	}
	return m
}

// written is a small model in a format.
func written(f *testing.F, format saving.Format) []byte {
	path := filepath.Join(f.TempDir(), "m")
	save := func() error { return saving.SaveWith(mini(f), path, saving.SaveConfig{Format: format}) }
	if format == saving.KerasWeights || format == saving.SafeTensors {
		path += "." + map[saving.Format]string{saving.KerasWeights: "weights.h5", saving.SafeTensors: "safetensors"}[format]
		save = func() error { return saving.SaveWeights(mini(f), path) }
	}
	if err := save(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// FuzzLoad gives anything to Load and LoadWeights, which find out what it is.
// The seeds are a file of each format, and small ones of testdata/strangers.
func FuzzLoad(f *testing.F) {
	for _, format := range []saving.Format{saving.HDF5, saving.Keras, saving.TFKeras, saving.NPZ, saving.SafeTensors, saving.JSON, saving.YAML, saving.KerasWeights} {
		f.Add(written(f, format))
	}
	bad, err := filepath.Glob("../../testdata/strangers/*")
	if err != nil || len(bad) == 0 {
		f.Fatal(bad, err)
	}
	for _, path := range bad {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 4<<10 { // large ones make every execution slow
			f.Add(b)
		}
	}
	m := mini(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		memory(t, data, func() {
			_, _ = saving.LoadBytes(data)
			_, _ = saving.LoadWeightsBytes(m, data, saving.WeightsConfig{SkipMismatch: true})
		})
	})
}

// FuzzLoadKeras opens archives of any configuration and any weights. They are put
// together here, since a fuzzer hardly finds the checksums and places of a zip file;
// FuzzLoad tries those.
func FuzzLoadKeras(f *testing.F) {
	for _, format := range []saving.Format{saving.Keras, saving.TFKeras} {
		data := written(f, format)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(contents(f, z, "config.json"), contents(f, z, "model.weights.h5"), format == saving.Keras)
	}
	m := mini(f)
	f.Fuzz(func(t *testing.T, config, weights []byte, three bool) {
		if len(config)+len(weights) > 64<<10 {
			return // what is long is slow, and no other
		}
		version := map[bool]string{true: "3.15.1", false: "2.15.0"}[three]
		data := archived("metadata.json", []byte(`{"keras_version": "`+version+`"}`), "config.json", config, "model.weights.h5", weights)
		memory(t, data, func() {
			_, _ = saving.LoadBytes(data)
			_, _ = saving.LoadWeightsBytes(m, data, saving.WeightsConfig{SkipMismatch: true})
		})
	})
}

// contents are what a member of an archive holds.
func contents(f *testing.F, z *zip.Reader, name string) []byte {
	r, err := z.Open(name)
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// archived is an archive of members: their names and contents in turn.
func archived(members ...any) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i].(string), Method: zip.Store})
		if err == nil {
			_, err = w.Write(members[i+1].([]byte))
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// FuzzFromJSON: any text is an error or a model that is written and read again
// as the same.
func FuzzFromJSON(f *testing.F) {
	f.Add(row(`{"class_name": "Dense", "config": {"units": 4, "activation": "relu"}}, {"class_name": "Dropout", "config": {"rate": 0.5}}`))
	f.Add(functional(dense("out", `[[["in", 0, 0, {}]]]`)))
	f.Add(functional(dense("a", `[[["in", 0, 0, {}]]]`) + `, {"name": "out", "class_name": "Add", "config": {"name": "out"}, "inbound_nodes": [[["in", 0, 0, {}], ["a", 0, 0, {}]]]}`))
	f.Add(doubling(2))
	f.Add(row(`{"class_name": "Reshape", "config": {"target_shape": [3, 1, 1]}}, {"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": 1, "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.5}}}}, {"class_name": "BatchNormalization", "config": {"axis": [3]}}`))
	f.Add(row(`{"class_name": "Embedding", "config": {"input_dim": 5, "output_dim": 2, "mask_zero": true}}, {"class_name": "LSTM", "config": {"units": 2, "return_sequences": true}}, {"class_name": "GRU", "config": {"units": 2}}`))
	f.Fuzz(func(t *testing.T, text string) {
		m, err := saving.FromJSON([]byte(text))
		if err != nil {
			return
		}
		first, err := saving.ToJSON(m)
		if err != nil {
			return // a number that JSON cannot hold
		}
		again, err := saving.FromJSON(first)
		if err != nil {
			t.Fatalf("%s gives %s, which is refused: %v", text, first, err)
		}
		if second, err := saving.ToJSON(again); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s, then %s, %v", first, second, err)
		}
	})
}

func FuzzFromYAML(f *testing.F) {
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
	y, err := saving.ToYAML(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(y)
	f.Add([]byte("class_name: Sequential\nconfig: &a [*a]"))
	f.Add([]byte("a: !!python/tuple [1, 2.5, null, true, x]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := saving.FromYAML(data)
		if err != nil {
			return
		}
		if _, err := saving.ToYAML(m); err != nil && m.Err() == nil {
			t.Fatal(err)
		}
	})
}
