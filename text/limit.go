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

func (l *limited) bytes() int64 { return l.vocab.bytes() + orderBytes*int64(l.vocab.size) }

// take adds what a counter counted and empties the counter.
func (l *limited) take(c *counter) {
	l.documents += c.documents
	for k := range c.vocab.size {
		l.buf = c.vocab.appendWord(l.buf[:0], k)
		id := l.vocab.find(l.buf)
		if id < 0 {
			if l.bytes()+orderBytes+l.vocab.needs(l.buf) > l.limit && l.vocab.size > 0 {
				l.prune()
				l.buf = c.vocab.appendWord(l.buf[:0], k)
			}
			id, _ = l.vocab.intern(l.buf)
			l.vocab.entry(id).mark = uint32(l.lost)
		}
		e, o := l.vocab.entry(id), c.vocab.entry(k)
		e.count += o.count
		e.docs += o.docs
	}
	c.vocab.reset()
	c.documents, c.runs = 0, c.runs[:0]
}

// prune raises lost until half of the words can go, and moves the others up.
func (l *limited) prune() {
	v := &l.vocab
	lo, hi := int64(l.lost), int64(l.lost)+1 // at most half are ≤ lo
	atMost := func(d int64) (n int) {
		for i := range v.size {
			if e := v.entry(i); e.count+int64(e.mark) <= d {
				n++
			}
		}
		return n
	}
	for 2*atMost(hi) < v.size {
		lo, hi = hi, hi+2*(hi-lo)
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; 2*atMost(mid) < v.size {
			lo = mid
		} else {
			hi = mid
		}
	}
	l.lost = int(hi)
	l.keep(func(e *entry) bool { return e.count+int64(e.mark) > hi })
}

// keep drops the words that do not belong, and moves the others up.
func (l *limited) keep(belongs func(*entry) bool) {
	v := &l.vocab
	n, tails := 0, 0
	for i := range v.size {
		e := *v.entry(i)
		if !belongs(&e) {
			continue
		}
		from := int(e.tail)
		e.tail = uint32(tails)
		for range (max(int(e.size), 8) - 1) / 8 {
			v.tails[tails>>tailsBits][tails&(tailsLen-1)] = v.tails[from>>tailsBits][from&(tailsLen-1)]
			from++
			tails++
		}
		*v.entry(n) = e
		n++
	}
	v.truncate(n, tails)
	v.clearSlots()
	for i := range v.size {
		l.buf = v.appendWord(l.buf[:0], i)
		_, h := hashOf(l.buf)
		v.place(h&tagMask | uint64(i+1))
	}
}

// counted returns what was counted, in the order of the table.
func (l *limited) counted() tally { return tally{&l.vocab, nil, l.documents, l.lost} }
