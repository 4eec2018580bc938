package tensor

import "slices"

// matmul multiplies the matrices in the last two axes; shapes were checked.
func matmul(a, b *Tensor) *Tensor {
	ra, rb := a.Rank(), b.Rank()
	m, k, n := a.shape[ra-2], a.shape[ra-1], b.shape[rb-1]
	batch, _ := broadcastShape(a.shape[:ra-2], b.shape[:rb-2])
	out := New(slices.Concat(batch, []int{m, n})...)
	if len(out.data) == 0 || k == 0 {
		return out
	}
	x, y := a.Contiguous(), b.Contiguous()
	xs, ys := batchStrides(x, batch), batchStrides(y, batch)
	p, q := x.offset, y.offset
	ip, iq := make([]int, len(batch)), make([]int, len(batch))
	for c := 0; c < len(out.data); c += m * n {
		gemm(m, n, k, x.data[p:p+m*k], y.data[q:q+k*n], out.data[c:c+m*n])
		p += step(ip, batch, xs)
		q += step(iq, batch, ys)
	}
	return out
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

// gemm adds the product of a (m×k) and b (k×n) to c, block by block, so that
// the block of b stays in the cache while all rows of a pass over it.
func gemm(m, n, k int, a, b, c []float32) {
	const kBlock, nBlock = 64, 512
	for j := 0; j < n; j += nBlock {
		w := min(nBlock, n-j)
		for p := 0; p < k; p += kBlock {
			d := min(kBlock, k-p)
			for i := range m {
				gemmRow(c[i*n+j:i*n+j+w], a[i*k+p:i*k+p+d], b[p*n+j:], n)
			}
		}
	}
}

// gemmRow adds the combination of rows of b with factors a to c, four at a time.
func gemmRow(c, a, b []float32, n int) {
	w := len(c)
	for ; len(a) >= 4; a, b = a[4:], b[min(4*n, len(b)):] {
		b0, b1, b2, b3 := b[:w], b[n:n+w], b[2*n:2*n+w], b[3*n:3*n+w]
		a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
		for j := range c {
			c[j] += float32(a0*b0[j]) + float32(a1*b1[j]) + (float32(a2*b2[j]) + float32(a3*b3[j]))
		}
	}
	for i, x := range a {
		for j, y := range b[i*n : i*n+w] {
			c[j] += float32(x * y)
		}
	}
}
