package kernel

import "github.com/antler-ml/antler/internal/par"

// packShared fills the buffers that all tasks of the pass read.
func (j *gemmJob) packShared() {
	depth, floats := j.p1-j.p0, 0
	j.panelsA, j.panelsB = 0, 0
	if j.packB {
		j.panelsB = ceilDiv(j.j1-j.j0, j.isa.nr)
		j.bufB = grow(j.bufB, j.panelsB*j.isa.nr*depth)
		floats = len(j.bufB)
	}
	if j.shareA {
		j.panelsA = ceilDiv(j.m, j.isa.mr)
		j.bufA = grow(j.bufA, j.panelsA*j.isa.mr*depth)
		floats += len(j.bufA)
	}
	panels := (j.panelsA + j.panelsB) * ceilDiv(depth, j.kc)
	const few = 1 << 14 // floats that are not worth a task
	if floats <= few || j.tm*j.tn == 1 {
		j.packPanels(0, panels)
		return
	}
	par.For(panels, max(1, few*panels/floats), j.packBody)
}

// packPanels packs panels lo to hi: B's and then A's of the first block of
// inner indices, then those of the next.
func (j *gemmJob) packPanels(lo, hi int) {
	for t := lo; t < hi; t++ {
		q := t % (j.panelsA + j.panelsB)
		p := j.p0 + t/(j.panelsA+j.panelsB)*j.kc
		kc := min(j.kc, j.p1-p)
		if q < j.panelsB {
			w := j.isa.nr
			c := j.j0 + q*w
			j.b.pack(j.isa, j.viewB(c, p, kc).data[:w*kc], w, c, min(w, j.j1-c), p, kc, j.b.Trans)
		} else {
			w := j.isa.mr
			i := (q - j.panelsB) * w
			j.a.pack(j.isa, j.viewA(i, p, kc).data[:w*kc], w, i, min(w, j.m-i), p, kc, !j.a.Trans)
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
