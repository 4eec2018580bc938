package text

import (
	"fmt"
	"iter"
	"slices"
)

// A Tokenizer gives the words of texts numbers by falling frequency and turns
// texts into sequences of those numbers, and back. Its zero value has Keras'
// defaults. Set the fields before the first use.
//
// Number 0 is never given to a word, so that it can mean padding. NumWords
// limits what the conversions emit, not what is counted: the word index always
// holds every word seen. See [Tokenizer.InputDim] for the size an embedding
// needs.
//
// Methods whose name begins with Fit change the tokenizer; all others only
// read and may run at the same time as each other.
//
// Keras: Tokenizer
type Tokenizer struct {
	NumWords  int     // emit words with numbers below this only, so at most NumWords-1 of them; 0 = no limit
	Filters   *string // characters replaced by Split; nil = DefaultFilters, empty = none
	Lower     *bool   // lower-case texts and tokens; nil = true
	Split     string  // what separates words; default one space
	CharLevel bool    // every character is a token; Filters and Split do not apply
	OOVToken  string  // stands for words that are unknown or above NumWords; gets number 1; empty = drop such words

	// Beyond Keras, off unless set. A text is normalised, then folded or
	// lower-cased (and normalised again), then cut into words, then rid of
	// stop words, then its words are joined into n-grams.

	Normalize Form     // bring texts into this form first; empty = leave them
	Fold      bool     // full case folding (ß = ss) in place of lower-casing
	Segment   bool     // cut at the word boundaries of UAX #29 in place of Filters and Split; pieces without a letter, digit or symbol are dropped
	StopWords []string // words to drop, as they look after all of the above
	NGrams    [2]int   // shortest and longest run of words that makes a token, joined by one space, the shorter before the longer; zero = {1, 1}
	MinCount  int      // words counted less often get no number, as if they were unknown; they stay in WordCounts

	// MaxVocabMemory bounds the memory of the vocabulary while fitting, in
	// bytes; 0 = no bound. When it is reached, the rarest words are dropped;
	// counts are then too low by at most [Tokenizer.CountError].
	MaxVocabMemory int64

	// Analyzer, when not nil, cuts texts into words in place of Filters, Lower
	// and Split. It is not saved. It is called from several goroutines at once.
	Analyzer func(text string) []string
	// Workers is how many goroutines fit and convert; 0 = GOMAXPROCS. No result
	// depends on it.
	Workers int

	vocab      wordTable[wordStat]
	counted    []int   // word_counts: word numbers in order
	seen       []int   // word_docs
	indexed    []int   // word_index
	indexWord  intDict // index to word number
	indexDocs  intDict // index to number of documents
	documents  int
	oovIsEmpty bool // the file that was read has the token "", which OOVToken cannot say
}

// wordStat is what is known of a word; absent where a dictionary lacks it.
type wordStat struct{ count, docs, index int }

var unknown = wordStat{absent, absent, absent}

// intern returns the number of a word, a new one with nothing known when it had none.
func (t *Tokenizer) intern(word []byte) int {
	id, isNew := t.vocab.intern(word)
	if isNew {
		*t.stat(id) = unknown
	}
	return id
}

func (t *Tokenizer) stat(id int) *wordStat { return &t.vocab.words[id].stat }

func (t *Tokenizer) setCount(id, n int) {
	if t.stat(id).count == absent {
		t.counted = append(t.counted, id)
	}
	t.stat(id).count = n
}

func (t *Tokenizer) setDocs(id, n int) {
	if t.stat(id).docs == absent {
		t.seen = append(t.seen, id)
	}
	t.stat(id).docs = n
}

func (t *Tokenizer) setIndex(id, index int) {
	if t.stat(id).index == absent {
		t.indexed = append(t.indexed, id)
	}
	t.stat(id).index = index
}

func (t *Tokenizer) hasOOV() bool { return t.OOVToken != "" || t.oovIsEmpty }

// oovIndex returns the number of the out-of-vocabulary token, absent when
// there is none.
func (t *Tokenizer) oovIndex() int {
	if t.hasOOV() {
		if i, ok := t.Index(t.OOVToken); ok {
			return i
		}
	}
	return absent
}

// DocumentCount returns how many texts and sequences were fitted.
//
// Keras: Tokenizer.document_count
func (t *Tokenizer) DocumentCount() int { return t.documents }

// WordCounts yields every word with the number of its occurrences, in the
// order of first appearance. maps.Collect makes a map of it.
//
// Keras: Tokenizer.word_counts
func (t *Tokenizer) WordCounts() iter.Seq2[string, int] {
	return t.words(t.counted, func(s wordStat) int { return s.count })
}

