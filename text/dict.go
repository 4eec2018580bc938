package text

import (
	"iter"
	"math"
)

// An intDict is a map from int to int that remembers the order of insertion,
// like a Python dict. Keys are nearly always 1…n and values small: then a
// member takes 8 bytes.
type intDict struct {
	keys   []int32
	wide   []int   // in place of keys, once a key does not fit
	dense  []int32 // values by key
	sparse map[int]int
}

const (
	absent  = math.MinInt
	noValue = math.MinInt32 // in dense
)

func (d *intDict) len() int { return len(d.keys) + len(d.wide) }

func (d *intDict) get(k int) (int, bool) {
	if uint(k) < uint(len(d.dense)) && d.dense[k] != noValue {
		return int(d.dense[k]), true
	}
	v, ok := d.sparse[k]
	return v, ok
}

func (d *intDict) set(k, v int) {
	if _, ok := d.get(k); !ok {
		d.addKey(k)
	}
	_, isSparse := d.sparse[k]
	if !isSparse && v == int(int32(v)) && v != noValue && k >= 0 && k <= 2*(d.len()+32) {
		for len(d.dense) <= k {
			d.dense = append(d.dense, noValue)
		}
		d.dense[k] = int32(v)
		return
	}
	if uint(k) < uint(len(d.dense)) {
		d.dense[k] = noValue
	}
	if d.sparse == nil {
		d.sparse = map[int]int{}
	}
	d.sparse[k] = v
}

func (d *intDict) addKey(k int) {
	switch {
	case d.wide != nil:
		d.wide = append(d.wide, k)
	case k == int(int32(k)):
		d.keys = append(d.keys, int32(k))
	default:
		for _, k := range d.keys {
			d.wide = append(d.wide, int(k))
		}
		d.keys, d.wide = nil, append(d.wide, k)
	}
}

func (d *intDict) all() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for _, k := range d.keys {
			if v, _ := d.get(int(k)); !yield(int(k), v) {
				return
			}
		}
		for _, k := range d.wide {
			if v, _ := d.get(k); !yield(k, v) {
				return
			}
		}
	}
}

// numbers is a set of numbers that are nearly always 1…n.
type numbers struct {
	bits   []uint64
	sparse map[int]bool
	n      int
}

// add reports whether k was new.
func (s *numbers) add(k int) bool {
	if s.sparse[k] {
		return false
	}
	if k < 0 || k > 128*(s.n+1024) {
		if s.sparse == nil {
			s.sparse = map[int]bool{}
		}
		s.sparse[k] = true
		s.n++
		return true
	}
	for len(s.bits) <= k/64 {
		s.bits = append(s.bits, 0)
	}
	if m := uint64(1) << (k % 64); s.bits[k/64]&m == 0 {
		s.bits[k/64] |= m
		s.n++
		return true
	}
	return false
}
