package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

var topics = [][]string{
	strings.Fields("apple pear plum cherry orchard juice ripe sweet"),
	strings.Fields("iron steel hammer anvil forge rust nail wire"),
	strings.Fields("rain cloud storm wind thunder fog snow hail"),
	strings.Fields("king queen castle crown throne knight duke court"),
}

// story makes a text in which words of one topic stand together, and a file of
// pairs of them. Mixed up, words stand anywhere.
func story(t *testing.T, path string, passages int, mixed bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	filler := strings.Fields("the of and a to in was that it by")
	var b strings.Builder
	for i := range passages {
		for range 14 {
			topic := topics[i%len(topics)]
			if mixed {
				topic = topics[r.IntN(len(topics))]
			}
			if r.IntN(2) == 0 {
				topic = filler
			}
			b.WriteString(topic[r.IntN(len(topic))] + " ")
		}
		b.WriteString("\n")
	}
	write(t, path, b.String())
	var pairs strings.Builder
	for _, topic := range topics {
		for i := range len(topic) - 1 {
			fmt.Fprintf(&pairs, "%s\t%s\n", topic[i], topic[i+1])
		}
	}
	write(t, "pairs.tsv", pairs.String())
}

// Words that stand together get similar vectors; those of a text that is mixed
// up do not. The run answers, and is measured.
func TestWords(t *testing.T) {
	t.Chdir(t.TempDir())
	story(t, "story.txt", 400, false)
	r := must(t, train(t, "", "words", "story.txt", "--epochs", "12", "--vector-size", "16"))
	run := "runs/1-story"
	for _, f := range []string{"run.json", "events.jsonl", "model.npz", "last.npz", "tokenizer.json", "vectors.txt", "words.png", "history.csv", "curves.png"} {
		exists(t, run+"/"+f)
	}
	for i, word := range []string{"found", "inferred", "model", "writes", "change"} {
		if l := strings.Split(r.stderr, "\n")[i]; !strings.HasPrefix(l, word) {
			t.Errorf("line %d is %q; want it to begin with %q", i+1, l, word)
		}
	}
	contains(t, r.stderr, "400 passages of 5,600 words", "42 different ones", "next       train predict runs/1-story", "again      train words story.txt --epochs 12 --vector-size 16")
	contains(t, r.out, "Nearest words (cosine")

	measured := func(run string) map[string]any {
		return pure(t, must(t, train(t, "", "evaluate", run, "pairs.tsv", "--json")).out)[0]
	}
	// Six of 27 words that are paired at random are of the same topic after all:
	// no vectors reach more than (21 + 6/2)/27 = 0.89 but by luck.
	if m := measured(run); m["pairs"] != 28.0 || m["related_above_random"].(float64) < 0.87 || m["median_rank"].(float64) > 8 {
		t.Errorf("of a text with topics: %v", m)
	}
	contains(t, must(t, train(t, "", "evaluate", run, "pairs.tsv")).out, "28 of related words", "chance: 50 %")

	p := must(t, train(t, "storm\n\nKing\n", "predict", run, "iron", "rain - cloud + plum", "-", "--top", "7"))
	rows := strings.Split(strings.TrimSpace(p.out), "\n")
	if len(rows) != 4 || p.stderr != "" {
		t.Fatalf("predict says %q %q", p.out, p.stderr)
	}
	for i, topic := range []int{1, -1, 2, 3} {
		cells := strings.Split(rows[i], "\t")
		if len(cells) != 15 {
			t.Errorf("%d columns in %q", len(cells), rows[i])
		}
		same := 0
		for k := 1; k < len(cells); k += 2 {
			if topic >= 0 && strings.Contains(" "+strings.Join(topics[topic], " ")+" ", " "+cells[k]+" ") {
				same++
			}
		}
		if topic >= 0 && same < 6 {
			t.Errorf("only %d of 7 neighbours are of the topic: %s", same, rows[i])
		}
	}
	a := pure(t, must(t, train(t, "", "predict", run, "snow", "--json", "--top", "2")).out)
	if len(a) != 1 || a[0]["query"] != "snow" || len(a[0]["top"].([]any)) != 2 {
		t.Errorf("--json says %v", a)
	}

	story(t, "mixed.txt", 400, true)
	must(t, train(t, "", "words", "mixed.txt", "--epochs", "12", "--vector-size", "16", "-q"))
	if m := measured("runs/2-mixed"); m["related_above_random"].(float64) > 0.7 {
		t.Errorf("of a text without topics: %v", m)
	}
}

// vectors.txt is what word2vec's readers expect; words.png is a picture.
func TestWordFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	story(t, "story.txt", 60, false)
	must(t, train(t, "", "words", "story.txt", "--epochs", "1", "--vector-size", "5", "--show", "king,rain,nowhere", "--out", "run"))
	b, err := os.ReadFile("run/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if lines[0] != "42 5" || len(lines) != 43 {
		t.Fatalf("%d lines, the first is %q", len(lines), lines[0])
	}
	for _, l := range lines[1:] {
		cells := strings.Split(l, " ")
		if len(cells) != 6 {
			t.Fatalf("line %q", l)
		}
		for _, c := range cells[1:] {
			if _, err := strconv.ParseFloat(c, 32); err != nil {
				t.Error(err)
			}
		}
	}
	f, err := os.Open("run/words.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil || m.Bounds().Dx() < 800 {
		t.Errorf("words.png: %v", err)
	}
	var stored struct {
		Task     string
		Settings map[string]any
	}
	b, _ = os.ReadFile("run/run.json")
	if err := json.Unmarshal(b, &stored); err != nil || stored.Task != "words" || stored.Settings["vector_size"] != 5.0 || stored.Settings["monitor"] != "loss" {
		t.Errorf("run.json: %+v %v", stored, err)
	}
}

