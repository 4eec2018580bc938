package text

import (
	"fmt"
	"iter"
	"math"
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

	vocab        table
	counted      []int32 // the order of word_counts; what the others hold are numbers of vocab too
	seen         []int32 // of word_docs; nearly always the same slice as counted
	indexed      []int32 // of word_index
	indexWord    intDict // index to word, unless inOrder
	inOrder      bool    // indexed[i] has index i+1
	indexDocs    intDict // index to number of documents, if ownIndexDocs
	ownIndexDocs bool    // else index_docs is what word_docs says, in its order
	documents    int
	lost         int  // see limited
	oovIsEmpty   bool // the file that was read has the token "", which OOVToken cannot say
}

// What an entry has where a dictionary lacks the word.
const noIndex = math.MinInt32

// intern returns the number of a word, a new one with nothing known when it had none.
func (t *Tokenizer) intern(word []byte) int {
	id, isNew := t.vocab.intern(word)
	if isNew {
		e := t.stat(id)
		e.count, e.docs, e.index = absent, absent, noIndex
	}
	return id
}

func (t *Tokenizer) stat(id int) *entry { return t.vocab.entry(id) }

func (t *Tokenizer) setCount(id int, n int64) {
	if t.stat(id).count == absent {
		t.counted = append(t.counted, int32(id))
	}
	t.stat(id).count = n
}

func (t *Tokenizer) setDocs(id int, n int64) {
	if t.stat(id).docs == absent {
		t.seen = append(t.seen, int32(id))
	}
	t.stat(id).docs = n
}

func (t *Tokenizer) setIndex(id int, index int32) {
	if t.stat(id).index == noIndex {
		t.indexed = append(t.indexed, int32(id))
	}
	t.stat(id).index = index
}

// sameOrders reports whether word_docs has the order of word_counts; if so,
// they become one slice.
func (t *Tokenizer) sameOrders() bool {
	if len(t.counted) > 0 && len(t.seen) > 0 && &t.counted[0] == &t.seen[0] {
		return len(t.counted) == len(t.seen)
	}
	if !slices.Equal(t.counted, t.seen) {
		return false
	}
	t.seen = t.counted
	return true
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
	return t.words(t.counted, func(e *entry) int { return int(e.count) })
}

// WordDocs yields every word with the number of texts it occurs in, in the
// order of first appearance.
//
// Keras: Tokenizer.word_docs (whose order is that of a Python set)
func (t *Tokenizer) WordDocs() iter.Seq2[string, int] {
	return t.words(t.seen, func(e *entry) int { return int(e.docs) })
}

// WordIndex yields every word with its number, in the order of the numbers:
// by falling count, and among equal counts in the order of first appearance.
// NumWords does not limit it; see [Tokenizer.Vocabulary].
//
// Keras: Tokenizer.word_index
func (t *Tokenizer) WordIndex() iter.Seq2[string, int] {
	return t.words(t.indexed, func(e *entry) int { return int(e.index) })
}

// IndexWord yields every number with its word, in the order of WordIndex.
//
// Keras: Tokenizer.index_word
func (t *Tokenizer) IndexWord() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		if t.inOrder {
			for i, id := range t.indexed {
				if !yield(i+1, t.vocab.word(int(id))) {
					return
				}
			}
			return
		}
		for index, id := range t.indexWord.all() {
			if !yield(index, t.vocab.word(id)) {
				return
			}
		}
	}
}

// IndexDocs yields every number with the count of texts and sequences that hold it.
//
// Keras: Tokenizer.index_docs
func (t *Tokenizer) IndexDocs() iter.Seq2[int, int] {
	if t.ownIndexDocs {
		return t.indexDocs.all()
	}
	return func(yield func(int, int) bool) {
		for _, id := range t.seen {
			if e := t.stat(int(id)); e.index != noIndex && !yield(int(e.index), int(e.docs)) {
				return
			}
		}
	}
}