// WordDocs yields every word with the number of texts it occurs in, in the
// order of first appearance.
//
// Keras: Tokenizer.word_docs (whose order is that of a Python set)
func (t *Tokenizer) WordDocs() iter.Seq2[string, int] {
	return t.words(t.seen, func(s wordStat) int { return s.docs })
}

// WordIndex yields every word with its number, in the order of the numbers:
// by falling count, and among equal counts in the order of first appearance.
// NumWords does not limit it; see [Tokenizer.Vocabulary].
//
// Keras: Tokenizer.word_index
func (t *Tokenizer) WordIndex() iter.Seq2[string, int] {
	return t.words(t.indexed, func(s wordStat) int { return s.index })
}

// IndexWord yields every number with its word, in the order of WordIndex.
//
// Keras: Tokenizer.index_word
func (t *Tokenizer) IndexWord() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for index, id := range t.indexWord.all() {
			if !yield(index, t.vocab.words[id].word) {
				return
			}
		}
	}
}

// IndexDocs yields every number with the count of texts and sequences that hold it.
//
// Keras: Tokenizer.index_docs
func (t *Tokenizer) IndexDocs() iter.Seq2[int, int] { return t.indexDocs.all() }

func (t *Tokenizer) words(ids []int, of func(wordStat) int) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, id := range ids {
			if !yield(t.vocab.words[id].word, of(*t.stat(id))) {
				return
			}
		}
	}
}

// Index returns the number of a word. NumWords does not limit it.
func (t *Tokenizer) Index(word string) (int, bool) {
	if id := t.vocab.find([]byte(word)); id >= 0 && t.stat(id).index != absent {
		return t.stat(id).index, true
	}
	return 0, false
}

// Word returns the word of a number. NumWords does not limit it.
func (t *Tokenizer) Word(index int) (string, bool) {
	if id, ok := t.indexWord.get(index); ok {
		return t.vocab.words[id].word, true
	}
	return "", false
}

// InputDim returns how many rows an embedding of the emitted sequences needs:
// one more than the largest number the conversions can emit.
func (t *Tokenizer) InputDim() int {
	largest := 0
	for _, id := range t.indexed {
		if i := t.stat(id).index; i > largest && !t.beyond(i) {
			largest = i
		}
	}
	return max(largest, t.oovIndex()) + 1
}

// beyond reports whether NumWords excludes an index.
func (t *Tokenizer) beyond(index int) bool { return t.NumWords != 0 && index >= t.NumWords }

// Vocabulary returns the words that the conversions can emit, each at its
// number. It has InputDim entries; numbers without a word, 0 first of all,
// have "".
func (t *Tokenizer) Vocabulary() []string {
	v := make([]string, t.InputDim())
	oov := t.oovIndex()
	for _, id := range t.indexed {
		if i := t.stat(id).index; i > 0 && (i == oov || !t.beyond(i)) {
			v[i] = t.vocab.words[id].word
		}
	}
	return v
}

// String says in one line what an embedding needs to know.
func (t *Tokenizer) String() string {
	emitted := 0
	oov := t.oovIndex()
	for _, id := range t.indexed {
		if i := t.stat(id).index; i > 0 && (i == oov || !t.beyond(i)) {
			emitted++
		}
	}
	return fmt.Sprintf("vocabulary of %d words (of %d seen in %d texts), embedding InputDim %d with 0 for padding",
		emitted, len(t.counted), t.documents, t.InputDim())
}

// splitter returns how texts are cut.
func (t *Tokenizer) splitter() *splitter {
	if t.CharLevel {
		return &splitter{chars: true, lower: t.lower()}
	}
	return newSplitter(SplitConfig{Filters: t.Filters, Lower: t.Lower, Split: t.Split})
}

func (t *Tokenizer) lower() bool { return t.Lower == nil || *t.Lower }

// reindex rebuilds the word index from the counts.
func (t *Tokenizer) reindex() {
	for _, id := range t.indexed {
		t.stat(id).index = absent
	}
	t.indexed = t.indexed[:0]
	order := slices.Clone(t.counted)
	position := make([]int, len(t.vocab.words)) // equal counts keep the order of word_counts
	for i, id := range order {
		position[id] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if d := t.stat(b).count - t.stat(a).count; d != 0 {
			return d
		}
		return position[a] - position[b]
	})
	next := 1
	if t.hasOOV() {
		t.setIndex(t.intern([]byte(t.OOVToken)), next)
		next++
	}
	for _, id := range order { // the token's own occurrences give it a later number
		t.setIndex(id, next)
		next++
	}
	t.indexWord = intDict{}
	for _, id := range t.indexed {
		t.indexWord.set(t.stat(id).index, id)
	}
	for _, id := range t.seen {
		if index := t.stat(id).index; index != absent {
			t.indexDocs.set(index, t.stat(id).docs)
		}
	}
}
