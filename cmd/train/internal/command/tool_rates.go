package command

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/search"
)

// ratesSettings are the flags of train lr-find.
type ratesSettings struct {
	Target string   `flag:"target" group:"Data" help:"NAME: the column of a table to predict"`
	From   float64  `flag:"from" group:"Rates" help:"X: the first rate"`
	To     float64  `flag:"to" group:"Rates" help:"X: the last rate, if the loss does not blow up before"`
	Steps  int      `flag:"steps" group:"Rates" help:"N: updates, each at its own rate"`
	Fixed  []string `flag:"set" group:"Data" help:"KEY=VALUE: one setting, as in a configuration; more than once"`
	Seed   uint64   `flag:"seed" group:"Data" help:"N: same seed, same rates"`
	Out    string   `flag:"out" short:"o" group:"Output" help:"FILE: rate, loss and smoothed loss of every update, as CSV"`
	Output
}

func ratesTool() Tool {
	s := &ratesSettings{From: 1e-6, To: 10, Steps: 100}
	return Tool{
		Page: Page{
			Name: "lr-find", Usage: "DATA", About: "raises the learning rate from update to update and shows at which the loss falls.",
			Examples: []Example{
				{"train lr-find photos", ""},
				{"train lr-find photos --set optimizer=sgd --out rates.csv", "also as a table"},
				{"train lr-find prices.csv --target price", ""},
			},
			Notes: "The model is the one that training would make; it is thrown away. Smith 2015, arXiv:1506.01186.",
			needs: "data", least: 1, most: 2,
		},
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.rates(ctx, s, words) },
	}
}

func (e *Env) rates(ctx context.Context, s *ratesSettings, words []string) error {
	if !(0 < s.From && s.From < s.To) || s.Steps < 10 {
		t := ratesTool()
		return t.usage("--from %g, --to %g, --steps %d: want rates above 0, the lower first, and 10 steps or more", s.From, s.To, s.Steps)
	}
	env, l, err := e.lesson(ctx, words, s.Target, s.Seed, s.Fixed)
	if err != nil {
		return err
	}
	defer l.close()
	recipe := func() (*nn.Model, nn.CompileConfig) {
		m, c := l.recipe(env.Settings, false)
		c.Metrics, c.WeightedMetrics = nil, nil
		return m, c
	}
	r, err := search.LearningRates(ctx, recipe, l.source, search.RatesConfig{From: s.From, To: s.To, Steps: s.Steps})
	if err != nil {
		return err
	}
	if s.Out != "" {
		if err := atomicfile.Write(s.Out, func(w io.Writer) error { return writeRates(w, r) }); err != nil {
			return err
		}
	}
	if s.JSON {
		return json.NewEncoder(e.Out).Encode(struct {
			Rate     []float64 `json:"rate"`
			Loss     []float64 `json:"loss"`
			Smooth   []float64 `json:"smoothed_loss"`
			Steepest float64   `json:"steepest"`
			Lowest   float64   `json:"lowest"`
		}{r.Rate, finite(r.Loss), finite(r.Smooth), r.Steepest(), r.Lowest()})
	}
	fmt.Fprint(e.Out, curve(r, 24))
	good := r.Steepest()
	if good == 0 {
		e.Console.Printf("found      the loss falls at none of these rates: look at the data, or begin lower with --from")
		return nil
	}
	e.Console.Printf("found      the loss falls fastest at %.1e and is lowest at %.1e", good, r.Lowest())
	e.Console.Printf("next       %s --learning-rate %.1e", l.command(), good)
	return nil
}

// finite replaces what JSON cannot say by the largest number.
func finite(xs []float64) []float64 {
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			xs[i] = math.MaxFloat64
		}
	}
	return xs
}

func writeRates(w io.Writer, r *search.Rates) error {
	c := csv.NewWriter(w)
	c.Write([]string{"rate", "loss", "smoothed_loss"}) // the writer keeps its first error
	text := func(x float64) string { return strconv.FormatFloat(x, 'g', 9, 64) }
	for i := range r.Rate {
		c.Write([]string{text(r.Rate[i]), text(r.Loss[i]), text(r.Smooth[i])})
	}
	c.Flush()
	return c.Error()
}

// curve draws the smoothed loss over the rate, in at most so many lines.
func curve(r *search.Rates, lines int) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range r.Smooth {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	const width = 40
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %-10s\n", "rate", "loss")
	step := max(1, (len(r.Rate)+lines-1)/lines)
	good := slices.Index(r.Rate, r.Steepest()) // -1: none; else it has a line of its own
	for i := max(0, good) % step; i < len(r.Rate); i += step {
		part := width
		if v := r.Smooth[i]; v < high {
			part = int(math.Round(width * (v - low) / (high - low)))
		}
		mark := ""
		if i == good {
			mark = "  ← falls fastest"
		}
		fmt.Fprintf(&b, "%-10.1e %-10.4f %s%s\n", r.Rate[i], r.Smooth[i], strings.Repeat("█", part), mark)
	}
	return b.String()
}
