package kernel

import "github.com/antler-ml/antler/internal/par"

// packShared fills the buffers that all tasks of the pass read.
func (j *gemmJob) packShared() {
	depth, panels, floats := j.p1-j.p0, 0, 0
	if j.packB {
		np := ceilDiv(j.j1-j.j0, j.isa.nr)
		j.bufB = grow(j.bufB, np*j.isa.nr*depth)
		panels, floats = np, len(j.bufB)
	}
	if j.shareA {
		mp := ceilDiv(j.m, j.isa.mr)
		j.bufA = grow(j.bufA, mp*j.isa.mr*depth)
		panels, floats = panels+mp, floats+len(j.bufA)
	}
	const few = 1 << 14 // floats that are not worth a task
	if floats <= few || j.tm*j.tn == 1 {
		j.packPanels(0, panels)
		return
	}
	par.For(panels, max(1, few*panels/floats), j.packBody)
}

// packPanels packs panels lo to hi, B's first and then A's.
func (j *gemmJob) packPanels(lo, hi int) {
	nb, depth := 0, j.p1-j.p0
	if j.packB {
		nb = ceilDiv(j.j1-j.j0, j.isa.nr)
	}
	for q := lo; q < hi; q++ {
		if q < nb {
			w := j.isa.nr
			c := j.j0 + q*w
			j.b.pack(j.isa, j.bufB[q*w*depth:(q+1)*w*depth], w, c, min(w, j.j1-c), j.p0, depth, j.b.Trans)
		} else {
			w := j.isa.mr
			i := (q - nb) * w
			j.a.pack(j.isa, j.bufA[i*depth:(i+w)*depth], w, i, min(w, j.m-i), j.p0, depth, !j.a.Trans)
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
