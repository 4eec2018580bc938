package text

import (
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
// are lower-cased if Lower says so, and not filtered; the options beyond Keras
// do not apply to them.
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
	t.keepIndexDocs()
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
	ahead
	analyzer  func(string) []string
	vocab     table
	runs      []run
	documents int
	mark      uint32 // the current document, never 0
}

// A run says that the words of a counter from first on were first seen in a
// batch: this one, or a later one if there is another run.
type run struct{ batch, first int }

func (t *Tokenizer) newCounter(s *splitter) *counter {
	c := &counter{cursor: cursor{splitter: s}}
	if !t.CharLevel {
		c.analyzer = t.Analyzer
	}
	return c
}

// begin starts on a batch. Batches must come in rising order.
func (c *counter) begin(batch int) {
	c.runs = append(c.runs, run{batch, c.vocab.size})
}

// document starts on a text.
func (c *counter) document() {
	c.documents++
	if c.mark++; c.mark == 0 {
		for i := range c.vocab.size {
			c.vocab.entry(i).mark = 0
		}
		c.mark = 1
	}
}

func (c *counter) text(text string) {
	if c.analyzer != nil {
		c.tokensAs(c.analyzer(text), false)
		return
	}
	c.document()
	for c.reset(text); c.fill(); {
		for spans := range slices.Chunk(c.spans, group) {
			c.look(&c.vocab, c.buf, spans)
			for i, s := range spans {
				c.addFound(i, c.buf[s.lo:s.hi])
			}
		}
	}
}

func (c *counter) tokens(tokens []string) { c.tokensAs(tokens, c.lower) }

func (c *counter) tokensAs(tokens []string, lower bool) {
	c.document()
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
	id, _ := c.vocab.intern(word)
	c.count(id)
}

// addFound adds word i of the group that was looked up.
func (c *counter) addFound(i int, word []byte) {
	id := c.find(&c.vocab, i, word)
	if id < 0 {
		id = c.vocab.insert(word, c.head[i&(group-1)], c.hash[i&(group-1)])
	}
	c.count(id)
}

func (c *counter) count(id int) {
	e := c.vocab.entry(id)
	e.count++
	if e.mark != c.mark {
		e.mark = c.mark
		e.docs++
	}
}

// fit counts in parallel, one counter per worker, and merges.
func fit[D any](t *Tokenizer, docs iter.Seq[D], size func(D) int, count func(*counter, D)) {
	t.mustBeValid()
	split := t.splitter()
	if t.MaxVocabMemory > 0 {
		l := newLimited(t)
		c := t.newCounter(split)
		inBatches(docs, size, 1, func(_, batch int, docs []D) {
			for _, d := range docs {
				count(c, d)
			}
			l.take(c)
		})
		t.add(l.counted())
		return
	}
	n := t.workers()
	counters := make([]*counter, n)
	g := newGathering(n)
	inBatches(docs, size, n, func(worker, batch int, docs []D) {
		if counters[worker] == nil {
			counters[worker] = t.newCounter(split)
		}
		c := counters[worker]
		c.begin(batch)
		for _, d := range docs {
			count(c, d)
		}
		g.relieve(c)
	})
	t.add(g.all(counters))
}
