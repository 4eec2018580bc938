package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/iofault"
	"github.com/antler-ml/antler/nn/checkpoint"
)

// Bad input is refused before the first epoch, with the code of its kind and a
// message that says what, where and how to mend it.
func TestBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 8)
	fruits(t, "things.tsv", 40)
	houses(t, "houses.csv", 60, false)
	people(t, "names.tsv", 20)
	must(t, train(t, "", "things.tsv", "--epochs", "2", "-q", "-o", "texts"))
	must(t, train(t, "", "pics", "--epochs", "1", "-q", "-o", "pictures"))
	must(t, train(t, "", "houses.csv", "--target", "price", "--epochs", "1", "-q", "-o", "prices"))
	must(t, train(t, "", "names.tsv", "--epochs", "1", "-q", "-o", "names"))
	rows := strings.Split(content(t, "houses.csv"), "\n")
	with := func(name string, line int, row string) {
		changed := append([]string{}, rows...)
		changed[line-1] = row
		write(t, name, strings.Join(changed, "\n"))
	}
	with("inf.csv", 7, "6,inf,3,Oslo,true,Utopia,500000")
	with("huge.csv", 7, "6,1e999,3,Oslo,true,Utopia,500000")
	with("nan.csv", 9, "8,100,3,Oslo,true,Utopia,NaN")
	with("text.csv", 11, "10,100,3,Oslo,true,Utopia,cheap")
	with("infinite.csv", 12, "11,100,3,Oslo,true,Utopia,-Infinity")
	with("word.csv", 5, "4,large,3,Oslo,true,Utopia,500000")
	with("short.csv", 6, "5,100,3")
	with("weight.csv", 8, "7,-3,3,Oslo,true,Utopia,500000")
	for _, c := range []struct {
		args string
		code int
		says []string
	}{
		// Targets of another kind, length or range.
		{"text.csv --target price", 3, []string{`text.csv:11: the target "price" is "cheap", want a number`, "--on-error=skip"}},
		{"houses.csv --target city --task regression", 3, []string{`the target "city" is "`, "regression needs numbers", "--task classification"}},
		{"houses.csv --target price --task classification", 3, []string{"every class needs several rows", "--task regression"}},
		{"short.csv --target price", 3, []string{"short.csv:6: has 3 cells, want 7"}},
		{"houses.csv --target country", 3, []string{`the target "country" is "Utopia" in every row; there is nothing to learn`}},
		{"evaluate prices text.csv", 3, []string{`text.csv:11: the target "price" is "cheap", want a number`}},
		{"evaluate texts houses.csv", 3, []string{"no column looks like texts"}},
		{"evaluate names things.tsv", 3, []string{"cannot be used"}},
		// Data that are not numbers, by row.
		{"inf.csv --target price", 3, []string{`inf.csv:7: column "area" is inf, want a finite number`}},
		{"huge.csv --target price", 3, []string{`huge.csv:7: column "area" is 1e999, want a finite number`}},
		{"nan.csv --target price", 3, []string{`the target "price" is missing in 1 row, the first in line 9`, "--on-error=skip"}},
		{"infinite.csv --target price", 3, []string{`infinite.csv:12: the target "price" is -Infinity, want a finite number`}},
		{"word.csv --target price", 3, []string{`word.csv:5: column "area" is "large", want a number`, "--columns area=category"}},
		{"weight.csv --target price --sample-weight area", 3, []string{`weight.csv:8: column "area" is "-3"; a sample weight is a number, 0 or more`}},
		{"predict prices inf.csv", 3, []string{`inf.csv:7: column "area" is inf, want a finite number`}},
		// Class weights.
		{"things.tsv --class-weight fruits=2", 2, []string{`--class-weight names a class "fruits" that the data do not have`, "found: fruit and metal", "did you mean fruit?"}},
		{"pics --class-weight across=-1", 2, []string{`gives "across" the weight "-1"; want a number, 0 or more`}},
		{"pics --class-weight across=1,across=2", 2, []string{`names the class "across" twice`}},
		{"pics --class-weight balance", 2, []string{`is "balance"`, "did you mean balanced?"}},
		{"names.tsv --class-weight B-ORG=2", 2, []string{`names a class "B-ORG"`, "found: B-LOC, B-PER, I-PER and O"}},
		{"houses.csv --target garden --class-weight yes=2", 2, []string{`names a class "yes"`, "found: false and true"}},
		{"houses.csv --target price --class-weight balanced", 2, []string{`the target "price" is a number and has no classes`}},
		// Rates, sizes and counts.
		{"pics --learning-rate -1", 2, []string{"--learning-rate is -1; want a number above 0"}},
		{"pics --learning-rate 0", 2, []string{"--learning-rate is 0; want a number above 0"}},
		{"pics --learning-rate NaN", 2, []string{"--learning-rate NaN: want a number"}},
		{"pics --batch-size 0", 2, []string{"--batch-size is 0; want 1 or more"}},
		{"pics --batch-size -4", 2, []string{"--batch-size is -4; want 1 or more"}},
		{"pics --batch-size 2.5", 2, []string{"--batch-size 2.5: want a whole number"}},
		{"pics --epochs 0", 2, []string{"--epochs is 0; want 1 or more"}},
		{"pics --epochs -3", 2, []string{"--epochs is -3; want 1 or more"}},
		{"pics --save-freq -1", 2, []string{"--save-freq is -1; want 0 or more steps"}},
		{"pics --overfit -1", 2, []string{"--overfit is -1"}},
		{"lr-find pics --steps 0", 2, []string{"--steps 0: want rates above 0, the lower first, and 10 steps or more"}},
		{"search pics --vary learning_rate=0.1,0", 2, []string{"--learning-rate is 0; want a number above 0"}},
		{"search pics --vary batch_size=0", 2, []string{`"0" is no whole number above 0`}},
		{"search pics --vary warmup=9 --epochs 2", 2, []string{"--warmup is 9; want epochs from 0 to below --epochs"}},
		{"resume texts --epochs 0", 2, []string{"--epochs is 0; want 1 or more"}},
		// Names that do not exist.
		{"pics --monitor val_acuracy", 2, []string{"--monitor val_acuracy: want val_loss, val_accuracy or loss"}},
		{"houses.csv --target price --monitor val_accuracy", 2, []string{"numbers are not right or wrong", "--monitor val_loss"}},
		{"compare texts pictures --sort val_f1", 2, []string{"--sort val_f1: no run has this metric", "found: accuracy, loss, val_accuracy, val_loss"}},
		{"pics --optimizer lamb", 2, []string{"--optimizer lamb: want adam, adamw, nadam, adamax, adagrad, adadelta, adafactor, ftrl, lion, rmsprop or sgd"}},
		{"pics --schedule cosin", 2, []string{"--schedule cosin: want cosine, constant"}},
		{"pics --learning-rat 1", 2, []string{"unknown flag --learning-rat", "did you mean --learning-rate?"}},
		{"predict texts things.tsv --epochs 3", 2, []string{"--epochs is for training; predict has no use for it"}},
		{"evaluate texts", 2, []string{"evaluate needs a run and data, got 1"}},
		{"pixs", 2, []string{"cannot read pixs", "did you mean pics?"}},
		{"predict picturs pics", 2, []string{"cannot open the run picturs"}},
		{"resume textz", 2, []string{"cannot open the run textz"}},
	} {
		r := train(t, "", strings.Fields(c.args)...)
		if r.code != c.code {
			t.Errorf("train %s: code %d, want %d\n%s", c.args, r.code, c.code, r.stderr)
			continue
		}
		contains(t, r.stderr, c.says...)
		if n := strings.Count(r.stderr, "\n"); n > 25 {
			t.Errorf("train %s: %d lines are no screen", c.args, n)
		}
	}
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a refused command has made runs/")
	}
}

