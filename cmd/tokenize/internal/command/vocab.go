package command

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// An entry is a word of a vocabulary.
type entry struct {
	ID    int    `json:"id"`
	Word  string `json:"word"`
	Count *int   `json:"count,omitempty"`
	Texts *int   `json:"texts,omitempty"`
}

var vocabActions = []string{"list", "top", "rare", "coverage"}

func (e *Env) vocab(args []string) error {
	action := "list"
	if len(args) > 0 && slices.Contains(vocabActions, args[0]) {
		action, args = args[0], args[1:]
	}
	switch {
	case len(args) == 1 && e.Tokenizer == "":
		e.Tokenizer = args[0]
	case len(args) == 2 && e.Tokenizer == "":
		err := cli.Errorf(cli.Usage, "vocab cannot %s", cli.Quote(args[0]))
		if near := config.Nearest(args[0], vocabActions); len(near) > 0 {
			return err.Do("did you mean vocab %s?", near[0])
		}
		return err.Do("tokenize vocab list, top, rare or coverage %s", cli.Quote(args[1]))
	case len(args) > 0:
		return cli.Errorf(cli.Usage, "one tokenizer at a time; what is %s?", cli.Quote(args[len(args)-1])).Do("tokenize vocab top tok.json")
	}
	v, err := e.load()
	if err != nil {
		return err
	}
	entries := entriesOf(v)
	byCount := func(a, b entry) int {
		if a.Count == nil || b.Count == nil {
			return 0
		}
		return *b.Count - *a.Count
	}
	switch action {
	case "coverage":
		return e.coverage(v, entries)
	case "top":
		slices.SortStableFunc(entries, byCount)
		entries = entries[:min(e.Count, len(entries))]
	case "rare":
		entries = slices.DeleteFunc(entries, func(x entry) bool { return x.Count != nil && *x.Count == 0 })
		slices.SortStableFunc(entries, func(a, b entry) int { return byCount(b, a) })
		entries = entries[:min(e.Count, len(entries))]
	}
	t := e.table(output.TSV)
	if e.JSON {
		t.Kind = output.JSONL
	}
	if t.Kind.IsArray() {
		return cli.Errorf(cli.Usage, "words are no array").Do("--to tsv, csv or jsonl")
	}
	_, err = t.Run(func(w *output.Writer) error {
		for _, x := range entries {
			var b []byte
			var err error
			if t.Kind == output.JSONL {
				if b, err = marshal(x); err != nil {
					return err
				}
				b = append(b, '\n')
			} else {
				cells := []string{strconv.Itoa(x.ID), x.Word}
				for _, n := range []*int{x.Count, x.Texts} {
					if n != nil {
						cells = append(cells, strconv.Itoa(*n))
					}
				}
				b = t.Kind.AppendWords(nil, cells)
			}
			if err := w.Write(1, b); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// entriesOf are the words that can be emitted, in the order of their numbers.
func entriesOf(v vocabulary) []entry {
	var all []entry
	switch v := v.(type) {
	case words:
		counts, docs := map[string]int{}, map[string]int{}
		for w, n := range v.WordCounts() {
			counts[w] = n
		}
		for w, n := range v.WordDocs() {
			docs[w] = n
		}
		for id, w := range v.Vocabulary() {
			if _, ok := v.Word(id); ok {
				all = append(all, entry{id, w, new(counts[w]), new(docs[w])})
			}
		}
	case pieces:
		var seq iter.Seq2[int, string] = v.Vocabulary()
		for id, w := range seq {
			all = append(all, entry{ID: id, Word: w})
		}
	}
	return all
}

// coverage tells how many of the most frequent words make how much of the text.
func (e *Env) coverage(v vocabulary, _ []entry) error {
	w, ok := v.(words)
	if !ok {
		return cli.Errorf(cli.Usage, "a subword vocabulary covers everything, and has no counts").Do("tokenize vocab list")
	}
	var counts []int
	total := 0
	for _, n := range w.WordCounts() {
		counts = append(counts, n)
		total += n
	}
	if total == 0 {
		return cli.Errorf(cli.BadData, "%s has no counts", e.Tokenizer).Do("fit it on some texts")
	}
	slices.SortFunc(counts, func(a, b int) int { return b - a })
	type row struct {
		Words    int     `json:"words"`
		NumWords int     `json:"num_words"`
		Share    float64 `json:"share"`
	}
	var table []row
	sum, next := 0, 0
	shares := []float64{0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1}
	special := 1
	if w.unknown() >= 0 {
		special = 2
	}
	for i, n := range counts {
		sum += n
		share := float64(sum) / float64(total)
		for next < len(shares) && share >= shares[next] {
			if len(table) == 0 || table[len(table)-1].Words != i+1 {
				table = append(table, row{i + 1, i + 1 + special, share})
			}
			next++
		}
	}
	t := e.table(output.TSV)
	_, err := t.Run(func(out *output.Writer) error {
		if e.JSON {
			for _, r := range table {
				b, _ := json.Marshal(r)
				if err := out.Write(1, append(b, '\n')); err != nil {
					return err
				}
			}
			return nil
		}
		text := fmt.Sprintf("%s words, %s tokens\n%10s %12s %s\n", cli.Count(len(counts)), cli.Count(total), "words", "--num-words", "cover")
		for _, r := range table {
			text += fmt.Sprintf("%10s %12d %6.2f %%\n", cli.Count(r.Words), r.NumWords, 100*r.Share)
		}
		return out.Write(1, []byte(text))
	})
	return err
}
