package subword

import (
	"strings"
	"unicode/utf8"
)

// An AddedToken is found in texts before the model sees them.
type AddedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // only between characters that are not part of words
	LStrip     bool   `json:"lstrip"`      // takes the white space before it
	RStrip     bool   `json:"rstrip"`      // takes the white space after it
	Normalized bool   `json:"normalized"`  // is searched in the normalised text
	Special    bool   `json:"special"`     // can be left out when decoding
}

type addedTokens struct {
	list        []AddedToken
	byID        map[int]*AddedToken
	ids         map[string]int
	raw, normal finder
}

func newAddedTokens(list []AddedToken, normalize func(string) string) addedTokens {
	a := addedTokens{list: list, byID: map[int]*AddedToken{}, ids: map[string]int{}}
	for i := range list {
		t := &list[i]
		if t.Content == "" {
			continue
		}
		a.byID[t.ID], a.ids[t.Content] = t, t.ID
		if t.Normalized {
			a.normal.add(normalize(t.Content), t)
		} else {
			a.raw.add(t.Content, t)
		}
	}
	return a
}

// A finder finds the leftmost, longest of some strings.
type finder struct {
	first   [256][]pattern // by first byte
	bytes   string         // the first bytes, while there are few
	present bool
}

type pattern struct {
	s string
	t *AddedToken
}

func (f *finder) empty() bool { return !f.present }

func (f *finder) add(s string, t *AddedToken) {
	if s == "" {
		return
	}
	f.present = true
	l := &f.first[s[0]]
	if len(*l) == 0 {
		f.bytes += s[:1]
	}
	for i := range *l {
		if (*l)[i].s == s {
			(*l)[i].t = t
			return
		}
	}
	*l = append(*l, pattern{s, t})
}

// next returns the next token in s from a position on: [lo,hi) and its number;
// when there is none, the end of s and -1. What lies before lo is text.
func (f *finder) next(s string, from int) (lo, hi, id int) {
	if !f.present {
		return len(s), len(s), -1
	}
	for at := from; at < len(s); {
		if len(f.bytes) == 1 {
			n := strings.IndexByte(s[at:], f.bytes[0])
			if n < 0 {
				break
			}
			at += n
		}
		var best *pattern
		for i := range f.first[s[at]] {
			p := &f.first[s[at]][i]
			if (best == nil || len(p.s) > len(best.s)) && strings.HasPrefix(s[at:], p.s) {
				best = p
			}
		}
		if best == nil {
			at++
			continue
		}
		lo, hi := at, at+len(best.s)
		if t := best.t; t.SingleWord && (endsWithWord(s[:lo]) || startsWithWord(s[hi:])) {
			at = hi
			continue
		}
		if best.t.LStrip {
			lo = max(from, len(strings.TrimRightFunc(s[:lo], isSpace)))
		}
		if best.t.RStrip {
			hi = len(s) - len(strings.TrimLeftFunc(s[hi:], isSpace))
		}
		return lo, hi, best.t.ID
	}
	return len(s), len(s), -1
}

func startsWithWord(s string) bool {
	r, w := utf8.DecodeRuneInString(s)
	return w > 0 && isWordChar(r)
}

func endsWithWord(s string) bool {
	r, w := utf8.DecodeLastRuneInString(s)
	return w > 0 && isWordChar(r)
}
