package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/text"
)

// A table needs no flags.
func TestTable(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 240)
	r := must(t, train(t, "", "things.tsv", "--epochs", "8"))
	run := "runs/1-things"
	contains(t, r.stderr, "fruit 120, metal 120", `label 1 ("label"), text 2 ("text"), first line is a header`, "train 192, validation 48")
	contains(t, r.out, "Most telling words", "held-out text", "fruit: ", "metal: ")
	b, err := os.ReadFile(run + "/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := text.FromJSON(b); err != nil {
		t.Errorf("the tokenizer is not in Keras' format: %v", err)
	}
	var stored map[string]any
	b, _ = os.ReadFile(run + "/run.json")
	if err := json.Unmarshal(b, &stored); err != nil {
		t.Fatal(err)
	}
	if s := stored["settings"].(map[string]any); s["epochs"] != 8.0 || s["maxlen"].(float64) < 9 || s["learning_rate"] != 0.002 {
		t.Errorf("run.json has settings %v", s)
	}

	p := must(t, train(t, "a sweet apple near the tree\nrusty iron and a hammer\n", "predict", run, "-", "--json"))
	answers := pure(t, p.out)
	if len(answers) != 2 || answers[0]["class"] != "fruit" || answers[1]["class"] != "metal" || answers[1]["file"] != "line 2" {
		t.Errorf("predict says %s", p.out)
	}
	write(t, "letter.txt", "an old anvil\nof steel\n")
	contains(t, must(t, train(t, "", "predict", run, "letter.txt")).out, "letter.txt\tmetal\t")
	contains(t, must(t, train(t, "", "evaluate", run, "things.tsv")).out, "accuracy", "recall", "calibration", "expected error")
}

// A text a file, one folder a class, is a data set too.
func TestTextFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for i := range 12 {
		n := string(rune('a' + i))
		write(t, "mail/ham/"+n+".txt", "dear friend see you at lunch "+n)
		write(t, "mail/spam/"+n+".txt", "win money now click here "+n)
	}
	r := must(t, train(t, "", "mail", "--epochs", "2", "--maxlen", "6", "--num-words", "10", "--class-weight", "balanced"))
	contains(t, r.stderr, "2 classes of texts: ham 12, spam 12", "maxlen 6, vocabulary 10")
}

// Standard output is JSON Lines under --json, whatever else is asked for.
func TestPurity(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 60)
	for _, more := range [][]string{nil, {"--quiet"}, {"--verbose"}, {"--no-color", "--dry-run"}, {"--check"}} {
		r := must(t, train(t, "", append([]string{"things.tsv", "--epochs", "2", "--json"}, more...)...))
		if events := pure(t, r.out); len(events) == 0 {
			t.Errorf("%v: no events", more)
		}
		if len(more) > 0 && more[0] == "--quiet" && r.stderr != "" {
			t.Errorf("--quiet writes %q", r.stderr)
		}
	}
	b, err := os.ReadFile("runs/1-things/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range pure(t, string(b)) {
		kinds = append(kinds, e["event"].(string))
	}
	if got := strings.Join(kinds, " "); got != "start epoch epoch end" {
		t.Errorf("events: %s", got)
	}
}
