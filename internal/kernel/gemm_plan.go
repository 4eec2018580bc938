package kernel

// A gemmPlan says how a product is cut. It depends on sizes, on where operands
// come from and on the instruction set, never on the number of workers.
type gemmPlan struct {
	isa *gemmISA
	mr  int // rows of a panel of A

	kc int // inner indices that a tile sums up before it touches C
	kg int // inner indices of one pass over the tasks, a multiple of kc
	nc int // columns of one pass

	packA, packB bool // copy into panels, or read operands where they are
	shareA       bool // A's panels are made before the tasks, not by each task
	shareB       bool // so are B's, where strips are computed
	tm, tn       int  // tasks: row blocks × column blocks

	// How strips cut columns: lead panels of two vectors, then panels of three.
	cols, lead, panels int

	row0 int // number of the first row, for the epilogue's hook
}

const (
	gemmDepth  = 256     // most of kc: nr·kc floats of B stay in L1
	gemmShared = 1 << 18 // most floats of a shared buffer, unless one block of kc has more
	gemmTall   = 1 << 13 // more rows are packed by each task for itself
	gemmSerial = 1 << 18 // products of fewer multiplications run on the caller alone
	gemmTask   = 1 << 18 // least multiplications that are worth a task
)

func (j *gemmJob) plan() {
	isa := chooseGemm()
	if j.b.Packed != nil {
		isa = j.b.Packed.isa
	}
	m, n, k := j.m, j.n, j.k
	p := gemmPlan{isa: isa, mr: isa.mr, row0: j.row0, kc: innerBlock(k)}
	if isa.strips != nil {
		p.planStrips(j)
		j.gemmPlan = p
		return
	}
	mp, np := ceilDiv(m, isa.mr), ceilDiv(n, isa.nr)
	p.packB = j.b.Packed == nil && (j.b.Packer != nil || j.b.Trans || (mp > 4 && k*n > 4096))
	p.packA = j.a.Packer != nil || (np > 2 && m*k > 4096)
	p.nc = n
	if n > 4096 {
		p.nc = ceilDiv(np, ceilDiv(n, 4096)) * isa.nr
	}
	p.tm, p.tn = 1, 1
	if work := m * n * k; work > gemmSerial {
		cp := ceilDiv(p.nc, isa.nr)
		p.tm = min(mp, ceilDiv(m, 256))
		p.tn = min(cp, ceilDiv(p.nc, 384)) // the block of B stays in L2
		for want := min(16, work/gemmTask); p.tm*p.tn < want; {
			if mp/p.tm*isa.mr >= cp/p.tn*isa.nr && mp/p.tm > 1 {
				p.tm = min(mp, 2*p.tm)
			} else if cp/p.tn > 1 {
				p.tn = min(cp, 2*p.tn)
			} else {
				break
			}
		}
	}
	p.shareA = p.packA && p.tn > 1 && m <= gemmTall

	p.kg = k
	if p.packB {
		p.kg = min(p.kg, gemmShared/p.nc/p.kc*p.kc)
	}
	if p.shareA {
		p.kg = min(p.kg, gemmShared/m/p.kc*p.kc)
	}
	p.kg = max(p.kg, p.kc)
	j.gemmPlan = p
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }

// innerBlock is kc for an inner dimension of k.
func innerBlock(k int) int { return ceilDiv(k, ceilDiv(k, gemmDepth)) }
