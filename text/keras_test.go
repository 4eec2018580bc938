package text

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/antler-ml/antler/tensor"
)

// Expected values come from testdata/tools/text_tokenizer.py.

func load(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "keras", "text", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestToWordSequenceKeras(t *testing.T) {
	var cases []struct {
		Text string
		KW   struct {
			Filters *string
			Lower   *bool
			Split   string
		}
		Words []string
	}
	load(t, "words.json", &cases)
	for i, c := range cases {
		kw := SplitConfig{Lower: c.KW.Lower, Split: unhex(t, c.KW.Split)}
		if c.KW.Filters != nil {
			kw.Filters = new(unhex(t, *c.KW.Filters))
		}
		var want []string
		for _, w := range c.Words {
			want = append(want, unhex(t, w))
		}
		if got := ToWordSequence(unhex(t, c.Text), kw); !slices.Equal(got, want) {
			t.Errorf("case %d: %q with %+v: got %q, want %q", i, unhex(t, c.Text), c.KW, got, want)
		}
	}
	if len(cases) < 300 {
		t.Fatalf("only %d cases", len(cases))
	}
}

type matrixCase struct {
	Shape []int
	Cells [][3]float64
}

func (m *matrixCase) check(t *testing.T, what string, x *tensor.Tensor, err error) {
	t.Helper()
	if m == nil {
		if err == nil {
			t.Errorf("%s: Keras raises, we return %v", what, x.Shape())
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if !slices.Equal(x.Shape(), m.Shape) {
		t.Errorf("%s: shape %v, want %v", what, x.Shape(), m.Shape)
		return
	}
	want := make([]float32, m.Shape[0]*m.Shape[1])
	for _, c := range m.Cells {
		want[int(c[0])*m.Shape[1]+int(c[1])] = float32(c[2])
	}
	for i, got := range x.Data() {
		// One unit: Go's logarithm and numpy's may differ in the last bit of a float64.
		if d := math.Abs(float64(got - want[i])); d > 1.2e-7*math.Abs(float64(want[i])) {
			t.Errorf("%s: cell %d is %v, want %v", what, i, got, want[i])
		}
	}
}

// newFromConfig makes a tokenizer of Keras' keyword arguments.
func newFromConfig(t *testing.T, raw json.RawMessage) *Tokenizer {
	t.Helper()
	var kw map[string]json.RawMessage
	if err := json.Unmarshal(raw, &kw); err != nil {
		t.Fatal(err)
	}
	tok := &Tokenizer{}
	for k, v := range kw {
		if err := tok.setting(k, v); err != nil {
			t.Fatal(err)
		}
	}
	return tok
}

// unseen and someSequences are UNSEEN and SEQS of the script.
var (
	unseen        = []string{"the unknown cat Ünïcode", "", "zzz", "same the the w1 w1 w4 1 日本語 oov", "A.B"}
	someSequences = [][]int{{1, 2, 3}, {}, {0, 1, 99}, {5, 5, 4, 1, 1, 1}, {7}}
)

func TestTokenizerKeras(t *testing.T) {
	var cases []struct {
		Name         string
		Config       json.RawMessage
		Steps        [][2]json.RawMessage
		JSON         string
		Refit        string
		Sequences    [][]int
		Texts        *[]string
		Matrix       map[Mode]*matrixCase
		UnseenMatrix map[Mode]*matrixCase `json:"unseen_matrix"`
	}
	load(t, "tokenizer.json", &cases)
	if len(cases) < 200 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		for _, workers := range []int{1, 3} {
			tok := newFromConfig(t, c.Config)
			tok.Workers = workers
			for _, s := range c.Steps {
				var texts []string
				var tokens [][]string
				var seqs [][]int
				switch {
				case json.Unmarshal(s[1], &texts) == nil:
					tok.FitOnTexts(slices.Values(texts))
				case json.Unmarshal(s[1], &tokens) == nil:
					tok.FitOnTokens(slices.Values(tokens))
				case json.Unmarshal(s[1], &seqs) == nil:
					tok.FitOnSequences(slices.Values(seqs))
				default:
					t.Fatalf("%s: unknown step %s", c.Name, s[1])
				}
			}
			if got := tok.ToJSON(); got != c.JSON {
				t.Errorf("%s: ToJSON:\n got %s\nwant %s", c.Name, got, c.JSON)
			}
			got := tok.TextsToSequences(slices.Values(unseen))
			if !slices.EqualFunc(got, c.Sequences, slices.Equal[[]int]) {
				t.Errorf("%s: TextsToSequences: got %v, want %v", c.Name, got, c.Sequences)
			}
			if c.Texts != nil {
				if got := tok.SequencesToTexts(slices.Values(someSequences)); !slices.Equal(got, *c.Texts) {
					t.Errorf("%s: SequencesToTexts: got %q, want %q", c.Name, got, *c.Texts)
				}
			}
			for mode := range c.Matrix {
				x, err := tok.SequencesToMatrix(slices.Values(someSequences), mode)
				c.Matrix[mode].check(t, c.Name+": SequencesToMatrix "+string(mode), x, err)
				x, err = tok.TextsToMatrix(slices.Values(unseen), mode)
				c.UnseenMatrix[mode].check(t, c.Name+": TextsToMatrix "+string(mode), x, err)
			}
			back, err := FromJSON([]byte(c.JSON))
			if err != nil {
				t.Errorf("%s: FromJSON: %v", c.Name, err)
				continue
			}
			if got := back.ToJSON(); got != c.JSON {
				t.Errorf("%s: ToJSON of FromJSON:\n got %s\nwant %s", c.Name, got, c.JSON)
			}
			for _, tok := range []*Tokenizer{tok, back} {
				tok.FitOnTexts(slices.Values([]string{"cat cat new", "b"}))
				if got := tok.ToJSON(); got != c.Refit {
					t.Errorf("%s: ToJSON after another fit:\n got %s\nwant %s", c.Name, got, c.Refit)
				}
			}
			if t.Failed() {
				return
			}
		}
	}
}

func TestInvalidUTF8(t *testing.T) {
	type want struct {
		JSON      string
		Sequences [][]int
	}
	var c struct {
		Texts        []string
		Words, Chars want
	}
	load(t, "bytes.json", &c)
	for i := range c.Texts {
		c.Texts[i] = unhex(t, c.Texts[i])
	}
	for _, w := range []struct {
		tok  *Tokenizer
		want want
	}{{&Tokenizer{}, c.Words}, {&Tokenizer{CharLevel: true}, c.Chars}} {
		w.tok.FitOnTexts(slices.Values(c.Texts))
		if got := w.tok.ToJSON(); got != w.want.JSON {
			t.Errorf("got %s\nwant %s", got, w.want.JSON)
		}
		back, err := FromJSON([]byte(w.want.JSON))
		if err != nil {
			t.Fatal(err)
		}
		if got := back.TextsToSequences(slices.Values(c.Texts)); !reflect.DeepEqual(got, w.want.Sequences) {
			t.Errorf("got %v, want %v", got, w.want.Sequences)
		}
	}
}

// Go's Unicode tables are newer than those of the Python that wrote lower.json
// (14.0). Nothing may differ in the characters that Python knows.
func TestLowerIsPython(t *testing.T) {
	var c struct {
		Lower                        [][2]any
		Cased, Ignorable, Unassigned [][2]rune
	}
	load(t, "lower.json", &c)
	lower := map[rune]string{}
	for _, l := range c.Lower {
		lower[rune(l[0].(float64))] = l[1].(string)
	}
	set := func(ranges [][2]rune) map[rune]bool {
		m := map[rune]bool{}
		for _, r := range ranges {
			for p := r[0]; p <= r[1]; p++ {
				m[p] = true
			}
		}
		return m
	}
	cased, ignorable, unassigned := set(c.Cased), set(c.Ignorable), set(c.Unassigned)
	known := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 || r == capitalSigma || unassigned[r] {
			continue
		}
		known++
		want, ok := lower[r]
		if !ok {
			want = string(r)
		}
		if got := string(appendLower(nil, string(r))); got != want {
			t.Errorf("%U: lower case %q, want %q", r, got, want)
		}
		if isCaseIgnorable(r) != ignorable[r] || !ignorable[r] && isCased(r) != cased[r] {
			t.Errorf("%U: cased %v (want %v), ignorable %v (want %v)", r, isCased(r), cased[r], isCaseIgnorable(r), ignorable[r])
		}
	}
	if len(lower) < 1300 || known < 144_000 {
		t.Fatalf("only %d mappings, %d characters", len(lower), known)
	}
}

func TestAccessors(t *testing.T) {
	tok := &Tokenizer{NumWords: 4, OOVToken: "<unk>"}
	tok.FitOnTexts(slices.Values([]string{"b a b", "c c c b", "d"}))
	if got, want := maps.Collect(tok.WordCounts()), map[string]int{"b": 3, "a": 1, "c": 3, "d": 1}; !maps.Equal(got, want) {
		t.Errorf("WordCounts: got %v, want %v", got, want)
	}
	if got, want := maps.Collect(tok.WordDocs()), map[string]int{"b": 2, "a": 1, "c": 1, "d": 1}; !maps.Equal(got, want) {
		t.Errorf("WordDocs: got %v, want %v", got, want)
	}
	// Falling count, ties by first appearance: <unk> b c a d.
	if got, want := maps.Collect(tok.IndexWord()), map[int]string{1: "<unk>", 2: "b", 3: "c", 4: "a", 5: "d"}; !maps.Equal(got, want) {
		t.Errorf("IndexWord: got %v, want %v", got, want)
	}
	if got, want := maps.Collect(tok.IndexDocs()), map[int]int{2: 2, 3: 1, 4: 1, 5: 1}; !maps.Equal(got, want) {
		t.Errorf("IndexDocs: got %v, want %v", got, want)
	}
	if got, want := tok.Vocabulary(), []string{"", "<unk>", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("Vocabulary: got %q, want %q", got, want)
	}
	if tok.InputDim() != 4 || tok.DocumentCount() != 3 {
		t.Errorf("InputDim %d, DocumentCount %d", tok.InputDim(), tok.DocumentCount())
	}
	if i, ok := tok.Index("d"); i != 5 || !ok {
		t.Errorf("Index(d) = %d, %v", i, ok)
	}
	if _, ok := tok.Word(6); ok {
		t.Error("Word(6) exists")
	}
	if s := tok.String(); !strings.Contains(s, "vocabulary of 3 words (of 4 seen in 3 texts), embedding InputDim 4") {
		t.Error(s)
	}
	if got := new(Tokenizer).InputDim(); got != 1 {
		t.Errorf("InputDim before any fit: %d", got)
	}
}

// InputDim must cover every number that the conversions emit, also where Keras'
// matrix width does not: an oov token that occurs in the texts, and a NumWords
// below the number of the oov token.
func TestInputDimCoversSequences(t *testing.T) {
	for _, tok := range []*Tokenizer{{}, {NumWords: 1}, {NumWords: 3}, {NumWords: 1, OOVToken: "u"}, {OOVToken: "a"}, {NumWords: 2, OOVToken: "b"}} {
		tok.FitOnTexts(slices.Values([]string{"a a a b b c"}))
		most := 0
		for s := range tok.TextsToSequencesSeq(slices.Values([]string{"a b c zzz"})) {
			most = max(most, slices.Max(append(s, 0)))
		}
		if got := tok.InputDim(); got != most+1 {
			t.Errorf("NumWords %d, OOVToken %q: InputDim %d, largest number %d", tok.NumWords, tok.OOVToken, got, most)
		}
		if n := len(tok.Vocabulary()); n != most+1 {
			t.Errorf("Vocabulary has %d entries, want %d", n, most+1)
		}
	}
}
