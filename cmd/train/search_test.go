package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// A search shows its table, and goes on where it was stopped.
func TestSearch(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 15)
	line := []string{"search", "pics", "--vary", "learning_rate=1e-6,0.01", "--vary", "dropout=0,0.5", "--epochs", "3", "--set", "batch_size=10", "--folds", "2"}
	r := must(t, train(t, "", line...))
	contains(t, r.out, "rank", "score", "learning_rate", "dropout")
	contains(t, r.stderr, "4 settings of learning_rate, dropout", "2 folds", "next       train pics --learning-rate 0.01")
	b, err := os.ReadFile("search-pics/table.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil || len(rows) != 5 || rows[0][1] != "learning_rate" || rows[0][2] != "dropout" {
		t.Fatalf("%v: %q", err, rows)
	}
	trials, err := os.ReadFile("search-pics/trials.jsonl")
	if err != nil || strings.Count(string(trials), "\n") != 8 {
		t.Fatalf("%v\n%s", err, trials)
	}
	again := must(t, train(t, "", line...))
	if more, _ := os.ReadFile("search-pics/trials.jsonl"); string(more) != string(trials) || again.out != r.out {
		t.Error("a search that was done did something again")
	}
	// With another fixed setting they are other trials.
	must(t, train(t, "", append(line, "--set", "clipnorm=1")...))
	if more, _ := os.ReadFile("search-pics/trials.jsonl"); strings.Count(string(more), "\n") != 16 {
		t.Errorf("trials of another --set were taken for those of this one\n%s", more)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r := trainContext(t, ctx, "", append(line, "-o", "other")...); r.code != 130 {
		t.Errorf("stopped: code %d, %s", r.code, r.stderr)
	}

	fruits(t, "things.tsv", 60)
	r = must(t, train(t, "", "search", "things.tsv", "--vary", "learning_rate=1e-4..1e-1", "--vary", "model_size=small", "--random", "4", "--halving", "--epochs", "4", "--folds", "2", "--json"))
	contains(t, r.out, `"n_resources": 4`, `"mean_test_score"`, `"learning_rate"`)
}

// Schedules and their settings are searched too; values that are lists stand between
// semicolons. What is best is said as flags that training takes.
func TestSearchSchedules(t *testing.T) {
	t.Chdir(t.TempDir())
	houses(t, "houses.csv", 60, false)
	r := must(t, train(t, "", "search", "houses.csv", "--target", "price", "--vary", "schedule=step", "--vary", "decay_epochs=1,2;2;3", "--vary", "decay_rate=1e-9,1", "--vary", "warmup=0,1", "--epochs", "4", "--folds", "2"))
	b, err := os.ReadFile("search-houses/table.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil || len(rows) != 13 || strings.Join(rows[0][1:4], " ") != "decay_rate decay_epochs warmup" {
		t.Fatalf("%v: %q", err, rows)
	}
	score := map[string]string{}
	for _, row := range rows[1:] {
		score[strings.Join(row[1:4], " ")] = row[4]
	}
	// A factor of 1 leaves the rate as it is, whenever it comes; a tiny one ends
	// training, the sooner the worse.
	if score["1 1,2 0"] != score["1 3 0"] || score["1e-09 3 0"] == score["1e-09 1,2 0"] || score["1 3 0"] == score["1 3 1"] {
		t.Errorf("scores %v", score)
	}
	_, next, _ := strings.Cut(r.stderr, "next       train ")
	args := strings.Fields(next)
	for i, a := range args {
		args[i] = strings.Trim(a, "'")
	}
	must(t, train(t, "", append(args, "--epochs", "4", "-q")...))

	// Rows that weigh nothing change nothing, whatever stands in them.
	lines := strings.Split(strings.TrimSpace(content(t, "houses.csv")), "\n")
	for i := range lines {
		switch {
		case i == 0:
			lines[i] += ",counts"
		case i%3 == 0: // a price that no rule gives
			lines[i] = lines[i][:strings.LastIndex(lines[i], ",")] + ",9000000,0"
		default:
			lines[i] += ",1"
		}
	}
	write(t, "weighted.csv", strings.Join(lines, "\n"))
	best := func(more ...string) float64 {
		args := append([]string{"search", "weighted.csv", "--target", "garden", "--vary", "learning_rate=0.03", "--epochs", "30", "--folds", "2", "--json", "--set", "table.columns=id=skip", "-o", "w" + strings.Join(more, "")}, more...)
		var table []struct {
			Score float64 `json:"mean_test_score"`
		}
		if err := json.Unmarshal([]byte(must(t, train(t, "", args...)).out), &table); err != nil {
			t.Fatal(err)
		}
		return table[0].Score
	}
	if plain, weighted := best(), best("--set", "table.sample_weight=counts"); plain == weighted {
		t.Errorf("the weights change nothing: both score %v", plain)
	}
}

func TestSearchMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 6)
	for _, c := range []struct{ line, want string }{
		{"search", "search needs data"},
		{"search pics", "search needs something to vary"},
		{"search pics --vary learning_rate", "want a key and its values"},
		{"search pics --vary learning_rte=1,2", "did you mean learning_rate?"},
		{"search pics --vary image.zoom_range=1,2", "this setting cannot be varied"},
		{"search pics --vary learning_rate=1..2", "a range needs --random N"},
		{"search pics --vary learning_rate=2..1 --random 3", "the lower first"},
		{"search pics --vary optimizer=adam,lamb", "want adam, adamw, nadam, adamax, adagrad, adadelta, adafactor, ftrl, lion, rmsprop or sgd"},
		{"search pics --vary epochs=0,2", "no whole number above 0"},
		{"search pics --vary dropout=0,1.5", "--dropout is 1.5"},
		{"search pics --vary dropout=0 --set epoch=2", "did you mean epochs?"},
		{"search none --vary dropout=0", "cannot read none"},
		{"search pics --vary dropout=0 --sample-weight w", "for all trainings: --set table.sample_weight=VALUE"},
		{"search pics --vary dropout=0 --batch_size 3", "for all trainings: --set batch_size=VALUE"},
	} {
		if r := train(t, "", strings.Fields(c.line)...); r.code == 0 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("train %s: code %d, %s", c.line, r.code, r.stderr)
		}
	}
}
