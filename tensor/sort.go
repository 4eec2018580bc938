package tensor

import (
	"cmp"
	"slices"
)

// Sort returns t with its elements in ascending order along an axis, NaN last.
//
// numpy: sort (whose default axis is -1).
func Sort(t *Tensor, axis int) *Tensor {
	l := lanesOf("Sort", t, axis)
	out := New(t.shape...)
	if l.inner == 1 {
		copy(out.data, l.data)
		for o := range l.outer {
			sortNaNLast(out.data[o*l.n : (o+1)*l.n])
		}
		return out
	}
	lane := make([]float32, l.n)
	l.each(func(first int) {
		gather(lane, l.data, first, l.inner)
		sortNaNLast(lane)
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
	sortNaNLast(out.data)
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
	lane, order := make([]float32, l.n), make([]int, l.n)
	l.each(func(first int) {
		gather(lane, l.data, first, l.inner)
		argSort(order, lane)
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
	argSort(order, t.Data())
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

func sortNaNLast(x []float32) {
	n := 0 // numbers are moved to the front, in order, NaN behind them
	for i, v := range x {
		if v == v {
			x[i] = x[n]
			x[n] = v
			n++
		}
	}
	slices.Sort(x[:n])
}

func argSort(order []int, x []float32) {
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := x[i], x[j]
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		case a != a && b == b:
			return 1
		case b != b && a == a:
			return -1
		}
		return cmp.Compare(i, j) // makes it stable
	})
}
