package pipeline

import (
	"fmt"
	"math"
)

// SplitEnd cuts the source in two by the rule of [Split]: the last fraction of
// the samples, taken before any shuffling, is for validation and keeps its
// order. Keras: fit's validation_split.
func (a *arrays) SplitEnd(fraction float64) (train, validation Source, err error) {
	if a.err != nil {
		return nil, nil, a.err
	}
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("pipeline: ValidationSplit is %v, want a number between 0 and 1, exclusive", fraction)
	}
	at := int(math.Floor(float64(a.n) * (1 - fraction)))
	if at == 0 || at == a.n {
		return nil, nil, fmt.Errorf("pipeline: ValidationSplit %v of %d samples leaves %d for training and %d for validation; both need at least one", fraction, a.n, at, a.n-at)
	}
	c := a.c
	c.Shuffle, c.ShuffleBatch, c.DropLast = false, false, false
	return &arrays{c: a.c, n: at, cols: a.rows(0, at), top: a.top}, &arrays{c: c, n: a.n - at, cols: a.rows(at, a.n), top: a.top + at}, nil
}

// rows are the samples lo … hi-1 of every array.
func (a *arrays) rows(lo, hi int) (cols [3][]column) {
	for g, cs := range a.cols {
		for _, c := range cs {
			cols[g] = append(cols[g], column{data: c.data[lo*c.row : hi*c.row], row: c.row, shape: c.shape})
		}
	}
	return cols
}
