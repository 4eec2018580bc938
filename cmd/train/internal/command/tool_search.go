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
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
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
	Target  string   `flag:"target" group:"Data" help:"NAME: the column of a table to predict"`
	Vary    []string `flag:"vary" group:"What is tried" help:"KEY=A,B,…: values to try; LO..HI (numbers) for --random; KEY=A;B of lists; more than once"`
	Fixed   []string `flag:"set" group:"Data" help:"KEY=VALUE: one setting for all, as in a configuration; more than once"`
	Random  int      `flag:"random" group:"What is tried" help:"N: draw so many settings instead of trying all"`
	Halving bool     `flag:"halving" group:"What is tried" help:": few epochs for all, more for the best third, and so on up to --epochs"`
	Folds   int      `flag:"folds" group:"How it is judged" help:"N: of the cross-validation, stratified"`
	Repeats int      `flag:"repeats" group:"How it is judged" help:"N: times that it is done with other folds"`
	Epochs  int      `flag:"epochs" short:"e" group:"How it is judged" auto:"inferred" help:"N: passes over the data"`
	Seed    uint64   `flag:"seed" group:"How it is judged" help:"N: same seed, same table"`
	Workers int      `flag:"workers" group:"How it is judged" auto:"one a processor" help:"N: trials at a time; the table does not depend on it"`
	Out     string   `flag:"out" short:"o" group:"Output" auto:"search-NAME" help:"DIR: trials.jsonl, table.csv, table.json; an old search there goes on"`
	Output
}

func searchTool() Tool {
	s := &searchSettings{Folds: 3, Repeats: 1}
	return Tool{
		Page: Page{
			Name: "search", Usage: "DATA --vary KEY=A,B [--vary …]", About: "tries settings by cross-validation and shows a table, best first.",
			Examples: []Example{
				{"train search photos --vary learning_rate=0.0005,0.002 --vary model_size=small,medium", ""},
				{"train search reviews.tsv --vary learning_rate=1e-4..1e-2 --random 20 --halving", ""},
				{"train search prices.csv --target price --vary schedule=cosine,step --vary decay_rate=0.1,0.5", ""},
				{"train search names.tsv --vary dropout=0.2,0.5 --set model_size=medium", ""},
			},
			Notes: "Keys are those of train --show-config: " + strings.Join(varied[:7], ", ") + ",\n" + strings.Join(varied[7:], ", ") + ".\nPictures are not augmented, and all data are in memory. The same command goes on where it was stopped.",
			needs: "data", least: 1, most: 2,
		},
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.search(ctx, s, words) },
	}
}

// candidate is one choice of settings.
type candidate struct {
	search.Training
	keys, values []string
	all          []search.Param // every setting of the model and its training
}

// SearchParams are the settings that make one trial another: those that are
// varied, and those that could be.
func (c candidate) SearchParams() []search.Param { return c.all }

// settle notes the settings of a candidate.
func (c *candidate) settle(s *settings.Settings) {
	for _, m := range settings.Flags(s).Values() {
		if slices.Contains(varied, m.Key) || m.Key == "model" || m.Key == "reset_weights" || m.Key == "replace_head" {
			c.all = append(c.all, search.Param{Name: m.Key, Value: m.Value})
		}
	}
}

func (e *Env) search(ctx context.Context, s *searchSettings, words []string) error {
	if len(s.Vary) == 0 {
		t := searchTool()
		return t.usage("search needs something to vary")
	}
	axes, err := parseAxes(s)
	if err != nil {
		return err
	}
	fixed := slices.Clone(s.Fixed)
	if s.Epochs > 0 {
		fixed = append(fixed, "epochs="+strconv.Itoa(s.Epochs))
	}
	env, l, err := e.lesson(ctx, words, s.Target, s.Seed, fixed)
	if err != nil {
		return err
	}
	defer l.close()
	base := env.Settings
	all, err := candidates(s, axes, base)
	if err != nil {
		return err
	}
	for i, c := range all { // mistakes before the first trial
		set, err := env.settingsOf(c)
		if err != nil {
			return err
		}
		all[i].settle(set)
		all[i].Callbacks = func() []nn.Callback { return []nn.Callback{&trainer.Rates{Settings: set}} }
	}
	a, err := l.arrays(ctx)
	if err != nil {
		return err
	}
	dir := s.Out
	if dir == "" {
		dir = "search-" + runName(l.data)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	c := search.Config{Seed: s.Seed, Workers: s.Workers, Path: filepath.Join(dir, "trials.jsonl"), Weights: a.w}
	c.CV = search.RepeatedKFold{Splits: s.Folds, Repeats: max(1, s.Repeats), Stratified: l.stratified, Seed: uint32(s.Seed)}
	if s.Halving {
		c.Halving = &search.Halving{MaxEpochs: base.Epochs}
	}
	e.Console.Printf("search     %s: %s of %s, %s, up to %s; %s", l.data, cli.Plural(len(all), "setting"), strings.Join(keysOf(axes), ", "),
		cli.Plural(s.Folds*max(1, s.Repeats), "fold"), cli.Plural(base.Epochs, "epoch"), dir)
	done := 0
	c.OnTrial = func(o search.Outcome) {
		done++
		e.Console.Progress(func() string { return fmt.Sprintf("%s done, the last scored %.4f", cli.Plural(done, "trial"), o.Score) })
	}
	recipe := func(c candidate) (*nn.Model, nn.CompileConfig) {
		set, err := env.settingsOf(c)
		if err != nil { // was checked before
			panic(err)
		}
		m, config := l.recipe(set, true)
		config.Metrics, config.WeightedMetrics, config.Seed = nil, nil, 0
		return m, config
	}
	table, err := search.Run(ctx, all, l.maker(recipe), a.x, a.y, c)
	if err != nil {
		if ctx.Err() != nil {
			return cli.Errorf(cli.Code(err), "%w", err).Do("go on with the same command; %s knows what was done", c.Path)
		}
		return err
	}
	return e.found(s, table, dir, l)
}

// found writes the table and shows its best rows.
func (e *Env) found(s *searchSettings, table *search.Table[candidate], dir string, l *lesson) error {
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
	e.Console.Printf("next       %s %s", l.command(), strings.Join(flags, " "))
	return nil
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
var varied = []string{"learning_rate", "optimizer", "model_size", "dropout", "clipnorm", "batch_size", "epochs",
	"schedule", "decay_rate", "decay_epochs", "end_rate", "power", "warmup"}

// countedKeys are those of them that are whole numbers.
var countedKeys = []string{"epochs", "batch_size", "decay_epochs"}

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
		between := ","
		if strings.Contains(list, ";") { // values that are lists
			between = ";"
		}
		a := axis{key: key, values: strings.Split(list, between)}
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
			if slices.Contains(countedKeys, a.key) {
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
