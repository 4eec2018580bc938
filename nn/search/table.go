package search

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/antler-ml/antler/internal/config"
)

// A Table is what a search found.
// scikit-learn: cv_results_.
type Table[P any] struct {
	// Rows are in the candidates' order; those of a Halving round follow those
	// of the round before.
	Rows []*Row[P]

	candidates []P
	config     []config.Object
	folds      int
	varied     []string // names of the parameters that differ between candidates
}

// A Row is one candidate (of one round).
type Row[P any] struct {
	Candidate   int
	Params      P
	Epochs      int       // of a round of Halving; 0: as the parameters say
	Scores      []float64 // of each fold; NaN for a trial that failed or did not run
	TrainScores []float64
	Mean, Std   float64 // of Scores; Std as numpy's std
	TrainMean   float64
	Seconds     float64 // mean time of Fit
	Rank        int     // 1 is best; equals share a rank. Of the last round of Halving, then of the one before, …
	Failure     string  // of the first trial that failed

	settings config.Object
	outcomes []*Outcome
}

func newTable[P any](candidates []P, folds int) (*Table[P], error) {
	t := &Table[P]{candidates: candidates, folds: folds}
	values := map[string]map[string]bool{}
	for i := range candidates {
		o, err := settingsOf(candidates[i])
		if err != nil {
			return nil, fmt.Errorf("search: candidate %d: %w", i, err)
		}
		t.config = append(t.config, o)
		for _, m := range o {
			if values[m.Key] == nil {
				values[m.Key] = map[string]bool{}
			}
			values[m.Key][text(m.Value)] = true
		}
	}
	for _, m := range t.config[0] {
		if len(values[m.Key]) > 1 {
			t.varied = append(t.varied, m.Key)
		}
	}
	return t, nil
}

// text prints a setting for a table: as JSON, strings bare.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// begin adds a row for each of some candidates.
func (t *Table[P]) begin(ids []int, epochs int) []*Row[P] {
	first := len(t.Rows)
	for _, i := range ids {
		t.Rows = append(t.Rows, &Row[P]{Candidate: i, Params: t.candidates[i], Epochs: epochs, settings: t.config[i], outcomes: make([]*Outcome, t.folds)})
	}
	return t.Rows[first:]
}

// set keeps the outcome of one trial; each has its place.
func (r *Row[P]) set(o Outcome) { r.outcomes[o.Fold] = &o }