// The same seed gives the same vectors, byte for byte, for any workers.
func TestWordsSameBytes(t *testing.T) {
	t.Chdir(t.TempDir())
	story(t, "story.txt", 200, false)
	one := func(out, workers, seed string) []byte {
		must(t, train(t, "", "words", "story.txt", "--seed", seed, "--epochs", "2", "-q", "--workers", workers, "--out", out))
		b, err := os.ReadFile(out + "/vectors.txt")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a := one("A", "1", "7")
	if !bytes.Equal(a, one("B", "2", "7")) {
		t.Error("2 workers give other vectors than 1")
	}
	n := runtime.GOMAXPROCS(1)
	c := one("C", "3", "7")
	runtime.GOMAXPROCS(n)
	if !bytes.Equal(a, c) {
		t.Error("3 workers on 1 processor give other vectors")
	}
	if bytes.Equal(a, one("D", "1", "8")) {
		t.Error("another seed gives the same vectors")
	}
}

// A signal leaves vectors that can be used, and the run goes on from there.
func TestWordsInterrupt(t *testing.T) {
	for _, c := range []struct {
		sig  os.Signal
		code int
		when string
	}{{os.Interrupt, 130, "epoch 2/4"}, {syscall.SIGTERM, 143, "change "}} {
		t.Chdir(t.TempDir())
		story(t, "story.txt", 100, false)
		ctx, cancel := context.WithCancelCause(context.Background())
		w := &trigger{text: c.when, f: func() { cancel(cli.Signal{Signal: c.sig}) }}
		var out bytes.Buffer
		if code := run(ctx, []string{"words", "story.txt", "--epochs", "4", "--json"}, nil, &out, w); code != c.code {
			t.Fatalf("%v: code %d\n%s", c.sig, code, &w.Buffer)
		}
		pure(t, out.String())
		contains(t, w.String(), "the vectors so far in runs/1-story/vectors.txt", "go on with: train --resume runs/1-story")
		exists(t, "runs/1-story/last.npz", "runs/1-story/model.npz", "runs/1-story/vectors.txt")
		contains(t, must(t, train(t, "", "predict", "runs/1-story", "rain")).out, "rain\t")
		if c.sig != os.Interrupt {
			continue
		}
		r := must(t, train(t, "", "--resume", "runs/1-story"))
		contains(t, r.stderr, "going on after epoch 2", "epoch 3/4", "epoch 4/4")
		exists(t, "runs/1-story/words.png")
		if r := train(t, "", "--resume", "runs/1-story"); r.code != 2 {
			t.Errorf("resuming a finished run gives code %d", r.code)
		}
		story(t, "story.txt", 120, false)
		write(t, "story.txt", "other words other words other words than before before before")
		if r := train(t, "", "--resume", "runs/1-story", "--epochs", "6"); r.code != 3 {
			t.Errorf("resuming with another text gives code %d: %s", r.code, r.stderr)
		}
	}
}

// A dry run and a check keep nothing; bad lines are skipped when asked for.
func TestWordsCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	story(t, "story.txt", 50, false)
	contains(t, must(t, train(t, "", "words", "story.txt", "--check")).out, "50 passages of 700 words; 42 different ones", "bad lines 0")
	contains(t, must(t, train(t, "", "words", "story.txt", "--dry-run")).stderr, "nothing was kept")
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a dry run has made runs/")
	}
	b, _ := os.ReadFile("story.txt")
	write(t, "texts/one.txt", string(b))
	write(t, "texts/two.txt", "fine\nbad \xff line\n")
	r := must(t, train(t, "", "words", "texts", "--epochs", "1", "--on-error", "skip", "--out", "run"))
	contains(t, r.stderr, "1 line skipped, listed in run/quarantine.jsonl")
	exists(t, "run/quarantine.jsonl")
	if p := train(t, "", "predict", "run", "rain", "nowhere", "--on-error=skip"); p.code != 0 || !strings.Contains(p.stderr, "skipped") {
		t.Errorf("code %d, %q", p.code, p.stderr)
	}
}

// The demo's text is the real one: a short training on it puts words that
// belong together close. (The whole training reaches 98 %.)
func TestDemoWords(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on the whole text")
	}
	t.Chdir(t.TempDir())
	must(t, train(t, "", "demo", "words", "--epochs", "2", "--min-count", "40", "--vector-size", "24", "--negative-samples", "1", "--learning-rate", "0.02", "-q", "--out", "run"))
	b, err := os.ReadFile("run/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	events := pure(t, string(b))
	related := events[len(events)-1]["related"].(map[string]any)
	if related["related_above_random"].(float64) < 0.9 {
		t.Errorf("related words: %v", related)
	}
}
