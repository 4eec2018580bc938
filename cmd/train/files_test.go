package main

import (
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// whole are files of whole models, one in each format; .npz comes last.
var whole = []string{"m.keras", "m.h5", "m.npz"}

// numbered puts numbers in the place of the classes of stripes.
func numbered(out string) string {
	return strings.NewReplacer("\tacross\t", "\t0\t", "\talong\t", "\t1\t").Replace(out)
}

// A run becomes one file, which classifies as the run does; and every format
// says what it holds.
func TestConvertInspectPredict(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 30)
	must(t, train(t, "", "pics", "--epochs", "2", "-o", "a"))
	pictures := "pics/along"
	want := must(t, train(t, "", "predict", "a", pictures)).out
	for _, file := range whole {
		r := must(t, train(t, "", "convert", "a", file))
		if file == "m.npz" { // has no room for classes
			contains(t, r.stderr, "classes and preprocessing have no place in .npz")
			want = numbered(want)
		}
		if got := must(t, train(t, "", "predict", file, pictures)).out; got != want {
			t.Errorf("%s says\n%s\nthe run says\n%s", file, got, want)
		}
		contains(t, must(t, train(t, "", "inspect", file)).out, "a whole model", "(None, 12, 12, 1)", "Conv2D", "loads", "yes")
	}
	for _, c := range []struct{ out, holds string }{
		{"m.json", "an architecture"}, {"m.yaml", "an architecture"}, {"m.safetensors", "arrays"}, {"m.onnx", "ONNX"},
	} {
		must(t, train(t, "", "convert", "m.npz", c.out))
		r := train(t, "", "inspect", c.out)
		contains(t, r.out, c.holds)
		if (r.code == 0) != (c.out != "m.onnx") {
			t.Errorf("inspect %s: code %d, %s", c.out, r.code, r.stderr)
		}
	}
	// Architecture and weights by themselves make the model again.
	must(t, train(t, "", "convert", "--model", "m.json", "m.safetensors", "again.npz"))
	first, err := saving.Load("m.npz")
	if err != nil {
		t.Fatal(err)
	}
	second, err := saving.Load("again.npz")
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range first.Weights() {
		for k, v := range w.Value().Data() {
			if v != second.Weights()[i].Value().Data()[k] {
				t.Fatalf("weight %s differs", w.Name())
			}
		}
	}
	lines := pure(t, must(t, train(t, "", "inspect", "--json", "a", "m.npz")).out)
	if len(lines) != 2 || lines[0]["format"] != "run" || lines[1]["loads"] != true || lines[1]["weights"].(float64) < 100 {
		t.Errorf("inspect --json says %v", lines)
	}
}

