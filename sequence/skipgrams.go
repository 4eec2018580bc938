package sequence

import (
	"fmt"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// SkipGramConfig says which pairs [SkipGrams] makes. The zero value has Keras'
// defaults.
type SkipGramConfig struct {
	WindowSize      int       // how far apart the words of a pair may be; default 4
	NegativeSamples *float64  // pairs with a random word, for each real pair; nil = 1, new(0.0) = none
	Shuffle         *bool     // mix the pairs; nil = true. Else real ones first, in the order of the sequence
	SamplingTable   []float64 // chance of each word to be the first of a pair; nil = always. See SamplingTable
	Seed            uint64    // everything random follows from it
}

// Grams are pairs of word numbers.
type Grams struct {
	Couples [][2]int // a word and one of its window, or any word
	Labels  []int    // 1 for a pair that occurs in the sequence, 0 for a random one
}

// SkipGrams returns, for each word of the sequence, its pairs with the words
// up to WindowSize before and after it, labelled 1, and pairs with words drawn
// from 1 to vocabularySize-1, labelled 0. Number 0 is padding: it takes a place
// in the window but makes no pair. A random pair may happen to be a real one,
// as in Keras.
//
// The result is what Keras returns after random.seed(Seed) when it is called
// with seed=Seed: the same pairs in the same order.
//
// It is an error if a setting or a word number is negative, if a word has no
// entry in the sampling table, and if there is no word to draw.
//
// Keras: skipgrams
func SkipGrams(sequence []int, vocabularySize int, c SkipGramConfig) (Grams, error) {
	s, err := newSkipper(vocabularySize, c)
	if err != nil {
		return Grams{}, err
	}
	return s.grams(sequence, c.Seed)
}

// SkipGramsSeq is [SkipGrams] of each sequence of a corpus that need not fit
// into memory. Sequence i is drawn with the seed Seed+i. Grams are valid until
// the loop body ends: the next ones take their place. After an error the loop
// goes on with the next sequence.
//
// Keras: skipgrams, called in a loop
func SkipGramsSeq(sequences iter.Seq[[]int], vocabularySize int, c SkipGramConfig) iter.Seq2[Grams, error] {
	return func(yield func(Grams, error) bool) {
		s, err := newSkipper(vocabularySize, c)
		if err != nil {
			yield(Grams{}, err)
			return
		}
		i := uint64(0)
		for seq := range sequences {
			g, err := s.grams(seq, c.Seed+i)
			if err != nil {
				err = fmt.Errorf("sequence: sequence %d: %w", i, err)
			}
			if !yield(g, err) {
				return
			}
			i++
		}
	}
}

// Categorical returns the labels as two classes: {0, 1} for a real pair, {1, 0}
// for a random one.
//
// Keras: skipgrams with categorical=True
func (g Grams) Categorical() [][2]int {
	rows := make([][2]int, len(g.Labels))
	for i, l := range g.Labels {
		rows[i][l] = 1
	}
	return rows
}

// Tensors returns first words, second words and labels, each [pairs, 1]: the
// inputs and targets of a model with two embeddings. Word numbers above 2^24
// have no float32 of their own; keep to Couples then.
func (g Grams) Tensors() (first, second, labels *tensor.Tensor) {
	n := len(g.Couples)
	first, second, labels = tensor.New(n, 1), tensor.New(n, 1), tensor.New(n, 1)
	a, b, l := first.Data(), second.Data(), labels.Data()
	for i, p := range g.Couples {
		a[i], b[i], l[i] = float32(p[0]), float32(p[1]), float32(g.Labels[i])
	}
	return first, second, labels
}

// A skipper is a SkipGramConfig made ready, with memory that is used again.
type skipper struct {
	vocabulary, window int
	negatives          float64
	shuffle            bool
	table              []float64
	random             rng.Python
	out                Grams
	words              []int
}

func newSkipper(vocabularySize int, c SkipGramConfig) (*skipper, error) {
	s := &skipper{vocabulary: vocabularySize, window: c.WindowSize, negatives: 1, shuffle: true, table: c.SamplingTable}
	if c.NegativeSamples != nil {
		s.negatives = *c.NegativeSamples
	}
	if c.Shuffle != nil {
		s.shuffle = *c.Shuffle
	}
	if s.window == 0 {
		s.window = 4
	}
	switch {
	case vocabularySize < 0:
		return nil, fmt.Errorf("sequence: the vocabulary size is %d: want the largest word number plus one", vocabularySize)
	case s.window < 0:
		return nil, fmt.Errorf("sequence: WindowSize is %d: want how many words on each side, or 0 for 4", c.WindowSize)
	case !(s.negatives >= 0 && s.negatives <= 1e9):
		return nil, fmt.Errorf("sequence: NegativeSamples is %v: want how many random pairs for each real one, 0 or more", s.negatives)
	case s.negatives > 0 && vocabularySize < 2:
		return nil, fmt.Errorf("sequence: a vocabulary of size %d has no words to draw random pairs from: want the largest word number plus one, or NegativeSamples 0", vocabularySize)
	}
	return s, nil
}

// grams draws in the order in which Keras does: one number a word when there
// is a table, the order of the first words, one number for each random pair;
// then, seeded anew, the order of the pairs.
func (s *skipper) grams(sequence []int, seed uint64) (Grams, error) {
	couples := s.out.Couples[:0]
	if s.negatives > 0 || s.table != nil {
		s.random.Seed(seed)
	}
	for i, w := range sequence {
		if w < 0 {
			return Grams{}, fmt.Errorf("sequence: position %d holds %d: word numbers start at 1, and 0 is padding", i, w)
		}
		if w == 0 {
			continue
		}
		if s.table != nil {
			if w >= len(s.table) {
				return Grams{}, fmt.Errorf("sequence: position %d holds %d, but the sampling table has %d entries: make it as long as the vocabulary", i, w, len(s.table))
			}
			if s.table[w] < s.random.Float64() {
				continue
			}
		}
		for _, v := range sequence[max(0, i-s.window):i] {
			if v != 0 {
				couples = append(couples, [2]int{w, v})
			}
		}
		for k, v := range sequence[i+1 : min(len(sequence), i+1+min(s.window, len(sequence)))] {
			if v < 0 { // one that is yet to come as a first word
				return Grams{}, fmt.Errorf("sequence: position %d holds %d: word numbers start at 1, and 0 is padding", i+1+k, v)
			}
			if v != 0 {
				couples = append(couples, [2]int{w, v})
			}
		}
	}
	positive := len(couples)
	couples = s.addRandom(couples)
	labels := s.out.Labels[:0]
	for i := range couples {
		label := 0
		if i < positive {
			label = 1
		}
		labels = append(labels, label)
	}
	if s.shuffle && len(couples) > 1 {
		s.random.Seed(seed)
		for i := len(couples) - 1; i > 0; i-- {
			j := s.random.Below(i + 1)
			couples[i], couples[j] = couples[j], couples[i]
			labels[i], labels[j] = labels[j], labels[i]
		}
	}
	s.out = Grams{couples, labels}
	return s.out, nil
}

// addRandom appends pairs of the first words, in random order and over and
// over, with random words.
func (s *skipper) addRandom(couples [][2]int) [][2]int {
	positive := len(couples)
	if s.negatives == 0 || positive == 0 {
		return couples
	}
	words := s.words[:0]
	for _, p := range couples {
		words = append(words, p[0])
	}
	for i := positive - 1; i > 0; i-- {
		j := s.random.Below(i + 1)
		words[i], words[j] = words[j], words[i]
	}
	s.words = words
	for i, k := 0, 0; i < int(float64(positive)*s.negatives); i++ {
		couples = append(couples, [2]int{words[k], 1 + s.random.Below(s.vocabulary-1)})
		if k++; k == positive {
			k = 0
		}
	}
	return couples
}
