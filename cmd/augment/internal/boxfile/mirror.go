package boxfile

import (
	"slices"
	"strings"
)

// mirrorOf returns for each key point the one that takes its place in a
// mirrored picture: what is called left changes places with what is called
// right. nil if no names are so.
func mirrorOf(names []string) []int {
	var m []int
	for i, n := range names {
		other := strings.NewReplacer("left", "right", "right", "left", "Left", "Right", "Right", "Left").Replace(n)
		if k := slices.Index(names, other); k >= 0 && k != i {
			if m == nil {
				m = make([]int, len(names))
				for j := range m {
					m[j] = j
				}
			}
			m[i] = k
		}
	}
	if m != nil && !isPermutation(m, len(names)) {
		return nil // a name is there twice
	}
	return m
}

func isPermutation(m []int, n int) bool {
	seen := make([]bool, n)
	for _, k := range m {
		if k < 0 || k >= n || seen[k] {
			return false
		}
		seen[k] = true
	}
	return len(m) == n
}

// mirrored returns key points in their new order.
func (k KeyPoints) mirrored(m []int) KeyPoints {
	if len(k) != 3*len(m) {
		return k
	}
	out := make(KeyPoints, 0, len(k))
	for _, i := range m {
		out = append(out, k[3*i:3*i+3]...)
	}
	return out
}
