package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/par"
)

// A mover copies between two strided views of the same shape. Every op that
// only rearranges elements is one or more movers, so there is one place that
// knows how to walk memory: rows by copy, transposes in blocks, the rest by stride.
type mover struct {
	shape, dst, src []int // strides in elements; those of src may be 0 or negative
	dstAt, srcAt    int   // of the first element
}

// maxRank bounds the axes left after merging; numpy allows as many.
const maxRank = 32

// Elements per chunk of a parallel loop.
const moverGrain = 1 << 14

// contiguous returns row-major strides.
func contiguous(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}

// simplify drops axes of size 1 and merges axes that both sides walk as one.
func (m mover) simplify() mover {
	r := mover{dstAt: m.dstAt, srcAt: m.srcAt}
	for i, d := range m.shape {
		if d == 1 {
			continue
		}
		if k := len(r.shape) - 1; k >= 0 && r.dst[k] == d*m.dst[i] && r.src[k] == d*m.src[i] {
			r.shape[k] *= d
			r.dst[k], r.src[k] = m.dst[i], m.src[i]
			continue
		}
		r.shape, r.dst, r.src = append(r.shape, d), append(r.dst, m.dst[i]), append(r.src, m.src[i])
	}
	if len(r.shape) == 0 {
		r.shape, r.dst, r.src = []int{1}, []int{1}, []int{1}
	}
	return r
}

// bind returns the copying.
func (m mover) bind(dst, src []float32) func() {
	if sizeOf(m.shape) == 0 {
		return func() {}
	}
	m = m.simplify()
	last := len(m.shape) - 1
	if m.dst[last] == 1 && m.src[last] != 1 && m.src[last] != 0 {
		if q := slices.Index(m.src, 1); q >= 0 {
			return m.bindTransposed(dst, src, q)
		}
	}
	n, ds, ss := m.shape[last], m.dst[last], m.src[last]
	w := newWalker(m.shape[:last], m.dst[:last], m.src[:last])
	body := func(lo, hi int) {
		p := w.at(lo)
		for range hi - lo {
			d, s := dst[m.dstAt+p.dst:], m.srcAt+p.src
			switch {
			case ds == 1 && ss == 1:
				copy(d[:n], src[s:s+n])
			case ds == 1 && ss == 0:
				fillFloats(d[:n], src[s])
			default:
				for i, k := 0, s; i < n; i, k = i+1, k+ss {
					d[i*ds] = src[k]
				}
			}
			w.next(&p)
		}
	}
	rows, grain := sizeOf(m.shape[:last]), max(1, moverGrain/n)
	if rows == 1 && n > moverGrain && ds == 1 && (ss == 1 || ss == 0) { // one long row
		d, s := dst[m.dstAt:][:n], src[m.srcAt:]
		long := func(lo, hi int) { copy(d[lo:hi], s[lo:hi]) }
		if ss == 0 {
			long = func(lo, hi int) { fillFloats(d[lo:hi], s[0]) }
		}
		return func() { par.For(n, moverGrain, long) }
	}
	return func() { par.For(rows, grain, body) }
}

func fillFloats(s []float32, x float32) {
	for i := range s {
		s[i] = x
	}
}

// bindTransposed copies when dst is contiguous along the last axis and src
// along axis q: in blocks of both, so that the lines of either side stay cached.
func (m mover) bindTransposed(dst, src []float32, q int) func() {
	const block = 32
	last := len(m.shape) - 1
	n, k := m.shape[last], m.shape[q]
	ss, ds := m.src[last], m.dst[q]
	outer := mover{}
	for i := range m.shape {
		if i != q && i != last {
			outer.shape, outer.dst, outer.src = append(outer.shape, m.shape[i]), append(outer.dst, m.dst[i]), append(outer.src, m.src[i])
		}
	}
	bands := (k + block - 1) / block
	outer.shape, outer.dst, outer.src = append(outer.shape, bands), append(outer.dst, block*ds), append(outer.src, block)
	w := newWalker(outer.shape, outer.dst, outer.src)
	body := func(lo, hi int) {
		p := w.at(lo)
		for item := lo; item < hi; item++ {
			d, s := dst[m.dstAt+p.dst:], src[m.srcAt+p.src:]
			height := min(block, k-item%bands*block)
			for i := 0; i < n; i += block {
				width := min(block, n-i)
				for j := range height {
					row, at := d[j*ds+i:][:width], i*ss+j
					for c := range row {
						row[c] = s[at]
						at += ss
					}
				}
			}
			w.next(&p)
		}
	}
	items, grain := sizeOf(outer.shape), max(1, moverGrain/(n*min(k, block)))
	return func() { par.For(items, grain, body) }
}

// A walker steps through the positions of some outer axes in row-major order.
type walker struct{ shape, dst, src []int }

type position struct {
	index    [maxRank]int
	dst, src int
}

func newWalker(shape, dst, src []int) *walker {
	return &walker{slices.Clone(shape), slices.Clone(dst), slices.Clone(src)}
}

func (w *walker) at(n int) (p position) {
	for i := len(w.shape) - 1; i >= 0; i-- {
		p.index[i] = n % w.shape[i]
		n /= w.shape[i]
		p.dst += p.index[i] * w.dst[i]
		p.src += p.index[i] * w.src[i]
	}
	return p
}

func (w *walker) next(p *position) {
	for i := len(w.shape) - 1; i >= 0; i-- {
		p.index[i]++
		p.dst += w.dst[i]
		p.src += w.src[i]
		if p.index[i] < w.shape[i] {
			return
		}
		p.dst -= w.shape[i] * w.dst[i]
		p.src -= w.shape[i] * w.src[i]
		p.index[i] = 0
	}
}
