package kernel

// A ConvShape is the geometry of a correlation: n volumes x of d·h·w·c, windows
// of kd·kh·kw, results y of od·oh·ow·f. Everything is row-major with channels
// last; kernels are kd·kh·kw·(c/groups)·f. What lies outside of x counts as zero:
// the low paddings PD, PH and PW say where window 0 begins, and OD, OH and OW how
// many windows there are, so that high paddings need no field. Images have one
// slice; where KD is 0, all fields of the depth may be.
type ConvShape struct {
	N, D, H, W, C int
	OD, OH, OW, F int
	KD, KH, KW    int
	SD, SH, SW    int // strides
	DD, DH, DW    int // dilations
	PD, PH, PW    int // padding before
	Groups        int
}

// settled fills in the depth of images.
func (s ConvShape) settled() ConvShape {
	if s.KD == 0 {
		s.D, s.OD, s.KD, s.SD, s.DD, s.PD = 1, 1, 1, 1, 1, 0
	}
	return s
}

// slices is how many images the results are.
func (s ConvShape) slices() int {
	if s.KD == 0 {
		return s.N
	}
	return s.N * s.OD
}

func (s ConvShape) pixels() int     { return s.slices() * s.OH * s.OW }
func (s ConvShape) inputs() int     { return s.C / s.Groups }             // channels a group reads
func (s ConvShape) outputs() int    { return s.F / s.Groups }             // channels a group makes
func (s ConvShape) cells() int      { return max(1, s.KD) * s.KH * s.KW } // of a window
func (s ConvShape) depth() int      { return s.cells() * s.inputs() }
func (s ConvShape) spanH() int      { return (s.KH-1)*s.DH + 1 }
func (s ConvShape) spanW() int      { return (s.KW-1)*s.DW + 1 }
func (s ConvShape) depthwise() bool { return s.Groups == s.C && s.C > 1 }

// Flops counts the multiplications and additions of one pass, padding included.
func (s ConvShape) Flops() float64 {
	return 2 * float64(s.pixels()) * float64(s.depth()) * float64(s.F)
}

// convPanel is a range of result columns that one tile covers, with where its
// operands lie.
type convPanel struct {
	a, b, c int // offsets of the first column's operands and result
	ldb     int
	padded  bool // rows of the right operand have two vectors, whatever n is
	n       int
	lane    *[16]int32 // depthwise with a multiplier
	reads   int        // elements of a under lane
}

// set points a tile at the panel.
func (p *convPanel) set(t *tile, a, b, c []float32) {
	t.setCols(p.n)
	// A phase without taps has no right operand.
	t.a, t.b, t.c, t.ldb = a[p.a:], b[min(p.b, len(b)):], c[p.c:], p.ldb
	if p.padded {
		t.whole = 1
	}
	if p.lane != nil {
		t.lane, t.amask, t.amaskv = p.lane, 1<<p.reads-1, &laneMasks[p.reads]
	}
}

// inPlace has the right operand read where it lies, in rows of ld columns.
func (p *convPanel) inPlace(ld int) { p.b, p.ldb, p.padded = p.c, ld, false }

// groupPanels cuts the n columns of each group into panels two vectors wide.
// The left operand of group g begins at g*aStep, the results at g*n. The right
// operand is packed: k rows of panelWidth for each panel, from b0 on.
func groupPanels(isa tileISA, groups, n, aStep, k, b0 int) (ps []convPanel, end int) {
	w := 2 * isa.lanes()
	for g := range groups {
		for j := 0; j < n; j += w {
			ps = append(ps, convPanel{a: g * aStep, b: b0, c: g*n + j, ldb: w, padded: true, n: min(w, n-j)})
			b0 += k * w
		}
	}
	return ps, b0
}

// spreadPanels are the panels, some vectors wide, of a depthwise pass whose column j belongs to
// input channel j/mult; its right operand has rows of n columns.
func spreadPanels(isa tileISA, n, mult, vecs int) (ps []convPanel) {
	w := vecs * isa.lanes()
	if mult > 1 {
		w = isa.lanes()
	}
	for j := 0; j < n; j += w {
		p := convPanel{a: j / mult, b: j, c: j, ldb: n, n: min(w, n-j)}
		if mult > 1 {
			p.lane = new([16]int32)
			for l := range p.n {
				p.lane[l] = int32((j+l)/mult - j/mult)
			}
			p.reads = int(p.lane[p.n-1]) + 1
		}
		ps = append(ps, p)
	}
	return ps
}

// collectPanels are the panels of a depthwise pass whose column j sums over
// mult channels of a, from j*mult on.
func collectPanels(isa tileISA, n, mult int) (ps []convPanel) {
	w := 2 * isa.lanes()
	if mult > 1 {
		w = isa.lanes()
	}
	for j := 0; j < n; j += w {
		p := convPanel{a: j * mult, c: j, n: min(w, n-j)}
		if mult > 1 {
			p.lane = new([16]int32)
			for l := range p.lane {
				p.lane[l] = int32(l * mult)
			}
		}
		ps = append(ps, p)
	}
	return ps
}

// packPanels lays the right operands of panels one after another, k rows each,
// from b0 on, and returns where they end.
func packPanels(ps []convPanel, k, b0 int) int {
	for i := range ps {
		ps[i].b, ps[i].ldb = b0, ps[i].n
		b0 += k * ps[i].n
	}
	return b0
}
