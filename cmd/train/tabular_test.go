package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// price is the rule of houses: what a house costs.
func price(area float64, rooms int, city string, garden bool) float64 {
	p := 3*area + 20*float64(rooms) + map[string]float64{"Oslo": 100, "Rome": 50, "Lima": 0}[city]
	if garden {
		p += 40
	}
	return 1000 * p
}

// houses makes a table whose prices follow the rule. Every tenth area is missing
// if there are gaps.
func houses(t *testing.T, path string, rows int, gaps bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	b.WriteString("id,area,rooms,city,garden,country,price\n")
	for i := range rows {
		area, rooms, city, garden := math.Round(30+r.Float64()*170), 1+r.IntN(6), []string{"Oslo", "Rome", "Lima"}[r.IntN(3)], r.IntN(2) == 0
		shown := fmt.Sprint(area)
		if gaps && i%10 == 0 {
			shown = []string{"", "NA", "nan"}[i/10%3]
		}
		fmt.Fprintf(&b, "%d,%s,%d,%s,%v,Utopia,%.0f\n", i+1, shown, rooms, city, garden, price(area, rooms, city, garden))
	}
	write(t, path, b.String())
}

// A number is predicted, with no flag but its name; errors are in its unit.
func TestTabularRegression(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 600, false)
	r := must(t, train(t, "", "houses.csv", "--target", "price"))
	contains(t, r.stderr, `600 rows, 7 columns; target "price", a number: mean `, "numbers area and rooms; categories city (3) and garden (2)",
		"left out id: it numbers the rows", "left out country: it is Utopia in every row", "train 480, validation 120 (20 %, by a hash of the row)", "9 inputs", "val_mae")
	contains(t, r.out, "Residuals of the validation data", "R²", "MAE")
	run := "runs/1-houses"
	exists(t, run+"/columns.json", run+"/model.npz", run+"/history.csv", run+"/curves.png")

	// New rows, columns in another order, none of them seen before.
	var b strings.Builder
	b.WriteString("garden,city,more,rooms,area\n")
	var want []float64
	for i := range 20 {
		area, rooms, city, garden := 40.5+7*float64(i), 1+i%6, []string{"Oslo", "Rome", "Lima"}[i%3], i%2 == 0
		fmt.Fprintf(&b, "%v,%s,x,%d,%g\n", garden, city, rooms, area)
		want = append(want, price(area, rooms, city, garden))
	}
	write(t, "new.csv", b.String())
	rows, err := csv.NewReader(strings.NewReader(must(t, train(t, "", "predict", run, "new.csv")).out)).ReadAll()
	if err != nil || len(rows) != 21 || strings.Join(rows[0], ",") != "line,prediction" || rows[1][0] != "2" {
		t.Fatalf("predict gives %v, %v", rows, err)
	}
	sum := 0.0
	for i, w := range want {
		got, err := strconv.ParseFloat(rows[i+1][1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += math.Abs(got-w) / 20
	}
	if sum > 15_000 { // prices are from 110,000 to 860,000
		t.Errorf("predictions are wrong by %.0f on average", sum)
	}
	e := pure(t, must(t, train(t, "", "evaluate", run, "houses.csv", "--json")).out)[0]
	if e["r2"].(float64) < 0.98 || e["samples"] != 600.0 || e["mae"].(float64) > 15_000 {
		t.Errorf("evaluate says %v", e)
	}
	contains(t, must(t, train(t, "", "evaluate", run, "houses.csv")).out, "samples    600", "MAE", "RMSE", "R²", "predicted ")
	contains(t, must(t, train(t, "", "inspect", run)).out, "Rescaling", "loads")
}

// A class is predicted; the answers of a run are those of the library.
func TestTabularClasses(t *testing.T) {
	t.Chdir(t.TempDir())
	r := rand.New(rand.NewPCG(7, 8))
	var b strings.Builder
	b.WriteString("x;y;shape\n") // decimal commas between semicolons
	for range 400 {
		x, y := r.Float64()*4-2, r.Float64()*4-2
		shape := "outer"
		if x*x+y*y < 2 {
			shape = "inner"
		}
		if x > 1.2 {
			shape = "right"
		}
		b.WriteString(strings.ReplaceAll(fmt.Sprintf("%.3f;%.3f;%s\n", x, y, shape), ".", ","))
	}
	write(t, "shapes.csv", b.String())
	run := "run"
	out := must(t, train(t, "", "shapes.csv", "--target", "shape", "--class-weight", "balanced", "--out", run))
	contains(t, out.stderr, `target "shape", 3 classes: inner `, "numbers x and y", "rare classes weigh more")
	contains(t, out.out, "Confusion matrix of the validation data")
	e := pure(t, must(t, train(t, "", "evaluate", run, "shapes.csv", "--json")).out)[0]
	if e["accuracy"].(float64) < 0.9 {
		t.Errorf("evaluate says %v", e)
	}
	contains(t, must(t, train(t, "", "evaluate", run, "shapes.csv")).out, "calibration", "recall")

	// By hand: standardise, run the model, take the largest.
	answers := pure(t, must(t, train(t, "{\"y\": 0.5, \"x\": -0.25}\n{\"x\": 1.5, \"y\": -1}\n", "predict", run, "-", "--json", "--top", "3")).out)
	m, err := saving.Load(run + "/model.npz")
	if err != nil {
		t.Fatal(err)
	}
	columns, err := os.ReadFile(run + "/columns.json")
	if err != nil {
		t.Fatal(err)
	}
	var enc struct{ Columns []struct{ Mean, Std float64 } }
	if err := json.Unmarshal(columns, &enc); err != nil {
		t.Fatal(err)
	}
	c := enc.Columns
	for i, xy := range [][2]float64{{-0.25, 0.5}, {1.5, -1}} {
		p := predictOne(t, m, float32((xy[0]-c[0].Mean)/c[0].Std), float32((xy[1]-c[1].Mean)/c[1].Std))
		top := answers[i]["top"].([]any)
		for _, x := range top {
			k := map[string]int{"inner": 0, "outer": 1, "right": 2}[x.(map[string]any)["class"].(string)]
			if got := x.(map[string]any)["probability"].(float64); got != float64(p[k]) {
				t.Errorf("row %d: predict says %v for class %d, the library %v", i, got, k, p[k])
			}
		}
	}
	if answers[0]["class"] != "inner" || answers[1]["class"] != "right" || answers[1]["line"] != 2.0 {
		t.Errorf("predict says %v", answers)
	}
}

// Two classes are the sigmoid of one output. Missing cells, unknown categories
// and columns without a value are said.
func TestTabularBinary(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 400, true)
	b, err := os.ReadFile("houses.csv")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "gardens.jsonl", jsonLines(t, string(b)))
	r := must(t, train(t, "", "gardens.jsonl", "--target", "garden", "--out", "run", "--epochs", "30", "--columns", "rooms=category,id=skip"))
	contains(t, r.stderr, "2 classes: false ", "area (missing in ", "rooms (6)", "left out id: as --columns says")
	if e := pure(t, must(t, train(t, "", "evaluate", "run", "houses.csv", "--json")).out)[0]; e["accuracy"].(float64) < 0.7 || len(e["classes"].([]any)) != 2 {
		t.Errorf("evaluate says %v", e)
	}
	p := must(t, train(t, "price,area,rooms,city\n600000,,3,Rome\n,100,3,Paris\n300000,NULL,9,Paris\n", "predict", "run", "-"))
	contains(t, p.out, "line,prediction,probability\n2,")
	contains(t, p.stderr, `column "city": 2 of 3 rows has a category that training did not know: "Paris"`, `column "rooms": 1 of 3 rows`, `column "price": missing in 1 of 3 rows, never in training`)
	if strings.Contains(p.stderr, `"area"`) {
		t.Errorf("a missing area is nothing new\n%s", p.stderr)
	}
	must(t, train(t, "", "convert", "run", "run.keras"))
	if a, b := must(t, train(t, "", "predict", "run", "houses.csv")), must(t, train(t, "", "predict", "run.keras", "houses.csv")); a.out != b.out {
		t.Error("the model file of a run answers otherwise than the run")
	}
}

