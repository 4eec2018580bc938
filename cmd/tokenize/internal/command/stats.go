package command

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

// statistics are what is known of a corpus.
type statistics struct {
	Version int        `json:"v"`
	Rows    int        `json:"rows"`
	Empty   int        `json:"empty_rows"`
	Tokens  int        `json:"tokens"`
	Unknown *int       `json:"unknown_tokens,omitempty"`
	Mean    float64    `json:"length_mean"`
	P50     int        `json:"length_p50"`
	P90     int        `json:"length_p90"`
	P95     int        `json:"length_p95"`
	P99     int        `json:"length_p99"`
	Max     int        `json:"length_max"`
	MaxLens []keptRows `json:"maxlens"`
	Bad     int        `json:"bad_rows"`
}

type keptRows struct {
	MaxLen  int     `json:"maxlen"`
	Whole   float64 `json:"whole"`   // share of the rows that are kept whole
	Kept    float64 `json:"kept"`    // share of the tokens that are kept
	Padding float64 `json:"padding"` // share of the cells that are padding
}

// stats counts the tokens of texts. Without a tokenizer it cuts them as fit
// would, and no word is unknown.
func (e *Env) stats(ctx context.Context, args []string) error {
	plain := &text.Tokenizer{Workers: 1}
	cut := plain.Words
	var v vocabulary
	if e.Tokenizer != "" {
		var err error
		if v, err = e.load(); err != nil {
			return err
		}
		if w, ok := v.(words); ok {
			cut = w.Words
		}
	}
	t := e.table(output.TSV)
	if err := t.Check(); err != nil {
		return err
	}
	s, err := e.stream(ctx, args, false)
	if err != nil {
		return err
	}
	_, isPieces := v.(pieces)
	var lengths sequence.Lengths
	unknown := 0
	err = each(e, s, func(_ int, b *text.Block, p *part) (*part, error) {
		p = p.reset(0)
		all, err := texts(s, b)
		for _, t := range all {
			if isPieces {
				ids := v.text(t)
				p.lengths.Add(len(ids))
				for _, id := range ids {
					if id == v.unknown() {
						p.unknown++
					}
				}
				continue
			}
			tokens := cut(t)
			p.lengths.Add(len(tokens))
			if w, ok := v.(words); ok {
				for _, token := range tokens {
					if id, ok := w.Index(token); !ok || w.NumWords > 0 && id >= w.NumWords {
						p.unknown++
					}
				}
			}
		}
		return p, err
	}, func(p *part) error {
		lengths.Merge(&p.lengths)
		unknown += p.unknown
		return nil
	})
	if err != nil {
		return err
	}
	e.Console.Close()
	report := s.Report()
	st := statistics{Version: 1, Rows: lengths.Count(), Empty: lengths.Empty(), Tokens: lengths.Total(), Mean: float64(lengths.Total()) / float64(max(lengths.Count(), 1)),
		P50: lengths.Percentile(50), P90: lengths.Percentile(90), P95: lengths.Percentile(95), P99: lengths.Percentile(99), Max: lengths.Max(), Bad: report.N}
	if v != nil {
		st.Unknown = &unknown
	}
	for _, n := range e.maxLens(&lengths) {
		st.MaxLens = append(st.MaxLens, keptRows{n, lengths.Whole(n), lengths.Kept(n), lengths.Padding(n)})
	}
	for _, l := range report.List {
		e.Console.Warnf("  %s", l)
	}
	_, err = t.Run(func(w *output.Writer) error {
		if e.JSON {
			b, _ := json.Marshal(st)
			return w.Write(1, append(b, '\n'))
		}
		return w.Write(1, []byte(st.String()))
	})
	return err
}

// maxLens are the lengths that are worth a look: the one that was asked for, or
// round ones up to the first that keeps all rows whole.
func (e *Env) maxLens(l *sequence.Lengths) []int {
	if e.MaxLen > 0 {
		return []int{e.MaxLen}
	}
	var all []int
	for n := 1; l.Count() > 0; {
		if l.Whole(n) >= 0.5 || n >= l.Max() {
			all = append(all, n)
		}
		if n >= l.Max() || len(all) == 12 {
			break
		}
		n *= 2
	}
	return all
}

func (s statistics) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rows     %s (%s empty)\n", cli.Count(s.Rows), cli.Count(s.Empty))
	fmt.Fprintf(&b, "tokens   %s (%.1f a row)\n", cli.Count(s.Tokens), s.Mean)
	if s.Unknown != nil {
		fmt.Fprintf(&b, "unknown  %s (%.2f %%)\n", cli.Count(*s.Unknown), 100*float64(*s.Unknown)/float64(max(s.Tokens, 1)))
	}
	fmt.Fprintf(&b, "lengths  p50 %s, p90 %s, p95 %s, p99 %s, max %s\n", cli.Count(s.P50), cli.Count(s.P90), cli.Count(s.P95), cli.Count(s.P99), cli.Count(s.Max))
	if s.Bad > 0 {
		fmt.Fprintf(&b, "bad rows %s\n", cli.Count(s.Bad))
	}
	for _, m := range s.MaxLens {
		fmt.Fprintf(&b, "maxlen %d keeps %.1f %% of the texts whole and %.1f %% of the tokens; %.1f %% of the cells are padding\n", m.MaxLen, 100*m.Whole, 100*m.Kept, 100*m.Padding)
	}
	return b.String()
}
