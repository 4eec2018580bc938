package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

type embedded struct {
	Size []int `flag:"target-size" help:"H×W: size" auto:"inferred"`
}

type settings struct {
	Epochs int     `flag:"epochs" short:"e" group:"main" help:"N: passes"`
	Rate   float64 `flag:"learning-rate" group:"main" help:"X: step"`
	Opt    string  `flag:"optimizer" group:"main" help:"adam|sgd: how"`
	Flip   bool    `flag:"horizontal-flip" group:"main" help:": mirror"`
	Early  bool    `flag:"early-stopping" group:"main" help:": stop"`
	Seed   uint64  `flag:"seed" group:"main" help:"N: seed"`
	embedded
	Range []float64 `flag:"brightness-range" help:"LO,HI: light"`
}

func parse(args ...string) (*settings, *Flags, []string, error) {
	s := &settings{Epochs: 3, Opt: "adam", Early: true}
	f := NewFlags("train", s, map[string]string{"lr": "learning-rate"})
	rest, err := f.Parse(args)
	return s, f, rest, err
}

func TestFlags(t *testing.T) {
	s, f, rest, err := parse("data", "-e5", "--learning_rate=0.5", "--horizontal-flip", "--early_stopping=false", "--target-size", "28x32", "--brightness_range", "0.5,2", "--seed", "7", "--", "-x")
	if err != nil {
		t.Fatal(err)
	}
	want := settings{Epochs: 5, Rate: 0.5, Opt: "adam", Flip: true, Seed: 7, embedded: embedded{[]int{28, 32}}, Range: []float64{0.5, 2}}
	if fmt.Sprint(*s) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", *s, want)
	}
	if fmt.Sprint(rest) != "[data -x]" {
		t.Errorf("rest is %v", rest)
	}
	if !f.Changed("epochs") || f.Changed("optimizer") {
		t.Error("Changed is wrong")
	}
	// What was given can be given again.
	words := f.Given("seed")
	again, _, _, err := parse(words...)
	if err != nil || again.Rate != 0.5 || again.Early || again.Size[1] != 32 || again.Seed != 0 {
		t.Errorf("%v gives %+v, %v", words, again, err)
	}
	b, err := json.Marshal(f.Values())
	if want := `{"epochs":5,"learning_rate":0.5,"optimizer":"adam","horizontal_flip":true,"early_stopping":false,"seed":7,"target_size":[28,32],"brightness_range":[0.5,2]}`; string(b) != want || err != nil {
		t.Errorf("values are %s, want %s", b, want)
	}
	if s, _, _, _ := parse("--lr", "2", "--target-size", "9"); s.Rate != 2 || fmt.Sprint(s.Size) != "[9 9]" {
		t.Errorf("alias or square: %+v", s)
	}
	if _, _, _, err := parse("--help"); !errors.Is(err, ErrHelp) {
		t.Errorf("--help gives %v", err)
	}
	if h := f.Help("main"); !strings.Contains(h, "-e, --epochs N") || !strings.Contains(h, "(3)") || !strings.Contains(h, "(on)") {
		t.Errorf("help is\n%s", h)
	}
}

func TestMistypedFlags(t *testing.T) {
	for _, c := range []struct{ args, what, fix string }{
		{"--epoch 3", "unknown flag --epoch", "--epochs"},
		{"--eopchs 3", "unknown flag", "--epochs"},
		{"--optimiser sgd", "unknown flag", "--optimizer"},
		{"--learning 1", "unknown flag", "--learning-rate"},
		{"--learnrate 1", "unknown flag", "--learning-rate"},
		{"--hflip", "unknown flag", ""},
		{"--flip", "unknown flag", "--horizontal-flip"},
		{"--xyzzy", "unknown flag --xyzzy", "train --help"},
		{"epochs=4", "how flags are written", "use --epochs 4"},
		{"learning_rate=4", "how flags are written", "use --learning-rate 4"},
		{"-epochs 4", "one dash", "--epochs"},
		{"-z", "unknown flag -z", "train --help"},
		{"--epochs", "needs a value", "--epochs 3"},
		{"--epochs x", "want a whole number", "--epochs 3"},
		{"--learning-rate NaN", "want a number", "0.1"},
		{"--optimizer lamb", "want adam or sgd", "adam"},
		{"--horizontal-flip=maybe", "want true or false", ""},
		{"--target-size 1x2x3", "want two numbers", "64x64"},
		{"--seed -1", "0 or more", "10"},
	} {
		_, _, _, err := parse(strings.Fields(c.args)...)
		var e *Error
		if !errors.As(err, &e) || e.Code != Usage || !strings.Contains(e.What, c.what) || !strings.Contains(e.Fix, c.fix) {
			t.Errorf("%s: got %+v", c.args, err)
		}
	}
}

func TestCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {errors.New("x"), 1}, {Errorf(BadData, "x"), 3}, {fmt.Errorf("y: %w", Errorf(Usage, "x")), 2},
		{&os.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}, 75},
		{Signal{os.Interrupt}, 130}, {Signal{syscall.SIGTERM}, 143}, {fmt.Errorf("z: %w", Signal{syscall.SIGTERM}), 143},
		{context.Canceled, 130},
	} {
		if got := Code(c.err); got != c.want {
			t.Errorf("%v: code %d, want %d", c.err, got, c.want)
		}
	}
}

func TestPrint(t *testing.T) {
	var b bytes.Buffer
	e := Errorf(BadData, "30 files cannot be read\ngoroutine 1 [running]")
	for i := range 30 {
		e.Why("file %d", i)
	}
	Print(&b, "train", e.Do("mend %s", "them"))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 22 || lines[0] != "train: 30 files cannot be read" || lines[20] != "  … and 11 more" || lines[21] != "  fix:   mend them" {
		t.Errorf("printed\n%s", &b)
	}
	b.Reset()
	Print(&b, "train", &os.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC})
	if !strings.Contains(b.String(), "make room") {
		t.Errorf("a full disk prints %q", &b)
	}
}

func TestConsole(t *testing.T) {
	var b bytes.Buffer
	c := NewConsole(&b, false, false)
	calls := 0
	line := func() string { calls++; return "working" }
	c.Progress(line)
	if calls != 0 || b.Len() != 0 {
		t.Errorf("a log is told at once: %q", &b)
	}
	c.heartbeat = time.Now().Add(-time.Minute)
	c.Progress(line)
	c.Progress(line)
	if b.String() != "working\n" {
		t.Errorf("heartbeat: %q", &b)
	}
	// On a terminal one line is repainted, and wiped before others.
	b.Reset()
	c = &Console{w: &b, tty: true, width: 10}
	c.Progress(func() string { return "a long line of work" })
	c.Progress(line) // too soon
	c.Printf("done")
	if want := "\ra long l…" + "\r         \rdone\n"; b.String() != want {
		t.Errorf("painted %q, want %q", &b, want)
	}
	b.Reset()
	c = NewConsole(&b, true, false)
	c.Printf("quiet")
	c.Progress(line)
	if b.Len() != 0 {
		t.Errorf("quiet wrote %q", &b)
	}
	if c.Bold("x") != "x" {
		t.Error("colour without a terminal")
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(24998), "24,998"}, {Count(-1234567), "-1,234,567"},
		{Plural(1, "class"), "1 class"}, {Plural(2, "class"), "2 classes"}, {Plural(1000, "file"), "1,000 files"},
		{Duration(1500 * time.Millisecond), "1.5 s"}, {Duration(41 * time.Second), "41 s"}, {Duration(185 * time.Second), "3:05"}, {Duration(3723 * time.Second), "1:02:03"},
		{Bytes(999), "999 B"}, {Bytes(1200), "1.2 kB"}, {Bytes(191e6), "191 MB"}, {Bytes(2e9), "2.0 GB"},
		{Short("häuser", 6), "häuser"}, {Short("häuser", 4), "häu…"},
		{Quote("runs/1-a"), "runs/1-a"}, {Quote("my pics"), "'my pics'"}, {Quote("it's"), `'it'\''s'`}, {Quote(""), "''"},
		{List([]string{"a", "b", "c"}, 5), "a, b and c"}, {List([]string{"a", "b", "c", "d"}, 3), "a, b and 2 more"}, {List(nil, 3), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
