package command

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// compareSettings are the flags of train compare.
type compareSettings struct {
	Sort string `flag:"sort" group:"Table" help:"NAME: metric that orders the runs; loss-like ones rise, others fall"`
	All  bool   `flag:"all" group:"Table" help:": also the settings in which the runs agree"`
	CSV  bool   `flag:"csv" group:"Table" help:": as a table for other programs"`
	Output
}

func compareTool() Tool {
	s := &compareSettings{Sort: "val_loss"}
	return Tool{
		Page: Page{
			Name: "compare", Usage: "RUN RUN…", About: "shows runs side by side: how good they are, and in what they differ.",
			Examples: []Example{
				{"train compare runs/1-photos runs/6-photos", "the one with the lower val_loss first"},
				{"train compare runs/1-photos runs/6-photos --sort val_accuracy --csv", ""},
			},
			needs: "two runs or more", least: 2,
		},
		settings: s, output: &s.Output,
		run: func(_ context.Context, e *Env, words []string) error { return e.compareRuns(s, words) },
	}
}

// compared is one run in the table.
type compared struct {
	dir  string
	run  *rundir.Stored
	logs map[string]float64
	set  map[string]string
}

func (e *Env) compareRuns(s *compareSettings, words []string) error {
	var runs []compared
	var metrics, keys []string
	for _, dir := range words {
		r, err := rundir.Open(dir)
		if err != nil {
			return err
		}
		c := compared{dir: dir, run: r, set: map[string]string{"task": r.Task, "data": r.Data}}
		keys = add(keys, "task", "data")
		for _, k := range slices.Sorted(maps.Keys(r.Settings)) {
			b, err := json.Marshal(r.Settings[k])
			if err != nil {
				return err
			}
			c.set[k] = strings.Trim(string(b), `"`)
			keys = add(keys, k)
		}
		if r.Result != nil {
			c.logs = r.Result.Logs
		}
		for name := range c.logs {
			metrics = add(metrics, name)
		}
		runs = append(runs, c)
	}
	slices.Sort(metrics)
	if len(metrics) > 0 && !slices.Contains(metrics, s.Sort) {
		return cli.Errorf(cli.Usage, "--sort %s: no run has this metric", s.Sort).Why("found: %s", strings.Join(metrics, ", "))
	}
	slices.SortStableFunc(runs, func(a, b compared) int { return order(s.Sort, a.logs, b.logs) })
	if !s.All {
		keys = slices.DeleteFunc(keys, func(k string) bool {
			return !slices.ContainsFunc(runs, func(c compared) bool { return c.set[k] != runs[0].set[k] })
		})
	}
	return e.table(s, runs, metrics, keys)
}

func add(list []string, names ...string) []string {
	for _, n := range names {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// order puts the better run first, and runs without the metric last.
func order(metric string, a, b map[string]float64) int {
	x, hasX := a[metric]
	y, hasY := b[metric]
	switch {
	case !hasX || !hasY:
		return cmp.Compare(btoi(hasY), btoi(hasX))
	case rises(metric):
		return cmp.Compare(y, x)
	}
	return cmp.Compare(x, y)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rises reports whether more of a metric is better.
func rises(metric string) bool {
	for _, part := range []string{"acc", "auc", "precision", "recall", "f1", "r2", "iou"} {
		if strings.Contains(metric, part) {
			return true
		}
	}
	return false
}

// table prints the runs as rows.
func (e *Env) table(s *compareSettings, runs []compared, metrics, keys []string) error {
	head := append([]string{"run", "epochs_done", "best_epoch", "weights"}, append(slices.Clone(metrics), keys...)...)
	var rows [][]string
	var objects []config.Object
	for _, c := range runs {
		epochs, best := 0, 0
		if c.run.Result != nil {
			epochs, best = c.run.Result.Epochs, c.run.Result.Best
		}
		row := []string{c.dir, strconv.Itoa(epochs), strconv.Itoa(best), strconv.Itoa(c.run.Weights)}
		o := config.Object{{Key: "v", Value: 1}, {Key: "run", Value: c.dir}, {Key: "epochs_done", Value: epochs}, {Key: "best_epoch", Value: best}, {Key: "weights", Value: c.run.Weights}}
		for _, m := range metrics {
			v, ok := c.logs[m]
			if !ok || math.IsNaN(v) {
				row, o = append(row, ""), append(o, config.Member{Key: m, Value: nil})
				continue
			}
			row, o = append(row, strconv.FormatFloat(v, 'g', 5, 64)), append(o, config.Member{Key: m, Value: v})
		}
		for _, k := range keys {
			row, o = append(row, c.set[k]), append(o, config.Member{Key: k, Value: c.set[k]})
		}
		rows, objects = append(rows, row), append(objects, o)
	}
	switch {
	case s.JSON:
		enc := json.NewEncoder(e.Out)
		for _, o := range objects {
			if err := enc.Encode(o); err != nil {
				return err
			}
		}
		return nil
	case s.CSV:
		w := csv.NewWriter(e.Out)
		return w.WriteAll(append([][]string{head}, rows...))
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	for _, r := range append([][]string{head}, rows...) {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}
