package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unsafe"
)

// FitReader is FitOnTexts with each line of r as a text, read in blocks, so
// that memory grows with the vocabulary only. Every result is that of one
// goroutine that reads from the beginning to the end. When it fails, nothing
// was fitted.
func (t *Tokenizer) FitReader(r io.Reader, c ReadConfig) error {
	if err := t.Validate(); err != nil {
		return err
	}
	split := t.splitter()
	counters := make([]*counter, c.workers())
	if t.MaxVocabMemory == 0 {
		err := EachBlock(r, c, func(w int, b *Block, _ struct{}) (struct{}, error) {
			if counters[w] == nil {
				counters[w] = t.newCounter(split)
			}
			counters[w].begin(b.Number)
			return struct{}{}, counters[w].block(b, c)
		}, func(struct{}) error { return nil })
		if err == nil {
			t.add(counters, 0)
		}
		return err
	}
	l := newLimited(t)
	err := EachBlock(r, c, func(_ int, b *Block, c2 *counter) (*counter, error) {
		if c2 == nil {
			c2 = t.newCounter(split)
		}
		return c2, c2.block(b, c)
	}, func(c *counter) error {
		l.take(c)
		return nil
	})
	if err == nil {
		t.add([]*counter{l.counter()}, l.lost)
	}
	return err
}

// block counts the lines of a block.
func (c *counter) block(b *Block, rc ReadConfig) error {
	if c.analyzer != nil || !c.wholeBlock(b, rc) {
		return b.Texts(rc, func(_ int64, text []byte) error {
			c.text(alias(text))
			return nil
		})
	}
	c.document()
	end := lineEnd(b.Data, 0)
	for c.reset(alias(b.Data)); c.fill(); {
		for _, s := range c.spans {
			for s.lo > end {
				c.document()
				end = lineEnd(c.buf[:c.size], end+1)
			}
			c.add(c.buf[s.lo:s.hi])
		}
	}
	for end < c.size-1 { // lines without words at the end
		c.document()
		end = lineEnd(c.buf[:c.size], end+1)
	}
	return nil
}

// lineEnd returns where the line that begins at from ends.
func lineEnd(b []byte, from int) int {
	if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(b)
}

// wholeBlock reports whether all lines of a block can be cut into words in one
// go: a line's end separates words anyway.
func (c *cursor) wholeBlock(b *Block, rc ReadConfig) bool {
	return rc.Text == nil && c.plain && c.extra == nil && c.sep['\n'] == 1 && bytes.IndexByte(b.Data, '\r') < 0 && (!c.lower || asciiPrefix(alias(b.Data)) == len(b.Data))
}

// alias returns b as a string that must not outlive b's contents.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// EncodeReader is TextsToSequences with each line of r as a text. It calls
// emit for each text in order, on the calling goroutine; ids is valid until
// emit returns. Memory does not grow with the stream.
func (t *Tokenizer) EncodeReader(r io.Reader, c ReadConfig, emit func(line int64, ids []int) error) error {
	if err := t.Validate(); err != nil {
		return err
	}
	encoders := make([]*encoder, c.workers())
	return EachBlock(r, c, func(w int, b *Block, res *encoded) (*encoded, error) {
		if encoders[w] == nil {
			encoders[w] = t.encoder()
		}
		if res == nil {
			res = &encoded{}
		}
		return res, encoders[w].block(b, c, res)
	}, func(res *encoded) error {
		from := 0
		for i, end := range res.ends {
			line := res.first + int64(i)
			if res.lines != nil {
				line = res.lines[i]
			}
			if err := emit(line, res.ids[from:end]); err != nil {
				return err
			}
			from = end
		}
		return nil
	})
}

// encoded is a block in numbers: text i is ids[ends[i-1]:ends[i]].
type encoded struct {
	ids   []int
	ends  []int
	first int64
	lines []int64 // when some lines were skipped; else they follow first
}

func (e *encoder) block(b *Block, rc ReadConfig, res *encoded) error {
	e.ids, res.ends, res.lines, res.first = res.ids[:0], res.ends[:0], res.lines[:0], b.Line
	defer func() { res.ids, e.ids = e.ids, nil }()
	if e.analyzer != nil || !e.wholeBlock(b, rc) {
		return b.Texts(rc, func(line int64, text []byte) error {
			e.text(alias(text))
			res.ends = append(res.ends, len(e.ids))
			res.lines = append(res.lines, line)
			return nil
		})
	}
	res.lines = nil
	end := lineEnd(b.Data, 0)
	for e.reset(alias(b.Data)); e.fill(); {
		for _, s := range e.spans {
			for s.lo > end {
				res.ends = append(res.ends, len(e.ids))
				end = lineEnd(e.buf[:e.size], end+1)
			}
			e.add(e.buf[s.lo:s.hi])
		}
	}
	res.ends = append(res.ends, len(e.ids))
	for end < e.size-1 {
		res.ends = append(res.ends, len(e.ids))
		end = lineEnd(e.buf[:e.size], end+1)
	}
	return nil
}

// Texts calls do for the text of each line, as c.Text takes it out. Errors
// name the line.
func (b *Block) Texts(c ReadConfig, do func(line int64, text []byte) error) error {
	var buf []byte
	for line, text := range b.Lines() {
		if c.Text != nil {
			var err error
			buf, err = c.Text(buf[:0], text)
			if errors.Is(err, ErrSkip) {
				continue
			}
			if err != nil {
				return fmt.Errorf("text: line %d: %w", line, err)
			}
			text = buf
		}
		if err := do(line, text); err != nil {
			return fmt.Errorf("text: line %d: %w", line, err)
		}
	}
	return nil
}
