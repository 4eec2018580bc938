package subword

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Expected values come from testdata/tools/text_hf.py.

const hfDir = "../../testdata/hf"

type hfCase struct {
	Text    string
	IDs     []int
	Tokens  []string
	Offsets [][2]int
	Types   []int
	Special []int
	Plain   []int
	Decoded string
	All     string
}

func loadModel(t testing.TB, name string) *Tokenizer {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(hfDir, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := FromJSON(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return tok
}

func models(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(hfDir, "*.cases.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d models, %v", len(files), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".cases.json")
	}
	return files
}

func loadCases(t testing.TB, path string) (cases []hfCase) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestHuggingFace(t *testing.T) {
	for _, name := range models(t) {
		t.Run(name, func(t *testing.T) {
			tok := loadModel(t, name)
			checkCases(t, tok, loadCases(t, filepath.Join(hfDir, name+".cases.json")))
			// What we write is read again and means the same.
			out, err := tok.ToJSON()
			if err != nil {
				t.Fatal(err)
			}
			back, err := FromJSON(out)
			if err != nil {
				t.Fatal(err)
			}
			checkCases(t, back, loadCases(t, filepath.Join(hfDir, name+".cases.json")))
		})
	}
}

// checkCases compares everything; it returns how many texts differ.
func checkCases(t *testing.T, tok *Tokenizer, cases []hfCase) (bad int) {
	t.Helper()
	for _, c := range cases {
		e := tok.Encode(c.Text, EncodeConfig{})
		special := make([]int, len(e.Special))
		for i, s := range e.Special {
			if s {
				special[i] = 1
			}
		}
		ok := true
		fail := func(what string, got, want any) {
			ok = false
			if bad < 5 {
				t.Errorf("%q: %s\n got %v\nwant %v", c.Text, what, got, want)
			}
		}
		switch {
		case !slices.Equal(e.IDs, c.IDs) || !slices.Equal(e.Pieces, c.Tokens):
			fail("ids", [2]any{e.IDs, e.Pieces}, [2]any{c.IDs, c.Tokens})
		case !slices.Equal(e.Offsets, c.Offsets):
			fail("offsets", [2]any{e.Offsets, e.Pieces}, c.Offsets)
		case !slices.Equal(e.TypeIDs, c.Types):
			fail("type ids", e.TypeIDs, c.Types)
		case !slices.Equal(special, c.Special):
			fail("special", special, c.Special)
		}
		if got := tok.AppendIDs(nil, c.Text, EncodeConfig{}); !slices.Equal(got, c.IDs) {
			fail("AppendIDs", got, c.IDs)
		}
		if got := tok.AppendIDs(nil, c.Text, EncodeConfig{NoSpecial: true}); !slices.Equal(got, c.Plain) {
			fail("NoSpecial", got, c.Plain)
		}
		if got := tok.Decode(c.IDs, true); got != c.Decoded {
			fail("decoded", []byte(got), []byte(c.Decoded))
		}
		if got := tok.Decode(c.IDs, false); got != c.All {
			fail("decoded with special tokens", []byte(got), []byte(c.All))
		}
		if !ok {
			bad++
		}
	}
	return bad
}

func TestTrainHuggingFace(t *testing.T) {
	var want struct {
		Corpus []string
		BPE    []struct {
			Size, Least int
			Vocab       map[string]int
			Merges      [][2]string
		}
		WordLevel []struct {
			Size, Least int
			Vocab       map[string]int
		}
	}
	b, err := os.ReadFile(filepath.Join(hfDir, "trained.json"))
	if err == nil {
		err = json.Unmarshal(b, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want.BPE {
		tok, err := Train(slices.Values(want.Corpus), TrainConfig{VocabSize: w.Size, MinCount: max(1, w.Least), SpecialTokens: []string{"<|end|>"}})
		if err != nil {
			t.Fatal(err)
		}
		m := tok.model.(*bpe)
		if !reflect.DeepEqual(m.ids, w.Vocab) || !slices.Equal(m.merges, w.Merges) {
			t.Errorf("size %d: %d merges, want %d; or pieces differ", w.Size, len(m.merges), len(w.Merges))
		}
	}
	for _, w := range want.WordLevel {
		tok, err := Train(slices.Values(want.Corpus), TrainConfig{Model: "WordLevel", VocabSize: w.Size, MinCount: max(1, w.Least)})
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.model.(*wordLevel).ids; !reflect.DeepEqual(got, w.Vocab) {
			t.Errorf("size %d: got %v\nwant %v", w.Size, got, w.Vocab)
		}
	}
}
