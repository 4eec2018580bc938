package kernel

import "github.com/antler-ml/antler/internal/par"

// A ConvForward computes y = x * w for one geometry.
type ConvForward struct {
	s    ConvShape
	job  convJob
	wino *winograd // what it is computed by, if not nil
	none bool      // no results
}

// NewConvForward plans the convolution for the instruction set of this machine.
//
// Panels of w are packed once a run, if there are enough pixels to repay it; pixels are read where they are, through
// tables of offsets, or from strips with zeros around when there is padding.
func NewConvForward(s ConvShape) *ConvForward {
	s = s.settled()
	p := &ConvForward{s: s, none: s.pixels()*s.F == 0}
	if p.none {
		return p
	}
	j := &p.job
	j.isa = bestTileISA()
	if winogradPays(j.isa, s) {
		p.wino = newWinograd(j.isa, s.forwardPlanes(), s.slices(), s.H, s.W, s.C, s.OH, s.OW, s.F, s.PH, s.PW)
		j.packed = p.wino.size
		return p
	}
	j.outSize, j.outRow, j.cols = s.OH*s.OW*s.F, s.OW*s.F, s.F
	j.source = srcBroadcast
	if s.depthwise() {
		j.source = srcVector
		if s.outputs() > 1 {
			j.source = srcPermute
		}
	}
	j.chunks, j.strip = s.cutForward(j.isa.rows(j.source), s.goal(s.F), 16)
	j.passes = make([]convPass, 1)
	f := &j.passes[0]
	for i, z := range j.chunks.sizes() {
		f.pix[i] = s.windows(&j.strip, z.images, z.rows)
	}
	if s.depthwise() {
		f.tab = s.taps(&j.strip, 1)
		f.panels = spreadPanels(j.isa, s.F, s.outputs(), 2)
		j.packed = packPanels(f.panels, len(f.tab), 0)
		f.depth = len(f.tab)
	} else if narrowPays(j.isa, s.outputs(), s.cells(), s.inputs()) {
		f.narrow = newConvNarrow(j.isa, s.taps(&j.strip, 1), s.inputs(), s.outputs(), 0)
		j.packed = s.F * f.narrow.size(j.isa.lanes())
	} else {
		f.tab = s.taps(&j.strip, s.inputs())
		f.depth = tapDepth(j.isa, len(f.tab))
		f.panels, j.packed = groupPanels(j.isa, s.Groups, s.outputs(), s.inputs(), len(f.tab), 0)
		if s.F <= 2*j.isa.lanes() || s.pixels() <= convUnpacked {
			// w itself serves as well, or better.
			j.packed = 0
			for i := range f.panels {
				f.panels[i].inPlace(s.F)
			}
		}
	}
	j.split(s.Flops())
	return p
}

// Scratch is how many floats Bind wants.
func (p *ConvForward) Scratch() int { return p.job.packed }

// Bind returns the work: y = act(x*w + bias). bias may be nil; relu is fused;
// act, or nil, then runs over pieces of y, from element at on, while they are in cache.
func (p *ConvForward) Bind(x, w, bias, y, scratch []float32, relu bool, act func(x []float32, at int)) func() {
	if p.none {
		return func() {}
	}
	if p.wino != nil {
		return p.bindWinograd(x, w, scratch, convOut{y: y, bias: bias, relu: relu, act: act})
	}
	if p.job.packed == 0 {
		return p.job.bind(x, w, bias, y, nil, relu, act)
	}
	if n := &p.job.passes[0].narrow; n.on {
		return p.job.bind(x, scratch, bias, y, func() { p.packNarrow(n, w, scratch) }, relu, act)
	}
	k, f, panels := len(p.job.passes[0].tab), p.s.F, p.job.passes[0].panels
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			q := &panels[i]
			for r := range k {
				copy(scratch[q.b+r*q.ldb:][:q.n], w[r*f+q.c:])
			}
		}
	}
	pack := func() { par.For(len(panels), packGrain(len(panels), p.job.packed), body) }
	return p.job.bind(x, scratch, bias, y, pack, relu, act)
}

// Pools reports whether BindPool works for the geometry.
func (p *ConvForward) Pools() bool {
	return p.wino != nil && p.wino.planes.same() && p.s.OH > 1 && p.s.OW > 1
}

// BindPool returns the work y = max over 2×2 windows of act(x*w + bias), rows
// and columns that fill no window left out. cells, unless nil, holds CellFloats
// of the size of y and says where the maxima lay.
func (p *ConvForward) BindPool(x, w, bias, y, cells, scratch []float32, relu bool) func() {
	out := convOut{y: y, bias: bias, relu: relu, pool: true}
	if cells != nil {
		out.cells = cellBytes(cells)
	}
	return p.bindWinograd(x, w, scratch, out)
}

func (p *ConvForward) bindWinograd(x, w, scratch []float32, out convOut) func() {
	q := p.wino
	rows := len(q.panels) * q.c
	body := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			i, k := r/q.c, r%q.c
			plane, c := k/q.src, k%q.src
			q.transformTaps(scratch, w, (plane*9*q.src+c)*q.f+q.panels[i].c, q.src*q.f, i, k)
		}
	}
	return q.bind(convGrid{x: x}, scratch, out, func() { par.For(rows, packGrain(rows, q.size), body) })
}

func (p *ConvForward) packNarrow(n *convNarrow, w, dst []float32) {
	l := p.job.isa.lanes()
	for o := range p.s.F {
		n.pack(l, dst[o*n.size(l):], func(tap, c int) float32 { return w[(tap*n.chans+c)*p.s.F+o] })
	}
}

// packGrain is how many panels are worth a task of their own.
func packGrain(panels, floats int) int {
	const few = 1 << 14
	return max(1, few*panels/max(1, floats))
}

// goal is the number of result pixels of a chunk: its results and what they
// are made of stay in the second-level cache.
func (s ConvShape) goal(cols int) int {
	per := max(cols, s.C*s.SH*s.SW*s.KD)
	return min(convGoal, max(4*tileRows, convStay/max(1, per)))
}

// cutForward cuts the windows into chunks and says where each finds its input.
func (s ConvShape) cutForward(high, goal, minCount int) (convChunks, convStrip) {
	c := cutChunks(s.slices(), s.OH, s.OW, 1, goal, high, minCount)
	p := convStrip{
		h: s.H, w: s.W, c: s.C, planes: s.forwardPlanes(), tall: c.tall, num: s.SH, den: 1, first: -s.PH, span: s.spanH(),
		col: -s.PW, cols: (s.OW-1)*s.SW + s.spanW(),
	}
	p.settle(s.OH, s.depthwise())
	return c, p
}

// windows tabulates where the window of each result pixel of a chunk begins in
// its strip, and where the result goes.
func (s ConvShape) windows(p *convStrip, images, rows int) (t convTable) {
	for i := range images {
		for y := range rows {
			for x := range s.OW {
				t.arow = append(t.arow, i*p.imageStep()+y*s.SH*p.rowStep()+x*s.SW*p.pixelStep())
				t.crow = append(t.crow, ((i*s.OH+y)*s.OW+x)*s.F)
			}
		}
	}
	t.guard()
	return t
}

// taps tabulates the elements of a window, n channels of each cell.
func (s ConvShape) taps(p *convStrip, n int) (t []int) {
	for z := range s.KD {
		for y := range s.KH {
			for x := range s.KW {
				for c := range n {
					t = append(t, z*p.planeStep()+y*s.DH*p.rowStep()+x*s.DW*p.pixelStep()+c)
				}
			}
		}
	}
	return t
}
