package tensor

import (
	"cmp"
	"math"
	"slices"
)

// Sort returns t with its elements in ascending order along an axis, NaN last.
//
// numpy: sort (whose default axis is -1).
func Sort(t *Tensor, axis int) *Tensor {
	l := lanesOf("Sort", t, axis)
	out := New(t.shape...)
	var s sorter
	if l.inner == 1 {
		copy(out.data, l.data)
		for o := range l.outer {
			s.values(out.data[o*l.n : (o+1)*l.n])
		}
		return out
	}
	lane := make([]float32, l.n)
	l.each(func(first int) {
		gather(lane, l.data, first, l.inner)
		s.values(lane)
		for k, x := range lane {
			out.data[first+k*l.inner] = x
		}
	})
	return out
}

// SortFlat returns all elements in ascending order, NaN last, with rank 1.
//
// numpy: sort with axis=None.
func SortFlat(t *Tensor) *Tensor {
	out := From(t.Clone().data, t.Len())
	new(sorter).values(out.data)
	return out
}

// ArgSort returns, along an axis, the positions of the elements in ascending
// order: equal elements in the order they stand in, NaN last.
//
// numpy: argsort with kind="stable".
func ArgSort(t *Tensor, axis int) *Tensor {
	l := lanesOf("ArgSort", t, axis)
	l.exact("ArgSort")
	out := New(t.shape...)
	var s sorter
	lane, order := make([]float32, l.n), make([]int, l.n)
	l.each(func(first int) {
		gather(lane, l.data, first, l.inner)
		s.positions(order, lane)
		for k, i := range order {
			out.data[first+k*l.inner] = float32(i)
		}
	})
	return out
}

// ArgSortFlat returns the positions, in row-major order, of all elements in
// ascending order: equal elements in the order they stand in, NaN last.
//
// numpy: argsort with axis=None, kind="stable".
func ArgSortFlat(t *Tensor) []int {
	order := make([]int, t.Len())
	new(sorter).positions(order, t.Data())
	return order
}

// each calls f with the place of the first element of each lane. Nothing
// happens when lanes are empty.
func (l lanes) each(f func(first int)) {
	if l.n == 0 {
		return
	}
	for o := range l.outer {
		for i := range l.inner {
			f(o*l.n*l.inner + i)
		}
	}
}

// sorter sorts lanes one after another in the same memory.
type sorter struct{ keys, tmp []uint64 }

func (s *sorter) room(n int) {
	if cap(s.keys) < n {
		s.keys, s.tmp = make([]uint64, n), make([]uint64, n)
	}
	s.keys, s.tmp = s.keys[:n], s.tmp[:n]
}

// values sorts x in place, NaN last.
func (s *sorter) values(x []float32) {
	if len(x) >= radixLen {
		s.room(len(x))
		for i, v := range x {
			s.keys[i] = uint64(sortKey(v)) << 32
		}
		for i, k := range radixSort(s.keys, s.tmp) {
			x[i] = unsortKey(uint32(k >> 32))
		}
		return
	}
	n := 0 // numbers are moved to the front, NaN behind them
	for i, v := range x {
		if v == v {
			x[i] = x[n]
			x[n] = v
			n++
		}
	}
	slices.Sort(x[:n])
}

// positions fills order with the positions of x in ascending order.
func (s *sorter) positions(order []int, x []float32) {
	if len(x) >= radixLen && uint64(len(x)) <= math.MaxUint32 {
		s.room(len(x))
		for i, v := range x {
			s.keys[i] = uint64(sortKey(v+0))<<32 | uint64(i) // -0+0 is 0
		}
		for i, k := range radixSort(s.keys, s.tmp) {
			order[i] = int(uint32(k))
		}
		return
	}
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		// Positions make it stable; -0+0 is 0.
		return cmp.Or(cmp.Compare(sortKey(x[i]+0), sortKey(x[j]+0)), cmp.Compare(i, j))
	})
}
