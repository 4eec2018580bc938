package tags

import (
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// The rules of conlleval's startOfChunk and endOfChunk, by hand.
func TestEntities(t *testing.T) {
	for _, c := range []struct {
		tags string
		want []Span
	}{
		{"O O", nil},
		{"B-PER I-PER O B-LOC", []Span{{"PER", 0, 2}, {"LOC", 3, 4}}},
		{"B-PER B-PER I-PER", []Span{{"PER", 0, 1}, {"PER", 1, 3}}},
		{"I-PER I-PER", []Span{{"PER", 0, 2}}},                      // I after O begins one
		{"B-PER I-LOC I-LOC", []Span{{"PER", 0, 1}, {"LOC", 1, 3}}}, // so does another type
		{"B-A I-A E-A I-A", []Span{{"A", 0, 3}, {"A", 3, 4}}},
		{"S-A S-A O U-A", []Span{{"A", 0, 1}, {"A", 1, 2}, {"A", 3, 4}}},
		{"NOUN X-Y BI-Z", nil},
	} {
		if got := Entities(strings.Fields(c.tags)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.tags, got, c.want)
		}
	}
}

// True: PER 0-2, LOC 3, PER 5; found: PER 0-2 (right), LOC 3-5 (wrong end),
// PER 5 (right) and ORG 6 (none there). Precision 2/4, recall 2/3, F1 4/7.
func TestScores(t *testing.T) {
	truth := [][]string{strings.Fields("B-PER I-PER O B-LOC O B-PER O")}
	found := [][]string{strings.Fields("B-PER I-PER O B-LOC I-LOC B-PER B-ORG")}
	got := Scores(truth, found)
	want := []Score{{"all", 3, 4, 2}, {"LOC", 1, 1, 0}, {"ORG", 0, 1, 0}, {"PER", 2, 2, 2}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	if p, r, f := got[0].Precision(), got[0].Recall(), got[0].F1(); p != 0.5 || r != 2./3 || f != 4./7 {
		t.Errorf("precision %v, recall %v, F1 %v", p, r, f)
	}
	if got[2].Recall() != 0 || got[2].F1() != 0 {
		t.Error("a type without true entities has a recall")
	}
}

// What stands in a file, and what is wrong with it.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		text string
		form Form
		want []Sentence
		bad  string
	}{
		{"a\tX\nb\tY\n\nc\tX\n", Lines, []Sentence{{1, []string{"a", "b"}, []string{"X", "Y"}}, {4, []string{"c"}, []string{"X"}}}, ""},
		{"-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nPeter NNP B-NP B-PER\n", Lines,
			[]Sentence{{3, []string{"EU", "rejects"}, []string{"B-ORG", "O"}}, {6, []string{"Peter"}, []string{"B-PER"}}}, ""},
		{"a b\tX Y\nc d\tX\n", Rows, []Sentence{{1, []string{"a", "b"}, []string{"X", "Y"}}}, "f:2: 2 words, but 1 tags"},
		{`{"tokens":["a"],"tags":["X"]}` + "\n{}\n", Objects, []Sentence{{1, []string{"a"}, []string{"X"}}}, "f:2: the sentence has no words"},
		{"a\tX\nb\n\nc\tX\n\nd\tY\n", Lines, []Sentence{{4, []string{"c"}, []string{"X"}}, {6, []string{"d"}, []string{"Y"}}}, `f:2: "b" has no tag: want the word, a tab, its tag`},
		{"a\t\n\nb\tX\n\nc\tX\n", Lines, []Sentence{{3, []string{"b"}, []string{"X"}}, {5, []string{"c"}, []string{"X"}}}, `f:1: the tag of "a" is empty`},
	} {
		if got := FormOf([]byte(c.text)); got != c.form && !strings.Contains(c.bad, "2 words") {
			t.Errorf("%q looks like %q, want %q", c.text, got, c.form)
		}
		got, bad := Read("f", []byte(c.text), c.form, true)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
		var said []string
		for _, b := range bad {
			said = append(said, b.String())
		}
		if strings.Join(said, "; ") != c.bad {
			t.Errorf("%q: %q, want %q", c.text, said, c.bad)
		}
	}
	for _, other := range []string{"", "label\ttext\ngood\tvery nice\nbad\tnot so\n", "a,b\n1,2\n", `{"a":1}`} {
		if got := FormOf([]byte(other)); got != "" {
			t.Errorf("%q looks like %q", other, got)
		}
	}
}
