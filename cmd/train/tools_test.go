package main

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
)

// Tools look at runs and models.
func TestTools(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 30)
	must(t, train(t, "", "pics", "--epochs", "2", "-o", "a"))
	must(t, train(t, "", "pics", "--epochs", "1", "--learning-rate", "0.01", "-o", "b"))

	r := must(t, train(t, "", "plot", "a/model.npz", "--weights", "conv2d", "-o", "w.png"))
	for _, f := range strings.Fields(r.out) {
		if b, err := os.ReadFile(f); err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
			t.Errorf("%s: %v", f, err)
		}
	}

	r = must(t, train(t, "", "export", "--onnx", "a"))
	b, err := os.ReadFile("a/model.onnx")
	if err != nil || r.out != "a/model.onnx\n" {
		t.Fatalf("%q, %v", r.out, err)
	}
	contains(t, string(b), `["across","along"]`, "Softmax", "target_size")
	if r := train(t, "", "export", "a"); r.code != 2 {
		t.Errorf("replacing a file: %+v", r)
	} else {
		contains(t, r.stderr, "a/model.onnx exists", "--force")
	}

	r = must(t, train(t, "", "compare", "a", "b", "--csv"))
	rows, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != len(rows[1]) {
		t.Fatalf("%v\n%s", err, r.out)
	}
	contains(t, strings.Join(rows[0], " "), "run epochs_done best_epoch weights", "val_loss", "learning_rate")
	if lines := pure(t, must(t, train(t, "", "compare", "b", "a", "--json", "--sort", "val_accuracy")).out); len(lines) != 2 || lines[0]["val_accuracy"].(float64) < lines[1]["val_accuracy"].(float64) {
		t.Errorf("compare --json says %v", lines)
	}
	for _, c := range []struct{ line, want string }{
		{"compare a", "compare needs two runs or more, got 1"},
		{"compare a b --sort f1", "--sort f1: no run has this metric"},
		{"plot", "plot needs one run or model, got 0"},
		{"plot none", "there is no run or model none"},
		{"plot a --weights lstm", "lstm"},
		{"plot a -o x.bmp", "format \"bmp\" is not known"},
		{"plot a --rankdir up", "TB"},
		{"export a --onxx", "unknown flag --onxx"},
		{"export pics", "run.json"},
	} {
		if r := train(t, "", strings.Fields(c.line)...); r.code == 0 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("train %s: code %d, %s", c.line, r.code, r.stderr)
		}
	}
	for _, name := range []string{"plot", "export", "compare"} {
		contains(t, must(t, train(t, "", name, "--help")).out, "train "+name, "--json")
	}
}

// A text model takes as many words as training padded to.
func TestExportText(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 60)
	must(t, train(t, "", "things.tsv", "--epochs", "1", "-o", "run"))
	must(t, train(t, "", "export", "run", "-o", "t.onnx"))
	must(t, train(t, "", "export", "run/model.npz"))
	if _, err := os.Stat("run/model.onnx"); err != nil {
		t.Error(err)
	}
}
