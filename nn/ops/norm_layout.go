package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// A normLayout cuts a matrix of rows × cols for statistics over its rows. Few
// columns are treated as if several rows were one wide row, so that the kernels
// see whole vectors; chunks are runs of wide rows that stay in the cache.
// All of it depends on the shape only.
type normLayout struct {
	rows, cols  int
	wide        int // columns of a wide row, a multiple of cols
	chunkFloats int // a multiple of wide
	chunks      int
}

func newNormLayout(shape []int) normLayout {
	const narrow, chunk = 128, 1 << 14
	cols := shape[len(shape)-1]
	n := normLayout{rows: sizeOf(shape[:len(shape)-1]), cols: cols, wide: max(1, cols)}
	if cols > 0 && cols <= narrow {
		fold := 1
		for (fold*cols)%16 != 0 {
			fold *= 2
		}
		for fold*cols < 64 {
			fold *= 2
		}
		n.wide = fold * cols
	}
	n.chunkFloats = max(32, chunk/n.wide) * n.wide
	n.chunks = (n.rows*n.cols + n.chunkFloats - 1) / n.chunkFloats
	return n
}

// chunkLoop returns a loop over the chunks in parallel. body sees a run [lo, hi)
// of floats in wide rows; the rows that do not fill a wide one come in a second
// call as one shorter row of w columns.
func (n normLayout) chunkLoop(body func(chunk, lo, hi, w int)) func() {
	total := n.rows * n.cols
	one := func(first, last int) {
		for k := first; k < last; k++ {
			lo := k * n.chunkFloats
			hi := min(total, lo+n.chunkFloats)
			whole := hi - (hi-lo)%n.wide
			if whole > lo {
				body(k, lo, whole, n.wide)
			}
			if whole < hi {
				body(k, whole, hi, hi-whole)
			}
		}
	}
	return func() { par.For(n.chunks, 1, one) }
}

// part returns the three wide rows of partial results of a chunk.
func (n normLayout) part(parts []float32, chunk int) (a, b, c []float32) {
	p := parts[chunk*3*n.wide:][:3*n.wide]
	return p[:n.wide], p[n.wide : 2*n.wide], p[2*n.wide:]
}

// widen repeats the first cols numbers of each row of parameters.
func (n normLayout) widen(params ...[]float32) {
	for _, p := range params {
		for i := n.cols; n.cols > 0 && i < n.wide; i++ {
			p[i] = p[i-n.cols]
		}
	}
}

// fold adds the columns of a wide row that belong together.
func (n normLayout) fold(wide []float32, c int) float64 {
	sum := 0.0
	for i := c; i < n.wide; i += n.cols {
		sum += float64(wide[i])
	}
	return sum
}

// moments returns the work that computes mean and population variance of each
// column: one pass over each chunk, which is seen from its own first row, and
// the chunks put together in order and in float64 (Chan, Golub and LeVeque
// 1979). Since the centre is a number of the chunk, cancellation costs at most
// as many units of the last place as the chunk has rows.
func (n normLayout) moments(x, parts []float32) func(mean, variance []float32) {
	total := n.rows * n.cols
	body := func(lo, hi int) {
		for k := lo; k < hi; k++ {
			chunk := x[k*n.chunkFloats : min(total, (k+1)*n.chunkFloats)]
			whole := len(chunk) - len(chunk)%n.wide
			s, sq, centre := n.part(parts, k)
			clear(s)
			clear(sq)
			copy(centre[:n.cols], chunk)
			n.widen(centre)
			kernel.NormMoments(s, sq, chunk[:whole], centre)
			rest := len(chunk) - whole
			kernel.NormMoments(s[:rest], sq[:rest], chunk[whole:], centre[:rest])
		}
	}
	// How a chunk joins those before it depends on the numbers of rows only.
	type joint struct{ each, part, spread float64 } // 1/rows, rows/(count+rows), count·rows/(count+rows)
	joints := make([]joint, n.chunks)
	count := 0.0
	for k := range joints {
		rows := float64((min(total, (k+1)*n.chunkFloats) - k*n.chunkFloats) / max(1, n.cols))
		joints[k] = joint{1 / rows, rows / (count + rows), count * rows / (count + rows)}
		count += rows
	}
	var mean, variance []float32
	columns := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var m, m2 float64
			for k, j := range joints {
				ps, pq, centre := n.part(parts, k)
				s, q := n.fold(ps, c), n.fold(pq, c)
				shift := s * j.each
				d := float64(centre[c]) + shift - m
				m2 += q - s*shift + d*d*j.spread
				m += d * j.part
			}
			mean[c], variance[c] = float32(m), float32(max(0, m2)/max(1, count))
		}
	}
	return func(m, v []float32) {
		mean, variance = m, v
		par.For(n.chunks, 1, body)
		par.For(n.cols, n.columnGrain(), columns)
	}
}

// columnGrain is how many columns are worth a chunk when partial results of
// chunks are put together.
func (n normLayout) columnGrain() int { return max(16, 1<<12/max(1, n.chunks*n.wide/max(1, n.cols))) }

// cut takes n pieces of a size from the front of s.
func cut(s []float32, size, n int) [][]float32 {
	pieces := make([][]float32, n)
	for i := range pieces {
		pieces[i] = s[i*size : (i+1)*size]
	}
	return pieces
}
