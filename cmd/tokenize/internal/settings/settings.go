// Package settings is the configuration of the tokenize command: one struct
// from which flags, defaults and help are made.
package settings

import (
	"runtime"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// Settings are all flags. The names are Keras' arguments with dashes.
type Settings struct {
	Tokenizer string `flag:"tokenizer" short:"t" group:"tokenizer" help:"FILE: what fit wrote, Keras' to_json or a tokenizer.json"`
	Output    string `flag:"output" short:"o" group:"output" auto:"standard output" help:"FILE: where the result goes"`
	Force     bool   `flag:"force" short:"f" group:"output" help:": replace FILE if it exists"`
	To        string `flag:"to" group:"format" auto:"by name" help:"jsonl|csv|tsv|ids|npy|npz: what is written"`

	NumWords  int    `flag:"num-words" group:"fit" auto:"all" help:"N: emit the N-1 most frequent words only"`
	OOVToken  string `flag:"oov-token" group:"fit" help:"WORD: stands for words that are unknown; else they are dropped"`
	Lower     bool   `flag:"lower" group:"fit" help:": lower-case first"`
	Filters   string `flag:"filters" group:"fit" auto:"punctuation, tab, LF" help:"CHARS: separate words too"`
	Split     string `flag:"split" group:"fit" auto:"space" help:"TEXT: separates words"`
	CharLevel bool   `flag:"char-level" group:"fit" help:": every character is a token"`
	Fold      bool   `flag:"fold" group:"fit" help:": full case folding"`
	Segment   bool   `flag:"segment" group:"fit" help:": cut at Unicode's word boundaries"`
	Normalize string `flag:"normalize" group:"fit" help:"NFC|NFKC|NFD|NFKD: Unicode form"`
	MinCount  int    `flag:"min-count" group:"fit" help:"N: rarer words get no number"`
	MaxVocab  string `flag:"max-vocab-memory" group:"fit" auto:"no bound" help:"SIZE: such as 500MB; the rarest words are dropped"`
	Model     string `flag:"model" group:"fit" help:"words|bpe|wordpiece|wordlevel: Keras' tokenizer, or a subword vocabulary"`
	VocabSize int    `flag:"vocab-size" group:"fit" help:"N: pieces of a subword vocabulary"`

	Mode       string `flag:"mode" group:"encode" help:"ids|pieces|binary|count|freq|tfidf: numbers, words or a matrix row for each text"`
	MaxLen     int    `flag:"maxlen" group:"pad" auto:"as long as they are" help:"N: length of every row"`
	Padding    string `flag:"padding" group:"pad" help:"pre|post: zeros in front or behind"`
	Truncating string `flag:"truncating" group:"pad" help:"pre|post: pre keeps the END of a text, post its beginning"`
	Value      int    `flag:"value" group:"pad" help:"N: what short rows are filled up with"`

	VocabularySize  int     `flag:"vocabulary-size" group:"skipgrams" auto:"the tokenizer's" help:"N: largest number plus one"`
	WindowSize      int     `flag:"window-size" group:"skipgrams" help:"N: words on each side"`
	NegativeSamples float64 `flag:"negative-samples" group:"skipgrams" help:"X: random pairs for each real one"`
	Shuffle         bool    `flag:"shuffle" group:"skipgrams" help:": mix the pairs of a row"`
	Categorical     bool    `flag:"categorical" group:"skipgrams" help:": labels 0 1 and 1 0"`
	SamplingFactor  float64 `flag:"sampling-factor" group:"skipgrams" help:"X: such as 1e-5, takes frequent words less often; 0 = all"`
	Seed            uint64  `flag:"seed" group:"skipgrams" help:"N: row i is drawn with N+i"`
	Fast            bool    `flag:"fast" group:"skipgrams" help:": a quicker generator; pairs of the same kind, but not those of Keras"`

	KeepPadding bool `flag:"keep-padding" group:"decode" help:": decode 0 too, as Keras does"`
	Count       int  `flag:"count" short:"n" group:"vocab" help:"N: words that top and rare show"`

	Format  string `flag:"format" group:"input" auto:"by name" help:"lines|csv|tsv|jsonl|file: rows of the input; file = one text a file"`
	Column  string `flag:"column" short:"c" group:"input" auto:"text" help:"NAME: or number of the column, or path of the JSON field"`
	Header  bool   `flag:"header" group:"input" auto:"if NAME is a name" help:": the first row of a table names its columns"`
	Charset string `flag:"charset" group:"input" help:"NAME: such as latin1, utf-16, shift_jis"`
	OnError string `flag:"on-error" group:"input" help:"fail|skip|replace: bad rows; replace keeps them, with U+FFFD or empty"`
	MaxLine int    `flag:"max-line" group:"input" help:"BYTES: a longer row is a bad row"`

	DryRun  bool `flag:"dry-run" group:"run" help:": show three rows before and after, write nothing"`
	JSON    bool `flag:"json" group:"run" help:": summary, stats and vocab as JSON"`
	Quiet   bool `flag:"quiet" short:"q" group:"run" help:": only the result and errors"`
	Workers int  `flag:"workers" group:"run" auto:"one a processor" help:"N: the result does not depend on it"`
	NoColor bool `flag:"no-color" group:"run" help:": no colours, as NO_COLOR does"`
}

// Default returns the settings without flags.
func Default() *Settings {
	return &Settings{
		Lower: true, Model: "words", VocabSize: 30000,
		Mode: "ids", Padding: "pre", Truncating: "pre",
		WindowSize: 4, NegativeSamples: 1, Shuffle: true,
		Count: 20, Charset: "utf-8", OnError: "fail", MaxLine: 16 << 20,
		Workers: runtime.GOMAXPROCS(0),
	}
}

// aliases are what people type.
var aliases = map[string]string{
	"max-len": "maxlen", "max-length": "maxlen", "field": "column", "out": "output", "tok": "tokenizer", "encoding": "charset",
	"dryrun": "dry-run", "oov": "oov-token", "window": "window-size", "negative": "negative-samples", "max-words": "num-words",
	"truncate": "truncating", "pad": "padding", "vocabsize": "vocabulary-size", "overwrite": "force", "input-format": "format", "output-format": "to",
}

// Flags returns the flags of s.
func Flags(s *Settings) *cli.Flags { return cli.NewFlags("tokenize", s, aliases) }

// A Verb is what tokenize can do.
type Verb struct {
	Name, Args, Does string
	groups, flags    []string // which flags it has
}

// Verbs are all verbs, in the order of their use.
var Verbs = []Verb{
	{"fit", "INPUT…", "count words and number them", []string{"fit"}, []string{"tokenizer", "output", "force"}},
	{"encode", "INPUT…", "texts to numbers, words or a matrix", []string{"tokenizer", "encode", "pad", "output", "format"}, []string{"num-words"}},
	{"decode", "IDS…", "numbers to texts", []string{"tokenizer", "decode", "output"}, nil},
	{"skipgrams", "INPUT…", "word pairs for word vectors, of texts (-t) or numbers", []string{"tokenizer", "skipgrams", "output", "format"}, nil},
	{"pad", "IDS…", "rows of one length", []string{"pad", "output", "format"}, nil},
	{"vocab", "list|top|rare|coverage TOKENIZER", "the words of a tokenizer", []string{"vocab", "output"}, []string{"tokenizer", "to"}},
	{"stats", "INPUT…", "rows, tokens, unknown words, lengths", []string{"tokenizer", "output"}, []string{"maxlen"}},
	{"convert", "TOKENIZER", "Keras' JSON to tokenizer.json and back", []string{"output"}, []string{"tokenizer"}},
}

// Completion returns the script that completes commands and flags in a shell.
func Completion(shell string) (string, error) {
	var all []cli.Verb
	for i := range Verbs {
		all = append(all, cli.Verb{Name: Verbs[i].Name, Does: Verbs[i].Does, Has: Verbs[i].Has})
	}
	return Flags(Default()).Completion(shell, all)
}

// Find returns the verb of that name.
func Find(name string) (*Verb, error) {
	var names []string
	for i := range Verbs {
		if Verbs[i].Name == name {
			return &Verbs[i], nil
		}
		names = append(names, Verbs[i].Name)
	}
	e := cli.Errorf(cli.Usage, "there is no command %q", name).Why("commands: %s", strings.Join(names, ", "))
	if near := config.Nearest(name, names); len(near) > 0 {
		return nil, e.Do("did you mean tokenize %s?", near[0])
	}
	return nil, e.Do("tokenize fit %s -o tok.json", cli.Quote(name))
}

// Has reports whether the verb has a flag.
func (v *Verb) Has(name, group string) bool {
	if group == "run" || group == "input" && v.Name != "vocab" && v.Name != "convert" {
		return true
	}
	return slices.Contains(v.groups, group) || slices.Contains(v.flags, name)
}

// Check refuses flags that the verb would not look at, and values that no verb
// can use.
func Check(v *Verb, s *Settings, f *cli.Flags) error {
	for _, x := range f.Given() {
		name, _, _ := strings.Cut(strings.TrimPrefix(x, "--"), "=")
		group := f.Group(name)
		if !strings.HasPrefix(x, "--") || group == "" || v.Has(name, group) {
			continue
		}
		var has []string
		for _, o := range Verbs {
			if o.Has(name, group) {
				has = append(has, o.Name)
			}
		}
		return cli.Errorf(cli.Usage, "--%s means nothing to %s; it belongs to %s", name, v.Name, cli.List(has, 5)).Do("leave it out: tokenize %s --help lists what %s knows", v.Name, v.Name)
	}
	for _, c := range []struct {
		flag string
		bad  bool
		want string
	}{
		{"maxlen", s.MaxLen < 0, "a length, or 0 for as long as they are"},
		{"num-words", s.NumWords < 0, "a size, or 0 for all words"},
		{"max-line", s.MaxLine < 1, "a number of bytes above 0"},
		{"workers", s.Workers < 1, "1 or more"},
		{"count", s.Count < 0, "0 or more"},
		{"min-count", s.MinCount < 0, "0 or more"},
		{"vocab-size", s.VocabSize < 1, "1 or more"},
		{"window-size", s.WindowSize < 1, "1 or more"},
		{"negative-samples", s.NegativeSamples < 0, "0 or more"},
		{"sampling-factor", s.SamplingFactor < 0, "0 for none, or a small number such as 1e-5"},
		{"vocabulary-size", s.VocabularySize < 0, "the largest number plus one"},
	} {
		if c.bad {
			return cli.Errorf(cli.Usage, "--%s is out of range", c.flag).Do("want %s", c.want)
		}
	}
	return nil
}
