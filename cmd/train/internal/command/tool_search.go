package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/search"
	"github.com/antler-ml/antler/tensor"
)

// searchSettings are the flags of train search; what is not varied is set as in
// training.
type searchSettings struct {
	Target  string   `flag:"target" group:"tool" help:"NAME: the column of a table to predict"`
	Vary    []string `flag:"vary" group:"tool" help:"KEY=A,B,…: values to try; LO..HI (numbers) for --random; more than once"`
	Fixed   []string `flag:"set" group:"tool" help:"KEY=VALUE: one setting for all, as in a configuration; more than once"`
	Random  int      `flag:"random" group:"tool" help:"N: draw so many settings instead of trying all"`
	Halving bool     `flag:"halving" group:"tool" help:": few epochs for all, more for the best third, and so on up to --epochs"`
	Folds   int      `flag:"folds" group:"tool" help:"N: of the cross-validation, stratified"`
	Repeats int      `flag:"repeats" group:"tool" help:"N: times that it is done with other folds"`
	Epochs  int      `flag:"epochs" short:"e" group:"tool" auto:"inferred" help:"N: passes over the data"`
	Seed    uint64   `flag:"seed" group:"tool" help:"N: same seed, same table"`
	Workers int      `flag:"workers" group:"tool" auto:"one a processor" help:"N: trials at a time; the table does not depend on it"`
	Out     string   `flag:"out" short:"o" group:"tool" auto:"search-NAME" help:"DIR: trials.jsonl, table.csv, table.json; an old search there goes on"`
	Output
}

func searchTool() Tool {
	s := &searchSettings{Folds: 3, Repeats: 1}
	return Tool{
		Name: "search", Usage: "DATA --vary KEY=A,B [--vary …]", About: "tries settings by cross-validation and shows a table, best first.",
		Notes:    "  train search demo --vary learning_rate=0.0005,0.002 --vary model_size=small,medium\n  train search reviews.tsv --vary learning_rate=1e-4..1e-2 --random 20 --halving\n  train search prices.csv --target price --vary dropout=0,0.2\n\nKeys are those of train --show-config. Pictures are not augmented, the rate is constant, and all\ndata are in memory.",
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.search(ctx, s, words) },
	}
}

// candidate is one choice of settings.
type candidate struct {
	search.Training
	keys, values []string
}

// SearchParams are the varied settings.
func (c candidate) SearchParams() []search.Param {
	ps := []search.Param{{Name: "epochs", Value: c.Epochs}, {Name: "batch_size", Value: c.BatchSize}}
	for i, k := range c.keys {
		var v any = c.values[i]
		if x, err := strconv.ParseFloat(c.values[i], 64); err == nil {
			v = x
		}
		if j := slices.IndexFunc(ps, func(p search.Param) bool { return p.Name == k }); j >= 0 {
			ps[j].Value = v
			continue
		}
		ps = append(ps, search.Param{Name: k, Value: v})
	}
	return ps
}

