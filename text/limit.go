package text

// A limited table counts words within a bound of memory: the frequent-items
// algorithm of Misra and Gries with the bookkeeping of Manku and Motwani's
// lossy counting. Texts come in fixed batches that were counted exactly, so
// the result does not depend on who counted them.
//
// lost is D: a word that is not in the table occurred at most D times. A word
// that came in (again) when D was d and counted c since then occurred between
// c and c+d times. When memory is short, D grows until half of the words have
// c+d ≤ D, and those go. Each unit of D is paid for by at least half of the
// words of a full table, so D is at most twice the number of all tokens
// divided by the number of words that fit.
type limited struct {
	vocab     table // mark is d
	limit     int64
	lost      int
	documents int
	buf       []byte
}

// What a word costs a Tokenizer beside the table: the orders and the index.
const orderBytes = 16

func newLimited(t *Tokenizer) *limited { return &limited{limit: t.MaxVocabMemory} }

func (l *limited) bytes() int64 { return l.vocab.bytes() + orderBytes*int64(len(l.vocab.entries)) }

// take adds what a counter counted and empties the counter.
func (l *limited) take(c *counter) {
	l.documents += c.documents
	for k := range c.vocab.entries {
		if l.full() {
			l.prune()
		}
		l.buf = c.vocab.appendWord(l.buf[:0], k)
		id, isNew := l.vocab.intern(l.buf)
		e := &l.vocab.entries[id]
		if isNew {
			e.mark = uint32(l.lost)
		}
		e.count += c.vocab.entries[k].count
		e.docs += c.vocab.entries[k].docs
	}
	c.vocab.reset()
	c.documents, c.runs = 0, c.runs[:0]
}

// full reports whether one more word could need more memory than there is.
func (l *limited) full() bool {
	v := &l.vocab
	if need := l.bytes(); need < l.limit/2 {
		return false
	}
	// What growing would take: new slots or entries beside the old ones.
	more := int64(0)
	if 4*(len(v.entries)+1) >= 3*len(v.slots) {
		more += 16 * int64(len(v.slots))
	}
	if len(v.entries) == cap(v.entries) {
		more += 40 * int64(cap(v.entries)) * 5 / 4
	}
	if len(v.tails)+1024 >= cap(v.tails) {
		more += 8*int64(cap(v.tails))*5/4 + 8*1024
	}
	return l.bytes()+more > l.limit
}

// prune raises lost until half of the words can go, and moves the others up.
func (l *limited) prune() {
	v := &l.vocab
	lo, hi := int64(l.lost), int64(l.lost)+1 // at most half are ≤ lo
	atMost := func(d int64) (n int) {
		for i := range v.entries {
			if e := &v.entries[i]; e.count+int64(e.mark) <= d {
				n++
			}
		}
		return n
	}
	for 2*atMost(hi) < len(v.entries) {
		lo, hi = hi, hi+2*(hi-lo)
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; 2*atMost(mid) < len(v.entries) {
			lo = mid
		} else {
			hi = mid
		}
	}
	l.lost = int(hi)
	n, tail := 0, 0
	for i := range v.entries {
		e := v.entries[i]
		if e.count+int64(e.mark) <= hi {
			continue
		}
		chunks := (max(int(e.size), 8) - 1) / 8
		copy(v.tails[tail:], v.tails[int(e.tail):int(e.tail)+chunks])
		e.tail = uint32(tail)
		tail += chunks
		v.entries[n] = e
		n++
	}
	v.entries, v.tails = v.entries[:n], v.tails[:tail]
	clear(v.slots)
	for i := range v.entries {
		l.buf = v.appendWord(l.buf[:0], i)
		_, h := hashOf(l.buf)
		v.place(h&tagMask | uint64(i+1))
	}
}

// counter returns the result as if one counter had counted it.
func (l *limited) counter() *counter {
	return &counter{vocab: l.vocab, documents: l.documents, runs: []run{{0, 0}}}
}
