package check

import (
	"crypto/sha256"
	"slices"
)

// alike finds pictures that are there more than once: the same bytes, the same
// pixels in other bytes, and nearly the same look. Of what is the same in one
// way, only the first is compared further.
func alike(all []facts, near int) []Finding {
	g := &groups{all: all}
	var good []int
	for i := range all {
		if all[i].kind == "" {
			good = append(good, i)
		}
	}
	rest := g.same(good, Duplicate, func(f *facts) [sha256.Size]byte { return f.content })
	rest = g.same(rest, SamePixels, func(f *facts) [sha256.Size]byte { return f.pixels })
	if near >= 0 {
		g.near(rest, near)
	}
	return g.found
}

type groups struct {
	all   []facts
	found []Finding
}

// same reports pictures with equal sums, and returns the first of each.
func (g *groups) same(of []int, k Kind, sum func(*facts) [sha256.Size]byte) (firsts []int) {
	equal := map[[sha256.Size]byte][]int{}
	for _, i := range of {
		s := sum(&g.all[i])
		if equal[s] == nil {
			firsts = append(firsts, i)
		}
		equal[s] = append(equal[s], i)
	}
	for _, i := range firsts {
		if group := equal[sum(&g.all[i])]; len(group) > 1 {
			g.report(k, group, 0)
		}
	}
	return firsts
}

// mostHeads is how many different pictures of one hash are compared further.
const mostHeads = 16

// near reports chains of pictures that look nearly the same.
func (g *groups) near(of []int, d int) {
	// Pictures of one hash are one entry of the index, lest very many of them be
	// compared with each other. The first that agrees stands for the others.
	f := newForest()
	heads := map[uint64][]int{}
	var hashes []uint64
	join := func(i, j, dist int) bool {
		if f.root(i) == f.root(j) {
			return true
		}
		if agreement(&g.all[i].look, &g.all[j].look) < alikeness {
			return false
		}
		f.join(i, j, dist)
		return true
	}
	for _, i := range of {
		l := &g.all[i].look
		if l.plain {
			continue
		}
		f.add(i)
		h := heads[l.hash]
		if len(h) == 0 {
			hashes = append(hashes, l.hash)
		}
		if !slices.ContainsFunc(h, func(j int) bool { return join(i, j, 0) }) && len(h) < mostHeads {
			heads[l.hash] = append(h, i)
		}
	}
	x := newIndex(d)
	for n, h := range hashes {
		x.each(h, func(m int) {
			dist := distance(h, hashes[m])
			if dist > d {
				return
			}
			for _, i := range heads[h] {
				for _, j := range heads[hashes[m]] {
					join(i, j, dist)
				}
			}
		})
		x.add(h, n)
	}
	trees := map[int][]int{}
	for _, i := range of {
		if f.has(i) {
			trees[f.root(i)] = append(trees[f.root(i)], i)
		}
	}
	for _, i := range of {
		if len(trees[i]) > 1 {
			g.report(Near, trees[i], f.far[i])
		}
	}
}

// report notes a group, and that it is in several classes or parts.
func (g *groups) report(k Kind, of []int, dist int) {
	var names []string
	for _, i := range of {
		names = append(names, g.all[i].Name)
	}
	slices.Sort(names)
	add := func(f Finding) { g.found = append(g.found, f) }
	add(Finding{Kind: k, Names: names, Distance: dist})
	differ := func(key func(f *facts) string) bool {
		return slices.ContainsFunc(of, func(i int) bool { return key(&g.all[i]) != key(&g.all[of[0]]) })
	}
	if differ(func(f *facts) string { return f.Class }) {
		add(Finding{Kind: TwoLabels, Names: names, Distance: dist, Same: k})
	}
	if differ(func(f *facts) string { return f.Part }) {
		add(Finding{Kind: Leak, Names: names, Distance: dist, Same: k})
	}
}

// A forest joins numbers to trees. The root of a tree is its least number.
type forest struct {
	parent map[int]int
	far    map[int]int // by root: the greatest distance that was joined over
}

func newForest() *forest { return &forest{map[int]int{}, map[int]int{}} }

func (f *forest) add(i int) { f.parent[i] = i }

func (f *forest) has(i int) bool {
	_, ok := f.parent[i]
	return ok
}

func (f *forest) root(i int) int {
	r := i
	for f.parent[r] != r {
		r = f.parent[r]
	}
	for f.parent[i] != r { // shorten the way for the next time
		f.parent[i], i = r, f.parent[i]
	}
	return r
}

func (f *forest) join(i, j, dist int) {
	a, b := f.root(i), f.root(j)
	a, b = min(a, b), max(a, b)
	f.far[a] = max(f.far[a], f.far[b], dist)
	f.parent[b] = a
}
