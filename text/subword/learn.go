package subword

import (
	"container/heap"
	"slices"
	"strings"
)

// A learner joins, again and again, the pair of pieces that occurs most often
// (Sennrich, Haddow and Birch 2016). Among equals the pair with the lower
// numbers comes first.
type learner struct {
	pieces []string
	ids    map[string]int32
	merges [][2]string
	prefix string // of pieces inside a word

	words  [][]int32
	counts []int64
	pairs  map[pair2]int64
	queue  learnQueue
}

type pair2 struct{ a, b int32 }

// An entry of the queue: a pair, how often it was found, and the words to look in.
type found struct {
	pair  pair2
	count int64
	words []int32
}

func newLearner(specials []string, prefix string) *learner {
	l := &learner{ids: map[string]int32{}, prefix: prefix, pairs: map[pair2]int64{}}
	for _, s := range specials {
		l.id(s)
	}
	return l
}

// id returns the number of a piece, a new one when it had none.
func (l *learner) id(p string) int32 {
	id, ok := l.ids[p]
	if !ok {
		id = int32(len(l.pieces))
		l.ids[p] = id
		l.pieces = append(l.pieces, p)
	}
	return id
}

// alphabet adds the characters of the words, and others, in the order of their codes.
func (l *learner) alphabet(words []string, others []rune) {
	chars := map[rune]bool{}
	for _, r := range others {
		chars[r] = true
	}
	for _, w := range words {
		for _, r := range w {
			chars[r] = true
		}
	}
	sorted := make([]rune, 0, len(chars))
	for r := range chars {
		sorted = append(sorted, r)
	}
	slices.Sort(sorted)
	for _, r := range sorted {
		l.id(string(r))
	}
}

func (l *learner) learn(words []string, counts wordCounts, c TrainConfig) {
	for _, w := range words {
		var ids []int32
		for i, r := range w {
			p := string(r)
			if i > 0 {
				p = l.prefix + p
			}
			ids = append(ids, l.id(p))
		}
		l.words = append(l.words, ids)
		l.counts = append(l.counts, *counts[w])
	}
	where := map[pair2][]int32{}
	for w, ids := range l.words {
		for i := 1; i < len(ids); i++ {
			l.note(where, pair2{ids[i-1], ids[i]}, int32(w), l.counts[w])
		}
	}
	l.push(where)
	for len(l.pieces) < c.VocabSize && l.queue.Len() > 0 {
		top := heap.Pop(&l.queue).(found)
		if now := l.pairs[top.pair]; top.count != now {
			top.count = now
			heap.Push(&l.queue, top)
			continue
		}
		if top.count < max(1, int64(c.MinCount)) {
			break
		}
		a, b := l.pieces[top.pair.a], l.pieces[top.pair.b]
		whole := l.id(a + strings.TrimPrefix(b, l.prefix))
		l.merges = append(l.merges, [2]string{a, b})
		clear(where)
		for _, w := range top.words {
			l.join(where, w, top.pair, whole)
		}
		l.push(where)
	}
}

// note counts a pair and remembers the word that it is in.
func (l *learner) note(where map[pair2][]int32, p pair2, w int32, n int64) {
	l.pairs[p] += n
	if n > 0 {
		if ws := where[p]; len(ws) == 0 || ws[len(ws)-1] != w {
			where[p] = append(ws, w)
		}
	}
}

func (l *learner) push(where map[pair2][]int32) {
	for p, words := range where {
		if n := l.pairs[p]; n > 0 {
			heap.Push(&l.queue, found{p, n, words})
		}
	}
}

// join replaces a pair in a word.
func (l *learner) join(where map[pair2][]int32, w int32, p pair2, whole int32) {
	ids := l.words[w]
	n := l.counts[w]
	out := ids[:0]
	for i := 0; i < len(ids); i++ {
		if i+1 == len(ids) || ids[i] != p.a || ids[i+1] != p.b {
			out = append(out, ids[i])
			continue
		}
		if len(out) > 0 {
			prev := out[len(out)-1]
			l.note(where, pair2{prev, p.a}, w, -n)
			l.note(where, pair2{prev, whole}, w, n)
		}
		if i+2 < len(ids) {
			l.note(where, pair2{p.b, ids[i+2]}, w, -n)
			l.note(where, pair2{whole, ids[i+2]}, w, n)
		}
		out = append(out, whole)
		i++
	}
	l.words[w] = out
}

type learnQueue []found

func (q learnQueue) Len() int      { return len(q) }
func (q learnQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q learnQueue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.count != b.count:
		return a.count > b.count
	case a.pair.a != b.pair.a:
		return a.pair.a < b.pair.a
	}
	return a.pair.b < b.pair.b
}
func (q *learnQueue) Push(x any) { *q = append(*q, x.(found)) }
func (q *learnQueue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
