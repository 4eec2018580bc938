package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder needs no flags, and the run needs nothing but itself.
func TestFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 60)
	r := must(t, train(t, "", "pics", "--epochs", "6"))
	run := "runs/1-pics"
	for _, f := range []string{"run.json", "events.jsonl", "model.npz", "last.npz", "classes.txt", "history.csv", "curves.png", "samples.png"} {
		exists(t, filepath.Join(run, f))
	}
	lines := strings.Split(r.stderr, "\n")
	for i, word := range []string{"found", "inferred", "model", "writes", "change"} {
		if !strings.HasPrefix(lines[i], word) {
			t.Errorf("line %d is %q; want it to begin with %q", i+1, lines[i], word)
		}
	}
	contains(t, r.stderr, "across 60, along 60", "all 12×12", "grayscale", "train 96, validation 24", "seed 0", "next       train predict runs/1-pics", "again      train pics --epochs 6")
	contains(t, r.out, "Confusion matrix", "best       validation accuracy")
	if n := len(lines); n > 6+20 {
		t.Errorf("the log has %d lines for 6 epochs", n)
	}

	// The data may go; the run has all that predict needs.
	if err := os.Rename("pics", "moved"); err != nil {
		t.Fatal(err)
	}
	p := must(t, train(t, "", "predict", run, "moved/across/000.png", "moved/along/000.png", "--top", "2"))
	rows := strings.Split(strings.TrimSpace(p.out), "\n")
	if len(rows) != 2 || !strings.HasPrefix(rows[0], "moved/across/000.png\tacross\t") || !strings.HasPrefix(rows[1], "moved/along/000.png\talong\t") {
		t.Errorf("predict says\n%s", p.out)
	}
	if n := len(strings.Split(rows[0], "\t")); n != 5 {
		t.Errorf("--top 2 gives %d columns; want 5", n)
	}
	if p.stderr != "" {
		t.Errorf("predict writes to stderr: %q", p.stderr)
	}
	same := must(t, train(t, "moved/across/000.png\nmoved/along/000.png\n", "predict", run, "-", "--top", "2"))
	if same.out != p.out {
		t.Errorf("names from stdin give\n%s, arguments\n%s", same.out, p.out)
	}
	e := pure(t, must(t, train(t, "", "evaluate", run, "moved", "--json")).out)
	if len(e) != 1 || e[0]["samples"] != 120.0 || e[0]["accuracy"].(float64) < 0.9 {
		t.Errorf("evaluate says %v", e)
	}

	// A second run takes the next number; one that exists is refused.
	must(t, train(t, "", "moved", "--epochs", "1", "-q"))
	exists(t, "runs/2-moved/run.json")
	if r := train(t, "", "moved", "--epochs", "1", "--out", run); r.code != 2 {
		t.Errorf("an existing run gives code %d", r.code)
	}
	must(t, train(t, "", "moved", "--epochs", "1", "--out", run, "--force", "-q"))
}

// Bad pictures are skipped when that is asked for, and listed.
func TestSkip(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 20)
	write(t, "pics/along/bad.jpg", "<html>no</html>")
	r := must(t, train(t, "", "pics", "--epochs", "1", "--on-error", "skip", "--out", "run"))
	contains(t, r.stderr, "1 picture skipped")
	b, err := os.ReadFile("run/quarantine.jsonl")
	if err != nil || !strings.Contains(string(b), "is HTML") {
		t.Errorf("quarantine: %s %v", b, err)
	}
	p := train(t, "", "predict", "run", "pics/along/000.png", "pics/along/bad.jpg", "pics/across/000.png")
	if p.code != 3 || strings.Count(p.out, "\n") != 2 {
		t.Errorf("code %d, out %q", p.code, p.out)
	}
	if p := train(t, "", "predict", "run", "--on-error=skip", "pics"); p.code != 0 || strings.Count(p.out, "\n") != 40 {
		t.Errorf("code %d, %d lines", p.code, strings.Count(p.out, "\n"))
	}
}

// Folders train/ and validation/ are used as they are.
func TestSplitFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "data/train", 20)
	stripes(t, "data/validation", 5)
	r := must(t, train(t, "", "data", "--epochs", "1", "--target-size", "16", "--color-mode", "rgb", "--rotation_range", "5", "--brightness-range", "0.9,1.1"))
	contains(t, r.stderr, "train 40, validation 10 (the folder data/validation)", "16×16 rgb", "rotation 5°", "brightness [0.9 1.1]")
}

func TestCheckAndDryRun(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 10)
	contains(t, must(t, train(t, "", "pics", "--check")).out, "across 10, along 10; train 16, validation 4, bad 0")
	r := must(t, train(t, "", "pics", "--dry-run"))
	contains(t, r.stderr, "nothing was kept", "writes     nothing")
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a dry run has made runs/")
	}
}
