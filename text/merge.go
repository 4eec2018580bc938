package text

import (
	"fmt"
	"math"
	"slices"
)

// add adds what counters counted, new words in the order of first appearance,
// and numbers all words anew. The counters may be used up.
func (t *Tokenizer) add(counters []*counter, lost int) {
	counters = slices.DeleteFunc(counters, func(c *counter) bool { return c == nil })
	for _, c := range counters {
		t.documents += c.documents
	}
	t.lost += lost
	fresh := len(t.vocab.entries) == 0
	if fresh && len(counters) > 0 { // take over the first table as it is
		t.vocab = counters[0].vocab
		for i := range t.vocab.entries {
			t.vocab.entries[i].index = noIndex
		}
	}
	ids := make([][]int32, len(counters)) // of each counter's words in t
	for k, c := range counters {
		c.runs = append(c.runs, run{endOfRuns, len(c.vocab.entries)})
		if fresh && k == 0 {
			continue
		}
		ids[k] = t.addWords(&c.vocab)
		c.vocab = table{}
	}
	if fresh && len(counters) == 1 {
		t.counted = make([]int32, len(t.vocab.entries))
		for i := range t.counted {
			t.counted[i] = int32(i)
		}
		t.seen = t.counted
	} else if len(counters) > 0 {
		t.appendOrders(counters, ids)
	}
	t.reindex()
}

// addWords adds the counts of a table to t and returns the numbers of its words in t.
func (t *Tokenizer) addWords(o *table) []int32 {
	ids := make([]int32, len(o.entries))
	var buf []byte
	for k := range o.entries {
		e := &o.entries[k]
		buf = o.appendWord(buf[:0], k)
		id := t.intern(buf)
		ids[k] = int32(id)
		w := t.stat(id)
		w.count = max(w.count, 0) + e.count
		w.docs = max(w.docs, 0) + e.docs
	}
	return ids
}

const endOfRuns = math.MaxInt

// appendOrders appends the words of the counters to the orders of WordCounts
// and WordDocs. A batch was counted by one counter, its words in the order of
// their first appearance; so the batches in rising order give the order of the
// texts, whoever counted them.
func (t *Tokenizer) appendOrders(counters []*counter, ids [][]int32) {
	same := t.sameOrders()
	counted, seen := newBits(len(t.vocab.entries)), newBits(len(t.vocab.entries))
	counted.add(t.counted)
	seen.add(t.seen)
	next := make([]int, len(counters)) // run of each counter
	for {
		k := 0
		for i, c := range counters {
			if c.runs[next[i]].batch < counters[k].runs[next[k]].batch {
				k = i
			}
		}
		r := counters[k].runs[next[k]:]
		if r[0].batch == endOfRuns {
			break
		}
		next[k]++
		lo, hi := r[0].first, r[1].first
		for w := lo; w < hi; w++ {
			id := int32(w)
			if ids[k] != nil {
				id = ids[k][w]
			}
			if counted.set(id) {
				t.counted = append(t.counted, id)
			}
			if !same && seen.set(id) {
				t.seen = append(t.seen, id)
			}
		}
	}
	if same {
		t.seen = t.counted
	}
}

