package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The sweep shows a fall of the loss on data that can be learned, and the same
// numbers for the same seed.
func TestRates(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 15)
	line := []string{"lr-find", "pics", "--steps", "40", "--set", "batch_size=10", "--out", "rates.csv"}
	r := must(t, train(t, "", line...))
	contains(t, r.out, "rate", "loss", "█", "← falls fastest")
	contains(t, r.stderr, "the loss falls fastest at", "next       train pics --learning-rate ")
	b, err := os.ReadFile("rates.csv")
	if err != nil || !strings.HasPrefix(string(b), "rate,loss,smoothed_loss\n1e-06,") {
		t.Fatalf("%v\n%.80s", err, b)
	}
	if again := must(t, train(t, "", append(line, "--json")...)); !strings.Contains(again.out, `"steepest":`) {
		t.Errorf("as JSON: %.80s", again.out)
	}
	if c, _ := os.ReadFile("rates.csv"); string(c) != string(b) {
		t.Error("the same seed gives other rates")
	}
	for _, c := range []struct{ line, want string }{
		{"lr-find", "lr-find needs data"},
		{"lr-find pics --from 1 --to 0.1", "the lower first"},
		{"lr-find pics --steps 3", "10 steps or more"},
		{"lr-find pics --set epoch=2", "did you mean epochs?"},
		{"lr-find none", "cannot read none"},
	} {
		if r := train(t, "", strings.Fields(c.line)...); r.code == 0 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("train %s: code %d, %s", c.line, r.code, r.stderr)
		}
	}
}

// --tensorboard writes event files of training and validation.
func TestTensorBoardFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 10)
	must(t, train(t, "", "pics", "--epochs", "1", "--tensorboard", "logs", "-q"))
	for _, part := range []string{"train", "validation"} {
		if found, _ := filepath.Glob(filepath.Join("logs", part, "events.out.tfevents.*")); len(found) != 1 {
			t.Errorf("%s: %v", part, found)
		}
	}
}
