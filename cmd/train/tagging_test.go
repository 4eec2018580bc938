package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// people makes tagged sentences: names after "mr" are persons, after "in" places,
// so that the tag of a name hangs on the words before it.
func people(t *testing.T, path string, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 9))
	names := []string{"Paris", "Jordan", "Chester", "Florence", "Lincoln"}
	filler := []string{"the", "old", "house", "was", "sold", "and", "painted"}
	var b strings.Builder
	for range n {
		for k := range 2 + r.IntN(3) {
			for range r.IntN(3) {
				fmt.Fprintf(&b, "%s\tO\n", filler[r.IntN(len(filler))])
			}
			if (k+r.IntN(2))%2 == 0 {
				fmt.Fprintf(&b, "mr\tO\n%s\tB-PER\n%s\tI-PER\n", names[r.IntN(5)], names[r.IntN(5)])
			} else {
				fmt.Fprintf(&b, "in\tO\n%s\tB-LOC\n", names[r.IntN(5)])
			}
		}
		b.WriteString("\n")
	}
	write(t, path, b.String())
}

// Tags are learned without a flag, measured as entities, and given to new words.
func TestTagging(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 300)
	r := must(t, train(t, "", "names.tsv", "--epochs", "15", "--learning-rate", "0.01"))
	contains(t, r.stderr, "300 sentences (a word and its tag on each line, an empty line between sentences); 4 tags: B-LOC ", "inferred   tagging; train 240, validation 60", "Bidirectional")
	contains(t, r.out, "Confusion matrix of the validation words", "entities", "PER", "best       validation accuracy of words ")
	run := "runs/1-names"
	e := pure(t, must(t, train(t, "", "evaluate", run, "names.tsv", "--json")).out)[0]
	all := e["entities"].([]any)[0].(map[string]any)
	if e["accuracy"].(float64) < 0.95 || all["type"] != "all" || all["f1"].(float64) < 0.9 {
		t.Errorf("evaluate says %v", e)
	}
	contains(t, must(t, train(t, "", "evaluate", run, "names.tsv")).out, "sentences  300", "precision  recall")
	// Lines of words, words below each other, and JSON: the same answers.
	want := "mr\tO\nParis\tB-PER\nLincoln\tI-PER\nin\tO\nJordan\tB-LOC\n\n"
	for _, in := range []string{"mr Paris Lincoln in Jordan\n", "mr\nParis\nLincoln\nin\nJordan\n", `{"tokens":["mr","Paris","Lincoln","in","Jordan"]}` + "\n"} {
		if got := must(t, train(t, in, "predict", run, "-")).out; got != want {
			t.Errorf("%q is tagged %q", in, got)
		}
	}
	a := pure(t, must(t, train(t, "unseen words\n", "predict", run, "-", "--json")).out)[0]
	if len(a["tags"].([]any)) != 2 || a["line"] != 1.0 {
		t.Errorf("predict says %v", a)
	}
	must(t, train(t, "", "inspect", run))
	contains(t, must(t, train(t, "", "names.tsv", "--check")).out, "300 sentences; 4 tags")
	contains(t, must(t, train(t, "", "names.tsv", "--dry-run", "--class-weight", "balanced")).stderr, "nothing was kept")
}

