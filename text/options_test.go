package text

import (
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
)

type extraFile struct {
	Cases []struct {
		Text, Fold, Both string
		Forms            map[Form]string
	}
	Folds    [][2]any
	Charsets []struct{ Name, Hex, Text string }
}

// Expected values are those of Python's unicodedata, str.casefold and codecs.
func TestUnicodeOptions(t *testing.T) {
	var f extraFile
	load(t, "extra.json", &f)
	whole := func(tok *Tokenizer) func(string) string {
		tok.Filters, tok.Split = new(""), "\x00"
		return func(s string) string { return strings.Join(tok.Words(s), "|") }
	}
	fold := whole(&Tokenizer{Fold: true})
	both := whole(&Tokenizer{Fold: true, Normalize: NFKC})
	for _, c := range f.Cases {
		for form, want := range c.Forms {
			if got := whole(&Tokenizer{Normalize: form, Lower: new(false)})(c.Text); got != want {
				t.Errorf("%s of %q: got %q, want %q", form, c.Text, got, want)
			}
		}
		if got := fold(c.Text); got != c.Fold {
			t.Errorf("fold %q: got %q, want %q", c.Text, got, c.Fold)
		}
		if got := both(c.Text); got != c.Both {
			t.Errorf("NFKC and fold %q: got %q, want %q", c.Text, got, c.Both)
		}
	}
	want := map[rune]string{}
	for _, p := range f.Folds {
		want[rune(p[0].(float64))] = p[1].(string)
	}
	cur := cursor{splitter: (&Tokenizer{Fold: true}).splitter()}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		w, ok := want[r]
		if !ok {
			w = string(r)
		}
		if got := string(cur.appendFold(nil, []byte(string(r)))); got != w && (ok || r < 0x1000) {
			t.Errorf("fold %U: got %q, want %q", r, got, w)
		}
	}
	if got := fold("A\xffB\xc3"); got != "a\xffb\xc3" {
		t.Errorf("invalid bytes: got %q", got)
	}
}

func TestDecodeReader(t *testing.T) {
	var f extraFile
	load(t, "extra.json", &f)
	for _, c := range f.Charsets {
		b, _ := hex.DecodeString(c.Hex)
		r, err := DecodeReader(strings.NewReader(string(b)), c.Name)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != c.Text {
			t.Errorf("%s: got %q, %v, want %q", c.Name, got, err, c.Text)
		}
	}
	if _, err := DecodeReader(strings.NewReader(""), "klingon"); err == nil || !strings.Contains(err.Error(), `unknown character set "klingon"`) {
		t.Error(err)
	}
	for _, in := range []string{"", "a", "ab", "\xef\xbb", "abc", "\xef\xbb\xbf"} {
		r, _ := DecodeReader(strings.NewReader(in), "UTF-8")
		if got, err := io.ReadAll(r); err != nil || string(got) != strings.TrimPrefix(in, "\ufeff") {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

func TestWordOptions(t *testing.T) {
	for _, c := range []struct {
		tok  Tokenizer
		in   string
		want string
	}{
		{Tokenizer{Segment: true}, `Can't pay $3.14, foo_bar! "U.S." e-mail 😀`, "can't|pay|3.14|foo_bar|u.s|e|mail|😀"},
		{Tokenizer{Segment: true}, "日本 สวัสดี \u0301 ...", "日|本|ส|วั|ส|ดี"}, // without a dictionary, kanji and Thai letters stand alone
		{Tokenizer{Segment: true, Lower: new(false)}, "", ""},
		{Tokenizer{StopWords: []string{"the", "on"}}, "The cat ON the mat", "cat|mat"},
		{Tokenizer{NGrams: [2]int{1, 2}}, "a, b c", "a|b|c|a b|b c"},
		{Tokenizer{NGrams: [2]int{2, 3}}, "a b c d", "a b|b c|c d|a b c|b c d"},
		{Tokenizer{NGrams: [2]int{3, 4}}, "a b", ""},
		{Tokenizer{NGrams: [2]int{2, 2}, StopWords: []string{"of"}}, "king of spain of", "king spain"},
		{Tokenizer{NGrams: [2]int{2, 2}, CharLevel: true}, "aé😀", "a é|é 😀"},
		{Tokenizer{NGrams: [2]int{2, 2}, Segment: true, Fold: true}, "Straße Groß", "strasse gross"},
	} {
		if got := strings.Join(c.tok.Words(c.in), "|"); got != c.want {
			t.Errorf("%+v: %q: got %q, want %q", c.tok, c.in, got, c.want)
		}
	}
}

// The words of long texts come in several portions.
func TestLongTexts(t *testing.T) {
	var b strings.Builder
	var want []string
	for i := range 5000 {
		w := strings.Repeat(string(rune('a'+i%26)), i%90+1)
		want = append(want, w)
		b.WriteString(w + strings.Repeat(" ", i%70+1))
	}
	for _, tok := range []*Tokenizer{{}, {Segment: true}, {Split: "  ", Filters: new(" ")}, {NGrams: [2]int{1, 1}, StopWords: []string{"?"}}} {
		if got := tok.Words(b.String()); !slices.Equal(got, want) {
			t.Errorf("%+v: %d words, want %d", tok, len(got), len(want))
		}
	}
	if got := (&Tokenizer{CharLevel: true}).Words(b.String()); strings.Join(got, "") != b.String() {
		t.Error("characters are lost")
	}
}

func TestMinCount(t *testing.T) {
	tok := &Tokenizer{MinCount: 2, OOVToken: "?"}
	tok.FitOnTexts(slices.Values([]string{"a a b c c c", "d"}))
	if got, want := maps.Collect(tok.WordIndex()), map[string]int{"?": 1, "c": 2, "a": 3}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := maps.Collect(tok.WordCounts()); got["b"] != 1 || len(got) != 4 {
		t.Errorf("WordCounts: %v", got)
	}
	if got := tok.TextsToSequences(slices.Values([]string{"b c e"})); !slices.Equal(got[0], []int{1, 2, 1}) {
		t.Errorf("got %v", got)
	}
	tok.FitOnTexts(slices.Values([]string{"b"})) // b is frequent enough now
	if i, ok := tok.Index("b"); !ok || i != 4 {
		t.Errorf("b has %d, %v", i, ok)
	}
}

func TestSetDocumentCount(t *testing.T) {
	tok := &Tokenizer{}
	tok.SetDocumentCount(7)
	tok.FitOnTexts(slices.Values([]string{"a", "b"}))
	if tok.DocumentCount() != 9 {
		t.Errorf("DocumentCount is %d, want 9", tok.DocumentCount())
	}
}

func TestValidate(t *testing.T) {
	for want, tok := range map[string]*Tokenizer{
		`unknown Normalize "NFX": want "NFC"`:      {Normalize: "NFX"},
		"NGrams is [2 1]: want the shortest":       {NGrams: [2]int{2, 1}},
		"NGrams is [0 3]":                          {NGrams: [2]int{0, 3}},
		"Segment and CharLevel are both set":       {Segment: true, CharLevel: true},
		"MinCount is -1":                           {MinCount: -1},
		"MaxVocabMemory is 5: want at least 10485": {MaxVocabMemory: 5},
	} {
		if err := tok.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err := tok.FitReader(strings.NewReader("a"), ReadConfig{}); err == nil {
			t.Errorf("%s: FitReader takes it", want)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: FitOnTexts does not panic", want)
				}
			}()
			tok.FitOnTexts(slices.Values([]string{"a"}))
		}()
	}
}
