package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn/saving"
)

// keras is a model file that tf-keras or Keras 3 wrote (testdata/tools/train_models.py).
func keras(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../../testdata/keras/train_models/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Models of Keras are trained on pictures and texts, with what belongs to them:
// size, scaling, optimizer, weights.
func TestModel(t *testing.T) {
	for _, c := range []struct {
		file, data string
		flags      []string
		says       []string
	}{
		{"pictures_compiled_tf.h5", "pics", nil, []string{"goes on from its weights (--reset-weights begins anew)", "compiled as the file says: SGD, learning rate 0.05", "batch size 16, SGD 0.05", "pixels 0 to 1"}},
		{"pictures_compiled_k3.keras", "pics", []string{"--reset-weights"}, []string{": new weights", "RMSprop, learning rate 0.004", "the loss of the file is CategoricalCrossentropy"}},
		{"pictures_compiled_k3.keras", "pics", []string{"--optimizer", "adam"}, []string{"adam 0.001"}},
		{"any_size_three_k3.keras", "pics", []string{"--replace-head", "--target-size", "16x16"}, []string{"a new last layer of 2 units", "16×16 grayscale"}},
		{"logits_rescaled_tf.json", "pics", []string{"--learning-rate", "0.02"}, []string{": new weights", "pixels 0 to 255"}},
		{"texts_tf.json", "things.tsv", nil, []string{": new weights", "vocabulary"}},
		{"texts_k3.json", "things.tsv", nil, []string{"maxlen 9"}},
		{"texts_sigmoid_k3.keras", "things.tsv", []string{"--reset-weights", "--epochs", "8"}, []string{"Adam, learning rate 0.02"}},
	} {
		t.Run(c.file+strings.Join(c.flags, ""), func(t *testing.T) {
			path := keras(t, c.file)
			t.Chdir(t.TempDir())
			stripes(t, "pics", 40)
			fruits(t, "things.tsv", 200)
			args := append([]string{c.data, "--model", path, "--out", "run", "--epochs", "10", "--early-stopping=false"}, c.flags...)
			if c.data == "pics" {
				args = append(args, "--augment=false")
			}
			r := must(t, train(t, "", args...))
			contains(t, r.stderr, append(c.says, "the model is that of "+path)...)
			e := pure(t, must(t, train(t, "", "evaluate", "run", c.data, "--json")).out)[0]
			if e["accuracy"].(float64) < 0.8 {
				t.Errorf("accuracy %v", e["accuracy"])
			}
			in := []string{"predict", "run", "pics/along", "--json"}
			want := "along"
			if c.data != "pics" {
				in, want = []string{"predict", "run", "-", "--json"}, "fruit"
			}
			right, all := 0, pure(t, must(t, train(t, "juicy sweet apple tree pear\n", in...)).out)
			for _, a := range all {
				if a["class"] == want {
					right++
				}
			}
			if right*10 < len(all)*7 {
				t.Errorf("predict finds %d of %d", right, len(all))
			}
		})
	}
}

// A run trains on, on other data and with other classes.
func TestModelOfRun(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 80)
	must(t, train(t, "", "things.tsv", "--out", "first", "--epochs", "4"))
	b, err := os.ReadFile("things.tsv")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "more.tsv", strings.ReplaceAll(string(b), "metal\t", "ore\t"))
	r := must(t, train(t, "", "more.tsv", "--model", "first", "--out", "second", "--epochs", "1"))
	contains(t, r.stderr, "the model is that of first: goes on from its weights")
	one, _ := os.ReadFile("first/tokenizer.json")
	two, _ := os.ReadFile("second/tokenizer.json")
	if !bytes.Equal(one, two) {
		t.Error("the second run has another vocabulary than the weights of the first")
	}
	contains(t, must(t, train(t, "rusty iron anvil\n", "predict", "second", "-")).out, "ore")
}

// The library's model and the command's are the same: a training of no effect
// leaves the predictions of the file.
func TestModelKeepsWeights(t *testing.T) {
	path := keras(t, "pictures_compiled_tf.h5")
	t.Chdir(t.TempDir())
	stripes(t, "pics", 10)
	must(t, train(t, "", "pics", "--model", path, "--out", "run", "--epochs", "1", "--learning-rate", "1e-30"))
	m, err := saving.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := saving.Load("run/model.npz")
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.GetWeights() {
		for j, x := range w.Data() {
			if y := got.GetWeights()[i].Data()[j]; math.Abs(float64(x-y)) > 1e-20 {
				t.Fatalf("weight %d[%d] is %v, was %v", i, j, y, x)
			}
		}
	}
}

