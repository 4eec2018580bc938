package kernel

import "github.com/antler-ml/antler/internal/par"

// packShared fills the buffers that all tasks of the pass read.
func (j *gemmJob) packShared() {
	depth, floats := j.p1-j.p0, 0
	j.panelsA, j.panelsB = 0, 0
	switch {
	case j.shareB:
		j.panelsB = j.panels
		j.bufB = grow(j.bufB, roundUp(j.n, stripLanes)*depth)
		floats = len(j.bufB)
	case j.packB && j.isa.strips == nil: // strips pack B as they go
		j.panelsB = ceilDiv(j.j1-j.j0, j.isa.nr)
		j.bufB = grow(j.bufB, j.panelsB*j.isa.nr*depth)
		floats = len(j.bufB)
	}
	if j.shareA {
		j.panelsA = ceilDiv(j.m, j.mr)
		j.bufA = grow(j.bufA, j.panelsA*j.mr*depth)
		floats += len(j.bufA)
	}
	const few = 1 << 14 // floats that are worth a task
	j.packParts = min(64, max(1, floats/few))
	if j.packParts == 1 || j.tm*j.tn == 1 {
		j.packParts = 1
		j.packPanels(0, 1)
		return
	}
	par.For(j.packParts, 1, j.packBody)
}

// packPanels makes parts lo to hi of the panels: of A and of B alike, so that a
// worker packs the part of A that it is likely to use.
func (j *gemmJob) packPanels(lo, hi int) {
	mr, nr := j.mr, j.isa.nr
	for p := j.p0; p < j.p1; p += j.kc {
		kc := min(j.kc, j.p1-p)
		for q := lo * j.panelsB / j.packParts; q < hi*j.panelsB/j.packParts; q++ {
			if j.shareB {
				c := j.column(q)
				j.packPanel(j.sharedB(c, p, kc), c, j.column(q+1)-c, p, kc)
				continue
			}
			c := j.j0 + q*nr
			j.b.pack(j.isa, j.viewB(c, p, kc).data[:nr*kc], nr, c, min(nr, j.j1-c), p, kc, j.b.Trans)
		}
		for q := lo * j.panelsA / j.packParts; q < hi*j.panelsA/j.packParts; q++ {
			i := q * mr
			j.a.pack(j.isa, j.bufA[(p-j.p0)*roundUp(j.m, mr)+i*kc:][:mr*kc], mr, i, min(mr, j.m-i), p, kc, !j.a.Trans)
		}
	}
}

// pack writes one panel (see Packer). along says that the inner dimension runs
// along the operand's rows, so that the panel is their transpose.
func (o *Operand) pack(isa *gemmISA, dst []float32, width, i0, count, k0, depth int, along bool) {
	switch {
	case o.Packer != nil:
		o.Packer.Pack(dst, width, i0, count, k0, depth)
	case along:
		packAlong(isa, dst, width, o.Data[i0*o.Ld+k0:], o.Ld, count, depth)
	default:
		packAcross(isa, dst, width, o.Data[k0*o.Ld+i0:], o.Ld, count, depth)
	}
}

// PackRows writes dst[p*width+i] = src[p*ld+i] for i < count and p < depth, and
// zeros up to width: for Packers whose numbers lie in evenly spaced rows.
func PackRows(dst []float32, width int, src []float32, ld, count, depth int) {
	packAcross(chooseGemm(), dst, width, src, ld, count, depth)
}
