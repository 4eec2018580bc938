package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Halving trains all candidates for few epochs, keeps the best 1/Factor of them
// and trains those anew for Factor times as many, until one round reaches
// MaxEpochs or one candidate is left. (Jamieson and Talwalkar 2016, successive
// halving; scikit-learn: HalvingGridSearchCV with resource="epochs".)
type Halving struct {
	Factor    float64 // 0: 3
	MaxEpochs int     // of the last round; required
	MinEpochs int     // of the first; 0: so that the last round reaches MaxEpochs
}

// rounds returns the epochs of each round and how many candidates it has.
func (h Halving) rounds(n int) (epochs, sizes []int, err error) {
	if h.Factor == 0 {
		h.Factor = 3
	}
	if h.Factor <= 1 || h.MaxEpochs < 1 || h.MinEpochs < 0 || h.MinEpochs > h.MaxEpochs {
		return nil, nil, fmt.Errorf("search: Halving: Factor %v, MinEpochs %d, MaxEpochs %d; want Factor above 1 and 1 ≤ MinEpochs ≤ MaxEpochs", h.Factor, h.MinEpochs, h.MaxEpochs)
	}
	for left := n; ; {
		sizes = append(sizes, left)
		if left == 1 {
			break
		}
		left = min(left-1, int(math.Ceil(float64(left)/h.Factor)))
	}
	first := float64(h.MinEpochs)
	if h.MinEpochs == 0 {
		first = math.Max(1, float64(h.MaxEpochs)/math.Pow(h.Factor, float64(len(sizes)-1)))
	}
	for i := range sizes {
		e := int(first*math.Pow(h.Factor, float64(i)) + 0.5)
		epochs = append(epochs, min(e, h.MaxEpochs))
		if e >= h.MaxEpochs {
			break
		}
	}
	return epochs, sizes[:len(epochs)], nil
}

// halve runs the rounds.
func (s *search[P]) halve(ctx context.Context, h Halving) error {
	epochs, sizes, err := h.rounds(len(s.table.candidates))
	if err != nil {
		return err
	}
	ids := s.all()
	for i, e := range epochs {
		if i > 0 {
			ids = s.table.bestOf(ids, sizes[i])
		}
		if err := s.round(ctx, ids, e); err != nil {
			return err
		}
	}
	return nil
}

// bestOf returns the n best of some candidates by the last round, in the order
// of candidates; of equals, the first.
func (t *Table[P]) bestOf(ids []int, n int) []int {
	rows := slices.Clone(t.Rows[len(t.Rows)-len(ids):])
	slices.SortStableFunc(rows, func(a, b *Row[P]) int { return better(a.Mean, b.Mean) })
	kept := make([]int, n)
	for i := range kept {
		kept[i] = rows[i].Candidate
	}
	slices.Sort(kept)
	return kept
}

// better orders scores: high ones first, NaN last.
func better(a, b float64) int {
	switch an, bn := math.IsNaN(a), math.IsNaN(b); {
	case an && bn:
		return 0
	case an:
		return 1
	case bn:
		return -1
	}
	return cmp.Compare(b, a)
}
