package tags

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/text"
)

func TestShape(t *testing.T) {
	for word, want := range map[string]string{"Paris": "<Xx>", "USA": "<X>", "1984": "<9>", "walking": "<x-ng>", "the": "<x>", "A-380": "<X-9>", "été": "<x>", "3.5": "<9.9>"} {
		if got := shape(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

// Words seen once or never have the number of their shape, after saving as well.
func TestVocabulary(t *testing.T) {
	all := []Sentence{{Tokens: strings.Fields("the Anna the Ben walking")}}
	v := Fit(all, 100, 1)
	tok, err := text.FromJSON([]byte(v.Tokenizer.ToJSON()))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Vocabulary{v, Of(tok)} {
		n := v.Numbers([]Sentence{{Tokens: strings.Fields("the Anna Carla running jumps ???")}})[0]
		if n[1] != n[2] || n[0] == n[1] || n[2] < 2 || n[3] < 2 || n[3] == n[4] || n[4] < 2 || n[5] != 1 {
			t.Errorf("numbers %v", n)
		}
	}
	if r := v.Rare(all); r.Rates[0][0] != 0.25/2.25 || r.Rates[0][1] != 0.2 || r.Shapes[0][1] != r.Shapes[0][3] {
		t.Errorf("rare: %v", r)
	}
}

// Which words are forgotten hangs on the epoch and the sentence, not on where the
// epoch begins.
func TestForget(t *testing.T) {
	words, marks, rare := make([][]int, 60), make([][]int, 60), &Rare{}
	for i := range words {
		words[i], marks[i] = []int{5, 5, 5, 5}, []int{0, 0, 0, 0}
		rare.Shapes, rare.Rates = append(rare.Shapes, []int{2, 2, 2, 2}), append(rare.Rates, []float64{0, 1, 0.5, 0.5})
	}
	s := NewSource(words, marks, 4, true, 7)
	s.Rare = rare
	read := func(epoch, first int) (all []float32) {
		for b, err := range s.BatchesFrom(context.Background(), epoch, first) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b.X[0].Data()...)
		}
		return all
	}
	a := read(0, 0)
	if !reflect.DeepEqual(a[3*16:], read(0, 3)) || reflect.DeepEqual(a, read(1, 0)) {
		t.Error("words are forgotten otherwise after a resume, or alike in all epochs")
	}
	n := 0
	for i := 0; i < len(a); i += 4 {
		if a[i] != 5 || a[i+1] != 2 {
			t.Fatalf("sentence %v", a[i:i+4])
		}
		if a[i+2] == 2 {
			n++
		}
	}
	if n < 15 || n > 45 {
		t.Errorf("%d of 60 forgotten, want about 30", n)
	}
	if words[0][1] != 5 {
		t.Error("the sentences themselves were changed")
	}
}
