package subword

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"

	"github.com/antler-ml/antler/text"
)

// TrainConfig says how [Train] learns pieces. The zero value learns byte-level
// BPE as GPT-2 does it.
type TrainConfig struct {
	Model         string   // "BPE" (byte-level), "WordPiece" or "WordLevel"; empty = "BPE"
	VocabSize     int      // pieces at most, the special ones included; 0 = 30000. The alphabet is always kept
	MinCount      int      // pairs and words that are rarer are not learned; 0 = 2
	SpecialTokens []string // get the first numbers; WordPiece and WordLevel put "[UNK]" first if it is not among them
	Lower         bool     // lower-case texts first
}

const unknown = "[UNK]"

// Train learns pieces from texts. The result depends on how often words occur,
// not on their order. BPE and WordLevel learn what Hugging Face's trainers
// learn; for WordPiece theirs depends on chance, and the one here does not.
func Train(texts iter.Seq[string], c TrainConfig) (*Tokenizer, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	counts := wordCounts{}
	st := &state{}
	for s := range texts {
		counts.add(base, st, s)
	}
	return c.train(base, counts)
}

// TrainReader is Train with each line of r as a text.
func TrainReader(r io.Reader, rc text.ReadConfig, c TrainConfig) (*Tokenizer, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	type worker struct {
		counts wordCounts
		st     state
	}
	if rc.Workers <= 0 {
		rc.Workers = runtime.GOMAXPROCS(0)
	}
	workers := make([]*worker, rc.Workers)
	err = text.EachBlock(r, rc, func(w int, b *text.Block, _ struct{}) (struct{}, error) {
		if workers[w] == nil {
			workers[w] = &worker{counts: wordCounts{}}
		}
		return struct{}{}, b.Texts(rc, func(_ int64, s []byte) error {
			workers[w].counts.add(base, &workers[w].st, alias(s))
			return nil
		})
	}, func(struct{}) error { return nil })
	if err != nil {
		return nil, err
	}
	all := wordCounts{}
	for _, w := range workers {
		if w != nil {
			for k, n := range w.counts {
				if p := all[k]; p != nil {
					*p += *n
				} else {
					all[k] = n
				}
			}
		}
	}
	return c.train(base, all)
}

// wordCounts counts words as the pre-tokenizer cuts them.
type wordCounts map[string]*int64

func (w wordCounts) add(t *Tokenizer, st *state, s string) {
	st.text.reset(s, 0)
	if t.normalize != nil {
		t.normalize.normalize(&st.text, st)
	}
	st.words = append(st.words[:0], word{0, len(st.text.text)})
	t.pre.split(&st.text, st)
	for _, part := range st.words {
		if b := st.text.text[part.lo:part.hi]; len(b) > 0 {
			if n := w[string(b)]; n != nil {
				*n++
			} else {
				w[string(b)] = new(int64(1))
			}
		}
	}
}

// base is the tokenizer without a vocabulary.
func (c TrainConfig) base() (*Tokenizer, error) {
	switch c.Model {
	case "", "BPE", "WordPiece", "WordLevel":
	default:
		return nil, fmt.Errorf("subword: unknown model %q: want \"BPE\", \"WordPiece\" or \"WordLevel\"", c.Model)
	}
	if c.VocabSize < 0 || c.MinCount < 0 {
		return nil, fmt.Errorf("subword: VocabSize is %d and MinCount %d: want 0 or more", c.VocabSize, c.MinCount)
	}
	for i, s := range c.SpecialTokens {
		if s == "" || slices.Contains(c.SpecialTokens[:i], s) {
			return nil, fmt.Errorf("subword: special token %d, %q, is empty or occurs twice", i, s)
		}
	}
	f := c.parts()
	t := &Tokenizer{}
	t.normalize, _ = readNormalizer(f.Normalizer, 0)
	t.pre, _ = readPreTokenizer(f.PreTokenizer, true, 0)
	return t, nil
}

// parts are the components around the model.
func (c TrainConfig) parts() file {
	f := file{Version: "1.0", AddedTokens: []AddedToken{}}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	if c.Lower {
		f.Normalizer = raw(`{"type":"Lowercase"}`)
	}
	switch c.Model {
	case "WordPiece":
		f.Normalizer = raw(fmt.Sprintf(`{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":%v}`, c.Lower))
		f.PreTokenizer = raw(`{"type":"BertPreTokenizer"}`)
		f.Decoder = raw(`{"type":"WordPiece","prefix":"##","cleanup":true}`)
	case "WordLevel":
		f.PreTokenizer = raw(`{"type":"Whitespace"}`)
	default:
		f.PreTokenizer = raw(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`)
		f.PostProcessor = raw(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`)
		f.Decoder = raw(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`)
	}
	return f
}

func (c TrainConfig) train(base *Tokenizer, counts wordCounts) (*Tokenizer, error) {
	if c.VocabSize == 0 {
		c.VocabSize = 30000
	}
	if c.MinCount == 0 {
		c.MinCount = 2
	}
	specials := slices.Clone(c.SpecialTokens)
	if (c.Model == "WordPiece" || c.Model == "WordLevel") && !slices.Contains(specials, unknown) {
		specials = slices.Insert(specials, 0, unknown)
	}
	f := c.parts()
	for id, s := range specials {
		f.AddedTokens = append(f.AddedTokens, AddedToken{ID: id, Content: s, Special: true})
	}
	words := make([]string, 0, len(counts))
	for w := range counts {
		words = append(words, w)
	}
	slices.Sort(words)
	switch c.Model {
	case "WordLevel":
		slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(*counts[b], *counts[a]) })
		pieces := specials
		for _, w := range words {
			if len(pieces) >= c.VocabSize || *counts[w] < int64(c.MinCount) {
				break
			}
			if !slices.Contains(specials, w) {
				pieces = append(pieces, w)
			}
		}
		f.Model = json.RawMessage(`{"type":"WordLevel","vocab":` + vocabJSON(pieces) + `,"unk_token":"` + unknown + `"}`)
	case "WordPiece":
		l := newLearner(specials, "##")
		l.alphabet(words, nil)
		l.learn(words, counts, c)
		f.Model = json.RawMessage(`{"type":"WordPiece","unk_token":"` + unknown + `","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":` + vocabJSON(l.pieces) + `}`)
	default:
		mapped := wordCounts{}
		for i, w := range words {
			words[i] = string(appendByteLevel(nil, []byte(w)))
			mapped[words[i]] = counts[w]
		}
		l := newLearner(specials, "")
		l.alphabet(nil, byteChars[:])
		l.learn(words, mapped, c)
		merges, err := json.Marshal(l.merges)
		if err != nil {
			return nil, fmt.Errorf("subword: %w", err)
		}
		f.Model = json.RawMessage(`{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":` +
			vocabJSON(l.pieces) + `,"merges":` + string(merges) + `}`)
	}
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("subword: %w", err)
	}
	return FromJSON(data)
}

func vocabJSON(pieces []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for id, p := range pieces {
		key, _ := json.Marshal(p)
		if id > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s:%d", key, id)
	}
	b.WriteByte('}')
	return b.String()
}
