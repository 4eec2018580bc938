package text

import "slices"

// reindex rebuilds the word index from the counts.
func (t *Tokenizer) reindex() {
	if len(t.indexed) > 0 {
		t.keepIndexDocs() // Keras keeps the numbers of the last fit in place
	}
	for _, id := range t.indexed {
		t.stat(int(id)).index = noIndex
	}
	order := t.byCount()
	t.indexed = make([]int32, 0, len(order)+1)
	next := int32(1)
	t.inOrder = true
	if t.hasOOV() {
		t.setIndex(t.intern([]byte(t.OOVToken)), next)
		next++
	}
	for _, id := range order {
		if t.stat(int(id)).index != noIndex {
			t.inOrder = false // the token's own occurrences give it a later number
		}
		t.setIndex(int(id), next)
		next++
	}
	t.indexWord = intDict{}
	if !t.inOrder {
		for _, id := range t.indexed {
			t.indexWord.set(int(t.stat(int(id)).index), int(id))
		}
	}
	if !t.ownIndexDocs {
		return
	}
	for _, id := range t.seen {
		if e := t.stat(int(id)); e.index != noIndex {
			t.indexDocs.set(int(e.index), int(e.docs))
		}
	}
}

// byCount returns the words that get a number, by falling count; equal counts
// keep the order of word_counts. Most counts are small, so most words are
// placed by counting.
func (t *Tokenizer) byCount() []int32 {
	const few = 1 << 12
	count := func(id int32) int64 { return t.vocab.entry(int(id)).count }
	falling := func(a, b int32) int {
		switch d := count(b) - count(a); {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	}
	var starts [few]int32
	many, kept := 0, 0
	for _, id := range t.counted {
		switch c := count(id); {
		case c < 0: // only a file changed by hand has such counts
			order := slices.Clone(t.counted)
			slices.SortStableFunc(order, falling)
			return slices.DeleteFunc(order, func(id int32) bool { return t.tooRare(count(id)) })
		case t.tooRare(c):
			continue
		case c < few:
			starts[c]++
		default:
			many++
		}
		kept++
	}
	at := int32(many)
	for c := few - 1; c >= 0; c-- {
		starts[c], at = at, at+starts[c]
	}
	order := make([]int32, kept)
	many = 0
	for _, id := range t.counted {
		switch c := count(id); {
		case t.tooRare(c):
		case c < few:
			order[starts[c]] = id
			starts[c]++
		default:
			order[many] = id
			many++
		}
	}
	slices.SortStableFunc(order[:many], falling)
	return order
}

func (t *Tokenizer) tooRare(count int64) bool { return count < int64(t.MinCount) && t.MinCount > 0 }
