package command

import (
	"context"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

func (e *Env) decode(ctx context.Context, args []string) error {
	v, err := e.load()
	if err != nil {
		return err
	}
	t := e.table(output.IDs)
	t.Kind = output.IDs // lines
	if err := t.Check(); err != nil {
		return err
	}
	s, err := e.stream(ctx, args, true)
	if err != nil {
		return err
	}
	_, isWords := v.(words)
	var lengths sequence.Lengths
	w, err := t.Run(func(w *output.Writer) error {
		return each(e, s, func(_ int, b *text.Block, p *part) (*part, error) {
			p = p.reset(1)
			dst := p.bufs[0]
			err := e.sequences(s, nil, b, func(_ int64, show string, ids []int) error {
				if !e.KeepPadding && isWords {
					ids = slices.DeleteFunc(ids, func(id int) bool { return id == 0 })
				}
				p.rows++
				p.lengths.Add(len(ids))
				line := oneLine.Replace(v.decode(ids))
				if e.DryRun {
					p.shows = append(p.shows, show, line)
				}
				dst = append(append(dst, line...), '\n')
				return nil
			})
			p.bufs[0] = dst
			return p, err
		}, func(p *part) error {
			lengths.Merge(&p.lengths)
			e.show(p)
			if err := w.Write(p.rows, p.bufs...); err != nil {
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
	sum := e.summarise("decode", &lengths)
	sum.wrote(t, w)
	e.finish(sum, s, "")
	return nil
}

// oneLine keeps a text on its line.
var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ")