func (e *Env) search(ctx context.Context, s *searchSettings, words []string) error {
	if len(words) == 0 {
		return searchTool().usage("search needs data")
	}
	if len(s.Vary) == 0 {
		return searchTool().usage("search needs something to vary")
	}
	data := strings.Join(words, " ")
	env, err := e.silent(s.Seed, s.Fixed)
	if err != nil {
		return err
	}
	base := env.Settings
	base.Augment = false
	if s.Epochs > 0 {
		if err := env.Flags.Give("epochs", strconv.Itoa(s.Epochs)); err != nil {
			return err
		}
	}
	axes, err := parseAxes(s)
	if err != nil {
		return err
	}
	p, err := env.problem(ctx, data, s.Target)
	if err != nil {
		return err
	}
	all, err := candidates(s, axes, base)
	if err != nil {
		return err
	}
	for _, c := range all { // mistakes before the first trial
		if _, err := env.settingsOf(c); err != nil {
			return err
		}
	}
	dir := s.Out
	if dir == "" {
		dir = "search-" + rundir.Name(data)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	c := search.Config{Seed: s.Seed, Workers: s.Workers, Path: filepath.Join(dir, "trials.jsonl")}
	c.CV = search.RepeatedKFold{Splits: s.Folds, Repeats: max(1, s.Repeats), Stratified: p.classes, Seed: uint32(s.Seed)}
	if s.Halving {
		c.Halving = &search.Halving{MaxEpochs: base.Epochs}
	}
	e.Console.Printf("search     %s: %s of %s, %s, up to %s; %s", data, cli.Plural(len(all), "setting"), strings.Join(keysOf(axes), ", "),
		cli.Plural(s.Folds*max(1, s.Repeats), "fold"), cli.Plural(base.Epochs, "epoch"), dir)
	done := 0
	c.OnTrial = func(o search.Outcome) {
		done++
		e.Console.Progress(func() string { return fmt.Sprintf("%s done, the last scored %.4f", cli.Plural(done, "trial"), o.Score) })
	}
	maker := search.Classifiers(p.recipe)
	if !p.classes {
		maker = search.Regressors(p.recipe)
	}
	table, err := search.Run(ctx, all, maker, p.x, p.y, c)
	if err != nil {
		if ctx.Err() != nil {
			return cli.Errorf(cli.Code(err), "%w", err).Do("go on with the same command; %s knows what was done", c.Path)
		}
		return err
	}
	return e.found(s, table, dir, data)
}

// found writes the table and shows its best rows.
func (e *Env) found(s *searchSettings, table *search.Table[candidate], dir, data string) error {
	for name, write := range map[string]func(io.Writer) error{"table.csv": table.WriteCSV, "table.json": table.WriteJSON} {
		if err := atomicfile.Write(filepath.Join(dir, name), write); err != nil {
			return err
		}
	}
	if s.JSON {
		return table.WriteJSON(e.Out)
	}
	if err := table.WriteText(e.Out, 20); err != nil {
		return err
	}
	best := table.Best()
	var flags []string
	for i, k := range best.Params.keys {
		flags = append(flags, "--"+strings.ReplaceAll(k[strings.LastIndex(k, ".")+1:], "_", "-"), cli.Quote(best.Params.values[i]))
	}
	e.Console.Printf("files      %s", filepath.Join(dir, "{trials.jsonl,table.csv,table.json}"))
	e.Console.Printf("next       train %s %s", data+targeted(s.Target), strings.Join(flags, " "))
	return nil
}

// A problem is what a search tries settings on.
type problem struct {
	x, y    *tensor.Tensor
	classes bool
	recipe  search.Recipe[candidate]
}

// problem reads the data.
func (e *Env) problem(ctx context.Context, data, target string) (*problem, error) {
	if target != "" || e.Settings.Target != "" {
		return e.tableProblem(ctx, data, target)
	}
	if e.isTagging(data) {
		return nil, cli.Errorf(cli.Usage, "train search tries settings on pictures, texts and tables; %s has tagged sentences", data).
			Do("find a learning rate with: train lr-find %s; or compare runs: train %s --epochs 10 --dropout 0.5", cli.Quote(data), cli.Quote(data))
	}
	set, _, err := e.open(ctx, data)
	if err != nil {
		return nil, err
	}
	t, err := e.prepare(ctx, set, nil)
	if err != nil {
		return nil, err
	}
	p := &problem{classes: true, recipe: func(c candidate) (*nn.Model, nn.CompileConfig) { return e.recipe(t, c) }}
	p.x, p.y, err = e.arrays(ctx, t)
	return p, err
}

// arrays are all samples in memory, as the model takes them.
func (e *Env) arrays(ctx context.Context, t *task) (x, y *tensor.Tensor, err error) {
	samples := append(slices.Clone(t.set.Train), t.set.Valid...)
	if t.set.Kind == dataset.Texts {
		return encode(t.tok, samples, e.Settings.MaxLen)
	}
	p := dataset.NewPictures(samples, e.Settings, nil)
	bad, err := p.Scan(ctx, e.Settings.Workers, func(int) {})
	if err != nil {
		return nil, nil, err
	}
	if len(bad) > 0 {
		return nil, nil, cli.Errorf(cli.BadData, "%s cannot be read", cli.Plural(len(bad), "picture")).Do("find them with: train %s --check", cli.Quote(t.set.Source))
	}
	x, y = tensor.New(len(samples), p.Height, p.Width, p.Channels), tensor.New(len(samples))
	n := p.Size()
	for i := range samples {
		row := x.Data()[i*n : (i+1)*n]
		if err := p.Read(row, i); err != nil {
			return nil, nil, err
		}
		for k := range row {
			row[k] *= float32(t.prep.Rescale)
		}
		if t.scaling.by != 0 {
			t.scaling.apply(row, p.Channels)
		}
		y.Data()[i] = float32(samples[i].Class)
	}
	return x, y, nil
}

// settingsOf are the settings of a candidate.
func (e *Env) settingsOf(c candidate) (*settings.Settings, error) {
	s := *e.Settings
	s.Set = nil
	for i, k := range c.keys {
		s.Set = append(s.Set, k+"="+c.values[i])
	}
	f := settings.Flags(&s)
	if _, err := s.Configure(f); err != nil {
		return nil, err
	}
	return &s, s.Validate(f.Changed)
}

// recipe draws the model of a candidate.
func (e *Env) recipe(t *task, c candidate) (*nn.Model, nn.CompileConfig) {
	s, err := e.settingsOf(c)
	if err != nil { // was checked before
		panic(err)
	}
	m, err := e.modelOf(t, s)
	if err != nil { // the file was read before
		panic(err)
	}
	config := e.compileConfig(t, s)
	config.Metrics, config.Seed = nil, 0
	return m, config
}

// An axis is one setting and its values, or the ends of a range.
type axis struct {
	key    string
	values []string
	lo, hi float64
	ranged bool
}

func keysOf(axes []axis) (keys []string) {
	for _, a := range axes {
		keys = append(keys, a.key)
	}
	return keys
}

// varied are the settings that may differ between trials: those of the model and
// of its training, not of the data.
var varied = []string{"learning_rate", "optimizer", "model_size", "dropout", "clipnorm", "batch_size", "epochs"}

func parseAxes(s *searchSettings) ([]axis, error) {
	var axes []axis
	for _, v := range s.Vary {
		key, list, ok := strings.Cut(v, "=")
		key = strings.ReplaceAll(key, "-", "_")
		if !ok || list == "" {
			return nil, cli.Errorf(cli.Usage, "--vary %s: want a key and its values", v).Do("--vary learning_rate=0.001,0.01")
		}
		if !slices.Contains(varied, key) {
			e := cli.Errorf(cli.Usage, "--vary %s: this setting cannot be varied", v)
			if near := config.Nearest(key, varied); len(near) > 0 {
				return nil, e.Do("did you mean %s?", near[0])
			}
			return nil, e.Do("vary %s; set others for all trials with --set", cli.List(varied, len(varied)))
		}
		a := axis{key: key, values: strings.Split(list, ",")}
		if lo, hi, ok := strings.Cut(list, ".."); ok {
			var err1, err2 error
			a.lo, err1 = strconv.ParseFloat(lo, 64)
			a.hi, err2 = strconv.ParseFloat(hi, 64)
			if err1 != nil || err2 != nil || a.lo >= a.hi {
				return nil, cli.Errorf(cli.Usage, "--vary %s: want two numbers, the lower first", v)
			}
			if s.Random == 0 {
				return nil, cli.Errorf(cli.Usage, "--vary %s: a range needs --random N", v)
			}
			a.ranged = true
		}
		axes = append(axes, a)
	}
	return axes, nil
}

// candidates are all combinations, or so many draws.
func candidates(s *searchSettings, axes []axis, base *settings.Settings) ([]candidate, error) {
	first := candidate{Training: search.Training{Epochs: base.Epochs, BatchSize: base.BatchSize}, keys: keysOf(axes), values: make([]string, len(axes))}
	put := func(i int) func(c *candidate, v string) {
		return func(c *candidate, v string) {
			c.values = slices.Clone(c.values) // a copy of its own
			c.values[i] = v
		}
	}
	var all []candidate
	if s.Random == 0 {
		var grid []search.Axis[candidate]
		for i, a := range axes {
			grid = append(grid, search.Vary(put(i), a.values...))
		}
		all = search.Product(first, grid...)
	} else {
		var draws []search.Draw[candidate]
		for i, a := range axes {
			if !a.ranged {
				draws = append(draws, search.Sample(put(i), search.Choice[string](a.values)))
				continue
			}
			put := put(i)
			round := func(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }
			if a.key == "epochs" || a.key == "batch_size" {
				draws = append(draws, search.Sample(func(c *candidate, v int) { put(c, strconv.Itoa(v)) }, search.LogIntegers{Low: int(a.lo), High: int(a.hi)}))
			} else if a.lo > 0 && a.hi/a.lo >= 10 {
				draws = append(draws, search.Sample(func(c *candidate, v float64) { put(c, round(v)) }, search.LogUniform{Low: a.lo, High: a.hi}))
			} else {
				draws = append(draws, search.Sample(func(c *candidate, v float64) { put(c, round(v)) }, search.Uniform{Low: a.lo, High: a.hi}))
			}
		}
		all = search.Random(first, s.Random, rng.Mix(s.Seed, 1), draws...)
	}
	for i := range all {
		for j, k := range all[i].keys {
			n, err := strconv.Atoi(all[i].values[j])
			if k != "epochs" && k != "batch_size" {
				continue
			}
			if err != nil || n < 1 {
				return nil, cli.Errorf(cli.Usage, "--vary %s: %q is no whole number above 0", k, all[i].values[j])
			}
			if k == "epochs" {
				all[i].Epochs = n
			} else {
				all[i].BatchSize = n
			}
		}
	}
	return all, nil
}
