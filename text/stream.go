package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
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
	if t.MaxVocabMemory == 0 {
		counters := make([]*counter, c.workers())
		g := newGathering(len(counters))
		err := EachBlock(r, c, func(w int, b *Block, _ struct{}) (struct{}, error) {
			if counters[w] == nil {
				counters[w] = t.newCounter(split)
			}
			counters[w].begin(b.Number)
			err := counters[w].block(b, c)
			g.relieve(counters[w])
			return struct{}{}, err
		}, func(struct{}) error { return nil })
		if err == nil {
			t.add(g.all(counters))
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
		t.add(l.counted())
	}
	return err
}

// block counts the lines of a block.
func (c *counter) block(b *Block, rc ReadConfig) error {
	if c.analyzer != nil || !c.wholeBlocks(rc) {
		return b.Texts(rc, func(_ int64, text []byte) error {
			c.text(alias(text))
			return nil
		})
	}
	c.resetBlock(b)
	c.document()
	end := lineEnd(c.buf[:c.size], 0)
	for c.fill() {
		for spans := range slices.Chunk(c.spans, group) {
			c.look(&c.vocab, c.buf, spans)
			for i, s := range spans {
				for s.lo > end {
					c.document()
					end = lineEnd(c.buf[:c.size], end+1)
				}
				c.addFound(i, c.buf[s.lo:s.hi])
			}
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

// wholeBlocks reports whether all lines of a block can be cut into words in one
// go: a line's end separates words anyway, and no rule of lower-casing looks
// beyond it.
func (c *cursor) wholeBlocks(rc ReadConfig) bool {
	return rc.Text == nil && c.plain && c.extra == nil && c.sep['\n'] == 1
}

// resetBlock is reset for all lines of a block.
func (c *cursor) resetBlock(b *Block) {
	data := b.Data
	if bytes.IndexByte(data, '\r') >= 0 {
		c.aux = appendWithoutCR(c.aux[:0], data)
		data = c.aux
	}
	c.reset(alias(data))
}

// appendWithoutCR appends b without the CR of each CR LF.
func appendWithoutCR(dst, b []byte) []byte {
	for {
		i := bytes.Index(b, []byte("\r\n"))
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i+1:]
	}
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
	}, func(res *encoded) error { return res.each(emit) })
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
	if e.analyzer != nil || !e.wholeBlocks(rc) {
		return b.Texts(rc, func(line int64, text []byte) error {
			e.text(alias(text))
			res.ends = append(res.ends, len(e.ids))
			res.lines = append(res.lines, line)
			return nil
		})
	}
	res.lines = nil
	e.resetBlock(b)
	end := lineEnd(e.buf[:e.size], 0)
	for e.fill() {
		for spans := range slices.Chunk(e.spans, group) {
			e.look(&e.t.vocab, e.buf, spans)
			for i, s := range spans {
				for s.lo > end {
					res.ends = append(res.ends, len(e.ids))
					end = lineEnd(e.buf[:e.size], end+1)
				}
				e.addFound(i, e.buf[s.lo:s.hi])
			}
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
