package text

import (
	"fmt"
	"slices"
)

// add adds what was counted, new words in the order of first appearance, and
// numbers all words anew. The tally may be used up.
func (t *Tokenizer) add(o tally) {
	t.documents += o.documents
	t.lost += o.lost
	if t.vocab.size == 0 { // take over the table as it is
		t.vocab = *o.vocab
		for i := range t.vocab.size {
			t.stat(i).index = noIndex
		}
		if t.counted = o.order; t.counted == nil {
			t.counted = make([]int32, t.vocab.size)
			for i := range t.counted {
				t.counted[i] = int32(i)
			}
		}
		t.seen = t.counted
	} else {
		t.addWords(o)
	}
	t.reindex()
}

// addWords adds counts to those of t.
func (t *Tokenizer) addWords(o tally) {
	same := t.sameOrders()
	var buf []byte
	for i := range o.vocab.size {
		k := i
		if o.order != nil {
			k = int(o.order[i])
		}
		buf = o.vocab.appendWord(buf[:0], k)
		id := t.intern(buf)
		e := o.vocab.entry(k)
		t.setCount(id, max(t.stat(id).count, 0)+e.count)
		if docs := max(t.stat(id).docs, 0) + e.docs; same {
			t.stat(id).docs = docs
		} else {
			t.setDocs(id, docs)
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
	ids := make([]int32, o.vocab.size)
	for k := range o.vocab.size {
		e := o.vocab.entry(k)
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
		if n != x.indexDocs.len() {
			return mixed
		}
	}
	for _, x := range []*Tokenizer{t, o} {
		if len(x.counted) == 0 && x.indexDocs.len() > 0 && len(t.counted)+len(o.counted) > 0 {
			return fmt.Errorf("text: cannot merge: one tokenizer was fitted on sequences, the other on texts")
		}
	}
	return nil
}
