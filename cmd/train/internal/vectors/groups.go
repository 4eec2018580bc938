package vectors

import (
	"cmp"
	"errors"
	"slices"
	"unicode"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A Group is a word and those nearest to it.
type Group struct {
	Word int
	Near []Near
}

// Group returns a word with its k nearest.
func (v *Vectors) Group(id, k int) Group { return Group{id, v.Nearest(v.Of(id), k, id)} }

const (
	skipped    = 100  // most frequent words, which say more of grammar than of meaning
	considered = 1500 // words after them
)

// Choose returns n groups that show best what was learned: words that are close
// to their neighbours, and far from those of other groups.
func (v *Vectors) Choose(n, k int) []Group {
	from := min(skipped, len(v.Words)/10)
	var all []Group
	for id := 1 + from; id < min(len(v.Words), 1+from+considered); id++ {
		if isWord(v.Words[id]) {
			all = append(all, v.Group(id, k))
		}
	}
	tight := func(g Group) float64 {
		s := 0.0
		for _, x := range g.Near {
			s += x.Similarity
		}
		return s / float64(max(1, len(g.Near)))
	}
	slices.SortStableFunc(all, func(a, b Group) int { return cmp.Compare(tight(b), tight(a)) })
	var chosen []Group
	for _, apart := range []float64{0.3, 0.5, 0.7, 1} {
		for _, g := range all {
			if len(chosen) == n {
				return chosen
			}
			if !slices.ContainsFunc(chosen, func(c Group) bool { return c.meets(g) || v.Similarity(c.Word, g.Word) > apart }) {
				chosen = append(chosen, g)
			}
		}
	}
	return chosen
}

// isWord leaves out numbers, short forms and the shortest words.
func isWord(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
		n++
	}
	return n > 2
}

// ids are the words of a group, its own first.
func (g Group) ids() []int {
	ids := []int{g.Word}
	for _, x := range g.Near {
		ids = append(ids, x.ID)
	}
	return ids
}

// meets reports whether two groups have a word in common.
func (g Group) meets(h Group) bool {
	return slices.ContainsFunc(g.ids(), func(id int) bool { return slices.Contains(h.ids(), id) })
}

// A Place is a word in the plane.
type Place struct {
	ID, Group int
	X, Y      float64
}

// Plane puts the words of groups into the plane: the first two principal
// components of their vectors of length 1. share is the part of the variance
// that the plane shows. A word of several groups belongs to the first.
func (v *Vectors) Plane(groups []Group) (places []Place, share float64, err error) {
	seen := map[int]bool{}
	for i, g := range groups {
		for _, id := range g.ids() {
			if !seen[id] {
				seen[id] = true
				places = append(places, Place{ID: id, Group: i})
			}
		}
	}
	if len(places) < 3 || v.Size < 2 {
		return nil, 0, errors.New("fewer than 3 words or dimensions make no plane")
	}
	x := mat.NewDense(len(places), v.Size, nil)
	for i, p := range places {
		x.SetRow(i, v.Of(p.ID))
	}
	var pc stat.PC
	if !pc.PrincipalComponents(x, nil) {
		return nil, 0, errors.New("the vectors have no principal components")
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	upright(&axes)
	var flat mat.Dense
	flat.Mul(x, axes.Slice(0, v.Size, 0, 2))
	for i := range places {
		places[i].X, places[i].Y = flat.At(i, 0), flat.At(i, 1)
	}
	sum := 0.0
	vars := pc.VarsTo(nil)
	for _, s := range vars {
		sum += s
	}
	return places, (vars[0] + vars[1]) / sum, nil
}

// upright turns the axes so that their largest part is positive: the sign of a
// principal component is an accident.
func upright(axes *mat.Dense) {
	rows, cols := axes.Dims()
	for j := range cols {
		most := 0.0
		for i := range rows {
			if x := axes.At(i, j); x*x > most*most {
				most = x
			}
		}
		if most < 0 {
			for i := range rows {
				axes.Set(i, j, -axes.At(i, j))
			}
		}
	}
}
