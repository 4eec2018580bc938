package vectors

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/text"
)

// Data is a corpus as word numbers, some passages held out.
type Data struct {
	Tokenizer    *text.Tokenizer
	Train, Valid Sequences
	Found        int           // words of the text, rare ones included
	MinCount     int           // words that occur less often have no number
	Bad          []dataset.Bad // lines that were left out
}

// Fit counts the words of a corpus. Words that occur less than minCount times
// are left out, and all but the most frequent numWords-1 (0: no limit).
// minCount 0 is inferred: 10, less for texts of less than 900,000 words.
func (c *Corpus) Fit(ctx context.Context, minCount, numWords, workers int) (*Data, error) {
	t := &text.Tokenizer{Segment: true, Workers: workers}
	d := &Data{Tokenizer: t}
	var err error
	t.FitOnTexts(func(yield func(string) bool) {
		err = c.Read(ctx, yield, func(b dataset.Bad) { d.Bad = append(d.Bad, b) })
	})
	if err != nil {
		return nil, err
	}
	for _, n := range t.WordCounts() {
		d.Found += n
	}
	if minCount == 0 {
		minCount = min(10, 1+d.Found/100_000)
	}
	// Numbers follow the counts, so a limit of the numbers is one of the counts.
	kept := 0
	for _, n := range t.WordCounts() {
		if n >= minCount {
			kept++
		}
	}
	t.NumWords = 1 + kept
	if numWords > 0 {
		t.NumWords = min(t.NumWords, numWords)
	}
	d.MinCount = minCount
	return d, nil
}

var errNoPairs = errors.New("the text makes no pairs of words: keep more of its words with --sampling-factor 1 --min-count 1")

// Encode reads the corpus a second time and turns it into numbers. The part
// valid of the passages, chosen by a hash of the passage, is held out.
func (d *Data) Encode(ctx context.Context, c *Corpus, valid float64) error {
	var chunk []string
	flush := func() {
		for i, ids := range d.Tokenizer.TextsToSequences(slices.Values(chunk)) {
			if held(chunk[i], valid) {
				d.Valid.Add(ids)
			} else {
				d.Train.Add(ids)
			}
		}
		chunk = chunk[:0]
	}
	err := c.Read(ctx, func(s string) bool {
		if chunk = append(chunk, s); len(chunk) == 4096 {
			flush()
		}
		return true
	}, func(dataset.Bad) {})
	flush()
	return err
}

// held reports whether a passage is held out. No seed is asked: other seeds
// hold out the same passages.
func held(s string, part float64) bool {
	h := fnv.New64a()
	h.Write([]byte(s))
	return float64(rng.Mix(h.Sum64())>>11)/(1<<53) < part
}
