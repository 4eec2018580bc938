package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

// A part is what a worker makes of a block.
type part struct {
	bufs    [][]byte
	row     []int // scratch
	rows    int
	lengths sequence.Lengths
	unknown int
	pairs   int
	seqs    [][]int
	shows   []string // for a dry run: before and after
}

func (p *part) reset(arrays int) *part {
	if p == nil {
		p = &part{bufs: make([][]byte, arrays)}
	}
	for i := range p.bufs {
		p.bufs[i] = p.bufs[i][:0]
	}
	p.rows, p.unknown, p.pairs, p.lengths, p.seqs, p.shows = 0, 0, 0, sequence.Lengths{}, nil, nil
	return p
}

func (e *Env) encode(ctx context.Context, args []string) error {
	v, err := e.load()
	if err != nil {
		return err
	}
	switch e.Mode {
	case "", "ids":
		return e.encodeRows(ctx, args, v, "encode")
	case "pieces":
		t := e.table(output.JSONL)
		if e.MaxLen > 0 || t.Kind.IsArray() {
			return cli.Errorf(cli.Usage, "words have no padding, so rows of words cannot have one length").Do("leave out --maxlen and write jsonl, csv, tsv or ids; or --mode ids")
		}
		return e.encodeRows(ctx, args, v, "encode")
	}
	w, ok := v.(words)
	if !ok {
		return cli.Errorf(cli.Usage, "--mode %s is for Keras' tokenizers, and %s is a subword vocabulary", e.Mode, e.Tokenizer).Do("--mode ids")
	}
	if e.MaxLen > 0 {
		return cli.Errorf(cli.Usage, "--maxlen means nothing to a matrix, whose rows are as long as the vocabulary").Do("--num-words N limits that")
	}
	return e.encodeMatrix(ctx, args, w)
}

