package search

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// TestSplitsAreScikitLearns compares with what scikit-learn's splitters gave
// (testdata/tools/sklearn_splits.py).
func TestSplitsAreScikitLearns(t *testing.T) {
	data, err := os.ReadFile("../../testdata/sklearn/splits.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Kind               string
			N, Splits, Repeats int
			Y                  []float32
			Shuffle            bool
			Seed               uint32
			Tests              [][]int
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 20 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for i, c := range file.Cases {
		t.Run(fmt.Sprint(i, c.Kind), func(t *testing.T) {
			var s Splitter
			switch c.Kind {
			case "KFold":
				s = KFold{c.Splits, c.Shuffle, c.Seed}
			case "StratifiedKFold":
				s = StratifiedKFold{c.Splits, c.Shuffle, c.Seed}
			default:
				s = RepeatedKFold{c.Splits, c.Repeats, strings.Contains(c.Kind, "Stratified"), c.Seed}
			}
			var y *tensor.Tensor
			if c.Y != nil {
				y = tensor.From(c.Y, c.N)
			}
			folds, err := s.Split(c.N, y)
			if err != nil {
				t.Fatal(err)
			}
			if len(folds) != len(c.Tests) {
				t.Fatalf("%d folds, want %d", len(folds), len(c.Tests))
			}
			for f, fold := range folds {
				if !slices.Equal(fold.Test, c.Tests[f]) {
					t.Errorf("fold %d: test %v, want %v", f, fold.Test, c.Tests[f])
				}
				all := append(slices.Clone(fold.Train), fold.Test...)
				slices.Sort(all)
				for i := range c.N {
					if len(all) != c.N || all[i] != i {
						t.Fatalf("fold %d: training and test are not all samples once: %v", f, all)
					}
				}
			}
		})
	}
}

func TestSplitMistakes(t *testing.T) {
	few := tensor.From([]float32{0, 1, 2, 0}, 4)
	for _, c := range []struct {
		s    Splitter
		y    *tensor.Tensor
		want string
	}{
		{KFold{Splits: 1}, nil, "search: KFold: Splits is 1 for 4 samples; want 2 up to the number of samples"},
		{KFold{}, nil, "search: KFold: Splits is 5 for 4 samples; want 2 up to the number of samples"},
		{StratifiedKFold{Splits: 3}, few, "search: StratifiedKFold: Splits is 3, but no class has more than 2 samples; use fewer splits or KFold"},
		{StratifiedKFold{Splits: 2}, nil, "search: no targets"},
		{StratifiedKFold{Splits: 2}, tensor.New(3), "search: StratifiedKFold: 3 targets for 4 samples"},
		{StratifiedKFold{Splits: 2}, tensor.New(4, 2, 2), "search: targets have shape (4, 2, 2); want (n) or (n, 1) labels, or (n, classes) one-hot"},
		{RepeatedKFold{Splits: 2, Repeats: -1}, nil, "search: RepeatedKFold: Repeats is -1; want at least 1"},
	} {
		if _, err := c.s.Split(4, c.y); err == nil || err.Error() != c.want {
			t.Errorf("%+v: got %v, want %s", c.s, err, c.want)
		}
	}
}
