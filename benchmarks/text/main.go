// Command text times fitting and encoding of a text file, for comparison with
// wc -w and Hugging Face's tokenizers on the same file:
//
//	go run ./benchmarks/text -op fit -workers 1 -repeat 5 corpus.txt
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

func main() {
	op := flag.String("op", "fit", "fit, encode, or subword")
	workers := flag.Int("workers", 1, "goroutines")
	repeat := flag.Int("repeat", 5, "how often; the median counts")
	model := flag.String("model", "", "tokenizer.json for -op subword")
	memory := flag.Bool("memory", false, "print the heap after each run")
	flag.Parse()
	if err := run(*op, flag.Arg(0), *model, *workers, *repeat, *memory); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(op, file, model string, workers, repeat int, memory bool) error {
	runtime.GOMAXPROCS(workers)
	rc := text.ReadConfig{Workers: workers}
	tok := &text.Tokenizer{}
	var sub *subword.Tokenizer
	if model != "" {
		b, err := os.ReadFile(model)
		if err != nil {
			return err
		}
		if sub, err = subword.FromJSON(b); err != nil {
			return err
		}
	}
	if op == "encode" {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := tok.FitReader(bytes.NewReader(b), rc); err != nil {
			return err
		}
	}
	var times []float64
	var size int64
	tokens, sum := 0, uint64(0)
	count := func(_ int64, ids []int) error {
		tokens += len(ids)
		for _, i := range ids {
			sum = sum*31 + uint64(i)
		}
		return nil
	}
	for range repeat {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		if tokens, sum = 0, 0; op == "fit" {
			tok = &text.Tokenizer{}
		}
		start := time.Now()
		switch op {
		case "fit":
			err = tok.FitReader(f, rc)
		case "encode":
			err = tok.EncodeReader(f, rc, count)
		case "subword":
			err = sub.EncodeReader(f, rc, subword.EncodeConfig{}, count)
		}
		times = append(times, time.Since(start).Seconds())
		if err != nil {
			return err
		}
		size, _ = f.Seek(0, io.SeekEnd)
		f.Close()
	}
	slices.Sort(times)
	t := times[len(times)/2]
	fmt.Printf("%s, %d workers: %.3f s, %.0f MB/s, %d tokens, sum %x, %s\n", op, workers, t, float64(size)/t/1e6, tokens, sum, tok)
	if memory {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		fmt.Printf("heap %d bytes, from the system %d\n", m.HeapAlloc, m.Sys)
		runtime.KeepAlive(tok)
	}
	return nil
}
