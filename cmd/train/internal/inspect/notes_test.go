package inspect_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/inspect"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// TestNotes finds every entry of the project's own in a file, whole.
func TestNotes(t *testing.T) {
	meta := map[string][]byte{
		"input.json": []byte(`{"v":1,"preprocess":"caffe","classes":["a","b","c","d","e"]}`),
		"run.json":   []byte(`{"preprocessing":{"target_size":[28,28],"rescale":0.00392156862745098,"mean":null,"deep":[{"x":[1]}]},"finished":true}`),
		"words.txt":  []byte("one\ntwo\n"),
		"raw":        {0, 1, 2},
	}
	want := []inspect.Attribute{
		{Name: "input.json classes", Value: "5: a, b, c, d, e"},
		{Name: "input.json preprocess", Value: "caffe"},
		{Name: "input.json v", Value: "1"},
		{Name: "raw", Value: "3 bytes"},
		{Name: "run.json finished", Value: "true"},
		{Name: "run.json preprocessing deep", Value: `[{"x":[1]}]`},
		{Name: "run.json preprocessing mean", Value: "–"},
		{Name: "run.json preprocessing rescale", Value: "0.00392156862745098"},
		{Name: "run.json preprocessing target_size", Value: "28, 28"},
		{Name: "words.txt", Value: "one\ntwo"},
	}
	for _, name := range []string{"m.keras", "m.h5"} {
		path := filepath.Join(t.TempDir(), name)
		m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
		if err := saving.SaveWith(m, path, saving.SaveConfig{Meta: meta}); err != nil {
			t.Fatal(err)
		}
		r, err := inspect.File(path)
		if err != nil || !r.Loads {
			t.Fatal(err, r.Problem)
		}
		var got []inspect.Attribute
		for _, n := range r.Notes {
			got = append(got, n.Lines()...)
			if n.Bytes != len(meta[n.Name]) || n.Value != nil && string(n.Value) != string(meta[n.Name]) {
				t.Errorf("%s: %+v", name, n)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q\nwant %q", name, got, want)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			Notes []struct {
				Name  string
				Value any
				Text  string
			}
		}
		if err := json.Unmarshal(b, &back); err != nil || len(back.Notes) != 4 || back.Notes[3].Text != "one\ntwo\n" ||
			back.Notes[0].Value.(map[string]any)["preprocess"] != "caffe" {
			t.Errorf("%s as JSON: %+v, %v", name, back.Notes, err)
		}
	}
}
