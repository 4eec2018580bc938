package nn

import (
	"fmt"
	"slices"
	"strings"
)

// breaks are where Keras ends a line of a cell early.
var breaks = []string{"),", "},", "],", "',"}

// row prints cells, each in its column, over as many lines as they need.
func (s *summary) row(cells []string, level int) {
	left := make([][]rune, len(cells))
	for i, c := range cells {
		left[i] = []rune(c)
	}
	some := func(c []rune) bool { return len(c) > 0 }
	for slices.ContainsFunc(left, some) {
		var line []rune
		for i := range left {
			start, gap := 0, "  "
			if i > 0 {
				start = s.ends[i-1]
			}
			room := s.ends[i] - start - 3
			if i == len(left)-1 {
				room, gap = room+3, ""
			}
			if i == 0 {
				room -= level
				line = append(line, []rune(strings.Repeat("|", level)+" ")...)
			}
			n := fitted(left[i], max(1, room))
			line = append(line, left[i][:n]...)
			line = append(line, []rune(gap)...)
			left[i] = left[i][n:]
			end := s.ends[i]
			if i == len(left)-1 {
				end -= level
			}
			line = append(line, []rune(strings.Repeat(" ", max(0, end-len(line))))...)
		}
		fmt.Fprintf(s.w, "%s%s\n", string(line), strings.Repeat("|", level))
	}
}

// fitted is how many characters of a cell go on the next line.
func fitted(cell []rune, room int) int {
	n := min(room, len(cell))
	text := string(cell[:n])
	for _, b := range breaks {
		if i := strings.Index(text, b); i >= 0 {
			n = min(n, len([]rune(text[:i+len(b)])))
		}
	}
	return n
}
