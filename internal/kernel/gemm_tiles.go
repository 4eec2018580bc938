package kernel

// A gemmView is where tiles find a factor: panel q begins at q*panel, its
// element i (a row of A, a column of B, up to the width of a tile) at inner
// index p lies at i*row + p*step from there.
type gemmView struct {
	data             []float32
	panel, row, step int
}

// tiles runs tasks lo to hi: each is a block of C over the inner indices of
// the current pass.
func (j *gemmJob) tiles(worker, lo, hi int) {
	mp, np := ceilDiv(j.m, j.mr), ceilDiv(j.j1-j.j0, j.isa.nr)
	for t := lo; t < hi; t++ {
		ti, tj := t/j.tn, t%j.tn
		i0, i1 := ti*mp/j.tm*j.mr, min(j.m, (ti+1)*mp/j.tm*j.mr)
		if j.isa.strips != nil {
			j.stripTask(&j.workers[worker], i0, i1, tj*j.panels/j.tn, (tj+1)*j.panels/j.tn)
			continue
		}
		j.task(worker, i0, i1,
			j.j0+tj*np/j.tn*j.isa.nr, min(j.j1, j.j0+(tj+1)*np/j.tn*j.isa.nr))
	}
}

// task computes C[i0:i1, j0:j1], adding the inner indices of the pass.
func (j *gemmJob) task(worker, i0, i1, j0, j1 int) {
	for p := j.p0; p < j.p1; p += j.kc {
		kc := min(j.kc, j.p1-p)
		b := j.viewB(j0, p, kc)
		if !j.packA || j.shareA {
			j.block(j.viewA(i0, p, kc), b, kc, i0, i1, j0, j1, p)
			continue
		}
		mr := j.isa.mr
		w := &j.workers[worker]
		w.a = grow(w.a, mr*kc)
		a := gemmView{w.a, mr * kc, 1, mr}
		for i := i0; i < i1; i += mr {
			end := min(i1, i+mr)
			j.a.pack(j.isa, a.data, mr, i, end-i, p, kc, !j.a.Trans)
			j.block(a, b, kc, i, end, j0, j1, p)
		}
	}
	if j.p1 == j.k {
		j.finish(i0, i1, j0, j1, false)
	}
}

// Panels that outlive a block of kc inner indices lie block by block, so that
// the panels of one block are neighbours (and don't share the few cache sets
// that a large power of two between them would leave).

// viewA is A from row i (the first of a panel) and inner index p on, in shared
// panels or in place.
func (j *gemmJob) viewA(i, p, kc int) gemmView {
	mr := j.isa.mr
	switch {
	case j.shareA:
		return gemmView{j.bufA[(p-j.p0)*roundUp(j.m, mr)+i*kc:], mr * kc, 1, mr}
	case j.a.Trans:
		return gemmView{j.a.Data[p*j.a.Ld+i:], mr, 1, j.a.Ld}
	}
	return gemmView{j.a.Data[i*j.a.Ld+p:], mr * j.a.Ld, j.a.Ld, 1}
}

// viewB is B from column c (the first of a panel) and inner index p on.
func (j *gemmJob) viewB(c, p, kc int) gemmView {
	nr := j.isa.nr
	switch {
	case j.b.Packed != nil:
		return gemmView{j.b.Packed.data[p*roundUp(j.n, nr)+c*kc:], nr * kc, 1, nr}
	case j.packB:
		return gemmView{j.bufB[(p-j.p0)*roundUp(j.j1-j.j0, nr)+(c-j.j0)*kc:], nr * kc, 1, nr}
	}
	return gemmView{j.b.Data[p*j.b.Ld+c:], nr, 1, j.b.Ld}
}

// block adds kc inner indices, from p on, to C[i0:i1, j0:j1].
func (j *gemmJob) block(a, b gemmView, kc, i0, i1, j0, j1, p int) {
	flags, bias := 0, j.e.Bias
	if p > 0 || j.e.Accumulate {
		flags = gemmAccumulate
	}
	if last := p+kc == j.k; !last || j.e.RowBias != nil {
		bias = nil // finish adds it when there is a row bias too
	} else if j.e.ReLU {
		flags |= gemmReLU
	}
	mr, nr := j.isa.mr, j.isa.nr
	// Along the columns first: a panel of A stays in L1, the panels of B come
	// from L2, and C is walked through along its rows.
	for i, pa := i0, 0; i < i1; i, pa = i+mr, pa+a.panel {
		for c, pb := j0, 0; c < j1; c, pb = c+nr, pb+b.panel {
			j.tile(kc, a, pa, b, pb, i, min(mr, i1-i), c, min(nr, j1-c), bias, flags)
		}
	}
}

// tile computes one tile of rows×cols.
func (j *gemmJob) tile(kc int, a gemmView, pa int, b gemmView, pb, i, rows, c, cols int, bias []float32, flags int) {
	out := j.c[i*j.ldc+c:]
	if j.isa.tiles == nil {
		if bias != nil {
			bias = bias[c : c+cols]
		}
		gemmTileGo(kc, rows, cols, a.data[pa:], a.row, a.step, b.data[pb:], b.step, out, j.ldc, bias, flags)
		return
	}
	var bp *float32
	if bias != nil {
		bp = &bias[c]
	}
	v := (cols - 1) / j.isa.lanes
	j.isa.tiles[v][rows](kc, &a.data[pa], a.row, a.step, &b.data[pb], b.step, &out[0], j.ldc, bp, cols-v*j.isa.lanes, flags)
}

// finish does what tiles don't: row biases with all that comes after them, the
// row hook, and for products that made no tiles (bare) the column bias and ReLU too.
func (j *gemmJob) finish(i0, i1, j0, j1 int, bare bool) {
	bare = bare || j.e.RowBias != nil
	bare = bare && (j.e.Bias != nil || j.e.RowBias != nil || j.e.ReLU)
	if !bare && j.e.Row == nil {
		return
	}
	for i := i0; i < i1; i++ {
		row := j.c[i*j.ldc+j0:][:j1-j0]
		if bare {
			var rb float32
			if j.e.RowBias != nil {
				rb = j.e.RowBias[i]
			}
			epilogueGo(row, j.e.Bias, j0, rb, j.e.RowBias != nil, j.e.ReLU)
		}
		if j.e.Row != nil {
			j.e.Row(j.row0+i, j0, row)
		}
	}
}
