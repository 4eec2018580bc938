package kernel

import "unsafe"

// Panels is a right-hand factor that is used over and over with few rows at a
// time: the recurrent weights, which meet one time step after another. It is
// laid out once per run, in memory of the caller, and multiplied on the
// caller's goroutine alone, since recurrent ops are parallel over sequences.
type Panels struct {
	k, n int
	isa  *gemmISA
	cut  gemmPlan // columns of strips, on instruction sets that have them
	data []float32
}

// A PanelTask is what one goroutine needs to multiply by panels; one is enough for
// any number of products, one after another. The zero value is ready.
type PanelTask struct {
	strip gemmStrip
	_     [16]byte // no two share a cache line
}

// panelWidth is a multiple of every instruction set's.
const panelWidth = 32

// PanelFloats returns how much memory the panels of a k×n matrix need.
func PanelFloats(k, n int) int { return k * ceilDiv(n, panelWidth) * panelWidth }

// NewPanels returns panels for a k×n matrix in mem, which holds PanelFloats(k, n).
func NewPanels(k, n int, mem []float32) *Panels {
	p := &Panels{k: k, n: n, isa: chooseGemm(), data: mem[:PanelFloats(k, n)]}
	if p.isa.strips != nil {
		p.cut.cutColumns(n)
	}
	return p
}

// Pack lays out b, row-major with rows ld floats apart: the k×n matrix itself,
// or, with trans, its transpose.
func (p *Panels) Pack(b []float32, ld int, trans bool) {
	if p.k == 0 || p.n == 0 {
		return
	}
	o := Operand{Data: b, Ld: ld, Trans: trans}
	if p.isa.strips != nil {
		for q := range p.cut.panels {
			c, end := p.cut.column(q), p.cut.column(q+1)
			w := roundUp(end-c, stripLanes)
			o.pack(p.isa, p.data[c*p.k:][:w*p.k], w, c, end-c, 0, p.k, trans)
		}
		return
	}
	w := p.isa.nr
	for j, at := 0, 0; j < p.n; j, at = j+w, at+w*p.k {
		o.pack(p.isa, p.data[at:at+w*p.k], w, j, min(w, p.n-j), 0, p.k, trans)
	}
}

// MulRows computes C = A·B, or C += A·B with accumulate, for the m rows of A,
// lda floats apart. C has its rows ldc floats apart. Each row has the same bits
// whatever m is.
func (p *Panels) MulRows(t *PanelTask, m int, a []float32, lda int, c []float32, ldc int, accumulate bool) {
	if m == 0 || p.n == 0 {
		return
	}
	if p.k == 0 {
		for i := 0; i < m && !accumulate; i++ {
			clear(c[i*ldc:][:p.n])
		}
		return
	}
	_, _ = a[(m-1)*lda+p.k-1], c[(m-1)*ldc+p.n-1]
	flags := 0
	if accumulate {
		flags = gemmAccumulate
	}
	if p.isa.strips != nil {
		p.mulStrips(&t.strip, m, a, lda, c, ldc, flags)
		return
	}
	w := p.isa.nr
	rows := ceilDiv(m, ceilDiv(m, p.isa.mr)) // equal tiles
	for j, at := 0, 0; j < p.n; j, at = j+w, at+w*p.k {
		cols := min(w, p.n-j)
		b := p.data[at : at+w*p.k]
		for i := 0; i < m; i += rows {
			r := min(rows, m-i)
			if p.isa.tiles == nil {
				gemmTileGo(p.k, r, cols, a[i*lda:], lda, 1, b, w, c[i*ldc+j:], ldc, nil, flags)
				continue
			}
			v := (cols - 1) / p.isa.lanes
			p.isa.tiles[v][r](p.k, &a[i*lda], lda, 1, &b[0], w, &c[i*ldc+j], ldc, nil, cols-v*p.isa.lanes, flags)
		}
	}
}

// mulStrips is MulRows by strips: one call for all rows of a panel but those
// that fill no tile.
func (p *Panels) mulStrips(s *gemmStrip, m int, a []float32, lda int, c []float32, ldc, flags int) {
	funcs := &p.isa.strips[1]
	*s = gemmStrip{aStep: lda, cStep: ldc, next: stripRows * lda, k: p.k, flags: flags}
	tiles, rest := m/stripRows, m%stripRows
	for q := range p.cut.panels {
		from, end := p.cut.column(q), p.cut.column(q+1)
		s.bStep = roundUp(end-from, stripLanes)
		for v := from; v < end; v += 2 * stripLanes { // one piece, or a whole one and a masked rest
			n := end - v
			if n > 2*stripLanes && n < stripCols {
				n = 2 * stripLanes
			}
			shape := n/stripLanes - 1
			if s.mask = n % stripLanes; s.mask > 0 {
				shape = 3 + n/stripLanes
			}
			s.b = &p.data[from*p.k+v-from]
			s.ahead = s.b
			if tiles > 0 {
				s.a, s.c, s.count = &a[0], &c[v], tiles
				p.isa.strips.tall(true, shape, s)((*byte)(unsafe.Pointer(s)))
			}
			if rest > 0 {
				s.a, s.c, s.count = &a[tiles*stripRows*lda], &c[tiles*stripRows*ldc+v], 1
				funcs[rest-1][shape]((*byte)(unsafe.Pointer(s)))
			}
			if n > 2*stripLanes {
				break
			}
		}
	}
}

// AddRow computes c += a·B for a single row a and the k×len(c) matrix in b, rows
// ldb floats apart. The bits are those of MulRows; since one row meets every
// number of B once, nothing is packed.
func AddRow(a, b []float32, ldb int, c []float32) {
	if len(a) == 0 || len(c) == 0 {
		return
	}
	_ = b[(len(a)-1)*ldb+len(c)-1]
	gemmRow(chooseGemm(), len(a), a, 1, b, ldb, c, true)
}
