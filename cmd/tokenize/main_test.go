package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/klauspost/compress/zstd"
)

// corpus writes some megabytes of lines, so that there are many blocks.
func corpus(t *testing.T, lines int) string {
	t.Helper()
	t.Chdir(t.TempDir())
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := range lines {
		for range r.IntN(20) {
			fmt.Fprintf(&b, "w%d ", r.IntN(1+r.IntN(3000)))
		}
		if i%7 == 0 {
			b.WriteString("Straße, ÉTÉ")
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile("corpus.txt", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return "corpus.txt"
}

func do(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &err); code != 0 {
		t.Fatalf("tokenize %s: exit code %d\n%s", strings.Join(args, " "), code, err.String())
	}
	return out.String(), err.String()
}

func same(t *testing.T, a, b string) {
	t.Helper()
	x, err1 := os.ReadFile(a)
	y, err2 := os.ReadFile(b)
	if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
		t.Errorf("%s and %s differ (%v, %v)", a, b, err1, err2)
	}
}

// The same bytes for any number of workers, from a file, gzip and zstd.
func TestSameBytes(t *testing.T) {
	corpus(t, 15000)
	do(t, "fit", "corpus.txt", "-o", "tok.json", "--oov-token", "?", "--num-words", "500")
	b, err := os.ReadFile("corpus.txt")
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	if err := os.WriteFile("corpus.txt.gz", z.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	do(t, "fit", "corpus.txt.gz", "-o", "gz.json", "--oov-token", "?", "--num-words", "500", "--workers", "1")
	same(t, "tok.json", "gz.json")
	packed, err := os.Create("corpus.txt.zst")
	if err != nil {
		t.Fatal(err)
	}
	zw, err := zstd.NewWriter(packed)
	if err != nil {
		t.Fatal(err)
	}
	zw.Write(b[:len(b)/3])
	zw.Close()
	zw.Reset(packed) // a second frame, as of cat a.zst b.zst
	zw.Write(b[len(b)/3:])
	zw.Close()
	packed.Close()
	do(t, "fit", "corpus.txt.zst", "-o", "zst.json", "--oov-token", "?", "--num-words", "500", "--workers", "2")
	same(t, "tok.json", "zst.json")
	for _, c := range [][]string{
		{"encode", "-t", "tok.json", "--maxlen", "12", "corpus.txt", "-o", "ids.npy"},
		{"encode", "-t", "tok.json", "corpus.txt", "-o", "ids.npz"},
		{"encode", "-t", "tok.json", "corpus.txt", "-o", "ids.jsonl"},
		{"encode", "-t", "tok.json", "--mode", "count", "--num-words", "20", "corpus.txt", "-o", "counts.npy"},
		{"skipgrams", "-t", "tok.json", "corpus.txt", "-o", "pairs.npz", "--window-size", "1"},
		{"stats", "-t", "tok.json", "corpus.txt", "-o", "stats.txt"},
		{"decode", "-t", "tok.json", "ids.npy", "-o", "decoded.txt"},
		{"pad", "ids.jsonl", "-o", "padded.npy"},
	} {
		do(t, c...)
		name := c[len(c)-1]
		for i, a := range c {
			if a == "-o" {
				name = c[i+1]
			}
		}
		for _, workers := range []string{"1", "2", "7"} {
			again := append([]string{}, c...)
			for i, a := range again {
				if a == name {
					again[i] = workers + name
				}
			}
			do(t, append(again, "--workers", workers)...)
			same(t, name, workers+name)
		}
	}
	left, _ := filepath.Glob(".*")
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A pipe that nobody reads any more ends the program quietly.
func TestBrokenPipe(t *testing.T) {
	corpus(t, 5000)
	do(t, "fit", "corpus.txt", "-o", "tok.json")
	var stderr bytes.Buffer
	code := run(context.Background(), []string{"encode", "-q", "-t", "tok.json", "corpus.txt"}, strings.NewReader(""), broken{}, &stderr)
	if code != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d, standard error %q", code, stderr.String())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

// A signal leaves nothing under the final name, nor anything else.
func TestStopped(t *testing.T) {
	corpus(t, 20000)
	do(t, "fit", "corpus.txt", "-o", "tok.json")
	for _, args := range [][]string{
		{"encode", "-t", "tok.json", "--maxlen", "9", "-", "-o", "ids.npy"},
		{"encode", "-t", "tok.json", "-", "-o", "ids.jsonl"},
		{"fit", "-", "-o", "tok2.json"},
		{"fit", "--on-error", "skip", "-", "-o", "tok2.json"},
		{"skipgrams", "-t", "tok.json", "-", "-o", "pairs.npz"},
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		f, err := os.Open("corpus.txt")
		if err != nil {
			t.Fatal(err)
		}
		in := &stopping{r: f, stop: func() { cancel(cli.Signal{Signal: os.Interrupt}) }}
		var out, stderr bytes.Buffer
		if code := run(ctx, args, in, &out, &stderr); code != cli.Interrupt {
			t.Errorf("%v: exit code %d, want %d\n%s", args, code, cli.Interrupt, stderr.String())
		}
		f.Close()
		names, _ := filepath.Glob("*")
		hidden, _ := filepath.Glob(".*")
		if len(names) != 2 || len(hidden) > 0 {
			t.Errorf("%v: left behind: %v %v", args, names, hidden)
		}
	}
}

// stopping stops the program while its input is read.
type stopping struct {
	r    io.Reader
	read int
	stop func()
}

func (s *stopping) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.read += n; s.read > 300_000 {
		s.stop()
	}
	return n, err
}

// A row of a gigabyte needs no gigabyte.
func TestHugeRow(t *testing.T) {
	var stderr bytes.Buffer
	t.Chdir(t.TempDir())
	code := run(context.Background(), []string{"fit", "-", "-o", "tok.json"}, io.LimitReader(forever{}, 1<<30), io.Discard, &stderr)
	if code != cli.BadData || !strings.Contains(stderr.String(), "standard input:1: the row is longer than 16,777,216 bytes") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
	stderr.Reset()
	code = run(context.Background(), []string{"fit", "-", "-o", "tok.json", "--on-error", "skip", "--max-line", "1000"},
		io.MultiReader(strings.NewReader("one\n"), io.LimitReader(forever{}, 50<<20), strings.NewReader("\ntwo\n")), io.Discard, &stderr)
	if code != 0 || !strings.Contains(stderr.String(), "vocabulary of 2 words") || !strings.Contains(stderr.String(), "standard input:2: the row is longer") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
}

type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestHelpIsShort(t *testing.T) {
	out, _ := do(t, "--help")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) > 40 || lines[0] != "Examples:" {
		t.Errorf("%d lines, the first is %q", len(lines), lines[0])
	}
	for _, l := range lines {
		if len([]rune(l)) > 115 {
			t.Errorf("long line: %s", l)
		}
	}
}
