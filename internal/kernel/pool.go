package kernel

import "github.com/antler-ml/antler/internal/par"

//go:generate go run -C _asm ./pool -out ../pool_amd64.s -stubs ../pool_stubs_amd64.go -pkg kernel

// A PoolShape is the geometry of pooling over n volumes of d·h·w·c, channels
// last. Cells of a window that lie in the padding do not exist. Images have D,
// OD, KD and SD of 1 or 0.
type PoolShape struct {
	N, D, H, W, C int
	OD, OH, OW    int
	KD, KH, KW    int
	SD, SH, SW    int
	PD, PH, PW    int // padding before, less than the window
}

// withDepth makes an image a volume of depth 1.
func (s PoolShape) withDepth() PoolShape {
	if s.KD == 0 {
		s.D, s.OD, s.KD, s.SD = 1, 1, 1, 1
	}
	return s
}

// cells and windows are the numbers of them in one volume.
func (s PoolShape) cells() int   { return s.D * s.H * s.W }
func (s PoolShape) windows() int { return s.OD * s.OH * s.OW }

// A Pool runs max or average pooling of one geometry, and its gradients.
type Pool struct {
	s      PoolShape
	isa    tileISA
	slabs  []poolSpan // of each result slab; n is 1
	rows   []poolSpan // of each result row in a slab; n is 1
	cols   []poolSpan // runs of result columns with windows of the same width
	tabs   map[[3]int][]int
	apart  bool // windows do not overlap
	gaps   bool // cells that no window covers
	chunks convChunks
	lanes  int // channels of a task of a gradient
	pieces int // tasks of a gradient for each image
}

// A poolSpan is n windows of the same size along one axis.
type poolSpan struct{ out, n, in, size int }

// poolRun is one call of a kernel: n windows of one row. The assembly reads
// the fields by offset; TestPoolLayout holds both together.
type poolRun struct {
	x, y, dx     []float32 // from the first window on; y is dy in gradients, dx is what poolPick reads
	tab          []int     // cells of the window, row-major
	n, c         int
	xstep, ystep int
	mask         uint64 // lanes of the channels after the last whole vector
	maskv        *[16]int32
	count        float32
}

// NewPool plans pooling for the instruction set of this machine.
func NewPool(s PoolShape) *Pool {
	s = s.withDepth()
	p := &Pool{s: s, isa: bestPoolISA(), tabs: map[[3]int][]int{}}
	p.slabs = poolSpans(s.D, s.OD, s.KD, s.SD, s.PD, false)
	p.rows = poolSpans(s.H, s.OH, s.KH, s.SH, s.PH, false)
	p.cols = poolSpans(s.W, s.OW, s.KW, s.SW, s.PW, true)
	for _, d := range p.slabs {
		for _, r := range p.rows {
			for _, c := range p.cols {
				p.addTab(d.size, r.size, c.size)
			}
		}
	}
	p.apart = s.SD >= s.KD && s.SH >= s.KH && s.SW >= s.KW
	p.gaps = s.SD > s.KD || s.SH > s.KH || s.SW > s.KW ||
		s.OD*s.SD-s.PD < s.D || s.OH*s.SH-s.PH < s.H || s.OW*s.SW-s.PW < s.W
	p.chunks = cutChunks(s.N, s.OD*s.OH, s.OW, 1, max(1, (1<<15)/max(1, s.C)), 1, 16)
	unit := max(2*p.isa.lanes(), 32) // two lines of the cache, which come together
	p.pieces = 1
	if s.N > 0 && s.N < 8 {
		p.pieces = max(1, min(ceilDiv(s.C, unit), ceilDiv(8, s.N)))
	}
	p.lanes = ceilDiv(ceilDiv(s.C, p.pieces), unit) * unit
	p.pieces = ceilDiv(s.C, max(1, p.lanes))
	return p
}

// Tiles reports whether every cell of the input lies in exactly one window.
// Then dx of MaxGrad may be x.
func (p *Pool) Tiles() bool { return p.apart && !p.gaps }

func (p *Pool) addTab(d, h, w int) {
	if _, ok := p.tabs[[3]int{d, h, w}]; ok {
		return
	}
	var t []int
	for z := range d {
		for y := range h {
			for x := range w {
				t = append(t, ((z*p.s.H+y)*p.s.W+x)*p.s.C)
			}
		}
	}
	p.tabs[[3]int{d, h, w}] = t
}

// poolSpans lists the windows of an axis, clipped to the input; runs of equal
// ones are merged on request.
func poolSpans(in, out, size, stride, pad int, merge bool) (l []poolSpan) {
	for o := range out {
		lo, hi := max(0, o*stride-pad), min(in, o*stride-pad+size)
		s := poolSpan{out: o, n: 1, in: lo, size: hi - lo}
		if k := len(l) - 1; merge && k >= 0 && l[k].size == s.size && s.in == l[k].in+l[k].n*stride {
			l[k].n++
			continue
		}
		l = append(l, s)
	}
	return l
}

// poolKind names a kernel.
type poolKind int

const (
	poolMax poolKind = iota
	poolAvg
	poolPick
	poolPickEach
	poolMaxGradEachStore
	poolMaxGradEachAdd
	poolMaxGradStore
	poolMaxGradAdd
	poolMaxGradReLUStore
	poolMaxGradReLUAdd
	poolAvgGradStore
	poolAvgGradAdd
	poolSum // poolAvg without the division
)

