package text

import "slices"

// An Encoder is TextsToSequences made ready for many texts: it keeps its
// buffers, so that it allocates nothing once they are large enough. Use one for
// each goroutine, and none after a fit: it knows the settings of the moment it
// was made.
type Encoder struct {
	e   *encoder
	res encoded
}

// NewEncoder returns an encoder. It panics when the settings make no sense, as
// [Tokenizer.Validate] tells.
func (t *Tokenizer) NewEncoder() *Encoder { return &Encoder{e: t.encoder()} }

// Append appends the numbers of a text to dst.
func (x *Encoder) Append(dst []int, text string) []int {
	x.e.ids = dst
	x.e.text(text)
	dst, x.e.ids = x.e.ids, nil
	return dst
}

// Lines calls emit with the numbers of each line of data, in order; they are
// valid until emit returns. The first error of emit ends it.
func (x *Encoder) Lines(data []byte, emit func(ids []int) error) error {
	if len(data) == 0 {
		return nil
	}
	if err := x.e.block(&Block{Line: 1, Data: data}, ReadConfig{}, &x.res); err != nil {
		return err
	}
	return x.res.each(func(_ int64, ids []int) error { return emit(ids) })
}

// each calls emit for each text of the block.
func (r *encoded) each(emit func(line int64, ids []int) error) error {
	from := 0
	for i, end := range r.ends {
		line := r.first + int64(i)
		if r.lines != nil {
			line = r.lines[i]
		}
		if err := emit(line, slices.Clip(r.ids[from:end])); err != nil {
			return err
		}
		from = end
	}
	return nil
}
