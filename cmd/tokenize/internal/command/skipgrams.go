package command

import (
	"context"
	"strconv"

	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

func (e *Env) skipgrams(ctx context.Context, args []string) error {
	var v vocabulary
	size := e.VocabularySize
	if e.Tokenizer != "" {
		var err error
		if v, err = e.load(); err != nil {
			return err
		}
		if size == 0 {
			size = v.inputDim()
		}
	}
	if size == 0 && (e.NegativeSamples > 0 || e.SamplingFactor > 0) {
		return cli.Errorf(cli.Usage, "how many words are there to draw from?").Do("-t tok.json if the input is text, --vocabulary-size N if it is numbers, or --negative-samples 0")
	}
	if size == 1 && e.NegativeSamples > 0 {
		return cli.Errorf(cli.Usage, "--vocabulary-size 1 leaves no word to draw: 0 is padding").Do("--vocabulary-size N, the largest number plus one, or --negative-samples 0")
	}
	c := sequence.SkipGramConfig{WindowSize: e.WindowSize, NegativeSamples: &e.NegativeSamples, Shuffle: &e.Shuffle, Fast: e.Fast}
	if e.SamplingFactor > 0 {
		var err error
		if c.SamplingTable, err = sequence.SamplingTable(size, e.SamplingFactor); err != nil {
			return cli.Errorf(cli.Usage, "%w", err)
		}
	}
	// A wrong setting is found before any reading.
	if _, err := sequence.SkipGrams(nil, size, c); err != nil {
		return cli.Errorf(cli.Usage, "%w", err)
	}
	t := e.table(output.TSV)
	labels := 1
	if e.Categorical {
		labels = 2
	}
	switch t.Kind {
	case output.NPZ:
		t.Arrays = []output.Array{{Name: "couples", Cols: 2}, {Name: "labels", Cols: labels}}
		if labels == 1 {
			t.Arrays[1].Cols = 0
		}
	default:
		t.Arrays = []output.Array{{Name: "pairs", Cols: 2 + labels}}
	}
	if err := t.Check(); err != nil {
		return err
	}
	s, err := e.stream(ctx, args, v == nil)
	if err != nil {
		return err
	}
	var lengths sequence.Lengths
	pairs := 0
	w, err := t.Run(func(w *output.Writer) error {
		return each(e, s, func(_ int, b *text.Block, p *part) (*part, error) {
			p = p.reset(len(t.Arrays))
			err := e.sequences(s, v, b, func(row int64, show string, ids []int) error {
				c := c
				c.Seed = e.Seed + uint64(row)
				g, err := sequence.SkipGrams(ids, size, c)
				if err != nil {
					return cli.Errorf(cli.BadData, "%s: %w", s.Where(row), err)
				}
				p.rows++
				p.lengths.Add(len(ids))
				p.pairs += len(g.Couples)
				if e.DryRun {
					p.shows = append(p.shows, show, showPairs(g))
				}
				e.appendPairs(t, p.bufs, g)
				return nil
			})
			return p, err
		}, func(p *part) error {
			lengths.Merge(&p.lengths)
			pairs += p.pairs
			e.show(p)
			if err := w.Write(p.pairs, p.bufs...); err != nil {
				return err
			}
			if t.ToStdout() {
				return w.Flush()
			}
			return nil
		})
	})
	if err != nil || e.DryRun {
		return err
	}
	sum := e.summarise("skipgrams", &lengths)
	sum.wrote(t, w)
	e.Console.Close()
	e.Console.Printf("%s", cli.Plural(pairs, "pair"))
	e.finish(sum, s, "")
	return nil
}

// appendPairs appends rows of two words and a label.
func (e *Env) appendPairs(t *output.Table, bufs [][]byte, g sequence.Grams) {
	last := len(bufs) - 1
	for i, p := range g.Couples {
		row := [4]int{p[0], p[1], g.Labels[i]}
		cells := row[:3]
		if e.Categorical {
			row[2], row[3] = 1-g.Labels[i], g.Labels[i]
			cells = row[:4]
		}
		if last == 1 {
			bufs[0] = t.Kind.AppendInts(bufs[0], cells[:2])
			bufs[1] = t.Kind.AppendInts(bufs[1], cells[2:])
			continue
		}
		bufs[0] = t.Kind.AppendInts(bufs[0], cells)
	}
}

func showPairs(g sequence.Grams) string {
	s := ""
	for i, p := range g.Couples[:min(len(g.Couples), 12)] {
		s += "(" + strconv.Itoa(p[0]) + ", " + strconv.Itoa(p[1]) + "):" + strconv.Itoa(g.Labels[i]) + " "
	}
	if len(g.Couples) > 12 {
		s += "… " + cli.Plural(len(g.Couples), "pair")
	}
	return s
}