// Names that training never saw are known by their shape.
func TestTaggingUnseenNames(t *testing.T) {
	t.Chdir(t.TempDir())
	r := rand.New(rand.NewPCG(3, 4))
	name := func() string {
		b := []byte{byte('A' + r.IntN(26))}
		for range 5 {
			b = append(b, byte('a'+r.IntN(26)))
		}
		return string(b)
	}
	filler := []string{"then", "we", "saw", "and", "met", "at", "noon"}
	text := func(n int) string {
		var b strings.Builder
		for range n {
			for range 2 + r.IntN(3) {
				for range 1 + r.IntN(3) {
					fmt.Fprintf(&b, "%s\tO\n", filler[r.IntN(len(filler))])
				}
				fmt.Fprintf(&b, "%s\tB-PER\n", name())
				if r.IntN(2) == 0 { // a word in small letters that is as rare
					fmt.Fprintf(&b, "%s\tO\n", strings.ToLower(name()))
				}
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	write(t, "names.tsv", text(150))
	write(t, "new.tsv", text(50))
	must(t, train(t, "", "names.tsv", "--epochs", "8", "--out", "run"))
	e := pure(t, must(t, train(t, "", "evaluate", "run", "new.tsv", "--json")).out)[0]
	if f1 := e["entities"].([]any)[0].(map[string]any)["f1"].(float64); f1 < 0.95 {
		t.Errorf("F1 of unseen names %.3f", f1)
	}
}

// The two other forms of files.
func TestTaggingForms(t *testing.T) {
	t.Chdir(t.TempDir())
	var rows, objects strings.Builder
	for i := range 40 {
		word := []string{"red", "blue"}[i%2]
		fmt.Fprintf(&rows, "a %s car %d\tDET ADJ NOUN NUM\n", word, i)
		fmt.Fprintf(&objects, `{"tokens":["a","%s","car","%d"],"tags":["DET","ADJ","NOUN","NUM"]}`+"\n", word, i)
	}
	write(t, "rows.tsv", rows.String())
	write(t, "objects.jsonl", objects.String())
	for _, data := range []string{"rows.tsv", "objects.jsonl"} {
		r := must(t, train(t, "", data, "--epochs", "8", "--out", "run", "--force"))
		contains(t, r.stderr, "40 sentences", "4 tags: ADJ ")
		if strings.Contains(r.out, "entities") {
			t.Error("tags that are not BIO have entities")
		}
		if got := must(t, train(t, "a blue car 7\n", "predict", "run", "-")).out; got != "a\tDET\nblue\tADJ\ncar\tNOUN\n7\tNUM\n\n" {
			t.Errorf("%s: tagged %q", data, got)
		}
	}
}

// A stop changes no byte.
func TestTaggingResume(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 60)
	args := []string{"names.tsv", "--epochs", "4", "--early-stopping=false", "--save-freq", "3"}
	must(t, train(t, "", append(args, "--out", "whole", "--workers", "1")...))
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &trigger{text: "epoch 2/4", f: func() { cancel(cli.Signal{Signal: os.Interrupt}) }}
	var out bytes.Buffer
	if code := run(ctx, append(args, "--out", "run"), nil, &out, w); code != 130 {
		t.Fatalf("code %d\n%s", code, &w.Buffer)
	}
	contains(t, must(t, train(t, "", "resume", "run")).stderr, "going on after epoch 2")
	if a, b := results(t, "whole"), results(t, "run"); a != b {
		t.Errorf("after a stop:\n%swithout:\n%s", b, a)
	}
}

// What cannot be used is named by file and line.
func TestTaggingMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 20)
	must(t, train(t, "", "names.tsv", "--epochs", "1", "--out", "run"))
	write(t, "short.tsv", "a b\tX Y\nc d\tX Y\ne f\tX Y\ng h\tX Y\ni j\tX\n")
	write(t, "same.tsv", "a\tX\nb\tX\n\nc\tX\n")
	write(t, "none.tsv", "a\tX\nb\n\nc\tY\nd\tX\n\nd\tY\n")
	write(t, "empty.jsonl", `{"tokens":["a"],"tags":["X"]}`+"\n"+`{"tokens":[],"tags":[]}`+"\n")
	write(t, "other.tsv", "mr\tO\nParis\tB-ORG\n\nin\tO\nParis\tB-LOC\n")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"short.tsv"}, 3, "short.tsv:5: 2 words, but 1 tags"},
		{[]string{"same.tsv"}, 3, "1 different tag"},
		{[]string{"none.tsv"}, 3, `none.tsv:2: "b" has no tag`},
		{[]string{"empty.jsonl"}, 3, "empty.jsonl:2: the sentence has no words"},
		{[]string{"names.tsv", "--target-size", "12x12"}, 2, "--target-size is for other data"},
		{[]string{"evaluate", "run", "other.tsv"}, 3, `other.tsv:1: the run does not know the tag "B-ORG" of "Paris"; it knows B-LOC`},
		{[]string{"evaluate", "run", "short.tsv"}, 3, "short.tsv:5"},
		{[]string{"evaluate", "run", "nowhere.tsv"}, 2, "cannot read nowhere.tsv"},
		{[]string{"predict", "run", "nowhere.txt"}, 2, "cannot read nowhere.txt"},
		{[]string{"predict", "run", "-"}, 3, "nothing to tag"},
	} {
		r := train(t, "", c.args...)
		if r.code != c.code {
			t.Errorf("%v: code %d, want %d\n%s", c.args, r.code, c.code, r.stderr)
		}
		contains(t, r.stderr, c.says)
	}
	contains(t, must(t, train(t, "", "none.tsv", "--on-error", "skip", "--epochs", "1", "--out", "skipped")).stderr, "1 line skipped, listed in skipped/quarantine.jsonl")
	must(t, train(t, "", "evaluate", "run", "other.tsv", "--on-error", "skip"))
}

// lr-find trains the tagger.
func TestTaggingTools(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 60)
	line := []string{"lr-find", "names.tsv", "--steps", "40", "--json"}
	r := must(t, train(t, "", line...))
	contains(t, r.out, `"steepest":`)
	if again := must(t, train(t, "", line...)); again.out != r.out {
		t.Error("the same seed gives other rates")
	}
	// At the lowest rate the loss is that of guessing among 4 tags: ln 4 = 1.386.
	var rates struct{ Loss []float64 }
	if err := json.Unmarshal([]byte(r.out), &rates); err != nil || rates.Loss[0] < 1.3 || rates.Loss[0] > 1.5 {
		t.Errorf("%v; the losses are %v", err, rates.Loss)
	}
}

// A search tries settings of the tagger, on sentences of one length. Words count
// for the score, padding does not.
func TestTaggingSearch(t *testing.T) {
	t.Chdir(t.TempDir())
	people(t, "names.tsv", 100)
	s := must(t, train(t, "", "search", "names.tsv", "--vary", "learning_rate=1e-6,0.03", "--epochs", "8", "--folds", "2", "--json"))
	var table []struct {
		Rank  int     `json:"rank_test_score"`
		Score float64 `json:"mean_test_score"`
		Set   struct {
			Rate float64 `json:"learning_rate"`
		} `json:"params"`
	}
	if err := json.Unmarshal([]byte(s.out), &table); err != nil || len(table) != 2 {
		t.Fatalf("%v\n%s", err, s.out)
	}
	for _, r := range table {
		// Of four tags the one for other words is the largest, some two thirds.
		if good := r.Set.Rate == 0.03; good != (r.Rank == 1) || good && r.Score < 0.75 {
			t.Errorf("%+v", r)
		}
	}
}
