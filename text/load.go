package text

import "fmt"

// loading is a tokenizer whose dictionaries are being read. Nearly always two of
// them say nothing new: index_docs has the values of word_docs in their order,
// and index_word the words of 1, 2, 3 …, which word_index repeats. As long as
// this holds, only one number is kept for each word.
type loading struct {
	*Tokenizer
	docKeys   []int32 // of index_docs
	docsApart bool    // index_docs is in indexDocs, for it does not hold
	words     []int32 // of index_word
	apart     bool    // index_word is in indexWord, for it does not hold
}

// dictionary reads one of the five dictionaries.
func (t *loading) dictionary(key string, r *reader) error {
	var taken numbers // of word_index and index_docs
	most := len(t.counted) + 1
	switch key {
	case "index_docs":
		t.docKeys = make([]int32, 0, most)
	case "index_word":
		t.words = make([]int32, 0, most)
	}
	err := r.object(func(k []byte) error {
		var n int
		var w []byte
		var err error
		if key == "index_word" {
			w, err = r.bytes()
		} else {
			n, err = r.integer()
		}
		if err != nil {
			return fmt.Errorf("%q: %w", k, err)
		}
		switch key {
		case "index_docs", "index_word":
			index, err := pyKey(k)
			if err != nil {
				return err
			}
			if key == "index_word" {
				return t.setWord(index, w)
			}
			if !taken.add(index) {
				return fmt.Errorf("the number %d occurs twice", index)
			}
			t.setIndexDocs(index, n)
			return nil
		}
		id := t.intern(k)
		e := t.stat(id)
		if key == "word_counts" && e.count != absent || key == "word_docs" && e.docs != absent || key == "word_index" && e.index != noIndex {
			return fmt.Errorf("%q occurs twice", k)
		}
		switch key {
		case "word_counts":
			t.setCount(id, int64(n))
		case "word_docs":
			e.docs = int64(n)
			t.seen = follow(t.seen, t.counted, int32(id))
		case "word_index":
			if n < 0 || n != int(int32(n)) || n == noIndex {
				return fmt.Errorf("%q: number %d is out of range; words are counted from 1", k, n)
			}
			if !taken.add(n) {
				return fmt.Errorf("%q and %q both have the number %d", t.wordOf(n), k, n)
			}
			e.index = int32(n)
			t.indexed = follow(t.indexed, t.words, int32(id))
		}
		return nil
	})
	if err == nil {
		err = r.end()
	}
	return err
}

// follow appends id to list, which is the beginning of model as long as they
// agree, in the same memory.
func follow(list, model []int32, id int32) []int32 {
	n := len(list)
	if n < len(model) && model[n] == id && (n == 0 || &list[0] == &model[0]) {
		return model[: n+1 : n+1]
	}
	return append(list, id)
}

// pyKey reads a number that is a key, and so a string.
func pyKey(k []byte) (int, error) {
	if len(k) == 0 || k[len(k)-1] < '0' || k[len(k)-1] > '9' { // no 1.0, no 1e3
		return 0, fmt.Errorf("want a number as key, got %q", k)
	}
	for i, c := range k {
		if c < '0' && (i > 0 || c != '-') || c > '9' {
			return 0, fmt.Errorf("want a number as key, got %q", k)
		}
	}
	n, err := pyInt(k)
	if err != nil {
		return 0, fmt.Errorf("want a number as key, got %q", k)
	}
	if n < 0 {
		return 0, fmt.Errorf("the number %d is out of range; words are counted from 1", n)
	}
	return n, nil
}

func (t *loading) setIndexDocs(index, n int) {
	i := len(t.docKeys)
	if !t.docsApart && i < len(t.seen) && int64(n) == t.stat(int(t.seen[i])).docs && index == int(int32(index)) {
		t.docKeys = append(t.docKeys, int32(index))
		return
	}
	t.setDocsApart()
	t.indexDocs.set(index, n)
}

func (t *loading) setDocsApart() {
	if t.docsApart {
		return
	}
	for i, k := range t.docKeys {
		t.indexDocs.set(int(k), int(t.stat(int(t.seen[i])).docs))
	}
	t.docKeys, t.docsApart = nil, true
}

func (t *loading) setWord(index int, w []byte) error {
	id := t.intern(w)
	if !t.apart && index == len(t.words)+1 {
		t.words = append(t.words, int32(id))
		return nil
	}
	t.setApart()
	if _, ok := t.indexWord.get(index); ok {
		return fmt.Errorf("the number %d occurs twice", index)
	}
	t.indexWord.set(index, id)
	return nil
}

func (t *loading) setApart() {
	if t.apart {
		return
	}
	for i, id := range t.words {
		t.indexWord.set(i+1, int(id))
	}
	t.words, t.apart = nil, true
}

// compact drops the dictionaries that say nothing new, and keeps the others.
func (t *loading) compact() {
	t.sameOrders()
	if t.inOrder = !t.apart && t.numbersInOrder(); !t.inOrder {
		t.setApart()
	}
	if t.ownIndexDocs = t.docsApart || !t.docsInOrder(); t.ownIndexDocs {
		t.setDocsApart()
	}
}

// numbersInOrder reports whether word_index has the words of index_word, in
// their order, and their numbers.
func (t *loading) numbersInOrder() bool {
	if len(t.words) != len(t.indexed) {
		return false
	}
	for i, id := range t.words {
		if id != t.indexed[i] || int(t.stat(int(id)).index) != i+1 {
			return false
		}
	}
	return true
}

// docsInOrder reports whether index_docs has the numbers of the words of
// word_docs, in their order.
func (t *loading) docsInOrder() bool {
	if len(t.docKeys) != len(t.seen) {
		return false
	}
	for i, id := range t.seen {
		if k := int(t.docKeys[i]); k != int(t.stat(int(id)).index) || t.idOf(k) != int(id) {
			return false
		}
	}
	return true
}

// wordOf looks a number up in the word index, word by word.
func (t *Tokenizer) wordOf(index int) string {
	for w, i := range t.WordIndex() {
		if i == index {
			return w
		}
	}
	return ""
}