// A plain file of Keras has pictures of its input's size and numbered classes.
func TestPredictPlainFile(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 6)
	must(t, train(t, "", "pics", "--epochs", "1", "-o", "a", "--target-size", "12x12", "--color-mode", "grayscale"))
	m, err := saving.Load("a/model.npz")
	if err != nil {
		t.Fatal(err)
	}
	if err := saving.Save(m, "plain.npz"); err != nil {
		t.Fatal(err)
	}
	r := must(t, train(t, "", "predict", "plain.npz", "pics"))
	contains(t, r.stderr, "plain.npz does not say what goes in and out", "12x12, grayscale, 0 to 1")
	if want := numbered(must(t, train(t, "", "predict", "a", "pics")).out); r.out != want {
		t.Errorf("the plain file says\n%s\nwant\n%s", r.out, want)
	}
	if err := os.WriteFile("names", []byte("lengthwise\nacross\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r = must(t, train(t, "", "predict", "plain.npz", "pics", "--classes", "names", "--top", "2"))
	contains(t, r.stderr, "classes named by names")
	contains(t, r.out, "lengthwise", "across")
	// What convert notes in the file is used without flags, and gives way to them.
	must(t, train(t, "", "convert", "plain.npz", "noted.h5", "--classes", "names", "--preprocess", "none"))
	must(t, train(t, "", "convert", "noted.h5", "noted.keras", "--preprocess", "unit"))
	noted := must(t, train(t, "", "predict", "noted.keras", "pics", "--top", "2"))
	contains(t, noted.stderr, "0 to 1; classes named in the file")
	if noted.out != r.out {
		t.Errorf("the file with notes says\n%s\nwant\n%s", noted.out, r.out)
	}
	contains(t, must(t, train(t, "", "predict", "noted.h5", "pics")).stderr, "0 to 255; classes named in the file")
	contains(t, must(t, train(t, "", "predict", "noted.h5", "pics", "--preprocess", "tf")).stderr, "-1 to 1 (tf)")
	for _, bad := range [][]string{{"a", "x.h5", "--preprocess", "tf"}, {"plain.npz", "x.h5", "--preprocess", "tensorflow"}, {"plain.npz", "x.h5", "--classes", "none"}} {
		if r := train(t, "", append([]string{"convert"}, bad...)...); r.code != 2 {
			t.Errorf("convert %v: %+v; want exit code 2", bad, r)
		}
	}
	if r := train(t, "", "predict", "a", "pics", "--classes", "names"); r.code != 2 || !strings.Contains(r.stderr, "has names of its own") {
		t.Errorf("names for a run: %+v", r)
	}
	binary := nn.NewSequential(nn.Input(nn.Unknown, nn.Unknown, 3), &layers.GlobalAveragePooling2D{}, &layers.Dense{Units: 1, Activation: activations.Sigmoid})
	if err := saving.Save(binary, "b.npz"); err != nil {
		t.Fatal(err)
	}
	if r := train(t, "", "predict", "b.npz", "pics"); r.code != 2 {
		t.Errorf("a file without a size: %+v", r)
	} else {
		contains(t, r.stderr, "--target-size 224x224")
	}
	r = must(t, train(t, "", "predict", "b.npz", "pics", "--target-size", "8x8", "--top", "2"))
	contains(t, r.out, "\t0\t", "\t1\t")
}

func TestFileMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"page.h5": "<!DOCTYPE html>", "empty.keras": "", "cut.h5": "\x89HDF\r\n\x1a\n\x00",
		"scale.json": `{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2]}}, {"class_name": "Scale", "config": {"name": "my_scale"}}, {"class_name": "Shift", "config": {"name": "my_shift"}}]}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := nn.NewSequential(nn.Input(5), &layers.Dense{Units: 3})
	if err := saving.Save(text, "flat.npz"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want string }{
		{"inspect", "inspect needs a file or a run"},
		{"inspect none.h5", "there is no file or run none.h5"},
		{"inspect page.h5", "a web page"},
		{"inspect empty.keras", "the file is empty"},
		{"inspect cut.h5", "cut.h5"},
		{"inspect scale.json", "Scale"},
		{"inspect scale.json", "Shift"},
		{"convert flat.npz", "convert needs what to convert and where to, got 1"},
		{"convert none.h5 m.npz", "there is no run or model none.h5"},
		{"convert flat.npz flat.npz", "flat.npz exists"},
		{"convert flat.npz m.pt", `the ending ".pt" names no known format`},
		{"convert page.h5 m.npz", "a web page"},
		{"predict flat.npz page.h5", "its input is (None, 5), not (None, height, width, channels)"},
	} {
		if r := train(t, "", strings.Fields(c.line)...); r.code == 0 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("train %s: code %d, want %s in\n%s", c.line, r.code, c.want, r.stderr)
		}
	}
	contains(t, train(t, "", "inspect", "scale.json").out, "my_scale", "Scale", "my_shift", "an architecture")
	for _, name := range []string{"inspect", "convert"} {
		contains(t, must(t, train(t, "", name, "--help")).out, "train "+name, "--json")
	}
}
