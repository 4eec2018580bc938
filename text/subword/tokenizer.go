package subword

import (
	"io"
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/antler-ml/antler/text"
)

// A Tokenizer turns texts into numbers of pieces and back. It is made by
// [FromJSON] or [Train]; all methods may be called at the same time.
type Tokenizer struct {
	// Workers is how many goroutines EncodeTexts uses; 0 = GOMAXPROCS. No
	// result depends on it.
	Workers int

	added     addedTokens
	normalize normalizer   // nil = none
	pre       preTokenizer // nil = none
	bytes     bool         // the pre-tokenizer ends with ByteLevel: pieces are bytes written as characters
	model     model
	post      postProcessor // nil = none
	before    []int         // what post puts before and after a text
	after     []int
	decode    decoder // nil = none
	file      file    // as it was read
	states    sync.Pool
}

// A model cuts a word into pieces.
type model interface {
	kind() string
	// cut appends the pieces of a word to dst. Positions are in the word.
	cut(dst []token, word []byte, s *state) []token
	id(piece string) (int, bool)
	piece(id int) (string, bool)
	// size is the largest number plus one.
	size() int
}

// A token is a piece at [lo,hi) of something.
type token struct {
	id     int
	lo, hi int
}

// An Encoding is a text in pieces.
type Encoding struct {
	IDs     []int
	Pieces  []string // as in the vocabulary; an added token as it stands in the text
	Offsets [][2]int // where each piece lies in the text, in bytes; 0, 0 for special tokens
	TypeIDs []int    // what the post-processor says, else 0
	Special []bool   // was added by the post-processor

	text string
}

// EncodeConfig says how texts are encoded. The zero value is what Hugging Face
// does by default.
type EncodeConfig struct {
	NoSpecial bool // leave out what the post-processor adds, as [CLS]
}

// state is the scratch memory of one call.
type state struct {
	tokens  []token // of the text, positions in it
	found   []foundToken
	words   []word
	aux     []word
	cuts    []token
	text    aligned
	part    aligned
	tmp     aligned
	changes []change
	mapped  []byte
	bpe     bpeScratch
}

func (t *Tokenizer) state() *state {
	if s, ok := t.states.Get().(*state); ok {
		return s
	}
	return &state{}
}

// Encode cuts a text into pieces.
func (t *Tokenizer) Encode(s string, c EncodeConfig) *Encoding {
	st := t.state()
	defer t.states.Put(st)
	t.run(st, s, true)
	e := &Encoding{text: s}
	for _, tk := range st.tokens {
		p, _ := t.Piece(tk.id)
		e.add(tk.id, p, [2]int{tk.lo, tk.hi}, 0, false)
	}
	for _, f := range st.found {
		e.Pieces[f.index] = f.text
	}
	if t.post != nil {
		e = t.post.process(e, !c.NoSpecial)
	}
	return e
}

func (e *Encoding) add(id int, piece string, at [2]int, typeID int, special bool) {
	e.IDs = append(e.IDs, id)
	e.Pieces = append(e.Pieces, piece)
	e.Offsets = append(e.Offsets, at)
	e.TypeIDs = append(e.TypeIDs, typeID)
	e.Special = append(e.Special, special)
}

// AppendIDs appends the numbers of the pieces of a text to dst. It allocates
// only to grow dst, once its scratch memory has grown.
func (t *Tokenizer) AppendIDs(dst []int, s string, c EncodeConfig) []int {
	st := t.state()
	dst = t.appendIDs(dst, s, c, st)
	t.states.Put(st)
	return dst
}

func (t *Tokenizer) appendIDs(dst []int, s string, c EncodeConfig, st *state) []int {
	t.run(st, s, false)
	if !c.NoSpecial {
		dst = append(dst, t.before...)
	}
	for i := range st.tokens {
		dst = append(dst, st.tokens[i].id)
	}
	if !c.NoSpecial {
		dst = append(dst, t.after...)
	}
	return dst
}

