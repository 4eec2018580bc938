package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestUpToDate holds the tables to the doc comments.
func TestUpToDate(t *testing.T) {
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join("../..", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the doc comments say (%v): go generate ./internal/kerasnames", name, err)
		}
	}
}

// Every name of every module is here, or has a reason.
func TestModulesAreWhole(t *testing.T) {
	ours, err := declared("../..")
	if err != nil {
		t.Fatal(err)
	}
	keras, err := kerasNames("../../testdata/keras/names.json")
	if err != nil {
		t.Fatal(err)
	}
	all := match(keras, ours)
	least := map[string]int{"preprocessing.text": 27, "preprocessing.sequence": 8, "models": 200, "layers": 190, "initializers": 30, "activations": 10, "regularizers": 8, "constraints": 10,
		"preprocessing.image": 25, "losses": 45, "metrics": 75, "optimizers": 12, "optimizers.schedules": 7, "callbacks": 30, "utils": 40, "backend": 140}
	for _, module := range all.modules {
		if len(keras[module]) < least[module] {
			t.Errorf("%s: only %d names", module, len(keras[module]))
		}
		for _, name := range all.missing(module) {
			if reason(module, name) == "" {
				t.Errorf("%s: %s has neither a counterpart nor a reason (reasons.go)", module, name)
			}
		}
	}
}

// TestReasonsAreTrue: what a reason sends the reader to exists.
func TestReasonsAreTrue(t *testing.T) {
	ours, err := declared("../..")
	if err != nil {
		t.Fatal(err)
	}
	exists := map[string]bool{}
	for _, d := range ours {
		exists[d.String()] = true
	}
	named := regexp.MustCompile(`\b(nn|ops|tensor|text|sequence|image|augment|pipeline|layers|losses|metrics|callbacks|initializers|saving)\.[A-Z]\w*(\.[A-Z]\w*)?`)
	all := []map[string]string{reasons}
	for _, m := range moduleReasons {
		all = append(all, m)
	}
	for _, m := range all {
		for name, reason := range m {
			for _, n := range named.FindAllString(reason, -1) {
				if !exists[n] {
					t.Errorf("%s: %q names %s, which does not exist", name, reason, n)
				}
			}
		}
	}
}

func TestClaims(t *testing.T) {
	for comment, want := range map[string][]claim{
		"Pad pads.\n\nKeras: pad_sequences, with any dtype\n":             {{"pad_sequences", "with any dtype"}},
		"Keras: Tokenizer.fit_on_texts with lists of lists":               {{"Tokenizer.fit_on_texts", "with lists of lists"}},
		"Keras: fit, fit_generator.":                                      {{"fit", ""}, {"fit_generator", ""}},
		"Keras: K.concatenate (whose default axis is -1).":                {{"K.concatenate", ""}},
		"Keras: LSTM. Hochreiter and Schmidhuber, Long Memory (1997).":    {{"LSTM", ""}},
		"Keras: Tokenizer(document_count=n)":                              {{"Tokenizer(document_count=n)", ""}},
		"Keras: the training side of BatchNormalization. Ioffe":           nil,
		"Where Keras: differs is said elsewhere":                          nil,
		"Keras: zoom_range of type list. Factors from … to, above 1 more": {{"zoom_range", "of type list"}},
	} {
		if got := claims(comment); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", comment, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	ours := []declaration{
		{"text", "Tokenizer", nil},
		{"text", "Tokenizer.NumWords", nil},
		{"text", "Tokenizer.FitOnTexts", []claim{{"Tokenizer.fit_on_texts", ""}}},
		{"text", "Tokenizer.FitOnTokens", []claim{{"Tokenizer.fit_on_texts", "with lists of lists"}}},
		{"nn", "Model.Fit", []claim{{"fit", ""}, {"fit_generator", ""}}},
		{"nn/layers", "Dense", nil},
		{"sequence", "Dense", nil},
	}
	got := match(map[string][]string{
		"preprocessing.text": {"Tokenizer", "Tokenizer.fit_on_texts", "Tokenizer.num_words", "Tokenizer.to_json"},
		"layers":             {"Dense"},
		"models":             {"Model.fit", "Model.fit_generator"},
	}, ours).document()
	for _, want := range []string{
		"| `Tokenizer.fit_on_texts` | `text.Tokenizer.FitOnTexts`, `text.Tokenizer.FitOnTokens` (with lists of lists) |\n",
		"| `Tokenizer.num_words` | `text.Tokenizer.NumWords` |\n",
		"Without a name of their own here, 1 of 4:\n\n- `Tokenizer.to_json`.\n",
		"| `Dense` | `layers.Dense` |\n",
		"| `Model.fit_generator` | `nn.Model.Fit` |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
