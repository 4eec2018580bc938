package search

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

func TestProduct(t *testing.T) {
	ps := Product(settings{Dropout: 0.5},
		Vary(func(s *settings, v int) { s.Units = v }, 1, 2),
		Vary(func(s *settings, v float64) { s.LearningRate = v }, 0.1, 0.2, 0.3))
	var got []string
	for _, p := range ps {
		got = append(got, fmt.Sprint(p.Units, p.LearningRate, p.Dropout))
	}
	want := []string{"1 0.1 0.5", "1 0.2 0.5", "1 0.3 0.5", "2 0.1 0.5", "2 0.2 0.5", "2 0.3 0.5"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if n := len(Product(base)); n != 1 {
		t.Errorf("no axes: %d candidates", n)
	}
	if n := len(Product(base, Vary(func(*settings, int) {}))); n != 0 {
		t.Errorf("an empty axis: %d candidates", n)
	}
}

func TestRandom(t *testing.T) {
	draws := []Draw[settings]{
		Sample(func(s *settings, v float64) { s.LearningRate = v }, LogUniform{1e-4, 1e-1}),
		Sample(func(s *settings, v int) { s.Units = v }, Integers{3, 5}),
		Sample(func(s *settings, v float64) { s.Dropout = v }, Choice[float64]{0, 0.5}),
		Sample(func(s *settings, v int) { s.Epochs = v }, LogIntegers{1, 8}),
	}
	ps := Random(base, 4000, 3, draws...)
	units, low, dropped, epochs := map[int]int{}, 0, 0, map[int]int{}
	for _, p := range ps {
		units[p.Units]++
		epochs[p.Epochs]++
		if p.LearningRate < 1e-4 || p.LearningRate >= 1e-1 {
			t.Fatalf("rate %v", p.LearningRate)
		}
		if p.LearningRate < math.Sqrt(1e-5) { // the middle of the logarithms
			low++
		}
		if p.Dropout == 0.5 {
			dropped++
		}
	}
	// Five standard deviations of a binomial count with 4000 tries.
	near := func(what string, n int, p float64) {
		if sd := math.Sqrt(4000 * p * (1 - p)); math.Abs(float64(n)-4000*p) > 5*sd {
			t.Errorf("%s: %d of 4000, want about %.0f", what, n, 4000*p)
		}
	}
	near("low rates", low, 0.5)
	near("dropout", dropped, 0.5)
	for _, u := range []int{3, 4, 5} {
		near("units", units[u], 1./3)
	}
	for e := 1; e <= 8; e++ {
		near("epochs", epochs[e], math.Log(float64(e+1)/float64(e))/math.Log(9))
	}
	if !reflect.DeepEqual(ps[:10], Random(base, 10, 3, draws...)) {
		t.Error("a shorter list is not the beginning of a longer one")
	}
	if reflect.DeepEqual(ps[:10], Random(base, 10, 4, draws...)) {
		t.Error("another seed gives the same candidates")
	}
}

// scores of a table, without times.
func scores(t *testing.T, tab *Table[settings]) string {
	t.Helper()
	var b strings.Builder
	for _, r := range tab.Rows {
		fmt.Fprintln(&b, r.Candidate, r.Epochs, r.Rank, r.Scores, r.TrainScores, r.Mean, r.Std, r.Failure)
	}
	return b.String()
}

func grid() []settings {
	return Product(base,
		Vary(func(s *settings, v int) { s.Units = v }, 2, 8),
		Vary(func(s *settings, v float64) { s.LearningRate = v }, 1e-4, 0.05),
		Vary(func(s *settings, v float64) { s.Dropout = v }, 0, 0.2))
}

// TestRunIsTheSameForAnyWorkers also shows that a search that is cut goes on.
func TestRunIsTheSameForAnyWorkers(t *testing.T) {
	ctx := context.Background()
	x, y := clouds(60)
	run := func(ctx context.Context, c Config) (*Table[settings], error) {
		c.CV, c.Seed, c.TrainScore = StratifiedKFold{Splits: 3}, 5, true
		return Run(ctx, grid(), Classifiers(sparse(3)), x, y, c)
	}
	tab, err := run(ctx, Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := scores(t, tab)
	if best := tab.Best(); best.Params.LearningRate != 0.05 || best.Rank != 1 || best.Mean < 0.6 {
		t.Errorf("best: %+v", best)
	}
	for _, workers := range []int{2, 7} {
		tab, err := run(ctx, Config{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if got := scores(t, tab); got != want {
			t.Errorf("%d workers:\n%swant\n%s", workers, got, want)
		}
	}

	path := filepath.Join(t.TempDir(), "trials.jsonl")
	cut, cancel := context.WithCancel(ctx)
	n := 0
	_, err = run(cut, Config{Workers: 2, Path: path, OnTrial: func(Outcome) {
		if n++; n == 7 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a search that was cut: %v", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"key":"torn`) // as a kill leaves it
	f.Close()
	for again := range 2 {
		known, fresh := 0, 0
		tab, err := run(ctx, Config{Workers: 2, Path: path, OnTrial: func(o Outcome) {
			if o.Known {
				known++
			} else {
				fresh++
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got := scores(t, tab); got != want {
			t.Errorf("gone on:\n%swant\n%s", got, want)
		}
		if known < 7 || known+fresh != 24 || again == 1 && fresh != 0 {
			t.Errorf("run %d: %d known, %d fresh", again, known, fresh)
		}
	}
	if err := os.WriteFile(path, []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := run(ctx, Config{Path: path}); err == nil || !strings.HasSuffix(err.Error(), "trials.jsonl:1: this is no line of a search; give another Path, or delete the file") {
		t.Errorf("another file: %v", err)
	}
}

// fake scores its Units; it trains nothing.
type fake struct {
	p settings
	t Trial
}

func (f fake) Fit(context.Context, *tensor.Tensor, *tensor.Tensor) (*nn.History, error) {
	if f.p.Units < 0 {
		return nil, errors.New("Units is below zero")
	}
	return nil, nil
}

func (f fake) Score(_ context.Context, x, _ *tensor.Tensor) (float64, error) {
	return float64(f.p.Units) + float64(x.At(0, 0)), nil
}

func fakes(p settings, t Trial) Estimator { return fake{p, t} }

// TestTable computes by hand: x of the first test sample is 0 and 2, so unit u
// scores u and u+2: mean u+1, standard deviation 1.
func TestTable(t *testing.T) {
	x := tensor.From([]float32{0, 1, 2, 3}, 4, 1)
	ps := Product(settings{Units: 1}, Vary(func(s *settings, v int) { s.Units = v }, 1, -1, 3, 3))
	tab, err := Run(context.Background(), ps, fakes, x, nil, Config{CV: KFold{Splits: 2}})
	if err != nil {
		t.Fatal(err)
	}
	var ranks []int
	for _, r := range tab.Rows {
		ranks = append(ranks, r.Rank)
		r.Seconds = 0.5
	}
	if want := []int{3, 4, 1, 1}; !slices.Equal(ranks, want) {
		t.Errorf("ranks %v, want %v", ranks, want)
	}
	if b := tab.Best(); b.Candidate != 2 || b.Mean != 4 || b.Std != 1 {
		t.Errorf("best %+v", b)
	}
	var buf bytes.Buffer
	if err := tab.WriteCSV(&buf); err != nil {
		t.Fatal(err)
	}
	want := `rank_test_score,units,mean_test_score,std_test_score,split0_test_score,split1_test_score,mean_fit_time,error
3,1,2,1,1,3,0.5,
4,-1,,,,,0.5,Units is below zero
1,3,4,1,3,5,0.5,
1,3,4,1,3,5,0.5,
`
	if buf.String() != want {
		t.Errorf("CSV:\n%swant\n%s", buf.String(), want)
	}
	if _, err := csv.NewReader(&buf).ReadAll(); err != nil {
		t.Error(err)
	}
	buf.Reset()
	if err := tab.WriteJSON(&buf); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Params map[string]any
		Mean   *float64 `json:"mean_test_score"`
		Error  string
	}
	if err := json.Unmarshal(buf.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || *rows[0].Mean != 2 || rows[1].Mean != nil || rows[1].Error == "" || rows[2].Params["units"] != 3. || rows[2].Params["batch_size"] == nil {
		t.Errorf("JSON: %s", buf.String())
	}
	buf.Reset()
	if err := tab.WriteText(&buf, 2); err != nil {
		t.Fatal(err)
	}
	if want := "rank  score   ±       units  seconds\n1     4.0000  1.0000  3      0.50\n1     4.0000  1.0000  3      0.50\n"; buf.String() != want {
		t.Errorf("text:\n%s", buf.String())
	}
}

func TestHalving(t *testing.T) {
	for _, c := range []struct {
		h             Halving
		n             int
		epochs, sizes []int
	}{
		{Halving{MaxEpochs: 9}, 9, []int{1, 3, 9}, []int{9, 3, 1}},
		{Halving{MaxEpochs: 9, MinEpochs: 3}, 9, []int{3, 9}, []int{9, 3}},
		{Halving{MaxEpochs: 100, Factor: 2}, 5, []int{13, 25, 50, 100}, []int{5, 3, 2, 1}},
		{Halving{MaxEpochs: 2}, 30, []int{1, 2}, []int{30, 10}},
		{Halving{MaxEpochs: 4}, 1, []int{4}, []int{1}},
	} {
		epochs, sizes, err := c.h.rounds(c.n)
		if err != nil || !slices.Equal(epochs, c.epochs) || !slices.Equal(sizes, c.sizes) {
			t.Errorf("%+v of %d: %v of %v, %v; want %v of %v", c.h, c.n, epochs, sizes, err, c.epochs, c.sizes)
		}
	}
	if _, _, err := (Halving{}).rounds(3); err == nil {
		t.Error("Halving without MaxEpochs is no error")
	}

	x := tensor.From([]float32{0, 1, 2, 3}, 4, 1)
	ps := Product(settings{}, Vary(func(s *settings, v int) { s.Units = v }, 4, 9, 2, 7, -5, 6, 1, 8, 3))
	var most atomic.Int64
	tab, err := Run(context.Background(), ps, func(p settings, tr Trial) Estimator {
		most.Store(max(most.Load(), int64(tr.Epochs)))
		return fake{p, tr}
	}, x, nil, Config{CV: KFold{Splits: 2}, Halving: &Halving{MaxEpochs: 9}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range tab.Rows[9:] {
		rows = append(rows, fmt.Sprint(r.Params.Units, "@", r.Epochs, "#", r.Rank))
	}
	if want := []string{"9@3#2", "7@3#4", "8@3#3", "9@9#1"}; !slices.Equal(rows, want) {
		t.Errorf("rounds %q, want %q", rows, want)
	}
	if most.Load() != 9 {
		t.Errorf("the estimators were told %d epochs", most.Load())
	}
}

func TestRunMistakes(t *testing.T) {
	x, y := clouds(6)
	run := func(ps []settings, m Maker[settings], x, y *tensor.Tensor, c Config) string {
		_, err := Run(context.Background(), ps, m, x, y, c)
		return fmt.Sprint(err)
	}
	two := Config{CV: KFold{Splits: 2}}
	for _, c := range [][2]string{
		{run(nil, fakes, x, y, two), "search: no candidates"},
		{run(grid(), nil, x, y, two), "search: no maker; try search.Classifiers(recipe)"},
		{run(grid(), fakes, nil, y, two), "search: no data"},
		{run(grid(), fakes, x, tensor.New(5), two), "search: the data has 6 samples, the targets have shape [5]"},
		{run(grid(), fakes, x, y, Config{Workers: -1}), "search: Workers is -1; want 0 for all cores, or more"},
		{run([]settings{{Units: -1}}, fakes, x, y, two), "search: all 1 candidates failed; the first with: Units is below zero"},
		{run(grid(), fakes, x, y, Config{CV: KFold{Splits: 2}, Halving: &Halving{}}), "search: Halving: Factor 3, MinEpochs 0, MaxEpochs 0; want Factor above 1 and 1 ≤ MinEpochs ≤ MaxEpochs"},
	} {
		if c[0] != c[1] {
			t.Errorf("got  %s\nwant %s", c[0], c[1])
		}
	}
	if _, err := Run(context.Background(), []func(){nil}, func(func(), Trial) Estimator { return fake{} }, x, y, two); err != nil {
		t.Errorf("parameters without fields: %v", err) // nothing to tell apart, but no reason to fail
	}
	type odd struct{ F func() }
	if _, err := Run(context.Background(), []odd{{func() {}}}, func(odd, Trial) Estimator { return fake{} }, x, y, two); err == nil || !strings.HasPrefix(err.Error(), "search: candidate 0: ") {
		t.Errorf("a function among the parameters: %v", err)
	}
}
