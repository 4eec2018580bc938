// Command text compares texts and sequences with Keras, Hugging Face's
// tokenizers and wc -w: the same file, in turns, results compared before
// anything is timed. It writes docs/bench/text.md:
//
//	go run ./benchmarks/text -keras PYTHON -hf PYTHON
//	go run ./benchmarks/text -keras PYTHON -hf PYTHON -memory 2048 -distinct 10000000
//
// The first Python has tf_keras, the second tokenizers; a peer without one is
// left out. -memory adds what the command tokenize takes for a file of so many MB.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// settings are the flags.
type settings struct {
	keras, hf        string
	megabytes, large int64
	rounds           int
	memory, distinct int
	out              string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		worker(os.Args[2:])
		return
	}
	var s settings
	flag.StringVar(&s.keras, "keras", "", "Python with tf_keras")
	flag.StringVar(&s.hf, "hf", "", "Python with tokenizers")
	flag.Int64Var(&s.megabytes, "mb", 10, "size of the corpus")
	flag.Int64Var(&s.large, "large", 100, "MB of the corpus for what only we and wc do")
	flag.IntVar(&s.rounds, "rounds", 5, "turns of each pair; medians count")
	flag.IntVar(&s.memory, "memory", 0, "MB of a file whose fitting and encoding is measured; 0 = not")
	flag.IntVar(&s.distinct, "distinct", 0, "different words that are strewn into that file")
	flag.StringVar(&s.out, "out", "docs/bench/text.md", "where the table goes; - = standard output")
	flag.Parse()
	if err := compare(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compare(s settings) error {
	dir, err := os.MkdirTemp("", "antler-text")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{settings: s, dir: dir, corpus: filepath.Join(dir, "corpus.txt")}
	defer b.close()
	if err := b.prepare(); err != nil {
		return err
	}
	var doc strings.Builder
	if err := b.speed(&doc); err != nil {
		return err
	}
	if s.memory > 0 {
		if err := b.memoryTable(&doc); err != nil {
			return err
		}
	}
	if s.out == "-" {
		fmt.Print(doc.String())
		return nil
	}
	return os.WriteFile(s.out, []byte(doc.String()), 0o644)
}
