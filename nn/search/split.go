package search

import (
	"fmt"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// A Fold is one way to cut samples into those to learn from and those to be
// judged by. Both lists are in order.
type Fold struct{ Train, Test []int }

// A Splitter makes the folds of a cross-validation of n samples with the targets
// y, which may be nil where targets do not matter.
type Splitter interface {
	Split(n int, y *tensor.Tensor) ([]Fold, error)
}

// KFold cuts the samples into Splits pieces whose sizes differ by one at most;
// each is the test of one fold. The folds are scikit-learn's, with
// random_state=Seed where Shuffle is set.
// scikit-learn: KFold.
type KFold struct {
	Splits  int  // 0: 5
	Shuffle bool // else pieces are neighbours
	Seed    uint32
}

// Split makes the folds.
func (k KFold) Split(n int, _ *tensor.Tensor) ([]Fold, error) {
	return k.split(n, k.random())
}

func (k KFold) random() *rng.MT {
	if !k.Shuffle {
		return nil
	}
	return rng.NewMT(k.Seed)
}

// split shuffles with r, unless that is nil.
func (k KFold) split(n int, r *rng.MT) ([]Fold, error) {
	splits, err := checkSplits("KFold", k.Splits, n)
	if err != nil {
		return nil, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if r != nil {
		r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	piece := make([]int, n) // of each sample
	lo := 0
	for f := range splits {
		size := n / splits
		if f < n%splits {
			size++
		}
		for _, i := range order[lo : lo+size] {
			piece[i] = f
		}
		lo += size
	}
	return foldsOf(piece, splits), nil
}

func checkSplits(kind string, splits, n int) (int, error) {
	if splits == 0 {
		splits = 5
	}
	if splits < 2 || splits > n {
		return 0, fmt.Errorf("search: %s: Splits is %d for %d samples; want 2 up to the number of samples", kind, splits, n)
	}
	return splits, nil
}

// foldsOf makes the folds when it is known in which piece each sample is.
func foldsOf(piece []int, splits int) []Fold {
	folds := make([]Fold, splits)
	for f := range folds {
		for i, p := range piece {
			if p == f {
				folds[f].Test = append(folds[f].Test, i)
			} else {
				folds[f].Train = append(folds[f].Train, i)
			}
		}
	}
	return folds
}