// jsonLines turns a table into JSON Lines; every cell that is no number is text.
func jsonLines(t *testing.T, table string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, row := range rows[1:] {
		o := map[string]any{}
		for i, cell := range row {
			if x, err := strconv.ParseFloat(cell, 64); err == nil && x == x {
				o[rows[0][i]] = x
			} else if cell == "true" || cell == "false" {
				o[rows[0][i]] = cell == "true"
			} else if cell != "" {
				o[rows[0][i]] = cell
			}
		}
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// A run that was stopped and goes on gives the bytes of one in one go, with any
// number of workers.
func TestTabularResume(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 300, true)
	args := []string{"houses.csv", "--target", "price", "--epochs", "4", "--dropout", "0.2", "--one-hot", "2"}
	must(t, train(t, "", append(args, "--out", "whole", "--workers", "1")...))
	ctx, cancel := context.WithCancelCause(context.Background())
	w := &trigger{text: "epoch 2/4", f: func() { cancel(cli.Signal{Signal: os.Interrupt}) }}
	if code := run(ctx, append(args, "--out", "parts"), nil, &bytes.Buffer{}, w); code != 130 {
		t.Fatalf("code %d\n%s", code, &w.Buffer)
	}
	contains(t, must(t, train(t, "", "resume", "parts")).stderr, "going on after epoch 2", "epoch 4/4")
	if a, b := results(t, "whole"), results(t, "parts"); a != b {
		t.Errorf("a run with a stop gives other bytes\n%s\n%s", a, b)
	}
	r := must(t, train(t, "", append(args, "--out", "again", "--workers", "3")...))
	if a, b := results(t, "whole"), results(t, "again"); a != b {
		t.Errorf("3 workers give other bytes\n%s\n%s\n%s", a, b, r.stderr)
	}
	contains(t, train(t, "", "resume", "parts").stderr, "has finished its 4 epochs")
	houses(t, "houses.csv", 310, true)
	contains(t, train(t, "", "resume", "parts", "--epochs", "6").stderr, "has other columns, classes or means")
}

// Settings, checks and short runs work as for other data.
func TestTabularCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 200, false)
	contains(t, must(t, train(t, "", "houses.csv", "--target", "price", "--check")).out, "200 rows, 7 columns", "train 160, validation 40, bad 0", "left out id")
	contains(t, must(t, train(t, "", "houses.csv", "--target", "price", "--dry-run")).stderr, "nothing was kept")
	if _, err := os.Stat("runs"); err == nil {
		t.Error("--check or --dry-run has made runs/")
	}
	r := must(t, train(t, "", "houses.csv", "--target", "price", "--overfit", "12", "--json", "--out", "few"))
	events := pure(t, r.out)
	if end := events[len(events)-1]; end["event"] != "end" || end["val_r2"].(float64) < 0.99 {
		t.Errorf("12 rows are not learned by heart: %v", end)
	}
	shown := must(t, train(t, "", "houses.csv", "--target", "rooms", "--task", "regression", "--epochs", "1", "--show-config")).out
	contains(t, shown, "table:\n  target: rooms ", "  task: regression ", "  one_hot: 16 ")
	write(t, "run.yaml", shown)
	contains(t, must(t, train(t, "", "-c", "run.yaml", "--dry-run")).stderr, `target "rooms", a number`)
	contains(t, must(t, train(t, "", "-c", "run.yaml", "--set", "table.task=classification", "--dry-run")).stderr, `target "rooms", 6 classes`)
	contains(t, train(t, "", "-c", "run.yaml", "--set", "table.traget=x").stderr, "did you mean table.target?")
	contains(t, must(t, train(t, "", "help", "table")).out, "--sample-weight", "--columns")
}