// A run does not go on from a checkpoint that is torn, of another model or of
// another version; it says why, and a good one that is left is taken.
func TestBadCheckpoint(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 60)
	line := []string{"things.tsv", "--epochs", "2", "--early-stopping=false", "-q", "-o"}
	must(t, train(t, "", append(line, "run")...))
	must(t, train(t, "", append(line, "other", "--model-size", "medium")...))
	newest := func(run string) string {
		found, err := filepath.Glob(run + "/checkpoints/checkpoint-*.npz")
		if err != nil || len(found) == 0 {
			t.Fatalf("%s has no checkpoints: %v", run, err)
		}
		return found[len(found)-1]
	}
	half := func() { // the run as it was before its last epoch's end
		for _, f := range []string{"run", "other"} {
			write(t, f+"/run.json", strings.Replace(content(t, f+"/run.json"), `"finished": true`, `"finished": false`, 1))
		}
	}
	half()
	// Of another model: every checkpoint is.
	whole := map[string]string{}
	for _, f := range []string{"run", "other"} {
		found, _ := filepath.Glob(f + "/checkpoints/checkpoint-*.npz")
		for _, p := range found {
			whole[p] = content(t, p)
		}
	}
	mine, _ := filepath.Glob("run/checkpoints/checkpoint-*.npz")
	for _, p := range mine {
		write(t, p, whole[strings.Replace(p, "run", "other", 1)])
	}
	if r := train(t, "", "resume", "run", "--epochs", "3"); r.code != 2 || !strings.Contains(r.stderr, "run cannot go on") {
		t.Errorf("of another model: code %d\n%s", r.code, r.stderr)
	}
	// Only the end of a training with fewer epochs, which is no beginning.
	for _, p := range mine {
		write(t, p, whole[newest("run")])
	}
	if r := train(t, "", "resume", "run", "--epochs", "3"); r.code != 3 || !strings.Contains(r.stderr, "no checkpoint in run/checkpoints can be gone on from") {
		t.Errorf("only the end: code %d\n%s", r.code, r.stderr)
	}
	// No checkpoints at all, or of a program that writes others.
	for _, p := range mine {
		write(t, p, "no checkpoint at all")
	}
	if r := train(t, "", "resume", "run", "--epochs", "3"); r.code == 0 || !strings.Contains(r.stderr, filepath.Base(mine[0])) {
		t.Errorf("nonsense: code %d\n%s", r.code, r.stderr)
	}
	// The newest is truncated: the one before it is taken.
	for _, p := range mine {
		write(t, p, whole[p])
	}
	if len(mine) > 1 {
		p := mine[len(mine)-1]
		write(t, p, whole[p][:len(whole[p])/2])
		r := must(t, train(t, "", "resume", "run", "--epochs", "3"))
		contains(t, r.stderr, filepath.Base(p))
		if _, err := checkpoint.Load("run/checkpoints"); err != nil {
			t.Error(err)
		}
	}
}

