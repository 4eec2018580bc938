package tags

import (
	"fmt"
	"slices"
	"strings"
)

// A Span is an entity: the words from … to-1 of a sentence.
type Span struct {
	Type     string
	From, To int
}

// Entities are what BIO tags mark, as conlleval of the CoNLL-2000 shared task
// reads them: an entity begins at B-, and at an I- that follows O or another
// type; it ends before the next one, or at O. E- and S- (IOBES), L- and U-
// (BILOU) end one as well.
func Entities(tags []string) (spans []Span) {
	open := -1
	last, lastType := "O", ""
	end := func(i int) {
		if open >= 0 {
			spans = append(spans, Span{lastType, open, i})
		}
		open = -1
	}
	for i, tag := range tags {
		mark, kind, _ := strings.Cut(tag, "-")
		if len(mark) != 1 || !strings.Contains("BIESLU", mark) || !strings.Contains(tag, "-") {
			mark, kind = "O", ""
		}
		begins := mark != "O" && (strings.Contains("BSU", mark) || strings.Contains("OESLU", last) || kind != lastType)
		if mark == "O" || begins {
			end(i)
		}
		if begins {
			open = i
		}
		last, lastType = mark, kind
	}
	end(len(tags))
	return spans
}

// AreBIO reports whether tags mark entities: all but O have a mark and a type.
func AreBIO(tags []string) bool {
	some := false
	for _, t := range tags {
		mark, kind, ok := strings.Cut(t, "-")
		if t == "O" {
			continue
		}
		if !ok || len(mark) != 1 || !strings.Contains("BIESLU", mark) || kind == "" {
			return false
		}
		some = true
	}
	return some
}

// A Score counts the entities of a type.
type Score struct {
	Type               string
	True, Found, Right int
}

// Precision is the share of the found entities that are right.
func (s Score) Precision() float64 { return ratio(s.Right, s.Found) }

// Recall is the share of the true entities that were found.
func (s Score) Recall() float64 { return ratio(s.Right, s.True) }

// F1 is the harmonic mean of both.
func (s Score) F1() float64 { return ratio(2*s.Right, s.True+s.Found) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Scores counts entities of sentences: all together first, then each type. An
// entity is right when type, first and last word are.
func Scores(truth, found [][]string) []Score {
	by := map[string]*Score{}
	of := func(t string) *Score {
		if by[t] == nil {
			by[t] = &Score{Type: t}
		}
		return by[t]
	}
	all := Score{Type: "all"}
	for i := range truth {
		want, got := Entities(truth[i]), Entities(found[i])
		for _, s := range want {
			of(s.Type).True++
			all.True++
		}
		for _, s := range got {
			of(s.Type).Found++
			if all.Found++; slices.Contains(want, s) {
				of(s.Type).Right++
				all.Right++
			}
		}
	}
	out := []Score{all}
	for _, s := range by {
		out = append(out, *s)
	}
	slices.SortFunc(out[1:], func(a, b Score) int { return strings.Compare(a.Type, b.Type) })
	return out
}

// Table prints scores.
func Table(scores []Score) string {
	width := 8
	for _, s := range scores {
		width = max(width, len([]rune(s.Type)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  precision  recall      f1    true   found   right\n", width, "entities")
	for _, s := range scores {
		fmt.Fprintf(&b, "%-*s  %9.3f  %6.3f  %6.3f  %6d  %6d  %6d\n", width, s.Type, s.Precision(), s.Recall(), s.F1(), s.True, s.Found, s.Right)
	}
	return b.String()
}
