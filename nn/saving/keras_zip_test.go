package saving_test

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
)

// member is one entry of a made-up archive.
type member struct {
	name   string
	data   []byte
	method uint16
	change func(h *zip.FileHeader)
}

// kerasMembers are those of a good file.
func kerasMembers(t *testing.T) []member {
	t.Helper()
	z, err := zip.OpenReader(kerasFixtures + "/optimizer_sgd_k3.keras")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var ms []member
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, member{name: f.Name, data: data})
	}
	return ms
}

func packed(t *testing.T, ms []member) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range ms {
		h := &zip.FileHeader{Name: m.name, Method: m.method}
		if m.change != nil {
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = crc32.ChecksumIEEE(m.data), uint64(len(m.data)), uint64(len(m.data))
			m.change(h)
			w, err := z.CreateRaw(h)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(m.data)
			continue
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(m.data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.keras")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKerasDeflate reads archives that were packed again, with things in them that
// no model needs.
func TestKerasDeflate(t *testing.T) {
	ms := kerasMembers(t)
	for i := range ms {
		ms[i].method = zip.Deflate
	}
	m, err := saving.Load(packed(t, append(ms, member{name: "assets/words/vocabulary.txt", data: []byte("a\nb")})))
	if err != nil {
		t.Fatal(err)
	}
	readKerasCase(t, kerasFixtures+"/optimizer_sgd_k3.npz").compare(t, m)
}

// TestKerasBadArchives refuses archives that are traps, each with its reason and
// without taking memory for it.
func TestKerasBadArchives(t *testing.T) {
	good := kerasMembers(t)
	with := func(ms ...member) []member { return append(append([]member{}, good...), ms...) }
	replaced := func(name string, data []byte, change func(*zip.FileHeader)) []member {
		ms := append([]member{}, good...)
		for i := range ms {
			if ms[i].name == name {
				if data != nil {
					ms[i].data = data
				}
				ms[i].change = change
			}
		}
		return ms
	}
	without := func(name string) (ms []member) {
		for _, m := range good {
			if m.name != name {
				ms = append(ms, m)
			}
		}
		return ms
	}
	config := func(old, now string) []member {
		for _, m := range good {
			if m.name == "config.json" {
				s := strings.Replace(string(m.data), old, now, 1)
				if s == string(m.data) {
					t.Fatalf("%s is not in the configuration", old)
				}
				return replaced("config.json", []byte(s), nil)
			}
		}
		return nil
	}
	bomb := replaced("config.json", bytes.Repeat([]byte(" "), 40<<20), nil)
	for i := range bomb {
		bomb[i].method = zip.Deflate
	}
	for name, c := range map[string]struct {
		members []member
		want    string
	}{
		"up":           {with(member{name: "../../evil"}), "leads out of it"},
		"absolute":     {with(member{name: "/etc/passwd"}), "leads out of it"},
		"backslash":    {with(member{name: `..\evil`}), "leads out of it"},
		"drive":        {with(member{name: `c:evil`}), "leads out of it"},
		"twice":        {with(member{name: "config.json", data: []byte("{}")}), "two members"},
		"link":         {with(member{name: "link", change: func(h *zip.FileHeader) { h.SetMode(os.ModeSymlink | 0o777) }}), "is a link"},
		"encrypted":    {replaced("model.weights.h5", nil, func(h *zip.FileHeader) { h.Flags |= 1 }), "encrypted"},
		"method":       {replaced("model.weights.h5", nil, func(h *zip.FileHeader) { h.Method = 12 }), "method 12"},
		"bomb":         {bomb, "would grow"},
		"says more":    {replaced("model.weights.h5", nil, func(h *zip.FileHeader) { h.UncompressedSize64 = 1 << 40 }), "says that it has 1099511627776 bytes"},
		"past the end": {replaced("model.weights.h5", nil, func(h *zip.FileHeader) { h.CompressedSize64, h.UncompressedSize64 = 1<<40, 1<<40 }), "larger than the file"},
		"checksum":     {replaced("model.weights.h5", nil, func(h *zip.FileHeader) { h.CRC32++ }), "checksum"},
		"no weights":   {without("model.weights.h5"), "no model.weights.h5"},
		"npz weights":  {append(without("model.weights.h5"), member{name: "model.weights.npz"}), "only model.weights.h5 is read"},
		"no HDF5":      {replaced("model.weights.h5", []byte("not HDF5 at all, but long enough to look at"), nil), "HDF5"},
		"no JSON":      {replaced("config.json", []byte(`{"class_name": "Sequential"`), nil), "JSON"},
		"deep":         {replaced("config.json", []byte(strings.Repeat(`[`, 100_000)), nil), "nested"},
		"code":         {config(`"class_name": "Dense"`, `"class_name": "TFSMLayer"`), `unknown class: layer "TFSMLayer"`},
		"module":       {config(`"class_name": "Dense"`, `"class_name": "system"`), `unknown class: layer "system"`},
		"function":     {config(`"activation": "tanh"`, `"activation": {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}`), `"system" of Dense`},
		"huge":         {config(`"units": 2`, `"units": 2000000000`), "shape"},
		"quantized":    {config(`"class_name": "DTypePolicy"`, `"class_name": "QuantizedDTypePolicy"`), "quantized"},
		"lora":         {config(`"units": 2`, `"lora_rank": 4, "units": 2`), "lora_rank"},
	} {
		t.Run(name, func(t *testing.T) {
			path := packed(t, c.members)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := saving.LoadWith(path, saving.LoadConfig{})
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
				t.Errorf("took %d bytes of memory", took)
			}
		})
	}
}

// TestKerasTruncated cuts a good file at every 512 bytes, and flips a bit in each
// stretch.
func TestKerasTruncated(t *testing.T) {
	data, err := os.ReadFile(kerasFixtures + "/optimizer_sgd_k3.keras")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut.keras")
	for n := 0; n < len(data); n += 512 {
		if err := os.WriteFile(path, data[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := saving.LoadWith(path, saving.LoadConfig{}); err == nil {
			t.Errorf("%d of %d bytes are taken for a model", n, len(data))
		}
	}
	at := bytes.Index(data, []byte("\x89HDF"))
	for n := at; n < at+8000; n += 500 {
		bad := bytes.Clone(data)
		bad[n] ^= 4
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := saving.LoadWith(path, saving.LoadConfig{}); err == nil {
			t.Errorf("a flipped bit at %d is not seen", n)
		}
	}
}

// TestKerasMeta carries entries of one's own, which Keras ignores.
func TestKerasMeta(t *testing.T) {
	m, err := saving.Load(kerasFixtures + "/optimizer_sgd_k3.keras")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.keras")
	meta := map[string][]byte{"classes.json": []byte(`["cat","dog"]`), "text/words.txt": []byte("a\nb\n")}
	if err := saving.SaveWith(m, path, saving.SaveConfig{Meta: meta}); err != nil {
		t.Fatal(err)
	}
	l, err := saving.LoadWith(path, saving.LoadConfig{})
	if err != nil || !reflect.DeepEqual(l.Meta, meta) {
		t.Errorf("got %q, %v", l.Meta, err)
	}
	if only, err := saving.ReadMeta(path); err != nil || !reflect.DeepEqual(only, meta) {
		t.Errorf("alone: %q, %v", only, err)
	}
	if l.Format != saving.Keras || !strings.HasPrefix(l.Writer, "3.") {
		t.Errorf("format %q, writer %q", l.Format, l.Writer)
	}
	first, _ := os.ReadFile(path)
	if err := saving.SaveWith(m, path, saving.SaveConfig{Meta: meta}); err != nil {
		t.Fatal(err)
	}
	if second, _ := os.ReadFile(path); !bytes.Equal(first, second) {
		t.Error("the same model gives other bytes")
	}
	err = saving.SaveWith(m, path, saving.SaveConfig{Meta: map[string][]byte{"../x": nil}})
	if err == nil || !strings.Contains(err.Error(), `"../x"`) {
		t.Errorf("got %v", err)
	}
}

// TestKerasOnlyTF says what Keras 3 cannot hold, and what to do.
func TestKerasOnlyTF(t *testing.T) {
	for want, l := range map[string]nn.Layer{
		`layer "thresholded_re_lu" (ThresholdedReLU, layers[1]): Keras 3 has no ThresholdedReLU; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)`: &layers.ThresholdedReLU{},
		`activation is hard_sigmoid, which is another function in Keras 3`:                                                                                           &layers.Activation{Activation: activations.HardSigmoid},
		`Keras 3 has no groups for SeparableConv1D, and it is 3`:                                                                                                     &layers.SeparableConv1D{Filters: 3, KernelSize: 2, Groups: 3},
	} {
		m := nn.NewSequential(nn.Input(4, 3), l)
		if err := m.Err(); err != nil {
			t.Log(err)
			continue
		}
		path := filepath.Join(t.TempDir(), "m.keras")
		if err := saving.Save(m, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a file is there")
		}
		if err := saving.SaveWith(m, path, saving.SaveConfig{Format: saving.TFKeras}); err != nil {
			t.Error(err)
		}
	}
}

// TestKerasOptimizerMissing trains anew, with one warning, when the state is gone
// or another optimizer's.
func TestKerasOptimizerMissing(t *testing.T) {
	ms := kerasMembers(t)
	for i := range ms {
		if ms[i].name == "config.json" {
			ms[i].data = bytes.Replace(ms[i].data, []byte(`"class_name": "SGD"`), []byte(`"class_name": "Adam"`), 1)
			ms[i].data = bytes.Replace(ms[i].data, []byte(`"momentum": 0.0, "nesterov": false`), []byte(`"beta_1": 0.9`), 1)
		}
	}
	l, err := saving.LoadWith(packed(t, ms), saving.LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], "the optimizer starts anew: ") {
		t.Errorf("got %q", l.Warnings)
	}
	if s, err := l.Model.OptimizerState(); err != nil || s.Class != "Adam" || s.Iterations != 0 {
		t.Error(s.Class, s.Iterations, err)
	}
	l, err = saving.LoadWith(packed(t, ms), saving.LoadConfig{NoCompile: true})
	if _, compiled := l.Model.CompileConfig(); err != nil || compiled || len(l.Warnings) > 0 {
		t.Error(err, compiled, l.Warnings)
	}
}

// TestKerasWeightsFile writes weights alone in the layout of Keras 3.
func TestKerasWeightsFile(t *testing.T) {
	build := func() *nn.Model {
		m := nn.NewSequential(nn.Input(5, 3), &layers.Bidirectional{Layer: &layers.LSTM{Units: 2}}, nn.Name("a", &layers.Dense{Units: 3}), nn.Name("b", &layers.Dense{Units: 2}))
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: &losses.MeanSquaredError{}}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m, other := build(), build()
	m.Seed(1)
	path := filepath.Join(t.TempDir(), "m.weights.h5")
	if err := saving.SaveWeights(m, path); err != nil {
		t.Fatal(err)
	}
	r, err := saving.LoadWeights(other, path)
	if err != nil || len(r.Loaded) != 10 || len(r.Missing)+len(r.Unexpected) > 0 {
		t.Fatal(r, err)
	}
	for i, w := range other.GetWeights() {
		if !reflect.DeepEqual(w.Data(), m.GetWeights()[i].Data()) {
			t.Error("weight", i)
		}
	}
	wide := nn.NewSequential(nn.Input(5, 3), &layers.Bidirectional{Layer: &layers.LSTM{Units: 2}}, nn.Name("a", &layers.Dense{Units: 4}), nn.Name("c", &layers.Dense{Units: 2}), nn.Name("d", &layers.Dense{Units: 2}))
	if _, err := saving.LoadWeights(wide, path); err == nil || !strings.Contains(err.Error(), `weight a/kernel has shape (4, 3) in the file (as layers/dense/vars/0), but (4, 4) in the model`) {
		t.Error(err)
	}
	r, err = saving.LoadWeightsWith(wide, path, saving.WeightsConfig{SkipMismatch: true})
	if err != nil || len(r.Skipped) != 3 || len(r.Missing) != 2 {
		t.Error(r, err)
	}
}
