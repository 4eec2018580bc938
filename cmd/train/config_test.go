package main

import (
	"os"
	"strings"
	"testing"
)

// A configuration stands for flags; those on the command line win.
func TestConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 20)
	write(t, "run.yaml", "data: pics\nepochs: 1\nlr: 0.01\nimage:\n  zoom_range: 0.2\n  target-size: [12, 12]\n  brightness_range: [0.9, 1.1]\n")
	r := must(t, train(t, "", "--config", "run.yaml", "--set", "image.zoom_range=0.3", "--set", "seed=7", "-o", "a"))
	contains(t, r.stderr, "adam 0.01", "zoom 0.3", "brightness [0.9 1.1]", "seed 7", "1 epoch",
		"again      train pics --epochs 1 --learning-rate 0.01 --seed 7 --target-size 12x12 --zoom-range 0.3 --brightness-range 0.9,1.1")
	must(t, train(t, "", "pics", "--epochs", "1", "--learning-rate", "0.01", "--seed", "7", "--target-size", "12x12", "--zoom-range", "0.3", "--brightness-range", "0.9,1.1", "-o", "b"))
	a, err := os.ReadFile("a/model.npz")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile("b/model.npz"); err != nil || string(a) != string(b) {
		t.Errorf("flags and configuration train different models (%v)", err)
	}
	contains(t, must(t, train(t, "", "pics", "-c", "run.yaml", "--learning-rate", "0.02", "--dry-run")).stderr, "adam 0.02")
	write(t, "run.json", `{"data": "pics", "epochs": 1, "image": {"augment": false}}`)
	contains(t, must(t, train(t, "", "-c", "run.json", "--dry-run")).stderr, "no augmentation")

	// What is shown can be given.
	shown := must(t, train(t, "", "pics", "-c", "run.yaml", "--show-config")).out
	contains(t, shown, "data: pics\n", "\nepochs: 1 ", "\n  zoom_range: 0.2 ", "\n  target_size: [12, 12] ", "# batch_size: \"inferred\"")
	write(t, "shown.yaml", shown)
	if again := must(t, train(t, "", "-c", "shown.yaml", "--show-config")).out; strings.ReplaceAll(again, " ", "") != strings.ReplaceAll(shown, " ", "") {
		t.Errorf("a configuration that was shown gives another:\n%s\nfrom\n%s", again, shown)
	}
}

func TestConfigMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct{ yaml, set, what, fix string }{
		{"epoch: 3", "", `config run.yaml:1: unknown key "epoch"`, "did you mean epochs?"},
		{"epochs: 3\nimage:\n  learning_rate: 1", "", `config run.yaml:3: unknown key "learning_rate" in section "image"`, "did you mean learning_rate?"},
		{"zoom_range: 1", "", `config run.yaml:1: unknown key "zoom_range"`, "did you mean image.zoom_range?"},
		{"image:\n  zoom_rnge: 1", "", `config run.yaml:2: unknown key "zoom_rnge" in section "image"`, "did you mean image.zoom_range?"},
		{"xyzzy: 1", "", `unknown key "xyzzy"`, "train --show-config lists all keys"},
		{"epochs: two", "", `config run.yaml:1: epochs is "two"; want a whole number`, ""},
		{"optimizer: lamb", "", `optimizer is "lamb"; want adam, adamw, nadam, adamax, adagrad, adadelta, adafactor, ftrl, lion, rmsprop or sgd`, ""},
		{"epochs: {a: 1}", "", "epochs: want a value, got a section", ""},
		{"epochs:", "", "epochs: there is no value", ""},
		{"image: 3", "", `config run.yaml:1: section "image": want keys with values, got a value`, ""},
		{"- 1", "", "want keys with values, got a list", ""},
		{"epochs: 1\nepochs: 2", "", `config run.yaml:2: key "epochs" is there twice`, ""},
		{"a: [", "", "config run.yaml: yaml:", "YAML or JSON"},
		{"force: true", "", `unknown key "force"`, ""},
		{"epochs: 0", "", "--epochs is 0; want 1 or more", ""},
		{"", "epochs", "--set epochs: want a key and a value", "--set learning_rate=0.01"},
		{"", "imge.zoom_range=1", `--set imge.zoom_range=1: there is no section "imge"`, "did you mean image.zoom_range?"},
		{"", "image.zoom_rang=1", `--set: unknown key "zoom_rang" in section "image"`, "did you mean image.zoom_range?"},
	} {
		write(t, "run.yaml", c.yaml+"\n")
		args := []string{"pics", "-c", "run.yaml"}
		if c.set != "" {
			args = append(args, "--set", c.set)
		}
		r := train(t, "", args...)
		if r.code != 2 || !strings.Contains(r.stderr, c.what) || !strings.Contains(r.stderr, c.fix) {
			t.Errorf("%q %s: code %d\n%s", c.yaml, c.set, r.code, r.stderr)
		}
	}
	if r := train(t, "", "-c", "none.yaml"); r.code != 2 {
		t.Errorf("a missing file: %+v", r)
	}
	os.WriteFile("large.yaml", make([]byte, 2<<20), 0o644)
	if r := train(t, "", "-c", "large.yaml"); r.code != 2 || !strings.Contains(r.stderr, "more than 1048576") {
		t.Errorf("a large file: %+v", r)
	}
}

// Few samples are learned by heart.
func TestOverfit(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 20)
	r := must(t, train(t, "", "pics", "--overfit", "6", "-o", "run"))
	contains(t, r.stderr, "train 6, validation 6 (the same samples, by --overfit)", "no augmentation", "learned by heart")
	contains(t, r.out, "validation accuracy 1.0000")
}
