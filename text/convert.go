package text

import (
	"iter"
	"slices"
	"strings"
)

// TextsToSequences turns each text into the numbers of its words. Words that
// are unknown, or whose number is not below NumWords, become the number of
// OOVToken, or are dropped when there is none. A text can give an empty
// sequence; there is one sequence per text.
//
// Keras: Tokenizer.texts_to_sequences
func (t *Tokenizer) TextsToSequences(texts iter.Seq[string]) [][]int {
	return convert(t, texts, textSize, (*encoder).text)
}

// TokensToSequences is TextsToSequences for texts that are cut into words
// already. Tokens are lower-cased if Lower says so, and not filtered.
//
// Keras: Tokenizer.texts_to_sequences with lists of lists
func (t *Tokenizer) TokensToSequences(texts iter.Seq[[]string]) [][]int {
	return convert(t, texts, tokensSize, (*encoder).tokens)
}

// TextsToSequencesSeq is TextsToSequences one text at a time. Each slice is
// the caller's to keep.
//
// Keras: Tokenizer.texts_to_sequences_generator
func (t *Tokenizer) TextsToSequencesSeq(texts iter.Seq[string]) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		e := t.encoder()
		for s := range texts {
			if e.ids = e.ids[:0]; !yield(slices.Clone(e.text(s))) {
				return
			}
		}
	}
}

// TokensToSequencesSeq is TokensToSequences one text at a time.
//
// Keras: Tokenizer.texts_to_sequences_generator with lists of lists
func (t *Tokenizer) TokensToSequencesSeq(texts iter.Seq[[]string]) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		e := t.encoder()
		for s := range texts {
			if e.ids = e.ids[:0]; !yield(slices.Clone(e.tokens(s))) {
				return
			}
		}
	}
}

// SequencesToTexts turns each sequence into its words, joined by one space.
// Numbers that are unknown, or not below NumWords, become OOVToken, or are
// dropped when there is none; 0, the padding, is such a number.
//
// Keras: Tokenizer.sequences_to_texts
func (t *Tokenizer) SequencesToTexts(sequences iter.Seq[[]int]) []string {
	return slices.Collect(t.SequencesToTextsSeq(sequences))
}

// SequencesToTextsSeq is SequencesToTexts one sequence at a time.
//
// Keras: Tokenizer.sequences_to_texts_generator
func (t *Tokenizer) SequencesToTextsSeq(sequences iter.Seq[[]int]) iter.Seq[string] {
	return func(yield func(string) bool) {
		oov, hasOOV := t.Word(t.oovIndex())
		var words []string
		for s := range sequences {
			words = words[:0]
			for _, i := range s {
				switch w, ok := t.Word(i); {
				case ok && !t.beyond(i):
					words = append(words, w)
				case hasOOV:
					words = append(words, oov)
				}
			}
			if !yield(strings.Join(words, " ")) {
				return
			}
		}
	}
}

// An encoder turns texts into numbers. It appends to ids, so that many
// sequences can share one allocation.
type encoder struct {
	cursor
	ahead
	t        *Tokenizer
	analyzer func(string) []string
	oov      int
	ids      []int
}

func (t *Tokenizer) encoder() *encoder {
	t.mustBeValid()
	e := &encoder{cursor: cursor{splitter: t.splitter()}, t: t, oov: t.oovIndex()}
	if !t.CharLevel {
		e.analyzer = t.Analyzer
	}
	return e
}

// text appends the numbers of a text to ids and returns what it appended.
func (e *encoder) text(text string) []int {
	if e.analyzer != nil {
		return e.tokensAs(e.analyzer(text), false)
	}
	start := len(e.ids)
	for e.reset(text); e.fill(); {
		for spans := range slices.Chunk(e.spans, group) {
			e.look(&e.t.vocab, e.buf, spans)
			for i, s := range spans {
				e.addFound(i, e.buf[s.lo:s.hi])
			}
		}
	}
	return e.ids[start:]
}

func (e *encoder) tokens(tokens []string) []int { return e.tokensAs(tokens, e.lower) }

func (e *encoder) tokensAs(tokens []string, lower bool) []int {
	start := len(e.ids)
	for _, w := range tokens {
		if e.buf = e.buf[:0]; lower {
			e.buf = appendLower(e.buf, w)
		} else {
			e.buf = append(e.buf, w...)
		}
		e.add(e.buf)
	}
	return e.ids[start:]
}

func (e *encoder) add(word []byte) { e.emit(e.t.vocab.find(word)) }

// addFound adds word i of the group that was looked up.
func (e *encoder) addFound(i int, word []byte) { e.emit(e.find(&e.t.vocab, i, word)) }

// emit appends the number of the word that is number id of the table, -1 for none.
func (e *encoder) emit(id int) {
	i := noIndex
	if id >= 0 {
		i = int(e.t.stat(id).index)
	}
	if i == noIndex || e.t.beyond(i) {
		i = e.oov
	}
	if i != absent {
		e.ids = append(e.ids, i)
	}
}

// convert encodes in parallel. The sequences of a batch share one allocation.
func convert[D any](t *Tokenizer, docs iter.Seq[D], size func(D) int, encode func(*encoder, D) []int) [][]int {
	n := t.workers()
	encoders := make([]*encoder, n)
	batches := newOrdered[[][]int]()
	inBatches(docs, size, n, func(worker, batch int, docs []D) {
		e := encoders[worker]
		if e == nil {
			e = t.encoder()
			encoders[worker] = e
		}
		e.ids = e.ids[:0]
		lengths := make([]int, len(docs))
		for k, d := range docs {
			lengths[k] = len(encode(e, d))
		}
		ids := slices.Clone(e.ids)
		sequences := make([][]int, len(docs))
		for k, n := range lengths {
			sequences[k], ids = ids[:n:n], ids[n:]
		}
		batches.put(batch, sequences)
	})
	return slices.Concat(batches.items...)
}