// A disk that is full for a while: training says so, goes on and tries again; the
// result is that of a disk with room. One that is full to the end leaves with 75, and
// with a model that works.
func TestFullDisk(t *testing.T) {
	if !iofault.Supported() {
		t.Skip("ptrace is not allowed here")
	}
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 60)
	args := []string{"things.tsv", "--epochs", "4", "--early-stopping=false", "--save-freq", "2", "--no-color", "--workers", "1", "--out"}
	must(t, train(t, "", append(args, "whole")...))
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		run          string
		faults, code int
		says         []string
	}{
		{"passing", 1, 0, []string{"no space left on device", "training goes on, and it is tried again"}},
		{"lasting", 1000, 75, []string{"no space left on device", "make room on the disk"}},
	} {
		cmd := program(append(args, c.run)...)
		log, err := os.Create(c.run + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		cmd.Stdout, cmd.Stderr = log, log
		failed := 0
		code, err := iofault.Run(cmd, []string{filepath.Join(dir, c.run, "checkpoints")}, func(x iofault.Call) iofault.Fault {
			if x.Write && x.Name == "write" && failed < c.faults {
				failed++
				return iofault.Fault{Errno: syscall.ENOSPC}
			}
			return iofault.Fault{}
		})
		said := content(t, c.run+".txt")
		if err != nil || code != c.code || failed == 0 {
			t.Fatalf("code %d, want %d; %v, %d faults\n%s", code, c.code, err, failed, said)
		}
		contains(t, said, c.says...)
		if code != 0 { // what was written elsewhere is whole
			must(t, train(t, "a sweet apple\n", "predict", c.run, "-"))
			continue
		}
		if a, b := results(t, "whole"), results(t, c.run); a != b {
			t.Errorf("with a disk that was full (%s)\n%swith room\n%s", c.run, b, a)
		}
	}
}
