package tensor

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
)

// matmul multiplies the matrices in the last two axes; shapes were checked.
func matmul(a, b *Tensor) *Tensor {
	ra, rb := a.Rank(), b.Rank()
	m, k, n := a.shape[ra-2], a.shape[ra-1], b.shape[rb-1]
	batch, _ := broadcastShape(a.shape[:ra-2], b.shape[:rb-2])
	out := New(slices.Concat(batch, []int{m, n})...)
	if len(out.data) == 0 {
		return out
	}
	x, ax := factor(a)
	y, by := factor(b)
	xs, ys := batchStrides(x, batch), batchStrides(y, batch)
	sx, stx := merge(batch, xs)
	sy, sty := merge(batch, ys)
	if len(batch) > 0 && len(sx) == 1 && len(sy) == 1 {
		ax.Data, by.Data = x.data[x.offset:], y.data[y.offset:]
		bt := kernel.Batch{Count: sx[0], StrideA: stx[0], StrideB: sty[0], StrideC: m * n}
		kernel.GemmBatch(bt, m, n, k, ax, by, out.data, n, kernel.Epilogue{})
		return out
	}
	p, q := x.offset, y.offset
	ip, iq := make([]int, len(batch)), make([]int, len(batch))
	for c := 0; c < len(out.data); c += m * n {
		ax.Data, by.Data = x.data[p:], y.data[q:]
		kernel.Gemm(m, n, k, ax, by, out.data[c:c+m*n], n, kernel.Epilogue{})
		p += step(ip, batch, xs)
		q += step(iq, batch, ys)
	}
	return out
}

// factor describes the matrices of t to the kernel, without a copy when they,
// or their transposes, lie in memory row by row.
func factor(t *Tensor) (*Tensor, kernel.Operand) {
	r := t.Rank()
	rows, cols := t.shape[r-2], t.shape[r-1]
	rs, cs := t.strides[r-2], t.strides[r-1]
	forward := !slices.ContainsFunc(t.strides, func(s int) bool { return s < 0 })
	switch {
	case forward && (cs == 1 || cols == 1) && (rs >= cols || rows == 1):
		return t, kernel.Operand{Ld: max(rs, cols)}
	case forward && (rs == 1 || rows == 1) && (cs >= rows || cols == 1):
		return t, kernel.Operand{Ld: max(cs, rows), Trans: true}
	}
	return t.Clone(), kernel.Operand{Ld: cols}
}

// batchStrides returns the strides of the axes before the last two, broadcast.
func batchStrides(t *Tensor, batch []int) []int {
	s := make([]int, len(batch))
	own := t.Rank() - 2
	for i := range own {
		if t.shape[i] != 1 {
			s[len(batch)-own+i] = t.strides[i]
		}
	}
	return s
}