// EncodeTexts returns the numbers of each text, in parallel.
func (t *Tokenizer) EncodeTexts(texts iter.Seq[string], c EncodeConfig) [][]int {
	n := t.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	all := slices.Collect(texts)
	out := make([][]int, len(all))
	const grain = 64
	var wg sync.WaitGroup
	next := make(chan int)
	work := func(lo int, st *state) {
		var ids []int
		var ends [grain]int
		part := all[lo:min(lo+grain, len(all))]
		for i, s := range part {
			ids = t.appendIDs(ids, s, c, st)
			ends[i] = len(ids)
		}
		from := 0
		for i := range part {
			out[lo+i], from = ids[from:ends[i]:ends[i]], ends[i]
		}
	}
	if n == 1 || len(all) <= grain {
		st := t.state()
		defer t.states.Put(st)
		for lo := 0; lo < len(all); lo += grain {
			work(lo, st)
		}
		return out
	}
	for range n {
		wg.Go(func() {
			st := t.state()
			defer t.states.Put(st)
			for lo := range next {
				work(lo, st)
			}
		})
	}
	for lo := 0; lo < len(all); lo += grain {
		next <- lo
	}
	close(next)
	wg.Wait()
	return out
}

// EncodeReader encodes each line of r, in parallel, and calls emit in order,
// on the calling goroutine; ids is valid until emit returns. Memory does not
// grow with the stream.
func (t *Tokenizer) EncodeReader(r io.Reader, rc text.ReadConfig, c EncodeConfig, emit func(line int64, ids []int) error) error {
	type result struct {
		ids, ends []int
		lines     []int64
	}
	return text.EachBlock(r, rc, func(_ int, b *text.Block, res result) (result, error) {
		st := t.state()
		defer t.states.Put(st)
		res.ids, res.ends, res.lines = res.ids[:0], res.ends[:0], res.lines[:0]
		err := b.Texts(rc, func(line int64, s []byte) error {
			res.ids = t.appendIDs(res.ids, alias(s), c, st)
			res.ends = append(res.ends, len(res.ids))
			res.lines = append(res.lines, line)
			return nil
		})
		return res, err
	}, func(res result) error {
		from := 0
		for i, end := range res.ends {
			if err := emit(res.lines[i], res.ids[from:end]); err != nil {
				return err
			}
			from = end
		}
		return nil
	})
}

// ID returns the number of a piece or an added token.
func (t *Tokenizer) ID(piece string) (int, bool) {
	if id, ok := t.added.ids[piece]; ok {
		return id, true
	}
	return t.model.id(piece)
}

// Piece returns the piece of a number.
func (t *Tokenizer) Piece(id int) (string, bool) {
	if a := t.added.byID[id]; a != nil {
		return a.Content, true
	}
	return t.model.piece(id)
}

// Vocabulary yields all numbers with their pieces, added tokens included, in
// the order of the numbers.
func (t *Tokenizer) Vocabulary() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for id := range t.InputDim() {
			if p, ok := t.Piece(id); ok && !yield(id, p) {
				return
			}
		}
	}
}

// InputDim returns how many rows an embedding needs: the largest number plus one.
func (t *Tokenizer) InputDim() int {
	n := t.model.size()
	for _, a := range t.added.list {
		n = max(n, a.ID+1)
	}
	return n
}

// ModelType returns "BPE", "WordPiece" or "WordLevel".
func (t *Tokenizer) ModelType() string { return t.model.kind() }

// Decode turns numbers into a text. Unknown numbers are left out; skipSpecial
// leaves out special tokens too, as Hugging Face does by default.
func (t *Tokenizer) Decode(ids []int, skipSpecial bool) string {
	pieces := make([]string, 0, len(ids))
	for _, id := range ids {
		if a := t.added.byID[id]; a != nil && a.Special && skipSpecial {
			continue
		}
		if p, ok := t.Piece(id); ok {
			pieces = append(pieces, p)
		}
	}
	return t.join(pieces)
}
