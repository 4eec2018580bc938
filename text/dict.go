package text

import (
	"iter"
	"math"
)

// An intDict is a map from int to int that remembers the order of insertion,
// like a Python dict. Keys are nearly always 1…n, hence the dense part.
type intDict struct {
	keys   []int
	dense  []int
	sparse map[int]int
}

const absent = math.MinInt

func (d *intDict) get(k int) (int, bool) {
	if uint(k) < uint(len(d.dense)) && d.dense[k] != absent {
		return d.dense[k], true
	}
	v, ok := d.sparse[k]
	return v, ok
}

func (d *intDict) set(k, v int) {
	if _, ok := d.sparse[k]; ok {
		d.sparse[k] = v
		return
	}
	if k < 0 || k > 2*(len(d.keys)+32) {
		if d.sparse == nil {
			d.sparse = map[int]int{}
		}
		d.sparse[k] = v
		d.keys = append(d.keys, k)
		return
	}
	for len(d.dense) <= k {
		d.dense = append(d.dense, absent)
	}
	if d.dense[k] == absent {
		d.keys = append(d.keys, k)
	}
	d.dense[k] = v
}

func (d *intDict) all() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for _, k := range d.keys {
			if v, _ := d.get(k); !yield(k, v) {
				return
			}
		}
	}
}
