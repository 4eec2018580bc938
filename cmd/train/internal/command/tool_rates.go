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

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/search"
	"github.com/antler-ml/antler/pipeline"
)

// ratesSettings are the flags of train lr-find.
type ratesSettings struct {
	Target string   `flag:"target" group:"tool" help:"NAME: the column of a table to predict"`
	From   float64  `flag:"from" group:"tool" help:"X: the first rate"`
	To     float64  `flag:"to" group:"tool" help:"X: the last rate, if the loss does not blow up before"`
	Steps  int      `flag:"steps" group:"tool" help:"N: updates, each at its own rate"`
	Fixed  []string `flag:"set" group:"tool" help:"KEY=VALUE: one setting, as in a configuration; more than once"`
	Seed   uint64   `flag:"seed" group:"tool" help:"N: same seed, same rates"`
	Out    string   `flag:"out" short:"o" group:"tool" help:"FILE: rate, loss and smoothed loss of every update, as CSV"`
	Output
}

func ratesTool() Tool {
	s := &ratesSettings{From: 1e-6, To: 10, Steps: 100}
	return Tool{
		Name: "lr-find", Usage: "DATA", About: "raises the learning rate from update to update and shows at which the loss falls.",
		Notes:    "  train lr-find demo\n  train lr-find photos --set optimizer=sgd --out rates.csv\n  train lr-find prices.csv --target price\n\nThe model is the one that training would make; it is thrown away. Smith 2015, arXiv:1506.01186.",
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.rates(ctx, s, words) },
	}
}

// silent is the training that the settings ask for, before it begins, without a
// word on the console.
func (e *Env) silent(seed uint64, fixed []string) (*Env, error) {
	base := settings.Default()
	base.Quiet, base.Seed, base.Set = true, seed, fixed
	env := &Env{Settings: base, Flags: settings.Flags(base), In: e.In, Out: io.Discard, Console: cli.NewConsole(io.Discard, true, true)}
	_, err := base.Configure(env.Flags)
	return env, err
}

func (e *Env) rates(ctx context.Context, s *ratesSettings, words []string) error {
	if len(words) == 0 {
		return ratesTool().usage("lr-find needs data")
	}
	if !(0 < s.From && s.From < s.To) || s.Steps < 10 {
		return ratesTool().usage("--from %g, --to %g, --steps %d: want rates above 0, the lower first, and 10 steps or more", s.From, s.To, s.Steps)
	}
	data := strings.Join(words, " ")
	env, err := e.silent(s.Seed, s.Fixed)
	if err != nil {
		return err
	}
	source, recipe, done, err := env.teacher(ctx, data, s.Target)
	if err != nil {
		return err
	}
	defer done()
	r, err := search.LearningRates(ctx, recipe, source, search.RatesConfig{From: s.From, To: s.To, Steps: s.Steps})
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
	e.Console.Printf("next       train %s --learning-rate %.1e", data+targeted(s.Target), good)
	return nil
}

// teacher is what training would read, and the model that it would train. done
// frees the data.
func (e *Env) teacher(ctx context.Context, data, target string) (src pipeline.Source, recipe func() (*nn.Model, nn.CompileConfig), done func(), err error) {
	if target != "" || e.Settings.Target != "" {
		return e.tableTeacher(ctx, data, target)
	}
	if e.isTagging(data) {
		t, err := e.prepareTags(data, nil)
		if err != nil {
			return nil, nil, nil, stoppedEarly(ctx, err)
		}
		return t.trainS, func() (*nn.Model, nn.CompileConfig) {
			return trainer.TagModel(e.Settings, t.vocabulary.Tokenizer.InputDim(), len(t.tags)),
				nn.CompileConfig{Optimizer: trainer.Optimizer(e.Settings), Loss: losses.SparseCategoricalCrossentropy{}}
		}, func() {}, nil
	}
	set, _, err := e.open(ctx, data)
	if err != nil {
		return nil, nil, nil, err
	}
	t, err := e.prepare(ctx, set, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	return t.train, func() (*nn.Model, nn.CompileConfig) { return e.recipe(t, candidate{}) }, func() {}, nil
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
