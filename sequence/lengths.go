package sequence

import (
	"fmt"
	"math"
	"slices"
)

// Lengths collects how long sequences are. Its memory is that of the different
// lengths, not of the sequences. The zero value is ready for use.
type Lengths struct {
	counts   map[int]int // sequences of each length
	n, total int
}

// LengthsOf returns the lengths of the sequences.
func LengthsOf[E any](sequences [][]E) *Lengths {
	l := new(Lengths)
	for _, s := range sequences {
		l.Add(len(s))
	}
	return l
}

// Add counts a sequence. It panics if the length is negative.
func (l *Lengths) Add(length int) { l.add(length, 1) }

func (l *Lengths) add(length, times int) {
	if length < 0 {
		panic(fmt.Sprintf("sequence: a sequence of length %d", length))
	}
	if l.counts == nil {
		l.counts = map[int]int{}
	}
	l.counts[length] += times
	l.n += times
	l.total += times * length
}

// Merge adds what m has counted.
func (l *Lengths) Merge(m *Lengths) {
	for length, times := range m.counts {
		l.add(length, times)
	}
}

// Count returns the number of sequences.
func (l *Lengths) Count() int { return l.n }

// Total returns the number of elements of all sequences.
func (l *Lengths) Total() int { return l.total }

// Empty returns the number of sequences without elements.
func (l *Lengths) Empty() int { return l.counts[0] }

// sorted returns the different lengths, rising.
func (l *Lengths) sorted() []int {
	keys := make([]int, 0, len(l.counts))
	for k := range l.counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Max returns the length of the longest sequence, 0 if there is none.
func (l *Lengths) Max() int {
	longest := 0
	for k := range l.counts {
		longest = max(longest, k)
	}
	return longest
}

// Percentile returns the smallest length that at least p percent of the
// sequences do not exceed; 0 if there are none. It panics unless 0 ≤ p ≤ 100.
func (l *Lengths) Percentile(p float64) int {
	if !(p >= 0 && p <= 100) {
		panic(fmt.Sprintf("sequence: percentile %v: want 0 to 100", p))
	}
	rank := max(1, int(math.Ceil(p/100*float64(l.n)-1e-9)))
	seen := 0
	for _, k := range l.sorted() {
		if seen += l.counts[k]; seen >= rank {
			return k
		}
	}
	return 0
}

// Whole returns what share of the sequences are no longer than maxlen, so that
// [Pad] to that length keeps all of them. It is 1 if there are none.
func (l *Lengths) Whole(maxlen int) float64 {
	return l.share(l.n, func(k, n int) int {
		if k <= maxlen {
			return n
		}
		return 0
	})
}

// Kept returns what share of the elements [Pad] to maxlen keeps. It is 1 if
// there are none.
func (l *Lengths) Kept(maxlen int) float64 {
	return l.share(l.total, func(k, n int) int { return n * min(k, maxlen) })
}

// Padding returns what share of the cells is padding after [Pad] to maxlen.
func (l *Lengths) Padding(maxlen int) float64 {
	if l.n == 0 || maxlen <= 0 {
		return 0
	}
	return 1 - l.Kept(maxlen)*float64(l.total)/(float64(l.n)*float64(maxlen))
}

func (l *Lengths) share(all int, part func(length, times int) int) float64 {
	if all == 0 {
		return 1
	}
	sum := 0
	for k, n := range l.counts {
		sum += part(k, n)
	}
	return float64(sum) / float64(all)
}

// Boundaries returns at most n lengths, rising, such that padding each sequence
// to the first of them that it does not exceed pads least. Sequences longer
// than maxlen count as cut to it; 0 means there is no such limit. The last
// length is that of the longest sequence.
func (l *Lengths) Boundaries(n, maxlen int) []int {
	if maxlen > 0 {
		cut := new(Lengths)
		for k, times := range l.counts {
			cut.add(min(k, maxlen), times)
		}
		l = cut
	}
	keys := l.sorted()
	if len(keys) <= n || n < 1 {
		return keys
	}
	// before[i] is the number of sequences of the first i lengths. Padding them
	// costs keys[j-1]·(before[j]-before[i]) cells for a bucket of lengths i to j-1;
	// the sum over the buckets is what is made small, the elements being given.
	before := make([]int, len(keys)+1)
	for i, k := range keys {
		before[i+1] = before[i] + l.counts[k]
	}
	m := len(keys)
	best := make([]int, m+1) // cells of the first j lengths in the buckets so far
	for j := 1; j <= m; j++ {
		best[j] = keys[j-1] * before[j]
	}
	cuts := make([][]int32, n) // cuts[b][j]: where the last of b+1 buckets begins
	cuts[0] = make([]int32, m+1)
	for b := 1; b < n; b++ {
		next, from := make([]int, m+1), make([]int32, m+1)
		// The best cut never moves back as j grows, so halving finds all of them.
		var solve func(jlo, jhi, ilo, ihi int)
		solve = func(jlo, jhi, ilo, ihi int) {
			if jlo > jhi {
				return
			}
			j := (jlo + jhi) / 2
			next[j] = math.MaxInt
			for i := ilo; i <= min(ihi, j-1); i++ {
				if cost := best[i] + keys[j-1]*(before[j]-before[i]); cost < next[j] {
					next[j], from[j] = cost, int32(i)
				}
			}
			solve(jlo, j-1, ilo, int(from[j]))
			solve(j+1, jhi, int(from[j]), ihi)
		}
		solve(1, m, 0, m-1)
		best, cuts[b] = next, from
	}
	bounds := make([]int, 0, n)
	for b, j := n-1, m; j > 0; b-- {
		bounds = append(bounds, keys[j-1])
		j = int(cuts[b][j])
	}
	slices.Reverse(bounds)
	return bounds
}
