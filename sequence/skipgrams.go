package sequence

import (
	"fmt"
	"iter"
	"math"
	"slices"

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
	Fast            bool      // draw with a faster generator: pairs of the same kind, but not those of Keras
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
// with seed=Seed: the same pairs in the same order. With Fast, words and order
// are other ones that follow from Seed.
//
// It is an error if a setting or a word number is negative or above 2^31-1, if a word has no
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

// A skipper is a SkipGramConfig made ready, with memory that is used again. It
// packs a pair into one number, since most of the time goes into moving them:
// first word, second word, label, from the highest bit down.
type skipper struct {
	vocabulary, window int
	negatives          float64
	shuffle            bool
	table              []float64
	random             drawer
	pairs              []uint64
	words, drawn       []uint32
	out                Grams
}

func newSkipper(vocabularySize int, c SkipGramConfig) (*skipper, error) {
	s := &skipper{vocabulary: vocabularySize, window: c.WindowSize, negatives: 1, shuffle: true, table: c.SamplingTable, random: &keras{}}
	if c.NegativeSamples != nil {
		s.negatives = *c.NegativeSamples
	}
	if c.Shuffle != nil {
		s.shuffle = *c.Shuffle
	}
	if c.Fast {
		s.random = &quick{}
	}
	if s.window == 0 {
		s.window = 4
	}
	switch {
	case vocabularySize < 0 || vocabularySize > math.MaxInt32:
		return nil, fmt.Errorf("sequence: the vocabulary size is %d: want the largest word number plus one, below 2^31", vocabularySize)
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
// then, begun anew, the order of the pairs.
func (s *skipper) grams(sequence []int, seed uint64) (Grams, error) {
	for i, w := range sequence {
		if uint(w) > math.MaxInt32 {
			return Grams{}, fmt.Errorf("sequence: position %d holds %d: word numbers start at 1, 0 is padding, and they end at 2^31-1", i, w)
		}
		if s.table != nil && w >= len(s.table) {
			return Grams{}, fmt.Errorf("sequence: position %d holds %d, but the sampling table has %d entries: make it as long as the vocabulary", i, w, len(s.table))
		}
	}
	s.random.seed(seed)
	// At most so many pairs; more memory is found when there are even more.
	most := float64(len(sequence)) * float64(min(2*s.window, len(sequence))) * (1 + s.negatives)
	pairs := slices.Grow(s.pairs[:0], int(min(most, 1<<20)))
	for i, w := range sequence {
		if w == 0 || s.table != nil && s.table[w] < s.random.float64() {
			continue
		}
		first := uint64(w)<<32 | 1
		for _, v := range sequence[max(0, i-s.window):i] {
			if v != 0 {
				pairs = append(pairs, first|uint64(v)<<1)
			}
		}
		for _, v := range sequence[i+1 : i+1+min(s.window, len(sequence)-i-1)] {
			if v != 0 {
				pairs = append(pairs, first|uint64(v)<<1)
			}
		}
	}
	all := s.negatives * float64(len(pairs))
	if all+float64(len(pairs)) > math.MaxInt32 {
		return Grams{}, fmt.Errorf("sequence: %d elements make %.0f pairs: cut the sequence into pieces, or take fewer NegativeSamples", len(sequence), all+float64(len(pairs)))
	}
	pairs = s.addRandom(pairs, int(all))
	if s.shuffle {
		s.random.again()
		s.random.shufflePairs(pairs)
	}
	s.pairs = pairs
	couples, labels := slices.Grow(s.out.Couples[:0], len(pairs))[:len(pairs)], slices.Grow(s.out.Labels[:0], len(pairs))[:len(pairs)]
	for i, p := range pairs {
		couples[i] = [2]int{int(p >> 32), int(p & (1<<32 - 1) >> 1)}
		labels[i] = int(p & 1)
	}
	s.out = Grams{couples, labels}
	return s.out, nil
}

// addRandom appends n pairs of the first words, in random order and over and
// over, with random words.
func (s *skipper) addRandom(pairs []uint64, n int) []uint64 {
	if n == 0 {
		return pairs
	}
	words := slices.Grow(s.words[:0], len(pairs))
	for _, p := range pairs {
		words = append(words, uint32(p>>32))
	}
	s.random.shuffleWords(words)
	s.words = words
	s.drawn = slices.Grow(s.drawn[:0], n)[:n]
	s.random.below(s.drawn, uint32(s.vocabulary-1))
	k := len(pairs)
	pairs = slices.Grow(pairs, n)[:k+n]
	for drawn := s.drawn; len(drawn) > 0; {
		some := drawn[:min(len(drawn), len(words))]
		for i, v := range some {
			pairs[k+i] = uint64(words[i])<<32 | uint64(v+1)<<1
		}
		k += len(some)
		drawn = drawn[len(some):]
	}
	return pairs
}