// Mistakes are found before the first epoch, and the message says how to mend
// them.
func TestModelMistakes(t *testing.T) {
	dir := keras(t, "")
	t.Chdir(t.TempDir())
	stripes(t, "pics", 4)
	fruits(t, "things.tsv", 20)
	write(t, "broken.json", `{"class_name": "Sequential", "config": [`)
	write(t, "weights.txt", "hello")
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"pics", "--model", "any_size_three_k3.keras"}, 3, []string{"gives (None, 3); the data have 2 classes: across and along", `its last layer is "head" (Dense)`, "units 2 in that layer; or --replace-head"}},
		{[]string{"things.tsv", "--model", "texts_relu_tf.json"}, 3, []string{"it ends in a relu", "activation softmax in that layer; or --replace-head"}},
		{[]string{"pics", "--model", "numbers_tf.json"}, 3, []string{"reads (None, 4), but pictures are (batch, height, width, channels)"}},
		{[]string{"things.tsv", "--model", "numbers_tf.json"}, 3, []string{"has no Embedding"}},
		{[]string{"things.tsv", "--model", "pictures_compiled_tf.h5"}, 3, []string{"has no Embedding"}},
		{[]string{"pics", "--model", "texts_tf.json"}, 3, []string{"reads (None, None), but pictures are"}},
		{[]string{"things.tsv", "--model", "texts_tf.h5"}, 3, []string{"has weights for numbered words, but not the words", "--tokenizer tokenizer.json", "--reset-weights"}},
		{[]string{"things.tsv", "--model", "texts_k3.json", "--maxlen", "20"}, 2, []string{"--maxlen is 20, but", "reads (None, 9)"}},
		{[]string{"things.tsv", "--model", "texts_k3.json", "--num-words", "99"}, 2, []string{"input_dim 30", "--num-words 30"}},
		{[]string{"pics", "--model", "pictures_compiled_tf.h5", "--target-size", "24x24"}, 2, []string{"--target-size is 24×24, but", "reads (None, 12, 12, 1)"}},
		{[]string{"pics", "--model", "pictures_compiled_tf.h5", "--color-mode", "rgb"}, 2, []string{"--color-mode is rgb"}},
		{[]string{"pics", "--model", "pictures_compiled_tf.h5", "--model-size", "large"}, 2, []string{"--model-size is for our models"}},
		{[]string{"pics", "--model", "none.h5"}, 2, []string{"cannot read "}},
		{[]string{"pics", "--model", "./broken.json"}, 3, []string{"--model ./broken.json: "}},
		{[]string{"pics", "--model", "./weights.txt"}, 3, []string{"--model ./weights.txt: "}},
		{[]string{"pics", "--replace-head"}, 2, []string{"--replace-head is for a model of yours", "--model FILE"}},
		{[]string{"words", "things.tsv", "--model", "texts_tf.json"}, 2, []string{"--model"}},
	} {
		args := append([]string{}, c.args...)
		for i := range args {
			if i > 0 && args[i-1] == "--model" && !strings.HasPrefix(args[i], "./") {
				args[i] = filepath.Join(dir, args[i])
			}
		}
		r := train(t, "", args...)
		if r.code != c.code {
			t.Errorf("%v: code %d, want %d\n%s", c.args, r.code, c.code, r.stderr)
			continue
		}
		contains(t, r.stderr, c.says...)
	}
}

// A stop changes nothing, even when the file is gone; and the settings travel in
// a configuration.
func TestModelResume(t *testing.T) {
	path := keras(t, "pictures_compiled_tf.h5")
	t.Chdir(t.TempDir())
	stripes(t, "pics", 12)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, "mine.h5", string(b))
	write(t, "run.yaml", "data: pics\nmodel: mine.h5\nreplace_head: true\nepochs: 4\nearly_stopping: false\n")
	contains(t, must(t, train(t, "", "--config", "run.yaml", "--show-config")).out, "model: mine.h5", "replace_head: true")
	must(t, train(t, "", "--config", "run.yaml", "--out", "whole"))
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &trigger{text: "epoch 2/4", f: func() { cancel(cli.Signal{Signal: os.Interrupt}) }}
	var out bytes.Buffer
	if code := run(ctx, []string{"--config", "run.yaml", "--out", "run"}, nil, &out, w); code != 130 {
		t.Fatalf("code %d\n%s", code, &w.Buffer)
	}
	if err := os.Remove("mine.h5"); err != nil {
		t.Fatal(err)
	}
	must(t, train(t, "", "resume", "run"))
	if a, b := results(t, "whole"), results(t, "run"); a != b {
		t.Errorf("after a stop:\n%swithout:\n%s", b, a)
	}
}

// A search and the rate finder take the model too.
func TestModelSearch(t *testing.T) {
	path := keras(t, "logits_rescaled_tf.json")
	t.Chdir(t.TempDir())
	stripes(t, "pics", 10)
	r := must(t, train(t, "", "search", "pics", "--set", "model="+path, "--vary", "learning_rate=0.001,0.01", "--epochs", "2", "--folds", "2", "--json"))
	contains(t, r.out, "learning_rate")
	must(t, train(t, "", "lr-find", "pics", "--set", "model="+path, "--steps", "12"))
}