// docsOf returns how many texts hold a number.
func (t *Tokenizer) docsOf(index int) int {
	if t.ownIndexDocs {
		n, _ := t.indexDocs.get(index)
		return max(n, 0)
	}
	if id := t.idOf(index); id >= 0 {
		return int(max(t.stat(id).docs, 0))
	}
	return 0
}

// keepIndexDocs writes index_docs down, before something other than a fit on
// texts changes it.
func (t *Tokenizer) keepIndexDocs() {
	if t.ownIndexDocs {
		return
	}
	d := intDict{}
	for index, n := range t.IndexDocs() {
		d.set(index, n)
	}
	t.indexDocs, t.ownIndexDocs = d, true
}

func (t *Tokenizer) words(ids []int32, of func(*entry) int) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, id := range ids {
			if !yield(t.vocab.word(int(id)), of(t.stat(int(id)))) {
				return
			}
		}
	}
}

// Index returns the number of a word. NumWords does not limit it.
func (t *Tokenizer) Index(word string) (int, bool) {
	if id := t.vocab.find([]byte(word)); id >= 0 && t.stat(id).index != noIndex {
		return int(t.stat(id).index), true
	}
	return 0, false
}

// Word returns the word of a number. NumWords does not limit it.
func (t *Tokenizer) Word(index int) (string, bool) {
	if id := t.idOf(index); id >= 0 {
		return t.vocab.word(id), true
	}
	return "", false
}

// idOf returns the number in vocab of a word's number, -1 when it has none.
func (t *Tokenizer) idOf(index int) int {
	if t.inOrder {
		if 0 < index && index <= len(t.indexed) {
			return int(t.indexed[index-1])
		}
		return -1
	}
	if id, ok := t.indexWord.get(index); ok {
		return id
	}
	return -1
}

// InputDim returns how many rows an embedding of the emitted sequences needs:
// one more than the largest number the conversions can emit.
func (t *Tokenizer) InputDim() int {
	largest := 0
	for _, id := range t.indexed {
		if i := int(t.stat(int(id)).index); i > largest && !t.beyond(i) {
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
		if i := int(t.stat(int(id)).index); i > 0 && (i == oov || !t.beyond(i)) {
			v[i] = t.vocab.word(int(id))
		}
	}
	return v
}

// String says in one line what an embedding needs to know.
func (t *Tokenizer) String() string {
	emitted := 0
	oov := t.oovIndex()
	for _, id := range t.indexed {
		if i := int(t.stat(int(id)).index); i > 0 && (i == oov || !t.beyond(i)) {
			emitted++
		}
	}
	return fmt.Sprintf("vocabulary of %d words (of %d seen in %d texts), embedding InputDim %d with 0 for padding",
		emitted, len(t.counted), t.documents, t.InputDim())
}

// splitter returns how texts are cut.
func (t *Tokenizer) splitter() *splitter {
	s := newSplitter(SplitConfig{Filters: t.Filters, Lower: t.Lower, Split: t.Split})
	x := t.options()
	if !t.CharLevel && x == nil {
		return s
	}
	c := *s
	c.extra = x
	if c.chars = t.CharLevel; c.chars || t.Segment {
		c.filters, c.plain = nil, false
	}
	return &c
}

func (t *Tokenizer) lower() bool { return t.Lower == nil || *t.Lower }

// SetDocumentCount sets how many texts count as fitted already.
//
// Keras: Tokenizer(document_count=n)
func (t *Tokenizer) SetDocumentCount(n int) { t.documents = n }

// CountError returns by how much, at most, a count of WordCounts can be below
// the truth, and how often, at most, a word that is missing occurred. It is 0
// unless MaxVocabMemory was reached.
func (t *Tokenizer) CountError() int { return t.lost }

// Words returns the words of a text, as the tokenizer counts them.
func (t *Tokenizer) Words(text string) []string {
	t.mustBeValid()
	if t.Analyzer != nil && !t.CharLevel {
		return t.Analyzer(text)
	}
	c := cursor{splitter: t.splitter()}
	return c.appendWords(nil, text)
}
