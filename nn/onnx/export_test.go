package onnx

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
)

// own is a layer with an op that ONNX cannot know.
type own struct{ nn.Base }

func (*own) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Custom(ops.CustomOp{Name: "Cube", Forward: func(out []float32, in [][]float32) {
		for i, v := range in[0] {
			out[i] = v * v * v
		}
	}}, in[0])
}

func TestExportMistakes(t *testing.T) {
	sequences := nn.NewSequential(nn.NamedInput("words", nn.Shape{nn.Unknown, nn.Unknown, 4}), &layers.LSTM{Units: 2})
	for _, c := range []struct {
		m    *nn.Model
		cfg  Config
		want string
	}{
		{nn.NewSequential(nil, &layers.Dense{Units: 2}), Config{}, "onnx: the model is not built yet"},
		{nn.NewSequential(nn.Input(3), &layers.Dense{}), Config{}, "Units is 0; want 1 or more"},
		{sequences, Config{}, `onnx: axis 1 of input "words" (None, None, 4) is unknown; give Config.InputShapes, such as {"words": [80 4]}`},
		{sequences, Config{InputShapes: map[string][]int{"word": {3, 4}}}, `onnx: InputShapes names "word"; the model's inputs are ["words"]`},
		{sequences, Config{InputShapes: map[string][]int{"words": {3}}}, `onnx: InputShapes of "words" is [3]; want 2 sizes for the input (None, None, 4), without the batch`},
		{nn.NewSequential(nn.Input(3), nn.Name("cube", &own{})), Config{}, `onnx: layer "cube": ONNX has no form for the op Cube`},
	} {
		if err := Export(c.m, io.Discard, c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// full is a writer without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestSave(t *testing.T) {
	m := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 2})
	path := filepath.Join(t.TempDir(), "m.onnx")
	c := Config{Metadata: map[string]string{"classes": "cat,dog", "about": "pets"}}
	if err := Save(m, path, c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := fields(t, data)
	if len(f[14]) != 2 || string(fields(t, f[14][0])[2][0]) != "pets" || string(fields(t, f[14][1])[2][0]) != "cat,dog" {
		t.Errorf("metadata: %q", f[14])
	}
	var again bytes.Buffer
	if err := Export(m, &again, c); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), data) {
		t.Error("two exports differ")
	}
	if err := Export(m, full{}, c); err == nil || err.Error() != "no room" {
		t.Errorf("a full writer: %v", err)
	}
}

// TestStates: the states of stateful layers go in and out.
func TestStates(t *testing.T) {
	m := nn.NewSequential(nn.NamedInput("x", nn.Shape{2, 3, 4}), &layers.LSTM{Units: 5, Stateful: true})
	var b bytes.Buffer
	if err := Export(m, &b, Config{}); err != nil {
		t.Fatal(err)
	}
	g := fields(t, fields(t, b.Bytes())[7][0])
	var names []string
	for _, p := range append(g[11], g[12]...) {
		names = append(names, string(fields(t, p)[1][0]))
	}
	if got := strings.Join(names, " "); got != "x state_0 state_1 lstm state_0_next state_1_next" {
		t.Errorf("inputs and outputs: %s", got)
	}
}
