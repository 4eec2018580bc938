package dataset

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/antler-ml/antler/internal/cli"
)

// trace finds out of which pictures others were made: augment writes that down
// beside what it makes. Copies of one picture must not be on both sides of a
// split, for a model knows those that it has learned from.
func (set *Set) trace(dir string, samples []Sample) {
	file, below := filepath.Join(dir, "manifest.jsonl"), ""
	if _, err := os.Stat(file); err != nil { // with masks or boxes, pictures are in OUT/images
		whole, err := filepath.Abs(dir)
		if err != nil {
			return
		}
		file, below = filepath.Join(filepath.Dir(whole), "manifest.jsonl"), filepath.Base(whole)
	}
	origins, err := readOrigins(file)
	if err != nil {
		set.Notes = append(set.Notes, fmt.Sprintf("%v; copies of one picture may be learned and held out", err))
	}
	found, sources := 0, map[string]bool{}
	for i := range samples {
		x := &samples[i]
		if x.origin = origins[path.Join(below, x.Name)]; x.origin != "" {
			found++
			sources[x.origin] = true
		}
	}
	if found > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%s of %s were made of %s others, says %s: all copies of a picture are learned, or all are held out",
			cli.Count(found), cli.Plural(len(samples), "picture"), cli.Count(len(sources)), file))
	}
}

// readOrigins returns the source of each output in a manifest of augment. Other
// files, and none, have no outputs. A last line that is not whole is left by
// an augment that was killed.
func readOrigins(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	origins := map[string]string{}
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if n == 1 && err != nil {
			return nil, nil // augment's first line is short
		}
		if errors.Is(err, bufio.ErrBufferFull) { // thousands of boxes
			head := append([]byte(nil), line...)
			var rest []byte
			rest, err = r.ReadBytes('\n')
			line = append(head, rest...)
		}
		if errors.Is(err, io.EOF) {
			return origins, nil
		}
		if err != nil {
			return origins, fmt.Errorf("%s: %w", file, err)
		}
		var l struct{ Kind, Output, Source string }
		switch err := json.Unmarshal(line, &l); {
		case n == 1 && (err != nil || l.Kind != "augment manifest"):
			return nil, nil
		case err != nil:
			return origins, fmt.Errorf("%s:%d: damaged: %w", file, n, err)
		case n > 1:
			origins[l.Output] = l.Source
		}
	}
}
