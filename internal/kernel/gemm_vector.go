package kernel

import "github.com/antler-ml/antler/internal/par"

// Products with a vector read each number of their matrix once: nothing is
// packed and memory decides the speed, so the matrix is read along its rows,
// whichever way round it is.

// gemmLong is how long a row must be for gemmLongRow.
const gemmLong = 128

// vectorProduct is c = x·v (along: row i of x times v gives c[i]) or its
// transpose (c is the sum of the rows of x, scaled by v).
type vectorProduct struct {
	x     Operand
	along bool
	v     []float32
	vStep int
	cStep int
}

// runVector does the product if op(A) is a row or op(B) a column, both in plain
// memory, and the vectors lie so that the kernels can read them.
func (j *gemmJob) runVector() bool {
	if j.m > 1 && j.n > 1 || j.a.Packer != nil || j.b.Packer != nil || j.b.Packed != nil {
		return false
	}
	column := vectorProduct{j.a, !j.a.Trans, j.b.Data, j.b.Ld, j.ldc}
	if j.b.Trans {
		column.vStep = 1
	}
	row := vectorProduct{j.b, j.b.Trans, j.a.Data, 1, 1}
	if j.a.Trans {
		row.vStep = j.a.Ld
	}
	switch {
	case j.n == 1 && column.along && column.vStep == 1:
		j.vec = column
	case j.m == 1 && (!row.along || row.vStep == 1):
		j.vec = row
	case j.n == 1 && !column.along && column.cStep == 1:
		j.vec = column
	default:
		return false
	}
	if !j.runSegments() {
		j.runRows()
	}
	return true
}

// segments is into how many parts of x's rows a long sum is cut.
const segments = 8

// runSegments does products of many rows that are short: each worker reads
// whole rows, one after another, where parts of them would be spread over the
// memory. How rows are cut depends on the sizes alone.
func (j *gemmJob) runSegments() bool {
	const (
		rows  = 1024    // least, and
		cols  = 1024    // most, of a matrix that is cut
		small = 1 << 18 // numbers that the caller reads alone as fast
	)
	n := j.m * j.n
	if j.vec.along || j.vec.cStep != 1 || j.k < rows || n > cols || n*j.k < small {
		return false
	}
	j.isa = chooseGemm()
	j.bufB = grow(j.bufB, segments*n)
	par.For(segments, 1, j.segmentBody)
	if !j.e.Accumulate {
		clear(j.c[:n])
	}
	for s := range segments {
		Add(j.c[:n], j.c[:n], j.bufB[s*n:][:n])
	}
	if j.n > 1 {
		j.finish(0, 1, 0, n, true)
	} else {
		j.finish(0, n, 0, 1, true)
	}
	return true
}

// segmentPart sums up the rows of segments lo to hi.
func (j *gemmJob) segmentPart(lo, hi int) {
	n := j.m * j.n
	for s := lo; s < hi; s++ {
		j.sumRows(s*j.k/segments, (s+1)*j.k/segments, 0, n, j.bufB[s*n:][:n], false)
	}
}

// runRows does the product that j.vec describes. Each element is computed by
// itself, so that workers can have equal parts without a trace in the result.
func (j *gemmJob) runRows() {
	j.isa = chooseGemm()
	out := j.m * j.n
	const (
		serial = 1 << 17 // numbers of the matrix that are not worth a second worker
		widest = 128     // columns of the widest tile of any instruction set
	)
	if out*j.k <= serial {
		j.vectorPart(0, out)
	} else {
		par.For(out, roundUp(ceilDiv(out, par.Workers()), widest), j.vectorBody)
	}
}

// vectorPart computes elements lo to hi of the result.
func (j *gemmJob) vectorPart(lo, hi int) {
	if j.vec.along {
		j.innerProducts(lo, hi)
	} else {
		j.scaledRows(lo, hi)
	}
	if j.n > 1 {
		j.finish(0, 1, lo, hi, true)
	} else {
		j.finish(lo, hi, 0, 1, true)
	}
}

// innerProducts computes rows lo to hi of x times v.
func (j *gemmJob) innerProducts(lo, hi int) {
	w := &j.vec
	var buf [64]float32
	for i := lo; i < hi; i += len(buf) {
		out := buf[:min(len(buf), hi-i)]
		gemmDots(j.isa, len(out), j.k, w.x.Data[i*w.x.Ld:], w.x.Ld, w.v, out)
		for l, v := range out {
			at := (i + l) * w.cStep
			if j.e.Accumulate {
				v += j.c[at]
			}
			j.c[at] = v
		}
	}
}

// scaledRows computes columns lo to hi of the sum of the rows of x scaled by v.
func (j *gemmJob) scaledRows(lo, hi int) {
	j.sumRows(0, j.k, lo, hi, j.c[lo:hi], j.e.Accumulate)
}

// sumRows sums up columns lo to hi of rows p0 to p1 of x scaled by v, in blocks
// of rows as tiles do.
func (j *gemmJob) sumRows(p0, p1, lo, hi int, c []float32, accumulate bool) {
	w := &j.vec
	kc := innerBlock(p1 - p0)
	mul := gemmRow
	if j.m*j.n >= gemmLong {
		mul = gemmLongRow
	}
	for p := p0; p < p1; p += kc {
		mul(j.isa, min(kc, p1-p), w.v[p*w.vStep:], w.vStep, w.x.Data[p*w.x.Ld+lo:], w.x.Ld, c, p > p0 || accumulate)
	}
}

// runThin does products over few inner indices row by row: C is written in the
// order of the memory, and the few rows of B stay in the first cache.
func (j *gemmJob) runThin() bool {
	const thin = 4
	isa := chooseGemm()
	if j.k > thin || j.n < gemmLong || isa.strips == nil || j.a.Packer != nil || j.b.Packer != nil || j.b.Packed != nil || j.b.Trans {
		return false
	}
	j.isa = isa
	if j.m*j.n*j.k <= gemmSerial {
		j.thinPart(0, j.m)
	} else {
		par.For(j.m, max(1, gemmTask/4/(j.n*j.k)), j.thinBody)
	}
	return true
}

// thinPart computes rows lo to hi of C.
func (j *gemmJob) thinPart(lo, hi int) {
	row, step := j.a.Ld, 1
	if j.a.Trans {
		row, step = 1, j.a.Ld
	}
	for i := lo; i < hi; i++ {
		gemmLongRow(j.isa, j.k, j.a.Data[i*row:], step, j.b.Data, j.b.Ld, j.c[i*j.ldc:][:j.n], j.e.Accumulate)
	}
	j.finish(lo, hi, 0, j.n, true)
}

var gemmOne = []float32{1}

// ColumnSums computes dst[j] = Σ_i x[i*ld+j] for i < m and j < n, in blocks of
// at most 256 rows that are added in order.
func ColumnSums(dst, x []float32, m, n, ld int) {
	checkMatrix("X", len(x), m, n, ld)
	if m == 0 {
		clear(dst[:n])
		return
	}
	if n == 0 {
		return
	}
	j := acquireGemm()
	j.m, j.n, j.k, j.c, j.ldc = 1, n, m, dst[:n], n
	j.vec = vectorProduct{x: Operand{Data: x, Ld: ld}, v: gemmOne, cStep: 1} // a step of 0 repeats the one
	j.runRows()
	j.release()
}
