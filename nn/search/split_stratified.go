package search

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// StratifiedKFold is KFold with the classes in nearly the same shares in every
// piece. Targets are labels, (n) or (n, 1), or one-hot. The folds are
// scikit-learn's, with random_state=Seed where Shuffle is set.
// scikit-learn: StratifiedKFold.
type StratifiedKFold struct {
	Splits  int // 0: 5
	Shuffle bool
	Seed    uint32
}

// Split makes the folds. A class smaller than Splits is missing in some
// tests; it is an error when all classes are.
func (k StratifiedKFold) Split(n int, y *tensor.Tensor) ([]Fold, error) {
	return k.split(n, y, KFold{Shuffle: k.Shuffle, Seed: k.Seed}.random())
}

func (k StratifiedKFold) split(n int, y *tensor.Tensor, r *rng.MT) ([]Fold, error) {
	splits, err := checkSplits("StratifiedKFold", k.Splits, n)
	if err != nil {
		return nil, err
	}
	class, classes, err := classNumbers(y)
	if err != nil {
		return nil, err
	}
	if len(class) != n {
		return nil, fmt.Errorf("search: StratifiedKFold: %d targets for %d samples", len(class), n)
	}
	sizes := make([]int, classes)
	most := 0
	for _, c := range class {
		sizes[c]++
		most = max(most, sizes[c])
	}
	if most < splits {
		return nil, fmt.Errorf("search: StratifiedKFold: Splits is %d, but no class has more than %d samples; use fewer splits or KFold", splits, most)
	}
	piece := make([]int, n)
	for c, places := range deal(sizes, splits) {
		if r != nil {
			r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		}
		for i := range class {
			if class[i] == c {
				piece[i], places = places[0], places[1:]
			}
		}
	}
	return foldsOf(piece, splits), nil
}

// deal says for each class in which piece its samples go, in order: the samples
// sorted by class are dealt to the pieces like cards, which keeps the pieces'
// sizes equal too.
func deal(sizes []int, splits int) [][]int {
	places := make([][]int, len(sizes))
	first := 0 // place of the class in the sorted samples
	for c, size := range sizes {
		for f := range splits {
			// the cards first, first+1, … that go to piece f
			for range dealt(first+size, f, splits) - dealt(first, f, splits) {
				places[c] = append(places[c], f)
			}
		}
		first += size
	}
	return places
}

// dealt counts the cards among the first n that go to piece f.
func dealt(n, f, splits int) int { return (n - f + splits - 1) / splits }

// classNumbers numbers the classes in the order in which they appear.
func classNumbers(y *tensor.Tensor) (class []int, classes int, err error) {
	if y == nil {
		return nil, 0, errors.New("search: no targets")
	}
	if oneHot(y) {
		y = tensor.ArgMax(y, -1)
	} else if _, err := classesOf(y); err != nil {
		return nil, 0, err
	}
	seen := map[float32]int{}
	for _, l := range tensor.Flatten(y).Data() {
		k, ok := seen[l]
		if !ok {
			k = len(seen)
			seen[l] = k
		}
		class = append(class, k)
	}
	return class, len(seen), nil
}