func predictOne(t *testing.T, m *nn.Model, row ...float32) []float32 {
	t.Helper()
	out, err := m.PredictOnBatch(tensor.From(row, 1, len(row)))
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Data()
}

// Search, the rate finder and comparing work on tables.
func TestTabularTools(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 120, true)
	s := must(t, train(t, "", "search", "houses.csv", "--target", "price", "--vary", "model_size=small,medium", "--epochs", "2", "--folds", "2", "--set", "table.one_hot=2"))
	contains(t, s.out, "rank", "model_size", "medium")
	contains(t, s.stderr, "train houses.csv --target price --model-size")
	s = must(t, train(t, "", "search", "houses.csv", "--target", "city", "--vary", "learning_rate=0.001,0.01", "--epochs", "2", "--folds", "2", "--json", "-o", "cities"))
	var table []map[string]any
	if err := json.Unmarshal([]byte(s.out), &table); err == nil && len(table) != 2 {
		t.Errorf("the table is %s", s.out)
	}
	contains(t, must(t, train(t, "", "lr-find", "houses.csv", "--target", "price")).stderr, "train houses.csv --target price --learning-rate")
	must(t, train(t, "", "houses.csv", "--target", "price", "--epochs", "1", "-q", "--out", "a"))
	must(t, train(t, "", "houses.csv", "--target", "price", "--epochs", "1", "-q", "--out", "b", "--sample-weight", "rooms"))
	contains(t, must(t, train(t, "", "compare", "a", "b")).out, "val_mean_absolute_error", "val_r2_score", "sample_weight")
	must(t, train(t, "", "export", "--onnx", "a"))
	exists(t, "a/model.onnx")
}

