package subword

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A postProcessor adds special tokens to a text that is encoded.
type postProcessor interface {
	process(e *Encoding, special bool) *Encoding
	// around returns the numbers that come before and after a text.
	around() (before, after []int)
}

type postSequence []postProcessor

func (p postSequence) process(e *Encoding, special bool) *Encoding {
	for _, q := range p {
		e = q.process(e, special)
	}
	return e
}

func (p postSequence) around() (before, after []int) {
	for _, q := range p {
		b, a := q.around()
		before, after = append(b[:len(b):len(b)], before...), append(after, a...)
	}
	return before, after
}

// byteLevelPost takes the white space out of the offsets.
type byteLevelPost struct{ trim, prefix bool }

func (p byteLevelPost) process(e *Encoding, _ bool) *Encoding {
	if p.trim {
		trimOffsets(e, p.prefix)
	}
	return e
}

func (byteLevelPost) around() (before, after []int) { return nil, nil }

func trimOffsets(e *Encoding, prefix bool) {
	white := func(r rune) bool { return r == byteChars[' '] || unicode.IsSpace(r) }
	for i, p := range e.Pieces {
		if e.Special[i] {
			continue
		}
		o := &e.Offsets[i]
		lead := utf8.RuneCountInString(p) - utf8.RuneCountInString(strings.TrimLeftFunc(p, white))
		trail := utf8.RuneCountInString(p) - utf8.RuneCountInString(strings.TrimRightFunc(p, white))
		if (i == 0 || o[0] == 0) && lead == 1 && prefix {
			lead = 0 // the space that was added
		}
		for ; lead > 0 && o[0] < o[1]; lead-- {
			o[0] += width(e.text[o[0]:])
		}
		end := o[1]
		for ; trail > 0 && end > 0; trail-- {
			_, w := utf8.DecodeLastRuneInString(e.text[:end])
			end -= w
		}
		if trail == 0 {
			o[1] = max(end, o[0])
		}
	}
}

type special struct {
	piece  string
	id     int
	typeID int
}

// template puts special tokens before and after a text: TemplateProcessing,
// BertProcessing and RobertaProcessing.
type template struct {
	before, after []special
	typeID        int
	trim, prefix  bool // RobertaProcessing
}

func (p template) process(e *Encoding, on bool) *Encoding {
	if p.trim {
		trimOffsets(e, p.prefix)
	}
	for i := range e.TypeIDs {
		e.TypeIDs[i] = p.typeID
	}
	if !on {
		return e
	}
	out := &Encoding{text: e.text}
	for _, s := range p.before {
		out.add(s.id, s.piece, [2]int{}, s.typeID, true)
	}
	out.IDs = append(out.IDs, e.IDs...)
	out.Pieces = append(out.Pieces, e.Pieces...)
	out.Offsets = append(out.Offsets, e.Offsets...)
	out.TypeIDs = append(out.TypeIDs, e.TypeIDs...)
	out.Special = append(out.Special, e.Special...)
	for _, s := range p.after {
		out.add(s.id, s.piece, [2]int{}, s.typeID, true)
	}
	return out
}

func (p template) around() (before, after []int) {
	for _, s := range p.before {
		before = append(before, s.id)
	}
	for _, s := range p.after {
		after = append(after, s.id)
	}
	return before, after
}
