package subword

import (
	"encoding/json"
	"fmt"
)

// pieceAndID is written as a list: ["[SEP]", 102].
type pieceAndID struct {
	piece string
	id    int
}

func (p *pieceAndID) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) != 2 {
		return fmt.Errorf(`want a piece and its number, as ["[SEP]", 102]`)
	}
	if err := json.Unmarshal(list[0], &p.piece); err != nil {
		return err
	}
	return json.Unmarshal(list[1], &p.id)
}

type templatePart struct {
	SpecialToken *struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	} `json:"SpecialToken"`
	Sequence *struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	} `json:"Sequence"`
}

func readPost(raw json.RawMessage, depth int) (postProcessor, error) {
	if isNull(raw) {
		return nil, nil
	}
	kind, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	var c struct {
		Type           string            `json:"type"`
		Processors     []json.RawMessage `json:"processors"`
		AddPrefixSpace *bool             `json:"add_prefix_space"`
		TrimOffsets    *bool             `json:"trim_offsets"`
		UseRegex       *bool             `json:"use_regex"`
		Sep            *pieceAndID       `json:"sep"`
		Cls            *pieceAndID       `json:"cls"`
		Single         []templatePart    `json:"single"`
		Pair           json.RawMessage   `json:"pair"` // of two texts, which are not encoded here
		SpecialTokens  map[string]struct {
			ID     string   `json:"id"`
			IDs    []int    `json:"ids"`
			Tokens []string `json:"tokens"`
		} `json:"special_tokens"`
	}
	switch kind {
	case "Sequence", "ByteLevel", "BertProcessing", "RobertaProcessing", "TemplateProcessing":
		if err := strict(raw, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	switch kind {
	case "ByteLevel":
		return byteLevelPost{on(c.TrimOffsets, true), on(c.AddPrefixSpace, true)}, nil
	case "BertProcessing", "RobertaProcessing":
		if c.Sep == nil || c.Cls == nil {
			return nil, fmt.Errorf("%s: sep and cls are required", kind)
		}
		t := template{before: []special{{c.Cls.piece, c.Cls.id, 0}}, after: []special{{c.Sep.piece, c.Sep.id, 0}}}
		if kind == "RobertaProcessing" {
			t.trim, t.prefix = on(c.TrimOffsets, true), on(c.AddPrefixSpace, true)
		}
		return t, nil
	case "TemplateProcessing":
		var t template
		seen := false
		for i, p := range c.Single {
			switch {
			case p.Sequence != nil && p.SpecialToken == nil:
				if seen || p.Sequence.ID != "A" {
					return nil, fmt.Errorf("TemplateProcessing: single: entry %d: want the sequence A once", i)
				}
				seen, t.typeID = true, p.Sequence.TypeID
			case p.SpecialToken != nil && p.Sequence == nil:
				s, ok := c.SpecialTokens[p.SpecialToken.ID]
				if !ok || len(s.IDs) != len(s.Tokens) {
					return nil, fmt.Errorf("TemplateProcessing: single: entry %d: %q is not among special_tokens", i, p.SpecialToken.ID)
				}
				for k := range s.IDs {
					sp := special{s.Tokens[k], s.IDs[k], p.SpecialToken.TypeID}
					if seen {
						t.after = append(t.after, sp)
					} else {
						t.before = append(t.before, sp)
					}
				}
			default:
				return nil, fmt.Errorf("TemplateProcessing: single: entry %d: want a SpecialToken or a Sequence", i)
			}
		}
		if !seen {
			return nil, fmt.Errorf("TemplateProcessing: single: the sequence A is missing")
		}
		return t, nil
	case "Sequence":
		var s postSequence
		for i, r := range c.Processors {
			p, err := readPost(r, depth+1)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", i, err)
			}
			if p != nil {
				s = append(s, p)
			}
		}
		return s, nil
	}
	return nil, unknownType("post-processor", kind, "ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing and Sequence")
}
