package subword

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// A textPattern is what Replace and Split look for.
type textPattern struct {
	String *string
	Regex  *string
}

func readNormalizer(raw json.RawMessage, depth int) (normalizer, error) {
	if isNull(raw) {
		return nil, nil
	}
	kind, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	var c struct {
		Type               string            `json:"type"`
		Normalizers        []json.RawMessage `json:"normalizers"`
		StripLeft          *bool             `json:"strip_left"`
		StripRight         *bool             `json:"strip_right"`
		Pattern            *textPattern      `json:"pattern"`
		Content            string            `json:"content"`
		Prepend            string            `json:"prepend"`
		CleanText          *bool             `json:"clean_text"`
		HandleChineseChars *bool             `json:"handle_chinese_chars"`
		StripAccents       *bool             `json:"strip_accents"`
		Lowercase          *bool             `json:"lowercase"`
	}
	switch kind {
	case "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "StripAccents", "Replace", "Prepend", "BertNormalizer":
		if err := strict(raw, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	switch kind {
	case "NFC", "NFD", "NFKC", "NFKD":
		return unicodeForm{compose: kind[len(kind)-1] == 'C', compatible: kind[2] == 'K'}, nil
	case "Lowercase":
		return lowercase{}, nil
	case "StripAccents":
		return drop(mark), nil
	case "Strip":
		return strip{on(c.StripLeft, true), on(c.StripRight, true)}, nil
	case "Prepend":
		return prepend(c.Prepend), nil
	case "Replace":
		find, err := finderOf(c.Pattern)
		if err != nil {
			return nil, fmt.Errorf("Replace: %w", err)
		}
		return replace{find, c.Content}, nil
	case "BertNormalizer":
		lower := on(c.Lowercase, true)
		return bert{on(c.CleanText, true), on(c.HandleChineseChars, true), on(c.StripAccents, lower), lower}, nil
	case "Sequence":
		var s normalizerSequence
		for i, r := range c.Normalizers {
			n, err := readNormalizer(r, depth+1)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", i, err)
			}
			s = append(s, n)
		}
		return s, nil
	}
	return nil, unknownType("normalizer", kind, "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, BertNormalizer and Sequence")
}

func on(b *bool, otherwise bool) bool {
	if b == nil {
		return otherwise
	}
	return *b
}

// finderOf returns the search of a Replace. Of regular expressions it knows a
// few that files use.
func finderOf(p *textPattern) (func(b []byte) (lo, hi int), error) {
	match, err := p.match()
	if err != nil {
		return nil, err
	}
	if p.String != nil {
		s := []byte(*p.String)
		return func(b []byte) (int, int) {
			i := bytes.Index(b, s)
			return i, i + len(s)
		}, nil
	}
	return func(b []byte) (int, int) {
		t := classes()
		for i := 0; i < len(b); {
			if n := match(t, b[i:]); n > 0 {
				return i, i + n
			}
			_, w := utf8.DecodeRune(b[i:])
			i += w
		}
		return -1, -1
	}, nil
}

// match returns the length of the pattern at the beginning of a text.
func (p *textPattern) match() (func(t []uint16, b []byte) int, error) {
	switch {
	case p == nil || p.String == nil && p.Regex == nil:
		return nil, fmt.Errorf(`pattern: want {"String": …} or {"Regex": …}`)
	case p.String != nil:
		if *p.String == "" {
			return nil, fmt.Errorf("pattern: the string is empty")
		}
		return literal(*p.String), nil
	}
	switch r := *p.Regex; r {
	case `\s+`:
		return manyOf(space), nil
	case `\s`:
		return oneOf(space), nil
	case ` {2,}`:
		return atLeastTwo, nil
	case gpt2Pattern, llama3Pattern, qwen2Pattern:
		s := scannerOf(r)
		return func(_ []uint16, b []byte) int { return s(b) }, nil
	default:
		return nil, fmt.Errorf("unsupported regular expression %q: this package knows those of GPT-2, Llama 3 (GPT-4) and Qwen 2, `\\s`, `\\s+` and ` {2,}`", r)
	}
}

func atLeastTwo(_ []uint16, b []byte) int {
	n := 0
	for n < len(b) && b[n] == ' ' {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

func scannerOf(pattern string) scanner {
	switch pattern {
	case gpt2Pattern:
		return scanGPT2
	case llama3Pattern:
		return scanGPT4(3)
	case qwen2Pattern:
		return scanGPT4(1)
	}
	return nil
}

// readPreTokenizer reads a pre-tokenizer; last says that none follows it.
func readPreTokenizer(raw json.RawMessage, last bool, depth int) (preTokenizer, error) {
	if isNull(raw) {
		return nil, nil
	}
	kind, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	var c struct {
		Type             string            `json:"type"`
		PreTokenizers    []json.RawMessage `json:"pretokenizers"`
		AddPrefixSpace   *bool             `json:"add_prefix_space"`
		TrimOffsets      *bool             `json:"trim_offsets"`
		UseRegex         *bool             `json:"use_regex"`
		Pattern          *textPattern      `json:"pattern"`
		Behavior         behavior          `json:"behavior"`
		Invert           bool              `json:"invert"`
		IndividualDigits bool              `json:"individual_digits"`
		Delimiter        string            `json:"delimiter"`
		Replacement      string            `json:"replacement"`
		PrependScheme    string            `json:"prepend_scheme"`
		Split            *bool             `json:"split"`
	}
	switch kind {
	case "Sequence", "ByteLevel", "BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "Split", "CharDelimiterSplit", "Metaspace":
		if err := strict(raw, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	switch kind {
	case "ByteLevel":
		if !last {
			return nil, fmt.Errorf("ByteLevel: must be the last entry, since it turns characters into bytes")
		}
		return byteLevel{on(c.AddPrefixSpace, true), on(c.UseRegex, true)}, nil
	case "Whitespace":
		return wordsOrPunctuation{}, nil
	case "WhitespaceSplit":
		return separated{oneOf(space), removed, false}, nil
	case "BertPreTokenizer":
		return preSequence{separated{oneOf(space), removed, false}, separated{oneOf(punct), isolated, false}}, nil
	case "Punctuation":
		if c.Behavior == "" {
			c.Behavior = isolated
		}
		return newSeparated(kind, oneOf(punct), c.Behavior, false)
	case "Digits":
		if c.IndividualDigits {
			return separated{oneOf(digit), isolated, false}, nil
		}
		return separated{oneOf(digit), contiguous, false}, nil
	case "CharDelimiterSplit":
		if utf8.RuneCountInString(c.Delimiter) != 1 {
			return nil, fmt.Errorf("CharDelimiterSplit: delimiter is %q: want one character", c.Delimiter)
		}
		return separated{literal(c.Delimiter), removed, false}, nil
	case "Split":
		match, err := c.Pattern.match()
		if err != nil {
			return nil, fmt.Errorf("Split: %w", err)
		}
		if p := c.Pattern.Regex; p != nil && scannerOf(*p) != nil && c.Behavior == isolated && !c.Invert {
			return scanWords(scannerOf(*p)), nil
		}
		return newSeparated(kind, match, c.Behavior, c.Invert)
	case "Metaspace":
		r, w := utf8.DecodeRuneInString(c.Replacement)
		if w == 0 || w != len(c.Replacement) {
			return nil, fmt.Errorf("Metaspace: replacement is %q: want one character", c.Replacement)
		}
		scheme, err := schemeOf(c.PrependScheme, c.AddPrefixSpace)
		if err != nil {
			return nil, err
		}
		return metaspace{r, scheme, on(c.Split, true)}, nil
	case "Sequence":
		var s preSequence
		for i, r := range c.PreTokenizers {
			p, err := readPreTokenizer(r, last && i == len(c.PreTokenizers)-1, depth+1)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", i, err)
			}
			if p != nil {
				s = append(s, p)
			}
		}
		return s, nil
	}
	return nil, unknownType("pre-tokenizer", kind, "ByteLevel, BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, CharDelimiterSplit, Metaspace and Sequence")
}

func newSeparated(kind string, match func([]uint16, []byte) int, b behavior, invert bool) (preTokenizer, error) {
	switch b {
	case removed, isolated, withPrev, withNext, contiguous:
		return separated{match, b, invert}, nil
	}
	return nil, fmt.Errorf("%s: unknown behavior %q: want Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", kind, b)
}

func schemeOf(scheme string, prefix *bool) (string, error) {
	switch scheme {
	case "":
		if !on(prefix, true) {
			return "never", nil
		}
		return "always", nil
	case "always", "first", "never":
		return scheme, nil
	}
	return "", fmt.Errorf("Metaspace: unknown prepend_scheme %q: want always, first or never", scheme)
}

func endsInBytes(p preTokenizer) bool {
	switch p := p.(type) {
	case byteLevel:
		return true
	case preSequence:
		return len(p) > 0 && endsInBytes(p[len(p)-1])
	}
	return false
}

func readDecoder(raw json.RawMessage, depth int) (decoder, error) {
	if isNull(raw) {
		return nil, nil
	}
	kind, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	var c struct {
		Type           string            `json:"type"`
		Decoders       []json.RawMessage `json:"decoders"`
		AddPrefixSpace *bool             `json:"add_prefix_space"`
		TrimOffsets    *bool             `json:"trim_offsets"`
		UseRegex       *bool             `json:"use_regex"`
		Prefix         *string           `json:"prefix"`
		Cleanup        *bool             `json:"cleanup"`
		Suffix         *string           `json:"suffix"`
		Replacement    string            `json:"replacement"`
		PrependScheme  string            `json:"prepend_scheme"`
		Split          *bool             `json:"split"`
		Content        string            `json:"content"`
		Start          int               `json:"start"`
		Stop           int               `json:"stop"`
		Pattern        *textPattern      `json:"pattern"`
	}
	switch kind {
	case "Sequence", "ByteLevel", "WordPiece", "BPEDecoder", "Metaspace", "Fuse", "Strip", "Replace", "ByteFallback":
		if err := strict(raw, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	switch kind {
	case "ByteLevel":
		return byteLevelDecoder{}, nil
	case "WordPiece":
		d := wordPieceDecoder{"##", on(c.Cleanup, true)}
		if c.Prefix != nil {
			d.prefix = *c.Prefix
		}
		return d, nil
	case "BPEDecoder":
		d := suffixDecoder{"</w>"}
		if c.Suffix != nil {
			d.suffix = *c.Suffix
		}
		if d.suffix == "" {
			return nil, fmt.Errorf("BPEDecoder: the suffix is empty")
		}
		return d, nil
	case "Fuse":
		return fuse{}, nil
	case "ByteFallback":
		return byteFallback{}, nil
	case "Strip":
		r, w := utf8.DecodeRuneInString(c.Content)
		if w == 0 || w != len(c.Content) || c.Start < 0 || c.Stop < 0 {
			return nil, fmt.Errorf("Strip: want one character as content, start and stop of at least 0")
		}
		return stripDecoder{r, c.Start, c.Stop}, nil
	case "Replace":
		if c.Pattern == nil || c.Pattern.String == nil {
			return nil, fmt.Errorf(`Replace: unsupported pattern: want {"String": …}`)
		}
		return replaceDecoder{*c.Pattern.String, c.Content}, nil
	case "Metaspace":
		r, w := utf8.DecodeRuneInString(c.Replacement)
		if w == 0 || w != len(c.Replacement) {
			return nil, fmt.Errorf("Metaspace: replacement is %q: want one character", c.Replacement)
		}
		scheme, err := schemeOf(c.PrependScheme, c.AddPrefixSpace)
		return metaspaceDecoder{r, scheme}, err
	case "Sequence":
		var s decoderSequence
		for i, r := range c.Decoders {
			d, err := readDecoder(r, depth+1)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", i, err)
			}
			if d != nil {
				s = append(s, d)
			}
		}
		return s, nil
	}
	return nil, unknownType("decoder", kind, "ByteLevel, WordPiece, BPEDecoder, Metaspace, Fuse, Strip, Replace, ByteFallback and Sequence")
}
