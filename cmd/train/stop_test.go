package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// trigger calls f when it is written a text.
type trigger struct {
	bytes.Buffer
	text string
	f    func()
}

func (w *trigger) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.text) {
		w.f()
	}
	return w.Buffer.Write(b)
}

// A signal ends training with the model on disk, and the run goes on from there.
func TestInterrupt(t *testing.T) {
	for _, c := range []struct {
		sig  os.Signal
		code int
		when string
	}{{os.Interrupt, 130, "epoch 2/4"}, {syscall.SIGTERM, 143, "change "}} {
		t.Chdir(t.TempDir())
		fruits(t, "things.tsv", 60)
		ctx, cancel := context.WithCancelCause(context.Background())
		w := &trigger{text: c.when, f: func() { cancel(cli.Signal{Signal: c.sig}) }}
		var out bytes.Buffer
		if code := run(ctx, []string{"things.tsv", "--epochs", "4", "--early-stopping=false", "--json"}, nil, &out, w); code != c.code {
			t.Fatalf("%v: code %d\n%s", c.sig, code, &w.Buffer)
		}
		pure(t, out.String())
		contains(t, w.String(), "go on with: train --resume runs/1-things", "runs/1-things/last.npz")
		exists(t, "runs/1-things/last.npz", "runs/1-things/model.npz")
		must(t, train(t, "apple\n", "predict", "runs/1-things", "-"))
		if c.sig != os.Interrupt {
			continue
		}
		r := must(t, train(t, "", "--resume", "runs/1-things"))
		contains(t, r.stderr, "going on after epoch 2", "epoch 3/4", "epoch 4/4")
		if strings.Contains(r.stderr, "epoch 2/4") {
			t.Error("an epoch was done twice")
		}
		b, _ := os.ReadFile("runs/1-things/history.csv")
		if n := strings.Count(string(b), "\n"); n != 5 {
			t.Errorf("history.csv has %d lines; want a header and 4 epochs\n%s", n, b)
		}
		if r := train(t, "", "--resume", "runs/1-things"); r.code != 2 {
			t.Errorf("resuming a finished run gives code %d", r.code)
		}
	}
}

// Training that no longer helps ends by itself, and says so.
func TestEarlyStopping(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 80)
	r := must(t, train(t, "", "things.tsv", "--epochs", "60", "--patience", "2", "--learning-rate", "0.03", "--schedule", "constant", "--monitor", "val_accuracy"))
	contains(t, r.stderr, "stopped    early: val_accuracy has not improved for 2 epochs")
	if strings.Contains(r.stderr, "epoch 60/60") {
		t.Error("all epochs ran")
	}
}

// A loss that is no number names the tensor and keeps what there was.
func TestNaN(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 20)
	r := train(t, "", "pics", "--optimizer", "sgd", "--learning-rate", "1e20", "--schedule", "constant")
	if r.code != 1 {
		t.Fatalf("code %d\n%s", r.code, r.stderr)
	}
	contains(t, r.stderr, "at epoch 1 step", "first non-finite tensor: ", "fix:   --learning-rate 1e+19, or --clipnorm 1")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { panic(errors.New("wires crossed")) }

// A mistake of ours is one line, not a stack.
func TestPanic(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(context.Background(), []string{"version"}, nil, broken{}, &stderr); code != 1 {
		t.Errorf("code %d", code)
	}
	if s := stderr.String(); !strings.HasPrefix(s, "train: internal error: wires crossed; please report it") || strings.Count(s, "\n") != 1 {
		t.Errorf("stderr is %q", s)
	}
}