// finish computes the row from its trials.
func (r *Row[P]) finish() {
	ran := 0
	for _, o := range r.outcomes {
		score, train := math.NaN(), math.NaN()
		if o != nil {
			score, train = o.Score, o.TrainScore
			r.Seconds += o.Seconds
			ran++
			if r.Failure == "" {
				r.Failure = o.Failure
			}
		}
		r.Scores, r.TrainScores = append(r.Scores, score), append(r.TrainScores, train)
	}
	r.Seconds /= float64(max(ran, 1))
	r.Mean, r.TrainMean = mean(r.Scores), mean(r.TrainScores)
	var squares []float64
	for _, s := range r.Scores {
		squares = append(squares, (s-r.Mean)*(s-r.Mean))
	}
	r.Std = math.Sqrt(mean(squares))
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// rank numbers the rows: those with more epochs before those with fewer.
func (t *Table[P]) rank() {
	order := slices.Clone(t.Rows)
	compare := func(a, b *Row[P]) int {
		if a.Epochs != b.Epochs {
			return b.Epochs - a.Epochs
		}
		return better(a.Mean, b.Mean)
	}
	slices.SortStableFunc(order, compare)
	for i, r := range order {
		r.Rank = i + 1
		if i > 0 && compare(order[i-1], r) == 0 {
			r.Rank = order[i-1].Rank
		}
	}
}

// allFailed is an error when no trial of the rows gave a score.
func (t *Table[P]) allFailed(rows []*Row[P]) error {
	for _, r := range rows {
		for _, s := range r.Scores {
			if !math.IsNaN(s) {
				return nil
			}
		}
	}
	if rows[0].Failure == "" {
		return fmt.Errorf("search: every score is NaN")
	}
	return fmt.Errorf("search: all %d candidates failed; the first with: %s", len(rows), rows[0].Failure)
}

// Best returns the row with rank 1; of equals, the first.
func (t *Table[P]) Best() *Row[P] {
	i := slices.IndexFunc(t.Rows, func(r *Row[P]) bool { return r.Rank == 1 })
	if i < 0 {
		return nil
	}
	return t.Rows[i]
}

// Columns names the columns of WriteCSV: the rank, the parameters that differ
// between candidates, and what was found, under scikit-learn's names.
func (t *Table[P]) Columns() []string {
	cols := append([]string{"rank_test_score"}, t.varied...)
	if t.halved() {
		cols = append(cols, "n_resources")
	}
	cols = append(cols, "mean_test_score", "std_test_score")
	for f := range t.folds {
		cols = append(cols, fmt.Sprintf("split%d_test_score", f))
	}
	if t.judged() {
		cols = append(cols, "mean_train_score")
	}
	return append(cols, "mean_fit_time", "error")
}

// halved reports whether Halving ran.
func (t *Table[P]) halved() bool { return len(t.Rows) > 0 && t.Rows[0].Epochs > 0 }

// judged reports whether there are scores on the training part.
func (t *Table[P]) judged() bool {
	return slices.ContainsFunc(t.Rows, func(r *Row[P]) bool { return !math.IsNaN(r.TrainMean) })
}

// values returns the cells of a row, in the order of Columns.
func (t *Table[P]) values(r *Row[P]) []any {
	vs := []any{r.Rank}
	for _, n := range t.varied {
		v, _ := r.settings.Get(n)
		vs = append(vs, v)
	}
	if t.halved() {
		vs = append(vs, r.Epochs)
	}
	vs = append(vs, r.Mean, r.Std)
	for _, s := range r.Scores {
		vs = append(vs, s)
	}
	if t.judged() {
		vs = append(vs, r.TrainMean)
	}
	return append(vs, r.Seconds, r.Failure)
}

// WriteCSV writes the table with a head line. A missing score is an empty cell.
func (t *Table[P]) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write(t.Columns())
	for _, r := range t.Rows {
		var cells []string
		for _, v := range t.values(r) {
			switch x, ok := v.(float64); {
			case ok && math.IsNaN(x):
				cells = append(cells, "")
			case ok:
				cells = append(cells, strconv.FormatFloat(x, 'g', -1, 64))
			case v == nil:
				cells = append(cells, "")
			default:
				cells = append(cells, text(v))
			}
		}
		c.Write(cells)
	}
	c.Flush()
	return c.Error()
}

// WriteJSON writes an array with one object a row, with all parameters under
// "params". A missing score is null.
func (t *Table[P]) WriteJSON(w io.Writer) error {
	rows := []config.Object{}
	cols := t.Columns()
	for _, r := range t.Rows {
		o := config.Object{{Key: "params", Value: r.settings}}
		for i, v := range t.values(r) {
			if x, ok := v.(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
				v = nil
			}
			if !slices.Contains(t.varied, cols[i]) {
				o = append(o, config.Member{Key: cols[i], Value: v})
			}
		}
		rows = append(rows, o)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(rows)
}

// WriteText writes the best n rows (0: all) for people, best first.
func (t *Table[P]) WriteText(w io.Writer, n int) error {
	rows := slices.Clone(t.Rows)
	slices.SortStableFunc(rows, func(a, b *Row[P]) int { return a.Rank - b.Rank })
	if n > 0 && n < len(rows) {
		rows = rows[:n]
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "rank\tscore\t±\t")
	if t.halved() {
		fmt.Fprint(tw, "epochs\t")
	}
	for _, n := range t.varied {
		fmt.Fprint(tw, n, "\t")
	}
	fmt.Fprintln(tw, "seconds")
	for _, r := range rows {
		fmt.Fprintf(tw, "%d\t%.4f\t%.4f\t", r.Rank, r.Mean, r.Std)
		if t.halved() {
			fmt.Fprintf(tw, "%d\t", r.Epochs)
		}
		for _, n := range t.varied {
			v, _ := r.settings.Get(n)
			fmt.Fprint(tw, text(v), "\t")
		}
		fmt.Fprintf(tw, "%.2f\n", r.Seconds)
	}
	return tw.Flush()
}
