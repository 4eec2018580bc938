package kernel

import "unsafe"

// A gemmStrip is a column of tiles, as the assembly reads it: count tiles below
// one another, which share a panel of B.
type gemmStrip struct {
	a, b, c, bias       *float32
	aStep, bStep, cStep int // floats between rows or inner indices of A, inner indices of B, rows of C
	next                int // floats from A's tile to the next
	k, count            int
	mask                int // lanes of the last vector, where it is masked
	flags               int
	ahead               *float32 // memory that will be read next, and its distance from one turn
	aheadStep           int      // of the loop, stripTurn inner indices, to the next
}

// gemmStripFunc computes a strip (passed as its address) with tiles of r rows:
//
//	for t < count, i < r, j < columns: s = Σ_p A(t, i, p) · b[p*bStep+j], p < k
//	C = c[(t*r+i)*cStep+j];  C = relu(C·accumulate + s + bias[j])
//
// A(t, i, p) is a[t*next + i*aStep + p] where A is read along the inner dimension,
// a[t*next + p*aStep + i] where it is read across.
type gemmStripFunc func(s *byte)

// gemmStrips has the functions of an instruction set: by direction of A (across,
// along), by rows less one, by columns (one to three whole vectors, then one and two
// of which the last is masked). For four rows there are two more: two and three whole
// vectors where the rows of B are tight together, and what is read of A across too.
type gemmStrips [2][4][7]gemmStripFunc

// tall returns the function for tiles of four rows. That for tight panels asks for
// nothing ahead, and has few instructions beside its multiply-adds.
func (f *gemmStrips) tall(along bool, shape int, s *gemmStrip) gemmStripFunc {
	d, step := 0, stripRows
	if along {
		d, step = 1, s.aStep
	}
	if shape > 0 && shape < 3 && s.bStep == (shape+1)*stripLanes && s.aStep == step {
		shape += 4
	}
	return f[d][stripRows-1][shape]
}

const (
	stripRows  = 4
	stripLanes = 8
	stripCols  = 3 * stripLanes
	stripTurn  = 4 // inner indices in a turn of the loop
)

// stripView is where strips find A: tile t begins at t*next.
type stripView struct {
	data       []float32
	along      bool
	step, next int
}

// stripTask computes C[i0:i1] of panels q0 to q1 over the inner indices of the
// pass. One panel of B at a time is brought to the first cache (and packed,
// unless it is used too seldom or was packed for all), and meets all rows of A,
// which stay in the second.
func (j *gemmJob) stripTask(w *gemmWorker, i0, i1, q0, q1 int) {
	s := &w.strip
	s.cStep = j.ldc
	for p := j.p0; p < j.p1; p += j.kc {
		s.k = min(j.kc, j.p1-p)
		s.flags = 0
		if p > 0 || j.e.Accumulate {
			s.flags = gemmAccumulate
		}
		last := p+s.k == j.k && j.e.RowBias == nil // else finish adds the bias
		if last && j.e.ReLU {
			s.flags |= gemmReLU
		}
		a := j.stripA(w, i0, i1, p, s.k)
		for q := q0; q < q1; q++ {
			c := j.column(q)
			cols := j.column(q+1) - c
			b := j.stripB(w, c, cols, p)
			s.bias = nil
			ahead := j.aheadB(q, q0, q1, p)
			for v := 0; v < cols; v += 2 * stripLanes { // one piece, or a whole one and a masked rest
				n := cols - v
				if n > 2*stripLanes && n < stripCols {
					n = 2 * stripLanes
				}
				s.b = &b[v]
				if last && j.e.Bias != nil {
					s.bias = &j.e.Bias[c+v]
				}
				j.stripRun(s, a, i0, i1, c+v, n, ahead)
				ahead = nil
				if n > 2*stripLanes {
					break
				}
			}
		}
	}
	if j.p1 == j.k {
		j.finish(i0, i1, j.column(q0), j.column(q1), false)
	}
}

// aheadB is where the panel after q begins, if it lies in plain rows.
func (j *gemmJob) aheadB(q, q0, q1, p int) *float32 {
	if j.b.Packed != nil || j.b.Packer != nil || j.b.Trans || j.shareB {
		return nil
	}
	if q++; q == q1 {
		q, p = q0, p+j.kc
	}
	if p >= j.p1 {
		return nil
	}
	return &j.b.Data[p*j.b.Ld+j.column(q)]
}

