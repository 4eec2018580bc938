package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

// worker answers each line of standard input, the name of an operation, with
// how many seconds it took and a number that all who do the same must give.
func worker(args []string) {
	threads, _ := strconv.Atoi(args[0])
	runtime.GOMAXPROCS(threads)
	w := &work{dir: args[1], rc: text.ReadConfig{Workers: threads}}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		seconds, sum, err := w.do(in.Text())
		if err != nil {
			fmt.Printf("error %v\n", err)
			continue
		}
		fmt.Printf("%g %d\n", seconds, sum)
	}
}

type work struct {
	dir    string
	rc     text.ReadConfig
	tok    *text.Tokenizer
	of     string // what it was fitted on
	models map[string]*subword.Tokenizer
}

func (w *work) do(op string) (seconds float64, sum int64, err error) {
	count := func(_ int64, ids []int) error {
		for _, i := range ids {
			sum += int64(i)
		}
		return nil
	}
	name := "corpus.txt"
	start := time.Now()
	switch op {
	case "fit", "fit-large":
		if op == "fit-large" {
			name = "large.txt"
		}
		tok := &text.Tokenizer{}
		err = w.read(name, func(r io.Reader) error { return tok.FitReader(r, w.rc) })
		seconds = time.Since(start).Seconds()
		for _, n := range tok.WordCounts() {
			sum += int64(n)
		}
		w.tok, w.of = tok, name
	case "encode", "encode-large":
		if op == "encode-large" {
			name = "large.txt"
		}
		if w.of != name {
			if _, _, err := w.do(strings.Replace(op, "encode", "fit", 1)); err != nil {
				return 0, 0, err
			}
			start = time.Now()
		}
		err = w.read(name, func(r io.Reader) error { return w.tok.EncodeReader(r, w.rc, count) })
		seconds = time.Since(start).Seconds()
	case "wordlevel", "bpe":
		if w.models[op] == nil {
			data, err := os.ReadFile(filepath.Join(w.dir, op+".json"))
			if err != nil {
				return 0, 0, err
			}
			t, err := subword.FromJSON(data)
			if err != nil {
				return 0, 0, err
			}
			if w.models == nil {
				w.models = map[string]*subword.Tokenizer{}
			}
			w.models[op] = t
			start = time.Now()
		}
		err = w.read(name, func(r io.Reader) error {
			return w.models[op].EncodeReader(r, w.rc, subword.EncodeConfig{}, count)
		})
		seconds = time.Since(start).Seconds()
	default:
		return w.sequences(op)
	}
	return seconds, sum, err
}

func (w *work) read(name string, f func(io.Reader) error) error {
	file, err := os.Open(filepath.Join(w.dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	return f(file)
}

// numbersLike returns n word numbers, the same as in Python (peers.py):
// x → x·1103515245 + 12345 mod 2^31.
func numbersLike(n int) []int {
	x := uint64(1)
	ids := make([]int, n)
	for i := range ids {
		x = (x*1103515245 + 12345) % (1 << 31)
		ids[i] = 1 + int(x>>8)%9999
	}
	return ids
}

// repeats make what takes well under a second last longer.
const repeats = 20

func (w *work) sequences(op string) (seconds float64, sum int64, err error) {
	switch op {
	case "skipgrams-long", "skipgrams-short", "skipgrams-long-fast", "skipgrams-short-fast":
		ids := numbersLike(20000)
		size := 1000
		if strings.Contains(op, "short") {
			size = 20
		}
		start := time.Now()
		for range repeats {
			sum = 0
			for g, err := range sequence.SkipGramsSeq(slices.Chunk(ids, size), 10000, sequence.SkipGramConfig{Fast: strings.HasSuffix(op, "fast")}) {
				if err != nil {
					return 0, 0, err
				}
				for i, p := range g.Couples {
					sum += int64((i%7 + 1) * (p[0] + 3*p[1] + 5*g.Labels[i]))
				}
			}
		}
		return time.Since(start).Seconds() / repeats, sum, nil
	case "pad", "padslices", "copy":
		return pad(op)
	}
	return 0, 0, fmt.Errorf("no operation %q", op)
}

// pad pads 4,096 sequences of 1 to 160 numbers to 80.
func pad(op string) (seconds float64, sum int64, err error) {
	r := rand.New(rand.NewPCG(1, 2))
	x, x32 := make([][]int, 4096), make([][]int32, 4096)
	for i := range x {
		x[i] = make([]int, 1+r.IntN(160))
		x32[i] = make([]int32, len(x[i]))
		for k := range x[i] {
			x[i][k] = r.IntN(20000)
			x32[i][k] = int32(x[i][k])
		}
	}
	runtime.GC()
	start := time.Now()
	for range 10 * repeats {
		switch op {
		case "pad":
			if _, err := sequence.Pad(x, sequence.PadConfig{MaxLen: 80}); err != nil {
				return 0, 0, err
			}
		case "padslices":
			if _, err := sequence.PadSlices(x32, 0, sequence.PadConfig{MaxLen: 80}); err != nil {
				return 0, 0, err
			}
		default:
			data := make([]int32, 4096*80)
			for i, s := range x32 {
				copy(data[i*80:(i+1)*80], s)
			}
			sum += int64(data[17])
		}
	}
	return time.Since(start).Seconds() / (10 * repeats), 0, nil
}

// train writes the models that are compared: WordLevel and byte-level BPE,
// learnt from the beginning of the corpus.
func train(dir string, corpus []byte) error {
	some := bytes.SplitAfter(corpus[:min(len(corpus), 2<<20)], []byte("\n"))
	for name, c := range map[string]subword.TrainConfig{"wordlevel": {Model: "WordLevel", VocabSize: 30000}, "bpe": {Model: "BPE", VocabSize: 8000}} {
		t, err := subword.Train(func(yield func(string) bool) {
			for _, line := range some {
				if !yield(string(bytes.TrimSuffix(line, []byte("\n")))) {
					return
				}
			}
		}, c)
		if err != nil {
			return err
		}
		data, err := t.ToJSON()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
