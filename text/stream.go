package text

import (
	"errors"
	"fmt"
	"io"
)

// FitReader is FitOnTexts with each line of r as a text, read in blocks, so
// that memory does not grow with the stream. The order of lines, and so every
// result, is that of the stream for any number of workers. When it fails,
// nothing was fitted.
func (t *Tokenizer) FitReader(r io.Reader, c ReadConfig) error {
	var texts []string
	err := EachBlock(r, c, func(_ int, b *Block, _ []string) (texts []string, err error) {
		err = b.Texts(c, func(_ int64, text []byte) error {
			texts = append(texts, string(text))
			return nil
		})
		return texts, err
	}, func(more []string) error {
		texts = append(texts, more...)
		return nil
	})
	if err != nil {
		return err
	}
	t.FitOnTexts(func(yield func(string) bool) {
		for _, s := range texts {
			if !yield(s) {
				return
			}
		}
	})
	return nil
}

// EncodeReader is TextsToSequences with each line of r as a text. It calls
// emit for each text in order, on the calling goroutine; ids is valid until
// emit returns. Memory does not grow with the stream.
func (t *Tokenizer) EncodeReader(r io.Reader, c ReadConfig, emit func(line int64, ids []int) error) error {
	type result struct {
		ids   []int
		ends  []int
		lines []int64
	}
	encoders := make([]*encoder, c.workers())
	return EachBlock(r, c, func(w int, b *Block, res result) (result, error) {
		if encoders[w] == nil {
			encoders[w] = t.encoder()
		}
		e := encoders[w]
		e.ids = res.ids[:0]
		res.ends, res.lines = res.ends[:0], res.lines[:0]
		err := b.Texts(c, func(line int64, text []byte) error {
			e.text(string(text))
			res.ends = append(res.ends, len(e.ids))
			res.lines = append(res.lines, line)
			return nil
		})
		res.ids, e.ids = e.ids, nil
		return res, err
	}, func(res result) error {
		from := 0
		for i, end := range res.ends {
			if err := emit(res.lines[i], res.ids[from:end]); err != nil {
				return err
			}
			from = end
		}
		return nil
	})
}

// Texts calls do for the text of each line, as c.Text takes it out. Errors
// name the line.
func (b *Block) Texts(c ReadConfig, do func(line int64, text []byte) error) error {
	var buf []byte
	for line, text := range b.Lines() {
		if c.Text != nil {
			got, err := c.Text(buf[:0], text)
			if errors.Is(err, ErrSkip) {
				continue
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", line, err)
			}
			buf, text = got, got
		}
		if err := do(line, text); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	return nil
}
