package subword

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// counts is a vocabulary in JSON; a piece that occurs twice is an error.
type counts map[string]int

func (c *counts) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(strings.NewReader(alias(b)))
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("vocab: want an object of pieces and their numbers")
	}
	*c = counts{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		var id float64
		if err := d.Decode(&id); err != nil {
			return fmt.Errorf("vocab: %q: %w", key, err)
		}
		if id != math.Trunc(id) || id < 0 || id > 1<<28 {
			return fmt.Errorf("vocab: %q has the number %v: want a whole number from 0 on", key, id)
		}
		if _, ok := (*c)[key]; ok {
			return fmt.Errorf("vocab: %q occurs twice", key)
		}
		(*c)[key] = int(id)
	}
	return nil
}

func readModel(raw json.RawMessage, asByte bool) (model, error) {
	if isNull(raw) {
		return nil, fmt.Errorf("there is none: is this a tokenizer.json?")
	}
	var c struct {
		Type                    string            `json:"type"`
		Vocab                   counts            `json:"vocab"`
		UnkToken                *string           `json:"unk_token"`
		ContinuingSubwordPrefix *string           `json:"continuing_subword_prefix"`
		MaxInputCharsPerWord    *int              `json:"max_input_chars_per_word"`
		Dropout                 *float64          `json:"dropout"`
		EndOfWordSuffix         *string           `json:"end_of_word_suffix"`
		FuseUnk                 bool              `json:"fuse_unk"`
		ByteFallback            bool              `json:"byte_fallback"`
		IgnoreMerges            bool              `json:"ignore_merges"`
		Merges                  []json.RawMessage `json:"merges"`
	}
	var kind struct {
		Type   string          `json:"type"`
		Merges json.RawMessage `json:"merges"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, err
	}
	if kind.Type == "" && kind.Merges != nil {
		kind.Type = "BPE" // old files do not say
	}
	switch kind.Type {
	case "BPE", "WordPiece", "WordLevel":
	default:
		return nil, unknownType("model", kind.Type, "BPE, WordPiece and WordLevel")
	}
	if err := strict(raw, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", kind.Type, err)
	}
	v, err := newVocab(c.Vocab)
	if err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	unk := -1
	if c.UnkToken != nil {
		id, ok := v.ids[*c.UnkToken]
		switch {
		case ok:
			unk = id
		case kind.Type != "BPE" || *c.UnkToken != "":
			return nil, fmt.Errorf("unk_token: %q is not in the vocabulary", *c.UnkToken)
		}
	}
	switch kind.Type {
	case "WordLevel":
		if unk < 0 {
			return nil, fmt.Errorf("WordLevel: unk_token is missing: name the piece that stands for unknown words")
		}
		return &wordLevel{v, unk, asByte}, nil
	case "WordPiece":
		if unk < 0 {
			return nil, fmt.Errorf("WordPiece: unk_token is missing: name the piece that stands for unknown words")
		}
		prefix, longest := "##", 100
		if c.ContinuingSubwordPrefix != nil {
			prefix = *c.ContinuingSubwordPrefix
		}
		if c.MaxInputCharsPerWord != nil {
			longest = *c.MaxInputCharsPerWord
		}
		return newWordPiece(v, prefix, unk, longest, asByte), nil
	}
	if c.Dropout != nil && *c.Dropout != 0 {
		return nil, fmt.Errorf("BPE: dropout is %v: unsupported, since it makes results random; set it to null", *c.Dropout)
	}
	cfg := bpeConfig{fuse: c.FuseUnk, byteFallback: c.ByteFallback, ignoreMerges: c.IgnoreMerges}
	if c.ContinuingSubwordPrefix != nil {
		cfg.prefix, cfg.hasPrefix = *c.ContinuingSubwordPrefix, *c.ContinuingSubwordPrefix != ""
	}
	if c.EndOfWordSuffix != nil {
		cfg.suffix, cfg.hasSuffix = *c.EndOfWordSuffix, *c.EndOfWordSuffix != ""
	}
	merges := make([][2]string, len(c.Merges))
	for i, m := range c.Merges {
		var line string
		if json.Unmarshal(m, &line) == nil {
			a, b, ok := strings.Cut(line, " ")
			if !ok || strings.Contains(b, " ") {
				return nil, fmt.Errorf("BPE: merge %d is %q: want two pieces with a space between them", i, line)
			}
			merges[i] = [2]string{a, b}
			continue
		}
		var two []string
		if err := json.Unmarshal(m, &two); err != nil || len(two) != 2 {
			return nil, fmt.Errorf("BPE: merge %d: want two pieces", i)
		}
		merges[i] = [2]string{two[0], two[1]}
	}
	return newBPE(v, merges, unk, cfg, asByte)
}

func newBPE(v *vocab, merges [][2]string, unk int, cfg bpeConfig, asByte bool) (*bpe, error) {
	m := &bpe{vocab: v, merges: merges, unk: unk, config: cfg, asByte: asByte, pairs: newPairTable(len(merges))}
	for rank, two := range merges {
		a, ok := v.ids[two[0]]
		if !ok {
			return nil, fmt.Errorf("BPE: merge %d: %q is not in the vocabulary", rank, two[0])
		}
		b, ok := v.ids[two[1]]
		if !ok {
			return nil, fmt.Errorf("BPE: merge %d: %q is not in the vocabulary", rank, two[1])
		}
		whole := two[0] + strings.TrimPrefix(two[1], cfg.prefix)
		id, ok := v.ids[whole]
		if !ok {
			return nil, fmt.Errorf("BPE: merge %d: %q is not in the vocabulary", rank, whole)
		}
		m.pairs.set(int32(a), int32(b), merge{int32(rank), int32(id)})
	}
	for b := range 256 {
		m.single[b], m.fallback[b] = -1, -1
		if id, ok := v.ids[string(byteChars[b])]; ok {
			m.single[b] = int32(id)
		}
		if id, ok := v.ids[fmt.Sprintf("<0x%02X>", b)]; ok {
			m.fallback[b] = int32(id)
		}
	}
	return m, nil
}
