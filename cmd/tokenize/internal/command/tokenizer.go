package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

// A vocabulary is a tokenizer of either kind. Its methods may be called from
// several goroutines.
type vocabulary interface {
	// lines encodes each line of data.
	lines(data []byte, emit func(ids []int) error) error
	// text encodes one text.
	text(s string) []int
	decode(ids []int) string
	word(id int) string
	inputDim() int
	unknown() int // the number of the token for unknown words, -1: none
}

// load reads the tokenizer that -t names.
func (e *Env) load() (vocabulary, error) {
	if e.Tokenizer == "" {
		return nil, cli.Errorf(cli.Usage, "which tokenizer?").Do("-t tok.json, made by: tokenize fit corpus.txt -o tok.json")
	}
	data, t, err := e.read()
	if err != nil {
		return nil, err
	}
	if data != nil {
		t, err := subword.FromJSON(data)
		if err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: %w", e.Tokenizer, err).Do("take a tokenizer.json without it, or make one: tokenize fit --model bpe corpus.txt -o tokenizer.json")
		}
		if e.NumWords > 0 {
			return nil, cli.Errorf(cli.Usage, "--num-words is for Keras' tokenizers, and %s is a %s", e.Tokenizer, t.ModelType())
		}
		return pieces{t}, nil
	}
	if e.NumWords > 0 {
		t.NumWords = e.NumWords
	}
	return newWords(t), nil
}

// read reads the file of a tokenizer: the bytes of a tokenizer.json, or one of
// Keras, whose file can be large.
func (e *Env) read() ([]byte, *text.Tokenizer, error) {
	name := e.Tokenizer
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, nil, cli.Errorf(cli.Usage, "%s is a folder, not a tokenizer", name).Do("-t FILE")
	case os.IsNotExist(err):
		return nil, nil, cli.Errorf(cli.BadData, "there is no tokenizer %s", name).Do("tokenize fit corpus.txt -o %s", cli.Quote(name))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, cli.Errorf(cli.Failed, "%w", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	head, err := r.Peek(1 << 12)
	if err != nil && err != io.EOF {
		return nil, nil, cli.Errorf(cli.Failed, "%w", err)
	}
	isObject := bytes.HasPrefix(bytes.TrimSpace(head), []byte("{"))
	if isObject && !isKeras(head) {
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, nil, cli.Errorf(cli.Failed, "%w", err)
		}
		if isSubword(data) {
			return data, nil, nil
		}
		r.Reset(bytes.NewReader(data))
	}
	t, err := text.ReadJSON(r)
	if err != nil {
		what := cli.Errorf(cli.BadData, "%s: %w", name, err)
		if !isObject {
			return nil, nil, what.Do("-t wants what tokenize fit wrote; texts are named without -t")
		}
		return nil, nil, what.Do("make it again: tokenize fit corpus.txt -o %s --force, or write what Keras' to_json returns", cli.Quote(name))
	}
	t.Workers = 1 // this program has workers of its own
	return nil, t, nil
}

// isKeras reports whether a file begins as those of Keras do.
func isKeras(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	for range 2 {
		if t, err := d.Token(); err != nil {
			return false
		} else if t == "class_name" || t == "config" {
			return true
		}
	}
	return false
}

// isSubword reports whether data look like a tokenizer.json.
func isSubword(data []byte) bool {
	var file struct {
		Class string          `json:"class_name"`
		Model json.RawMessage `json:"model"`
	}
	return json.Unmarshal(data, &file) == nil && file.Class == "" && file.Model != nil
}

type words struct {
	*text.Tokenizer
	encoders *sync.Pool
}

func newWords(t *text.Tokenizer) words {
	return words{t, &sync.Pool{New: func() any { return t.NewEncoder() }}}
}

func (w words) lines(data []byte, emit func(ids []int) error) error {
	e := w.encoders.Get().(*text.Encoder)
	defer w.encoders.Put(e)
	return e.Lines(data, emit)
}

func (w words) text(s string) []int {
	e := w.encoders.Get().(*text.Encoder)
	defer w.encoders.Put(e)
	return e.Append(nil, s)
}

func (w words) decode(ids []int) string { return w.SequencesToTexts(slices.Values([][]int{ids}))[0] }

func (w words) word(id int) string { s, _ := w.Word(id); return s }

func (w words) inputDim() int { return w.InputDim() }

func (w words) unknown() int {
	if w.OOVToken != "" {
		if i, ok := w.Index(w.OOVToken); ok {
			return i
		}
	}
	return -1
}

type pieces struct{ *subword.Tokenizer }

func (p pieces) lines(data []byte, emit func(ids []int) error) error {
	return p.EncodeReader(bytes.NewReader(data), text.ReadConfig{Workers: 1, MaxLine: len(data) + 1}, subword.EncodeConfig{}, func(_ int64, ids []int) error { return emit(ids) })
}

func (p pieces) text(s string) []int { return p.AppendIDs(nil, s, subword.EncodeConfig{}) }

func (p pieces) decode(ids []int) string { return p.Decode(ids, true) }

func (p pieces) word(id int) string { s, _ := p.Piece(id); return s }

func (p pieces) inputDim() int { return p.InputDim() }

func (p pieces) unknown() int {
	for _, name := range []string{"[UNK]", "<unk>"} {
		if id, ok := p.ID(name); ok {
			return id
		}
	}
	return -1
}

// preview cuts a text for a dry run.
func preview(s string) string { return cli.Short(strings.ReplaceAll(s, "\n", " "), 70) }