// encodeRows writes numbers or words; without a vocabulary the rows are
// numbers already (pad).
func (e *Env) encodeRows(ctx context.Context, args []string, v vocabulary, command string) error {
	t := e.table(output.JSONL)
	pad := e.padConfig()
	byWord := e.Mode == "pieces"
	t.Arrays = []output.Array{{Name: "ids", Cols: e.MaxLen}}
	if e.MaxLen == 0 && (t.Kind.IsArray() || v == nil) && !e.DryRun {
		t.Pad = &pad
	}
	if v == nil && e.Value < 0 && !t.Kind.IsArray() {
		e.Console.Printf("note: %d is no number of a word; what reads these rows must know it", e.Value)
	}
	if err := t.Check(); err != nil {
		return err
	}
	s, err := e.stream(ctx, args, v == nil)
	if err != nil {
		return err
	}
	unknown := -1
	if v != nil {
		unknown = v.unknown()
	}
	var lengths sequence.Lengths
	unknowns := 0
	w, err := t.Run(func(w *output.Writer) error {
		return each(e, s, func(_ int, b *text.Block, p *part) (*part, error) {
			p = p.reset(1)
			if len(p.row) != e.MaxLen {
				p.row = make([]int, e.MaxLen)
			}
			row := p.row
			var names []string
			dst := p.bufs[0]
			err := e.sequences(s, v, b, func(_ int64, show string, ids []int) error {
				p.rows++
				p.lengths.Add(len(ids))
				if unknown >= 0 {
					for _, id := range ids {
						if id == unknown {
							p.unknown++
						}
					}
				}
				switch {
				case byWord:
					names = names[:0]
					for _, id := range ids {
						names = append(names, v.word(id))
					}
					dst = t.Kind.AppendWords(dst, names)
				case t.Pad != nil:
					dst = output.AppendRagged(dst, ids)
				case e.MaxLen > 0:
					sequence.PadRow(row, ids, e.Value, pad)
					dst = t.Kind.AppendInts(dst, row)
				default:
					dst = t.Kind.AppendInts(dst, ids)
				}
				if e.DryRun {
					p.shows = append(p.shows, show, string(dst))
					dst = dst[:0]
				}
				return nil
			})
			p.bufs[0] = dst
			return p, err
		}, func(p *part) error {
			lengths.Merge(&p.lengths)
			unknowns += p.unknown
			w.Cols = max(w.Cols, p.lengths.Max())
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
	sum := e.summarise(command, &lengths)
	if unknown >= 0 {
		sum.Unknown = new(float64(unknowns) / float64(max(lengths.Total(), 1)))
	}
	if v != nil {
		sum.InputDim = v.inputDim()
	}
	sum.wrote(t, w)
	next := ""
	if sum.Output != "" && v != nil {
		e.Console.Printf("an embedding of these numbers needs input_dim %d (0 is padding)", v.inputDim())
		next = fmt.Sprintf("tokenize decode -t %s %s | head", cli.Quote(e.Tokenizer), cli.Quote(t.Path))
	}
	e.finish(sum, s, next)
	return nil
}

// show prints the rows of a dry run, before and after.
func (e *Env) show(p *part) {
	for i := 0; i+1 < len(p.shows); i += 2 {
		e.showRow(p.shows[i], trimLine(p.shows[i+1]))
	}
}

// showRow prints a row of a dry run; with --json as one line of JSON.
func (e *Env) showRow(before, after string) {
	if !e.JSON {
		fmt.Fprintf(e.Out, "%s\n  -> %s\n", preview(before), cli.Short(after, 200))
		return
	}
	b, _ := marshal(struct {
		Version int    `json:"v"`
		Before  string `json:"before"`
		After   string `json:"after"`
	}{1, preview(before), cli.Short(after, 200)})
	fmt.Fprintf(e.Out, "%s\n", b)
}

func trimLine(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		return s[:n-1]
	}
	return s
}

func (e *Env) encodeMatrix(ctx context.Context, args []string, v words) error {
	t := e.table(output.JSONL)
	// One empty row tells whether there can be a matrix, and how wide it is.
	x, err := v.SequencesToMatrix(slices.Values([][]int{{}}), text.Mode(e.Mode))
	if err != nil {
		return cli.Errorf(cli.Usage, "%w", err)
	}
	cols := x.Dim(1)
	t.Arrays = []output.Array{{Name: "matrix", Float: true, Cols: cols}}
	if err := t.Check(); err != nil {
		return err
	}
	s, err := e.stream(ctx, args, false)
	if err != nil {
		return err
	}
	var lengths sequence.Lengths
	group := max(1, (1<<20)/cols) // rows at once: what they expand to stays small
	w, err := t.Run(func(w *output.Writer) error {
		var buf []byte
		return each(e, s, func(_ int, b *text.Block, p *part) (*part, error) {
			p = p.reset(1)
			err := e.sequences(s, v, b, func(_ int64, show string, ids []int) error {
				p.lengths.Add(len(ids))
				p.seqs = append(p.seqs, slices.Clone(ids))
				if e.DryRun {
					p.shows = append(p.shows, show)
				}
				return nil
			})
			return p, err
		}, func(p *part) error {
			lengths.Merge(&p.lengths)
			for from := 0; from < len(p.seqs); from += group {
				seqs := p.seqs[from:min(from+group, len(p.seqs))]
				x, err := v.SequencesToMatrix(slices.Values(seqs), text.Mode(e.Mode))
				if err != nil {
					return cli.Errorf(cli.Failed, "%w", err)
				}
				buf = buf[:0]
				for i := range seqs {
					row := x.Data()[i*cols : (i+1)*cols]
					if e.DryRun {
						e.showRow(p.shows[from+i], trimLine(string(output.IDs.AppendFloats(nil, row))))
						continue
					}
					buf = t.Kind.AppendFloats(buf, row)
				}
				if err := w.Write(len(seqs), buf); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil || e.DryRun {
		return err
	}
	sum := e.summarise("encode", &lengths)
	sum.wrote(t, w)
	e.finish(sum, s, "")
	return nil
}
