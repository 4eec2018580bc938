// Package vectors learns vectors of words from a text: it reads the text, makes
// pairs of words that stand near each other, and asks, draws and writes what a
// model made of them.
package vectors

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/text"
)

// Vectors are words with a vector each. Number 0 stands for no word.
type Vectors struct {
	Words []string  // by number; the more frequent, the smaller the number
	Size  int       // of a vector
	Table []float32 // one vector after the other

	unit  []float64 // the same, of length 1
	index map[string]int
	tok   *text.Tokenizer
}

// New makes vectors of the rows of an embedding of a tokenizer's words.
func New(tok *text.Tokenizer, table []float32) (*Vectors, error) {
	words := tok.Vocabulary()
	if len(words) < 2 || len(table) == 0 || len(table)%len(words) != 0 {
		return nil, fmt.Errorf("%d numbers are no vectors of %d words", len(table), len(words)-1)
	}
	v := &Vectors{Words: words, Size: len(table) / len(words), Table: table, unit: make([]float64, len(table)), index: map[string]int{}, tok: tok}
	for i, w := range words[1:] {
		v.index[w] = i + 1
		normalize(v.unit[(i+1)*v.Size:(i+2)*v.Size], table[(i+1)*v.Size:])
	}
	return v, nil
}

// normalize writes x at length 1 to dst.
func normalize(dst []float64, x []float32) {
	sum := 0.0
	for i := range dst {
		dst[i] = float64(x[i])
		sum += dst[i] * dst[i]
	}
	scale(dst, sum)
}

func scale(dst []float64, squares float64) {
	if squares == 0 {
		return
	}
	f := 1 / math.Sqrt(squares)
	for i := range dst {
		dst[i] *= f
	}
}

// Of returns the vector of a word, of length 1.
func (v *Vectors) Of(id int) []float64 { return v.unit[id*v.Size : (id+1)*v.Size] }

// Similarity is the cosine of the angle between two words.
func (v *Vectors) Similarity(a, b int) float64 { return dot(v.Of(a), v.Of(b)) }

func dot(x, y []float64) float64 {
	s := 0.0
	for i, a := range x {
		s += a * y[i]
	}
	return s
}

// Index returns the number of a word, cut and lower-cased as in training.
func (v *Vectors) Index(word string) (int, error) {
	ws := v.tok.Words(word)
	switch {
	case len(ws) == 0:
		return 0, fmt.Errorf("%q is no word", word)
	case len(ws) > 1:
		return 0, fmt.Errorf("%q is %d words (%s); one at a time, or joined by + and -", word, len(ws), strings.Join(ws, ", "))
	}
	if i, ok := v.index[ws[0]]; ok {
		return i, nil
	}
	err := fmt.Errorf("%q is not among the %d words", ws[0], len(v.Words)-1)
	if near := config.Nearest(ws[0], v.Words[1:]); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(near[:min(3, len(near))], ", "))
	}
	return 0, err
}

// A Near is a word and how similar it is to what was asked for.
type Near struct {
	ID         int
	Similarity float64
}

// Nearest returns the n words nearest to a vector of length 1, leaving some
// out; of two that are equally near, the more frequent one first.
func (v *Vectors) Nearest(to []float64, n int, except ...int) []Near {
	all := make([]Near, 0, len(v.Words))
	for i := 1; i < len(v.Words); i++ {
		if !slices.Contains(except, i) {
			all = append(all, Near{i, dot(to, v.Of(i))})
		}
	}
	slices.SortFunc(all, func(a, b Near) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.ID, b.ID))
	})
	return all[:min(n, len(all))]
}

// Query returns the words nearest to a word, or to a sum of words such as
// "paris - france + spain", and not among them.
func (v *Vectors) Query(q string, n int) ([]Near, error) {
	sum := make([]float64, v.Size)
	var asked []int
	add := func(term string, sign float64) error {
		id, err := v.Index(term)
		if err != nil {
			return err
		}
		asked = append(asked, id)
		for i, x := range v.Of(id) {
			sum[i] += sign * x
		}
		return nil
	}
	rest, sign := strings.TrimSpace(q), 1.0
	for first := true; rest != ""; first = false {
		at := strings.IndexAny(rest, "+-")
		term, op := rest, byte(0)
		if at >= 0 {
			term, op, rest = rest[:at], rest[at], rest[at+1:]
		} else {
			rest = ""
		}
		if strings.TrimSpace(term) != "" || !first {
			if err := add(term, sign); err != nil {
				return nil, err
			}
		}
		if sign = 1; op == '-' {
			sign = -1
		}
		if op != 0 && strings.TrimSpace(rest) == "" {
			return nil, fmt.Errorf("%q ends with %c; a word should follow", q, op)
		}
	}
	if len(asked) == 0 {
		return nil, fmt.Errorf("%q is no word", q)
	}
	scale(sum, dot(sum, sum))
	return v.Nearest(sum, n, asked...), nil
}
