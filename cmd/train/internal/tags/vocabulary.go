package tags

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/antler-ml/antler/text"
)

// unknown stands for words about which not even their shape is known.
const unknown = "<oov>"

// maxShapes is how many shapes have a number, the most frequent ones.
const maxShapes = 1000

// Vocabulary numbers words: 0 is padding, 1 is unknown. Words that training saw
// once or never are numbered by their shape ("<Xx>" for Paris), so that the model
// learns what unknown words of a shape are (Bikel et al., 1999, "An algorithm that
// learns what's in a name", word features).
type Vocabulary struct {
	Tokenizer *text.Tokenizer // words and shapes
	numbers   map[string]int  // nil for runs from before shapes
}

// Fit makes a vocabulary of at most numWords numbers from sentences.
func Fit(all []Sentence, numWords, workers int) *Vocabulary {
	counts, shapes := count(all), map[string]int{}
	for w, n := range counts {
		shapes[shape(w)] += n
		if c := coarse(w); c != shape(w) {
			shapes[c] += n
		}
	}
	common := func(counts map[string]int, least, most int) (kept []string) {
		for w, n := range counts {
			if n >= least {
				kept = append(kept, w)
			}
		}
		slices.SortFunc(kept, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
		return kept[:min(len(kept), most)]
	}
	most := max(0, numWords-2) // padding and unknown
	kept := common(shapes, 1, min(maxShapes, (most+1)/2))
	kept = append(kept, common(counts, 2, most-len(kept))...)
	tok := &text.Tokenizer{OOVToken: unknown, Lower: new(false), Filters: new(""), Workers: workers}
	tok.FitOnTokens(slices.Values([][]string{kept}))
	return Of(tok)
}

func count(all []Sentence) map[string]int {
	counts := map[string]int{}
	for _, s := range all {
		for _, w := range s.Tokens {
			counts[w]++
		}
	}
	return counts
}

// Of is the vocabulary of a tokenizer that was saved. One that ignores case is of
// a run from before shapes: its unknown words are all the same.
func Of(tok *text.Tokenizer) *Vocabulary {
	v := &Vocabulary{Tokenizer: tok}
	if tok.Lower != nil && !*tok.Lower {
		v.numbers = maps.Collect(tok.WordIndex())
	}
	return v
}

// Numbers are those of the words of sentences.
func (v *Vocabulary) Numbers(all []Sentence) [][]int {
	if v.numbers == nil {
		return v.Tokenizer.TokensToSequences(func(yield func([]string) bool) {
			for _, s := range all {
				if !yield(s.Tokens) {
					return
				}
			}
		})
	}
	rows := make([][]int, len(all))
	for i, s := range all {
		rows[i] = make([]int, len(s.Tokens))
		for j, w := range s.Tokens {
			n, ok := v.numbers[w]
			if !ok {
				n = v.byShape(w)
			}
			rows[i][j] = n
		}
	}
	return rows
}

// Rare is what training takes words for now and then, so that it learns what
// unknown words are: Shapes, with the probabilities Rates.
type Rare struct {
	Shapes [][]int
	Rates  [][]float64
}

// Rare are the shapes of the words of the training sentences, and how often they
// stand for them: 0.25/(0.25+n) for a word that occurs n times (Kiperwasser and
// Goldberg, 2016, arXiv 1603.04351, section 4). Nil without shapes.
func (v *Vocabulary) Rare(all []Sentence) *Rare {
	if v.numbers == nil {
		return nil
	}
	counts, r := count(all), &Rare{}
	for _, s := range all {
		shapes, rates := make([]int, len(s.Tokens)), make([]float64, len(s.Tokens))
		for j, w := range s.Tokens {
			shapes[j], rates[j] = v.byShape(w), 0.25/(0.25+float64(counts[w]))
		}
		r.Shapes, r.Rates = append(r.Shapes, shapes), append(r.Rates, rates)
	}
	return r
}

// byShape is the number that the word would have if it were unknown.
func (v *Vocabulary) byShape(word string) int {
	for _, s := range []string{shape(word), coarse(word)} {
		if n, ok := v.numbers[s]; ok {
			return n
		}
	}
	return 1
}

// shape says what a word looks like: X for capitals, x for other letters, 9 for
// digits, the sign itself for others, each run of the same once; words in small
// letters end in their last two: <x-ng>.
func shape(word string) string {
	s := runs(word)
	if s == "x" && utf8.RuneCountInString(word) > 3 {
		r := []rune(word)
		s += "-" + string(r[len(r)-2:])
	}
	return "<" + s + ">"
}

// coarse is the shape without an ending.
func coarse(word string) string { return "<" + runs(word) + ">" }

func runs(word string) string {
	var b strings.Builder
	last := rune(-1)
	for _, r := range word {
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			r = 'X'
		case unicode.IsLetter(r) || unicode.IsMark(r):
			r = 'x'
		case unicode.IsDigit(r):
			r = '9'
		}
		if r != last {
			b.WriteRune(r)
		}
		if last = r; b.Len() > 12 {
			break
		}
	}
	return b.String()
}
