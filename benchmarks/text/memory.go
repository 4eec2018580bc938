package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// memoryTable runs the command tokenize on a large file and writes what
// memory it took: fit, then encode.
func (b *bench) memoryTable(w io.Writer) error {
	tokenize := filepath.Join(b.dir, "tokenize")
	build := exec.Command("go", "build", "-o", tokenize, "./cmd/tokenize")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	large := filepath.Join(b.dir, "large.txt")
	f, err := os.Create(large)
	if err != nil {
		return err
	}
	if err := errors.Join(writeCorpus(f, ".", int64(b.memory)<<20, b.distinct), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n## Memory of the command\n\nA file of %d MB, with %d different words strewn in. Peak resident memory of the whole process, as the system counts it.\n\n", b.memory, b.distinct)
	fmt.Fprintf(w, "| command | peak | words | bytes a word | less 100 bytes a word | wall time |\n|---|---|---|---|---|---|\n")
	words := 0
	tok := filepath.Join(b.dir, "large.json")
	for _, args := range [][]string{{"fit", large, "-o", tok}, {"encode", "-t", tok, "--maxlen", "30", large, "-o", filepath.Join(b.dir, "large.npy")}} {
		cmd := exec.Command(tokenize, append(args, "--json")...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w\n%s", args[0], err, stderr.String())
		}
		took := time.Since(start)
		if words == 0 {
			_, rest, _ := strings.Cut(stderr.String(), "vocabulary of ")
			fmt.Sscan(rest, &words)
		}
		peak := peakMemory(cmd.ProcessState)
		fmt.Fprintf(w, "| `tokenize %s` | %.0f MB | %d | %.1f | %.0f MB | %.0f s |\n", args[0], float64(peak)/1e6, words, float64(peak)/float64(max(words, 1)), float64(peak)/1e6-float64(words)/1e4, took.Seconds())
		fmt.Fprintf(os.Stderr, "%s tokenize %s: %.0f MB, %d words\n", time.Now().Format("15:04:05"), args[0], float64(peak)/1e6, words)
	}
	return nil
}