// Merge adds what another tokenizer counted: the result is that of one fit
// over the texts of t and then those of o. The settings that decide what is
// counted must be the same; else nothing is changed and the error names the
// first that differs. Two tokenizers that were fitted on sequences merge too;
// one that was fitted on both texts and sequences does not, since the index
// documents of Keras then depend on the order of all calls.
func (t *Tokenizer) Merge(o *Tokenizer) error {
	if err := t.mergeable(o); err != nil {
		return err
	}
	if t == o {
		return fmt.Errorf("text: a tokenizer cannot be merged with itself")
	}
	if len(t.counted) == 0 && len(o.counted) == 0 {
		t.keepIndexDocs()
		for i, n := range o.indexDocs.all() {
			have, _ := t.indexDocs.get(i)
			t.indexDocs.set(i, max(have, 0)+n)
		}
		t.documents += o.documents
		return nil
	}
	same := t.sameOrders() && o.sameOrders()
	orders := [2][]int32{o.counted, o.seen}
	var buf []byte
	ids := make([]int32, len(o.vocab.entries))
	for k := range o.vocab.entries {
		e := o.vocab.entries[k]
		ids[k] = -1
		if e.count == absent && e.docs == absent {
			continue
		}
		buf = o.vocab.appendWord(buf[:0], k)
		id := t.intern(buf)
		ids[k] = int32(id)
	}
	for _, k := range orders[0] {
		t.setCount(int(ids[k]), max(t.stat(int(ids[k])).count, 0)+o.stat(int(k)).count)
	}
	if same {
		for _, k := range orders[1] {
			w := t.stat(int(ids[k]))
			w.docs = max(w.docs, 0) + o.stat(int(k)).docs
		}
		t.seen = t.counted
	} else {
		for _, k := range orders[1] {
			t.setDocs(int(ids[k]), max(t.stat(int(ids[k])).docs, 0)+o.stat(int(k)).docs)
		}
	}
	t.documents += o.documents
	t.lost += o.lost
	for _, id := range t.indexed {
		t.stat(int(id)).index = noIndex
	}
	t.indexed, t.indexDocs, t.ownIndexDocs = nil, intDict{}, false
	t.reindex()
	return nil
}

func (t *Tokenizer) mergeable(o *Tokenizer) error {
	differ := func(name string, a, b any) error {
		return fmt.Errorf("text: cannot merge: %s is %v here and %v there: fit both with the same settings", name, a, b)
	}
	a, b := t.settings(), o.settings()
	switch {
	case a.Filters != b.Filters:
		return differ("Filters", fmt.Sprintf("%q", a.Filters), fmt.Sprintf("%q", b.Filters))
	case a.Lower != b.Lower:
		return differ("Lower", a.Lower, b.Lower)
	case a.Split != b.Split:
		return differ("Split", fmt.Sprintf("%q", a.Split), fmt.Sprintf("%q", b.Split))
	case a.CharLevel != b.CharLevel:
		return differ("CharLevel", a.CharLevel, b.CharLevel)
	case t.Normalize != o.Normalize:
		return differ("Normalize", fmt.Sprintf("%q", t.Normalize), fmt.Sprintf("%q", o.Normalize))
	case t.Fold != o.Fold:
		return differ("Fold", t.Fold, o.Fold)
	case t.Segment != o.Segment:
		return differ("Segment", t.Segment, o.Segment)
	case t.ngrams() != o.ngrams():
		return differ("NGrams", t.NGrams, o.NGrams)
	case !slices.Equal(t.StopWords, o.StopWords):
		return differ("StopWords", t.StopWords, o.StopWords)
	case (t.Analyzer == nil) != (o.Analyzer == nil):
		return fmt.Errorf("text: cannot merge: only one of the two has an Analyzer")
	}
	for i, x := range []*Tokenizer{t, o} {
		if len(x.counted) == 0 || !x.ownIndexDocs {
			continue
		}
		mixed := fmt.Errorf("text: cannot merge: the %s tokenizer was fitted on sequences as well as on texts", [...]string{"receiving", "other"}[i])
		n := 0
		for _, id := range x.seen {
			if s := x.stat(int(id)); s.index != noIndex {
				n++
				if d, ok := x.indexDocs.get(int(s.index)); !ok || int64(d) != s.docs {
					return mixed
				}
			}
		}
		if n != len(x.indexDocs.keys) {
			return mixed
		}
	}
	for _, x := range []*Tokenizer{t, o} {
		if len(x.counted) == 0 && len(x.indexDocs.keys) > 0 && len(t.counted)+len(o.counted) > 0 {
			return fmt.Errorf("text: cannot merge: one tokenizer was fitted on sequences, the other on texts")
		}
	}
	return nil
}

// A bitset is a set of small numbers.
type bitset []uint64

func newBits(n int) bitset { return make(bitset, (n+63)/64) }

// set reports whether i was new.
func (b bitset) set(i int32) bool {
	m := uint64(1) << (i & 63)
	was := b[i>>6] & m
	b[i>>6] |= m
	return was == 0
}

func (b bitset) add(ids []int32) {
	for _, i := range ids {
		b.set(i)
	}
}