// Max returns the work y = max of each window of x; NaN if it holds one.
func (p *Pool) Max(x, y []float32) func() { return p.forward(poolMax, x, nil, y) }

// Avg returns the work y = mean of the real cells of each window of x.
func (p *Pool) Avg(x, y []float32) func() { return p.forward(poolAvg, x, nil, y) }

// Sum returns the work y = sum of the real cells of each window of x.
func (p *Pool) Sum(x, y []float32) func() { return p.forward(poolSum, x, nil, y) }

// Pick returns the work y = v where x has the first maximum of each window: the
// gradient of MaxGrad with respect to dy.
func (p *Pool) Pick(x, v, y []float32) func() { return p.forward(poolPick, x, v, y) }

// PickEach returns the work y = sum of v where x has the maximum of each window:
// the gradient of MaxGradEach with respect to dy.
func (p *Pool) PickEach(x, v, y []float32) func() { return p.forward(poolPickEach, x, v, y) }

func (p *Pool) forward(kind poolKind, x, v, y []float32) func() {
	s := &p.s
	if len(y) == 0 {
		return func() {}
	}
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			n0, n1, r0, r1, _ := p.chunks.chunk(i)
			for n := n0; n < n1; n++ {
				at, vn := n*s.cells()*s.C, v
				if v != nil {
					vn = v[at:]
				}
				p.run(kind, x[at:], y[n*s.windows()*s.C:], vn, r0, r1, 0, s.C)
			}
		}
	}
	return func() { par.For(p.chunks.count, 1, body) }
}

// MaxGrad returns the work dx = dy at the first maximum of each window of x in
// row-major order (at the first NaN if there is one), summed over windows.
func (p *Pool) MaxGrad(x, dy, dx []float32) func() {
	if p.apart {
		return p.backward(poolMaxGradStore, x, dy, dx)
	}
	return p.backward(poolMaxGradAdd, x, dy, dx)
}

// MaxGradEach is MaxGrad to every cell that equals the maximum; to none if that
// is NaN.
func (p *Pool) MaxGradEach(x, dy, dx []float32) func() {
	if p.apart {
		return p.backward(poolMaxGradEachStore, x, dy, dx)
	}
	return p.backward(poolMaxGradEachAdd, x, dy, dx)
}

// MaxGradReLU returns the work of MaxGrad followed by the gradient of a ReLU
// whose result is x: zero where x > 0 is not true.
func (p *Pool) MaxGradReLU(x, dy, dx []float32) func() {
	if p.apart {
		return p.backward(poolMaxGradReLUStore, x, dy, dx)
	}
	return p.backward(poolMaxGradReLUAdd, x, dy, dx)
}

// AvgGrad returns the work dx = dy over the number of real cells, summed over windows.
func (p *Pool) AvgGrad(dy, dx []float32) func() {
	if p.apart {
		return p.backward(poolAvgGradStore, dx, dy, dx) // x is not read
	}
	return p.backward(poolAvgGradAdd, dx, dy, dx)
}

func (p *Pool) backward(kind poolKind, x, dy, dx []float32) func() {
	s := &p.s
	if len(dx) == 0 {
		return func() {}
	}
	if p.Tiles() { // rows of windows write to rows of their own
		body := func(lo, hi int) {
			for i := lo; i < hi; i++ {
				n0, n1, r0, r1, _ := p.chunks.chunk(i)
				for n := n0; n < n1; n++ {
					at := n * s.cells() * s.C
					p.run(kind, x[at:], dy[n*s.windows()*s.C:], dx[at:], r0, r1, 0, s.C)
				}
			}
		}
		return func() { par.For(p.chunks.count, 1, body) }
	}
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			n, c0 := i/p.pieces, i%p.pieces*p.lanes
			c1 := min(s.C, c0+p.lanes)
			at := n * s.cells() * s.C
			d := dx[at : at+s.cells()*s.C]
			switch {
			case p.pieces == 1:
				clear(d)
			default:
				for c := c0; c < len(d); c += s.C {
					clear(d[c : c+c1-c0])
				}
			}
			p.run(kind, x[at:], dy[n*s.windows()*s.C:], d, 0, s.OD*s.OH, c0, c1)
		}
	}
	return func() { par.For(s.N*p.pieces, 1, body) }
}

// run does the result rows [r0, r1), slab by slab, and channels [c0, c1) of one
// volume.
func (p *Pool) run(kind poolKind, x, y, dx []float32, r0, r1, c0, c1 int) {
	s := &p.s
	l := p.isa.lanes()
	rest := (c1 - c0) % l
	t := poolRun{
		c: c1 - c0, xstep: s.SW * s.C, ystep: s.C,
		mask: 1<<rest - 1, maskv: &laneMasks[rest],
	}
	sum := kind == poolSum
	if sum {
		kind = poolAvg
	}
	for r := r0; r < r1; r++ {
		slab, row := &p.slabs[r/s.OH], &p.rows[r%s.OH]
		for i := range p.cols {
			col := &p.cols[i]
			in := ((slab.in*s.H+row.in)*s.W+col.in)*s.C + c0
			t.x, t.y, t.n = x[in:], y[(r*s.OW+col.out)*s.C+c0:], col.n
			if dx != nil {
				t.dx = dx[in:]
			}
			t.tab = p.tabs[[3]int{slab.size, row.size, col.size}]
			if t.count = float32(len(t.tab)); sum {
				t.count = 1
			}
			poolDispatch(&t, p.isa, kind)
		}
	}
}
