package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/cmd/tokenize/internal/input"
	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

func (e *Env) fit(ctx context.Context, args []string) error {
	t := e.table(output.JSONL)
	if err := t.Check(); err != nil {
		return err
	}
	if e.Model != "words" {
		return e.train(ctx, args, t)
	}
	if e.Flags.Changed("vocab-size") {
		return cli.Errorf(cli.Usage, "--vocab-size is for --model bpe and its like").Do("--num-words limits the words that encode emits")
	}
	tok, err := e.newTokenizer()
	if err != nil {
		return err
	}
	before := tok.DocumentCount()
	s, err := e.stream(ctx, args, false)
	if err != nil {
		return err
	}
	if e.DryRun {
		return e.showWords(s, tok)
	}
	if err := e.count(s, tok); err != nil {
		return err
	}
	n := tok.DocumentCount() - before
	if n == 0 {
		return cli.Errorf(cli.BadData, "there are no rows to fit on").Do("name a file with a text on each line")
	}
	if err := t.WriteWith(tok.WriteJSON); err != nil {
		return err
	}
	e.Console.Close()
	e.Console.Printf("%s", tok)
	if d := tok.CountError(); d > 0 {
		e.Console.Warnf("--max-vocab-memory %s was short: rare words were dropped, and counts are too low by at most %s", e.MaxVocab, cli.Count(d))
	}
	sum := &summary{Version: 1, Command: "fit", Rows: n, InputDim: tok.InputDim(), CountError: tok.CountError()}
	next := ""
	if !t.ToStdout() {
		sum.Output = t.Path
		if info, err := readSize(t.Path); err == nil {
			sum.Bytes = info
		}
		next = fmt.Sprintf("tokenize encode -t %s --maxlen 80 %s -o ids.npy", cli.Quote(t.Path), cli.Quote(s.Sources[0].Name))
	}
	e.finish(sum, s, next)
	return nil
}

// newTokenizer is one with the settings, or the one to go on with.
func (e *Env) newTokenizer() (*text.Tokenizer, error) {
	var tok *text.Tokenizer
	if e.Tokenizer != "" {
		for _, flag := range []string{"lower", "filters", "split", "char-level", "oov-token", "fold", "segment", "normalize", "min-count"} {
			if e.Flags.Changed(flag) {
				return nil, cli.Errorf(cli.Usage, "--%s would not be what %s was made with", flag, e.Tokenizer).Do("leave it out, or begin anew without -t")
			}
		}
		data, words, err := e.read()
		if err != nil {
			return nil, err
		}
		if tok = words; data != nil {
			return nil, cli.Errorf(cli.Usage, "%s is a subword vocabulary, which cannot be gone on with", e.Tokenizer).Do("fit --model anew on all texts")
		}
	} else {
		tok = &text.Tokenizer{OOVToken: e.OOVToken, Lower: &e.Lower, Split: e.Split, CharLevel: e.CharLevel, Fold: e.Fold, Segment: e.Segment, Normalize: text.Form(e.Normalize), MinCount: e.MinCount}
		if e.Flags.Changed("filters") {
			tok.Filters = &e.Filters
		}
	}
	if e.NumWords > 0 {
		tok.NumWords = e.NumWords
	}
	bytes, err := parseSize(e.MaxVocab)
	if err != nil {
		return nil, err
	}
	tok.MaxVocabMemory = bytes
	tok.Workers = e.Workers
	if err := tok.Validate(); err != nil {
		return nil, cli.Errorf(cli.Usage, "%w", err)
	}
	return tok, nil
}

var errEnough = errors.New("enough")

// count fits the rows of a stream.
func (e *Env) count(s *input.Stream, tok *text.Tokenizer) (err error) {
	if s.Format == "lines" && e.OnError != "skip" {
		return tok.FitReader(&showing{s, e.meter}, text.ReadConfig{MaxLine: s.MaxLine + 16, Workers: e.Workers})
	}
	tok.FitOnTexts(func(yield func(string) bool) {
		err = each(e, s, func(_ int, b *text.Block, _ []string) ([]string, error) { return texts(s, b) }, func(all []string) error {
			for _, t := range all {
				if !yield(t) {
					return errEnough
				}
			}
			return nil
		})
	})
	return err
}

// showing shows how far the reading is.
type showing struct {
	s *input.Stream
	m *cli.Meter
}

func (r *showing) Read(p []byte) (int, error) {
	r.m.Show()
	return r.s.Read(p)
}

// showWords is the dry run: how three texts are cut into words.
func (e *Env) showWords(s *input.Stream, tok *text.Tokenizer) error {
	return each(e, s, func(_ int, b *text.Block, _ []string) ([]string, error) { return texts(s, b) }, func(all []string) error {
		for _, t := range all {
			e.showRow(t, strings.Join(quoted(tok.Words(t)), " "))
		}
		return nil
	})
}

func quoted(words []string) []string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = strconv.Quote(w)
	}
	return q
}

// train learns a subword vocabulary.
func (e *Env) train(ctx context.Context, args []string, t *output.Table) error {
	for _, flag := range []string{"num-words", "filters", "split", "char-level", "oov-token", "tokenizer", "fold", "segment", "normalize", "max-vocab-memory"} {
		if e.Flags.Changed(flag) {
			return cli.Errorf(cli.Usage, "--%s means nothing to --model %s", flag, e.Model).Do("leave it out; --vocab-size, --min-count and --lower count")
		}
	}
	s, err := e.stream(ctx, args, false)
	if err != nil {
		return err
	}
	c := subword.TrainConfig{Model: map[string]string{"bpe": "BPE", "wordpiece": "WordPiece", "wordlevel": "WordLevel"}[e.Model], VocabSize: e.VocabSize, MinCount: e.MinCount, Lower: e.Lower && e.Flags.Changed("lower")}
	n := 0
	var failed error
	tok, err := subword.Train(func(yield func(string) bool) {
		failed = each(e, s, func(_ int, b *text.Block, _ []string) ([]string, error) { return texts(s, b) }, func(all []string) error {
			for _, t := range all {
				n++
				if !yield(t) {
					return errEnough
				}
			}
			return nil
		})
	}, c)
	if failed != nil && failed != errEnough {
		return failed
	}
	if err != nil {
		return cli.Errorf(cli.BadData, "%w", err)
	}
	if e.DryRun {
		e.Console.Printf("%d rows make a vocabulary of %d pieces", n, tok.InputDim())
		return nil
	}
	data, err := tok.ToJSON()
	if err != nil {
		return err
	}
	if err := t.WriteBytes(data); err != nil {
		return err
	}
	sum := &summary{Version: 1, Command: "fit", Rows: n, InputDim: tok.InputDim()}
	if !t.ToStdout() {
		sum.Output, sum.Bytes = t.Path, int64(len(data))
	}
	e.Console.Printf("%s vocabulary of %s pieces", tok.ModelType(), cli.Count(tok.InputDim()))
	e.finish(sum, s, "")
	return nil
}
