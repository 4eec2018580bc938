//go:build differential

package text

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestDifferential compares with what testdata/tools/text_differential.py wrote.
func TestDifferential(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("ANTLER_DIFFERENTIAL"), "keras*.json"))
	if len(files) == 0 {
		t.Fatal("ANTLER_DIFFERENTIAL names no directory with the answers of text_differential.py")
	}
	texts, differ := 0, 0
	for _, f := range files {
		var c struct {
			Config    json.RawMessage
			Texts     []string
			Half      int
			First     string
			JSON      string
			Sequences [][]int
			Back      []string
			Words     [][]string
			MD5       [][]int
		}
		b, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(b, &c)
		}
		if err != nil {
			t.Fatal(err)
		}
		tok := newFromConfig(t, c.Config)
		tok.FitOnTexts(slices.Values(c.Texts[:c.Half]))
		if tok.ToJSON() != c.First {
			t.Errorf("%s: the first fit differs", c.Config)
		}
		tok.FitOnTexts(slices.Values(c.Texts[c.Half : c.Half+c.Half/2]))
		if tok.ToJSON() != c.JSON {
			t.Errorf("%s: the second fit differs", c.Config)
		}
		back := tok.SequencesToTexts(slices.Values(c.Sequences))
		split := SplitConfig{Filters: tok.Filters, Lower: tok.Lower, Split: tok.Split}
		for i, got := range tok.TextsToSequences(slices.Values(c.Texts)) {
			md5, err := HashingTrick(c.Texts[i], 1000, HashConfig{Hash: MD5})
			if texts++; err != nil || !slices.Equal(got, c.Sequences[i]) || back[i] != c.Back[i] ||
				!slices.Equal(ToWordSequence(c.Texts[i], split), c.Words[i]) || !slices.Equal(md5, c.MD5[i]) {
				if differ++; differ < 10 {
					t.Errorf("%s: %q: got %v, want %v", c.Config, c.Texts[i], got, c.Sequences[i])
				}
			}
		}
	}
	t.Logf("%d texts, %d differ", texts, differ)
}
