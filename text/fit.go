package text

import (
	"cmp"
	"iter"
	"slices"
)

// FitOnTexts counts the words of the texts, on top of what was counted
// before, and numbers them anew. A text without words counts as a document.
//
// Keras: Tokenizer.fit_on_texts
func (t *Tokenizer) FitOnTexts(texts iter.Seq[string]) {
	fit(t, texts, textSize, (*counter).text)
}

// FitOnTokens is FitOnTexts for texts that are cut into words already. Tokens
// are lower-cased if Lower says so, and not filtered.
//
// Keras: Tokenizer.fit_on_texts with lists of lists
func (t *Tokenizer) FitOnTokens(texts iter.Seq[[]string]) {
	fit(t, texts, tokensSize, (*counter).tokens)
}

// FitOnSequences counts, for each number, the sequences that hold it; words
// are not touched. It prepares [Tokenizer.SequencesToMatrix] when there are no
// texts.
//
// Keras: Tokenizer.fit_on_sequences
func (t *Tokenizer) FitOnSequences(sequences iter.Seq[[]int]) {
	last := intDict{} // index to the document that last held it
	for s := range sequences {
		t.documents++
		for _, i := range s {
			if d, ok := last.get(i); ok && d == t.documents {
				continue
			}
			last.set(i, t.documents)
			n, _ := t.indexDocs.get(i)
			t.indexDocs.set(i, max(n, 0)+1)
		}
	}
}

// A counter counts the words of its share of the texts.
type counter struct {
	cursor
	analyzer func(string) []string
	vocab    wordTable[counted]
	batch    int // the texts being counted now
	document int // of this counter, from 1
}

type counted struct {
	count, docs int
	document    int // the last one the word was seen in
	batch       int // the first one the word was seen in
}

func (c *counter) text(text string) {
	if c.analyzer != nil {
		c.tokensAs(c.analyzer(text), false)
		return
	}
	c.document++
	for c.reset(text); c.next(); {
		c.add(c.word)
	}
}

func (c *counter) tokens(tokens []string) { c.tokensAs(tokens, c.lower) }

func (c *counter) tokensAs(tokens []string, lower bool) {
	c.document++
	for _, w := range tokens {
		if c.buf = c.buf[:0]; lower {
			c.buf = appendLower(c.buf, w)
		} else {
			c.buf = append(c.buf, w...)
		}
		c.add(c.buf)
	}
}

func (c *counter) add(word []byte) {
	id, isNew := c.vocab.intern(word)
	s := &c.vocab.words[id].stat
	if isNew {
		s.batch = c.batch
	}
	s.count++
	if s.document != c.document {
		s.document = c.document
		s.docs++
	}
}

// fit counts in parallel, one counter per worker, and merges. Workers take
// batches in rising order, so a word's first batch and, within it, the order
// of its counter give the order of first appearance whoever did the work.
func fit[D any](t *Tokenizer, docs iter.Seq[D], size func(D) int, count func(*counter, D)) {
	n := t.workers()
	counters := make([]*counter, n)
	split := t.splitter()
	inBatches(docs, size, n, func(worker, batch int, docs []D) {
		c := counters[worker]
		if c == nil {
			c = &counter{cursor: cursor{splitter: split}}
			if !t.CharLevel {
				c.analyzer = t.Analyzer
			}
			counters[worker] = c
		}
		c.batch = batch
		for _, d := range docs {
			count(c, d)
		}
	})
	t.merge(counters)
	t.reindex()
}

// merge adds the counts of all counters, new words in the order of first appearance.
func (t *Tokenizer) merge(counters []*counter) {
	counters = slices.DeleteFunc(counters, func(c *counter) bool { return c == nil })
	if len(t.vocab.words) == 0 && len(counters) > 0 {
		adopt(&t.vocab, &counters[0].vocab, unknown)
	}
	type sum struct {
		id, count, docs int
		batch, order    int // where the word was first seen
	}
	var sums []sum
	var at []int // by word number of t: position in sums, from 1
	for _, c := range counters {
		t.documents += c.document
		sums = slices.Grow(sums, len(c.vocab.words))
		for k, e := range c.vocab.words {
			id := k // after adopt
			if id >= len(t.vocab.words) || t.vocab.words[id].word != e.word {
				id = t.intern([]byte(e.word))
			}
			for len(at) <= id {
				at = append(at, 0)
			}
			if at[id] == 0 {
				sums = append(sums, sum{id: id, batch: e.stat.batch, order: k})
				at[id] = len(sums)
			}
			m := &sums[at[id]-1]
			m.count += e.stat.count
			m.docs += e.stat.docs
			if e.stat.batch < m.batch {
				m.batch, m.order = e.stat.batch, k
			}
		}
	}
	if len(counters) > 1 {
		slices.SortFunc(sums, func(a, b sum) int { return cmp.Or(a.batch-b.batch, a.order-b.order) })
	}
	for _, s := range sums {
		w := *t.stat(s.id)
		t.setCount(s.id, max(w.count, 0)+s.count)
		t.setDocs(s.id, max(w.docs, 0)+s.docs)
	}
}
