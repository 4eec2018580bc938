package config

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns the known names that look like a misspelling of name, the
// closest first.
func Nearest(name string, known []string) []string {
	type candidate struct {
		name  string
		dist  int // capitals and underscores left aside
		exact int
	}
	limit := max(2, len(name)/3)
	if len(name) <= 3 {
		limit = len(name) - 1 - len(name)/3 // something must be left of it
	}
	var cs []candidate
	plain := strings.NewReplacer("_", "", "-", "")
	low := strings.ToLower(plain.Replace(name))
	for _, k := range known {
		d := editDistance(low, strings.ToLower(plain.Replace(k)))
		if d <= limit {
			cs = append(cs, candidate{k, d, editDistance(name, k)})
		}
	}
	slices.SortFunc(cs, func(a, b candidate) int {
		return cmp.Or(a.dist-b.dist, a.exact-b.exact, strings.Compare(a.name, b.name))
	})
	var out []string
	for _, c := range cs {
		out = append(out, c.name)
	}
	return slices.Compact(out)
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, prev := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range x {
		cur := make([]int, len(y)+1)
		cur[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			cur[j+1] = min(cur[j]+1, prev[j+1]+1, prev[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev = prev, cur
	}
	return prev[len(y)]
}
