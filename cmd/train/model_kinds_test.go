package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// dense is a plain architecture as Keras' to_json writes it.
func dense(inputs, units int, activation string) string {
	b, err := json.Marshal(map[string]any{"class_name": "Sequential", "keras_version": "2.15.0", "backend": "tensorflow", "config": map[string]any{"name": "mine", "layers": []any{
		map[string]any{"class_name": "InputLayer", "config": map[string]any{"batch_input_shape": []any{nil, inputs}, "dtype": "float32", "name": "numbers"}},
		map[string]any{"class_name": "Dense", "config": map[string]any{"name": "inner", "units": 24, "activation": "relu"}},
		map[string]any{"class_name": "Dense", "config": map[string]any{"name": "answer", "units": units, "activation": activation}},
	}}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// tagger is an architecture for sentences of any length.
func tagger(mask bool, words, tags int) string {
	b, err := json.Marshal(map[string]any{"class_name": "Sequential", "config": map[string]any{"name": "mine", "layers": []any{
		map[string]any{"class_name": "Embedding", "config": map[string]any{"name": "words", "batch_input_shape": []any{nil, nil}, "input_dim": words, "output_dim": 16, "mask_zero": mask}},
		map[string]any{"class_name": "Bidirectional", "config": map[string]any{"name": "both", "layer": map[string]any{"class_name": "LSTM", "config": map[string]any{"name": "lstm", "units": 16, "return_sequences": true}}}},
		map[string]any{"class_name": "Dense", "config": map[string]any{"name": "tag", "units": tags, "activation": "softmax"}},
	}}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// An architecture of Keras learns a table: numbers, two classes, several classes.
// The run predicts, goes on after a stop to the same bytes, is searched, and
// trains on.
func TestModelOfTable(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 300, false)
	write(t, "number.json", dense(9, 1, "linear"))
	write(t, "number.yaml", "class_name: Sequential\nconfig:\n  name: mine\n  layers:\n  - class_name: Dense\n    config: {name: inner, units: 24, activation: relu, batch_input_shape: [null, 9]}\n  - class_name: Dense\n    config: {name: answer, units: 1, activation: linear}\n")
	for _, c := range []struct {
		model, target string
		measure       string
		least         float64
		says          []string
	}{
		{"number.json", "price", "r2", 0.9, []string{": new weights", "its output is multiplied by", "9 inputs → dense 24 → dense 1"}},
		{"number.yaml", "price", "r2", 0.9, nil},
		{"sigmoid.json", "garden", "accuracy", 0.7, nil},
		{"softmax.json", "city", "accuracy", 0.7, nil},
	} {
		switch c.target { // the target is no input
		case "garden": // area, rooms, price; 3 cities and one unknown
			write(t, c.model, dense(7, 1, "sigmoid"))
		case "city": // area, rooms, price; 2 kinds of garden and one unknown
			write(t, c.model, dense(6, 3, "linear"))
		}
		args := []string{"houses.csv", "--target", c.target, "--model", c.model, "--epochs", "30", "--early-stopping=false", "--learning-rate", "0.02"}
		r := must(t, train(t, "", append(args, "--out", "run", "--force")...))
		contains(t, r.stderr, append(c.says, "the model is that of "+c.model)...)
		e := pure(t, must(t, train(t, "", "evaluate", "run", "houses.csv", "--json")).out)[0]
		if e[c.measure].(float64) < c.least {
			t.Errorf("%s: %v", c.model, e)
		}
		if n := strings.Count(must(t, train(t, "", "predict", "run", "houses.csv")).out, "\n"); n != 301 {
			t.Errorf("%s: %d predictions", c.model, n)
		}
	}

	// A stop changes nothing, also when the file is gone.
	args := []string{"houses.csv", "--target", "price", "--model", "number.json", "--epochs", "4", "--early-stopping=false"}
	must(t, train(t, "", append(args, "--out", "whole")...))
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &trigger{text: "epoch 2/4", f: func() { cancel(cli.Signal{Signal: os.Interrupt}) }}
	if code := run(ctx, append(args, "--out", "parts"), nil, &bytes.Buffer{}, w); code != 130 {
		t.Fatalf("code %d\n%s", code, &w.Buffer)
	}
	if err := os.Rename("number.json", "gone.json"); err != nil {
		t.Fatal(err)
	}
	must(t, train(t, "", "resume", "parts"))
	if a, b := results(t, "whole"), results(t, "parts"); a != b {
		t.Errorf("after a stop:\n%swithout:\n%s", b, a)
	}
	must(t, train(t, "", "search", "houses.csv", "--target", "price", "--set", "model=gone.json", "--vary", "learning_rate=0.001,0.02", "--epochs", "2", "--folds", "2"))
	must(t, train(t, "", "lr-find", "houses.csv", "--target", "price", "--set", "model=gone.json", "--steps", "12"))
}

// A run on a table trains on with another table of the same columns: its means and
// categories stay, since the weights are for them.
func TestModelOfTableRun(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 200, true)
	must(t, train(t, "", "houses.csv", "--target", "price", "--out", "first", "--epochs", "30", "--one-hot", "2"))
	lines := strings.Split(content(t, "houses.csv"), "\n")
	write(t, "more.csv", strings.Join(append(lines[:1], lines[60:]...), "\n")) // other means
	r := must(t, train(t, "", "more.csv", "--target", "price", "--model", "first", "--out", "second", "--epochs", "1", "--learning-rate", "1e-30"))
	contains(t, r.stderr, "columns, means and categories are those of first", "goes on from its weights")
	// Nothing was learned, so the answers are those of the first run.
	a, b := must(t, train(t, "", "predict", "first", "more.csv")).out, must(t, train(t, "", "predict", "second", "more.csv")).out
	if a != b {
		t.Error("the second run answers otherwise than the first, though it learned nothing")
	}
	write(t, "lacks.csv", "area,price\n1,2\n3,4\n")
	if r := train(t, "", "lacks.csv", "--target", "price", "--model", "first"); r.code != 3 || !strings.Contains(r.stderr, "lacks 3 columns that the model reads: rooms, city and garden") {
		t.Errorf("%+v", r)
	}
}

// An architecture learns tags, whether its Embedding masks padding or not; then
// weights of the words do.
func TestModelOfTags(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 150)
	for _, mask := range []bool{true, false} {
		write(t, "mine.json", tagger(mask, 60, 4))
		r := must(t, train(t, "", "names.tsv", "--model", "mine.json", "--out", "run", "--force", "--epochs", "12", "--learning-rate", "0.02"))
		contains(t, r.stderr, "the model is that of mine.json: new weights", "4 tags", "acc 0.")
		e := pure(t, must(t, train(t, "", "evaluate", "run", "names.tsv", "--json")).out)[0]
		if e["accuracy"].(float64) < 0.9 {
			t.Errorf("mask %v: accuracy %v", mask, e["accuracy"])
		}
	}
	r := must(t, train(t, "", "names.tsv", "--model", "run", "--out", "on", "--epochs", "1"))
	contains(t, r.stderr, "goes on from its weights")
	if content(t, "run/tokenizer.json") != content(t, "on/tokenizer.json") {
		t.Error("the second run has another vocabulary than the weights of the first")
	}
	must(t, train(t, "", "convert", "run", "run.keras"))
	in := "mr Paris in Jordan\n"
	if a, b := must(t, train(t, in, "predict", "run", "-")).out, must(t, train(t, in, "predict", "run.keras", "-")).out; a != b {
		t.Errorf("the model file of a run tags %q, the run %q", b, a)
	}
}

// What does not fit is said before the first epoch.
func TestModelKindMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 60, false)
	people(t, "names.tsv", 20)
	write(t, "four.json", dense(4, 1, "linear"))
	write(t, "three.json", dense(9, 3, "softmax"))
	write(t, "softmax.json", dense(9, 1, "sigmoid"))
	write(t, "tags.json", tagger(true, 60, 3))
	write(t, "last.json", strings.Replace(tagger(true, 60, 4), `"return_sequences":true`, `"return_sequences":false`, 1))
	for _, c := range []struct {
		args string
		code int
		says []string
	}{
		{"houses.csv --target price --model four.json", 3, []string{"reads [(None, 4)], but the table makes [(None, 9)]", "numbers area and rooms; categories city (3) and garden (2)", "an input of 9 numbers"}},
		{"houses.csv --target price --model three.json", 3, []string{`the target "price" is one number`, "--replace-head puts a Dense layer of 1 unit in its place"}},
		{"houses.csv --target price --model softmax.json", 3, []string{"it ends in a sigmoid, which cannot say a number such as "}},
		{"houses.csv --target price --model tags.json", 3, []string{"the data want (batch, 1)"}},
		{"names.tsv --model four.json", 3, []string{"has no Embedding"}},
		{"names.tsv --model tags.json", 3, []string{"the data have 4 tags", "units 4 in that layer; or --replace-head"}},
		{"names.tsv --model last.json", 3, []string{"a tagger gives (batch, words, 4)", "return_sequences=True"}},
		{"names.tsv --model tags.json --num-words 99", 2, []string{"input_dim 60"}},
		{"names.tsv --replace-head", 2, []string{"--replace-head is for a model of yours"}},
	} {
		r := train(t, "", strings.Fields(c.args)...)
		if r.code != c.code {
			t.Errorf("%s: code %d, want %d\n%s", c.args, r.code, c.code, r.stderr)
			continue
		}
		contains(t, r.stderr, c.says...)
	}
	must(t, train(t, "", "names.tsv", "--model", "tags.json", "--replace-head", "--epochs", "1", "--out", "run"))
	must(t, train(t, "", "houses.csv", "--target", "price", "--model", "three.json", "--replace-head", "--epochs", "1", "--out", "run2"))
}
