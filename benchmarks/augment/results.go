package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// A result is one line of the page: seconds per image, or of the whole.
type result struct {
	Case, Name, Peer string
	Ours, Theirs     float64
	Ratio, Low, High float64 // of Theirs / Ours: median, least and largest of the rounds
	Want             float64 // the least Ratio that is aimed at
	Whole            bool    // not per image
	When             string  // it was measured
}

func (r result) time(s float64) string {
	if r.Whole {
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%.0f µs", s*1e6)
}

func (r result) ratio() string {
	if r.Low == r.High {
		return fmt.Sprintf("%.2f", r.Ratio)
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", r.Ratio, r.Low, r.High)
}

// book is what is kept between runs.
type book struct {
	Versions map[string]string
	Results  []result
	Toll     toll
}

func bookPath() string { return filepath.Join(cache(), "book.json") }

func open() (*book, error) {
	b := &book{Versions: map[string]string{}}
	data, err := os.ReadFile(bookPath())
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("%s: %w; remove it", bookPath(), err)
	}
	return b, nil
}

func (b *book) save() error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(bookPath(), data)
}

// put keeps a result in place of the one of an earlier run.
func (b *book) put(r result) {
	same := func(o result) bool { return o.Case == r.Case && o.Name == r.Name && o.Peer == r.Peer }
	if i := slices.IndexFunc(b.Results, same); i >= 0 {
		b.Results[i] = r
		return
	}
	b.Results = append(b.Results, r)
}

// of are the results of the cases whose name begins so.
func (b *book) of(name string) (list []result) {
	for _, r := range b.Results {
		if strings.HasPrefix(r.Case, name) {
			list = append(list, r)
		}
	}
	return list
}
