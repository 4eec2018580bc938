package vectors

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// A Pair is two words that people find related, and how much, if they said so.
type Pair struct {
	A, B  string
	Score float64
}

// ParsePairs reads two words a line, and perhaps a score, apart by TAB, comma
// or blanks. Empty lines, lines that begin with #, and a header are skipped.
func ParsePairs(s string) (pairs []Pair, scored bool, err error) {
	n := 0
	for line := range strings.Lines(s) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		var cells []string
		switch {
		case strings.Contains(line, "\t"):
			cells = strings.Split(line, "\t")
		case strings.Contains(line, ","):
			cells = strings.Split(line, ",")
		default:
			cells = strings.Fields(line)
		}
		if len(cells) < 2 {
			return nil, false, fmt.Errorf("line %d: %q: want two words, and perhaps a score", n, line)
		}
		p := Pair{A: strings.TrimSpace(cells[0]), B: strings.TrimSpace(cells[1])}
		if len(cells) > 2 {
			p.Score, err = strconv.ParseFloat(strings.TrimSpace(cells[2]), 64)
			switch {
			case err != nil && len(pairs) == 0 && !scored:
				scored = true // the header
				continue
			case err != nil || math.IsNaN(p.Score) || math.IsInf(p.Score, 0):
				return nil, false, fmt.Errorf("line %d: the score is %q; want a number", n, cells[2])
			}
			scored = true
		} else if scored {
			return nil, false, fmt.Errorf("line %d: %q has no score, the lines before have one", n, line)
		}
		pairs = append(pairs, p)
	}
	return pairs, scored, nil
}

// Quality is how well similarities agree with pairs of related words.
type Quality struct {
	Pairs   int      // of which both words are known
	Missing []string // words that are not
	Related float64  // mean similarity of the pairs
	Random  float64  // of first words with the second words of other pairs
	// Chance is how often a related pair is more similar than a random one:
	// 0.5 is no better than chance, 1 is perfect.
	Chance float64
	Rank   int // median place of one word among the neighbours of the other, from 1
	// Spearman is the rank correlation with the scores; NaN without scores.
	Spearman float64
}

// Measure compares with pairs. At least two must be known.
func (v *Vectors) Measure(pairs []Pair, scored bool) (Quality, error) {
	q := Quality{Spearman: math.NaN()}
	var ids [][2]int
	var related, scores []float64
	for _, p := range pairs {
		a, errA := v.Index(p.A)
		b, errB := v.Index(p.B)
		for i, err := range []error{errA, errB} {
			if w := [2]string{p.A, p.B}[i]; err != nil && !slices.Contains(q.Missing, w) {
				q.Missing = append(q.Missing, w)
			}
		}
		if errA == nil && errB == nil && a != b {
			ids = append(ids, [2]int{a, b})
			related, scores = append(related, v.Similarity(a, b)), append(scores, p.Score)
		}
	}
	if q.Pairs = len(ids); q.Pairs < 2 {
		return q, fmt.Errorf("of %d pairs, %d are made of two known words; need 2 or more", len(pairs), len(ids))
	}
	var random []float64
	var ranks []int
	for i, p := range ids {
		for j, o := range ids {
			if i != j && p[0] != o[1] && p[1] != o[1] {
				random = append(random, v.Similarity(p[0], o[1]))
			}
		}
		ranks = append(ranks, v.rank(p[0], p[1]), v.rank(p[1], p[0]))
	}
	slices.Sort(ranks)
	q.Rank = ranks[len(ranks)/2]
	q.Related = stat.Mean(related, nil)
	if len(random) > 0 {
		q.Random, q.Chance = stat.Mean(random, nil), chance(related, random)
	}
	if scored {
		q.Spearman = stat.Correlation(rankOf(related), rankOf(scores), nil)
	}
	return q, nil
}

// rank is the place of b among the neighbours of a.
func (v *Vectors) rank(a, b int) int {
	n, s := 1, v.Similarity(a, b)
	for i := 1; i < len(v.Words); i++ {
		if i != a && i != b && v.Similarity(a, i) > s {
			n++
		}
	}
	return n
}

// chance is how often one of x is larger than one of y.
func chance(x, y []float64) float64 {
	n := 0.0
	for _, a := range x {
		for _, b := range y {
			switch cmp.Compare(a, b) {
			case 1:
				n++
			case 0:
				n += 0.5
			}
		}
	}
	return n / float64(len(x)*len(y))
}

// rankOf replaces numbers by their places; equal ones share the mean place.
func rankOf(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	r := make([]float64, len(x))
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && x[order[hi]] == x[order[lo]] {
			hi++
		}
		for _, i := range order[lo:hi] {
			r[i] = float64(lo+hi-1) / 2
		}
		lo = hi
	}
	return r
}
