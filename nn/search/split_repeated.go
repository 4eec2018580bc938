package search

import (
	"fmt"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// RepeatedKFold is KFold several times over, shuffled anew each time. The folds
// are scikit-learn's with random_state=Seed.
// scikit-learn: RepeatedKFold, RepeatedStratifiedKFold.
type RepeatedKFold struct {
	Splits     int  // 0: 5
	Repeats    int  // 0: 10
	Stratified bool // as StratifiedKFold
	Seed       uint32
}

// Split makes Splits × Repeats folds.
func (k RepeatedKFold) Split(n int, y *tensor.Tensor) ([]Fold, error) {
	if k.Repeats == 0 {
		k.Repeats = 10
	}
	if k.Repeats < 1 {
		return nil, fmt.Errorf("search: RepeatedKFold: Repeats is %d; want at least 1", k.Repeats)
	}
	var all []Fold
	r := rng.NewMT(k.Seed)
	for range k.Repeats {
		var folds []Fold
		var err error
		if k.Stratified {
			folds, err = StratifiedKFold{Splits: k.Splits}.split(n, y, r)
		} else {
			folds, err = KFold{Splits: k.Splits}.split(n, r)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, folds...)
	}
	return all, nil
}