// What tables need and do not take is said.
func TestTabularMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 60, false)
	must(t, train(t, "", "houses.csv", "--target", "price", "--epochs", "1", "-q", "--out", "run"))
	write(t, "few.csv", "rooms,city,area\n3,Rome,100\n")
	write(t, "odd.csv", "area,rooms,city,garden,price\n100,3,Rome,true,5\nbig,3,Rome,true,5\n100,3\n")
	for _, c := range []struct {
		code int
		args string
		want []string
	}{
		{3, "houses.csv", []string{"no column looks like texts", "--target NAME"}},
		{2, "houses.csv --columns id=skip", []string{"--columns is for tables of numbers and categories; it needs --target too"}},
		{2, "houses.csv --target price --maxlen 5", []string{"--maxlen is for other data", "train help table"}},
		{2, "houses.csv --target price --model none.keras", []string{"cannot read none.keras"}},
		{2, "houses.csv --target price --one-hot -1", []string{"--one-hot is -1; want 0 or more"}},
		{2, "houses.csv --target price --class-weight balanced", []string{`--class-weight balanced: the target "price" is a number`}},
		{2, "houses.csv --target price --monitor val_accuracy", []string{"--monitor val_accuracy"}},
		{2, "houses.csv --target price --on-error placeholder", []string{"tables have no such thing"}},
		{2, "houses.csv --target price --task guess", []string{"want classification, regression, tagging or words"}},
		{2, "houses.csv --target price --columns rooms=categry", []string{"did you mean rooms=category?"}},
		{2, "houses.csv --target price --columns price=skip", []string{"--columns price=skip: this column is no input"}},
		{2, "houses.csv --target price --sample-weight price", []string{"are the same column"}},
		{2, "house.csv --target price", []string{"did you mean houses.csv?"}},
		{2, "demo --target price", []string{"the demo has none"}},
		{3, "houses.csv --target cost", []string{`houses.csv has no column "cost", which --target names`, "found: id, area"}},
		{3, ". --target price", []string{". is a folder, not a table"}},
		{3, "predict run few.csv", []string{"few.csv lacks 1 column of the run: garden", "found: rooms, city and area", "want:  area, rooms, city and garden, in any order"}},
		{3, "predict run odd.csv", []string{"2 of 3 rows cannot be predicted", `odd.csv:3: column "area" is "big", want a number`, "odd.csv:4: has 2 cells, want 5"}},
		{3, "evaluate run few.csv", []string{"few.csv lacks 2 columns of the run: garden and price"}},
		{3, "evaluate run odd.csv", []string{"2 of 3 rows cannot be used", "--on-error=skip"}},
		{2, "predict run nowhere.csv", []string{"cannot read nowhere.csv"}},
	} {
		r := train(t, "", strings.Fields(c.args)...)
		if r.code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.args, r.code, c.code)
		}
		for _, w := range c.want {
			if !strings.Contains(r.stderr, w) {
				t.Errorf("%s: %q is missing in\n%s", c.args, w, r.stderr)
			}
		}
	}
	r := must(t, train(t, "", "predict", "run", "odd.csv", "--on-error", "skip", "--json"))
	if lines := pure(t, r.out); len(lines) != 3 || lines[1]["error"] == nil || lines[0]["value"] == nil {
		t.Errorf("predict says %s", r.out)
	}
	contains(t, r.stderr, "skipped    2 rows")
	write(t, "run/columns.json", "{}")
	if r := train(t, "", "predict", "run", "few.csv"); r.code != 3 || !strings.Contains(r.stderr, "columns.json: version 0") {
		t.Errorf("damaged columns: %+v", r)
	}
}