// stripRun does the tiles of rows i0 to i1 and of cols columns from c on.
func (j *gemmJob) stripRun(s *gemmStrip, a stripView, i0, i1, c, cols int, ahead *float32) {
	shape := cols/stripLanes - 1
	if rest := cols % stripLanes; rest > 0 {
		shape, s.mask = 3+cols/stripLanes, rest
	}
	funcs := &j.isa.strips[0]
	if a.along {
		funcs = &j.isa.strips[1]
	}
	s.aStep, s.next = a.step, a.next
	s.a, s.c = &a.data[0], &j.c[i0*j.ldc+c]
	tiles := (i1 - i0) / stripRows
	if tiles > 0 && ahead != nil {
		s.count, s.ahead, s.aheadStep = min(tiles, stripTurn), ahead, j.b.Ld
		funcs[stripRows-1][shape]((*byte)(unsafe.Pointer(s)))
		tiles -= min(tiles, stripTurn)
	}
	s.ahead, s.aheadStep = s.b, 0
	if tiles > 0 {
		t := (i1-i0)/stripRows - tiles
		s.a, s.c = &a.data[t*a.next], &j.c[(i0+t*stripRows)*j.ldc+c]
		s.count = tiles
		j.isa.strips.tall(a.along, shape, s)((*byte)(unsafe.Pointer(s)))
	}
	if rest := (i1 - i0) % stripRows; rest > 0 {
		t := (i1 - i0) / stripRows
		s.a, s.c, s.count = &a.data[t*a.next], &j.c[(i1-rest)*j.ldc+c], 1
		funcs[rest-1][shape]((*byte)(unsafe.Pointer(s)))
	}
}

// stripA is A[i0:i1, p:p+kc]: in place, in panels that all tasks share, or in
// panels of the worker's own.
func (j *gemmJob) stripA(w *gemmWorker, i0, i1, p, kc int) stripView {
	switch {
	case j.shareA:
		return stripView{j.bufA[(p-j.p0)*roundUp(j.m, stripRows)+i0*kc:], false, stripRows, stripRows * kc}
	case j.packA:
		w.a = grow(w.a, roundUp(i1-i0, stripRows)*kc)
		for i := i0; i < i1; i += stripRows {
			j.a.pack(j.isa, w.a[(i-i0)*kc:][:stripRows*kc], stripRows, i, min(stripRows, i1-i), p, kc, !j.a.Trans)
		}
		return stripView{w.a, false, stripRows, stripRows * kc}
	case j.a.Trans:
		return stripView{j.a.Data[p*j.a.Ld+i0:], false, j.a.Ld, stripRows}
	}
	return stripView{j.a.Data[i0*j.a.Ld+p:], true, j.a.Ld, stripRows * j.a.Ld}
}

// stripB is B[p:p+kc, c:c+cols] and sets the distance between its rows.
func (j *gemmJob) stripB(w *gemmWorker, c, cols, p int) []float32 {
	s, width := &w.strip, roundUp(cols, stripLanes)
	switch {
	case j.b.Packed != nil:
		s.bStep = width
		return j.b.Packed.data[p*roundUp(j.n, stripLanes)+c*s.k:]
	case j.shareB:
		s.bStep = width
		return j.sharedB(c, p, s.k)
	case j.packB:
		s.bStep = width
		w.b = grow(w.b, stripCols*j.kc)
		j.packPanel(w.b, c, cols, p, s.k)
		return w.b
	}
	s.bStep = j.b.Ld
	return j.b.Data[p*j.b.Ld+c:]
}

// sharedB is where the panel of column c lies, of kc inner indices from p on.
func (j *gemmJob) sharedB(c, p, kc int) []float32 {
	return j.bufB[(p-j.p0)*roundUp(j.n, stripLanes)+c*kc:]
}

// packPanel packs B[p:p+kc, c:c+cols] in whole vectors.
func (j *gemmJob) packPanel(dst []float32, c, cols, p, kc int) {
	width := roundUp(cols, stripLanes)
	j.b.pack(j.isa, dst[:width*kc], width, c, cols, p, kc, j.b.Trans)
}
