package kernel

import "github.com/antler-ml/antler/internal/par"

// A ConvWeightGrad computes dw from x and dy for one geometry.
//
// It is a product over pixels: rows are the cells and channels of the window,
// columns the output channels. The pixels are cut into parts that depend on the
// geometry only, each part has its own sums, and the sums are added in order,
// so the bits do not depend on the number of workers.
type ConvWeightGrad struct {
	s      ConvShape
	isa    tileISA
	source tileSource
	chunks convChunks
	strip  convStrip
	pix    [2][]int  // where the window of each pixel begins
	rows   convTable // elements of the window, and their rows of dw
	panels []convPanel
	packer *gemmISA // packs panels of dy, if there are enough rows to repay it
	parts  int      // pieces of the pixels
	groups int      // pieces of the panels
	size   int      // floats of dw
	narrow narrowGrad
	wino   *winograd // what it is computed by, if not nil
	none   bool
}

const (
	gradPixels = 160     // pixels of a block that tiles share
	gradRows   = 96      // rows from which on packing pays
	gradParts  = 16      // most parts
	gradFloats = 1 << 20 // most floats of all parts
)

// NewConvWeightGrad plans the gradient for the instruction set of this machine.
func NewConvWeightGrad(s ConvShape) *ConvWeightGrad {
	s = s.settled()
	p := &ConvWeightGrad{s: s, size: s.depth() * s.F}
	p.none = s.pixels()*p.size == 0
	if p.none {
		return p
	}
	p.isa = bestTileISA()
	if winogradPays(p.isa, s) {
		p.wino = newWinograd(p.isa, s.forwardPlanes(), s.slices(), s.H, s.W, s.C, s.OH, s.OW, s.F, s.PH, s.PW).forGrad()
		p.parts, p.groups = max(1, min(gradParts, gradFloats/p.size, p.wino.chunks)), 1
		return p
	}
	goal, elements := gradPixels, s.inputs()
	if s.depthwise() {
		p.source, elements = srcVector, 1
		goal = s.goal(s.F)
		vecs := 2
		if p.isa == isaAVX2 {
			vecs = 1 // so one tile has nine taps
		}
		if s.outputs() > 1 {
			p.source = srcPermute
		}
		p.panels = spreadPanels(p.isa, s.F, s.outputs(), vecs)
	} else {
		p.panels, _ = groupPanels(p.isa, s.Groups, s.outputs(), s.inputs(), 0, 0)
		for i := range p.panels {
			p.panels[i].inPlace(s.F)
		}
	}
	p.chunks, p.strip = s.cutForward(1, goal, 1)
	for i, z := range p.chunks.sizes() {
		p.pix[i] = s.windows(&p.strip, z.images, z.rows).arow
		p.pix[i] = p.pix[i][:max(0, len(p.pix[i])-tileRows)]
	}
	p.rows.arow = s.taps(&p.strip, elements)
	for k := range p.rows.arow {
		p.rows.crow = append(p.rows.crow, k*s.F)
	}
	p.rows.guard()
	if narrowGradPays(p.isa, s) {
		p.narrow = newNarrowGrad(p.isa, s, s.taps(&p.strip, 1), [2]int{len(p.pix[0]), len(p.pix[1])})
	}
	if !s.depthwise() && p.rows.m >= gradRows {
		p.packer = chooseGemm()
	}
	p.parts = max(1, min(gradParts, gradFloats/p.size, p.chunks.count))
	p.groups = 1
	if p.parts < 8 && !p.narrow.on {
		p.groups = min(len(p.panels), ceilDiv(8, p.parts))
	}
	return p
}

// Scratch is how many floats Bind wants.
func (p *ConvWeightGrad) Scratch() int {
	return p.sums() + p.parts*p.s.F
}

// sums is how many of them parts of dw take.
func (p *ConvWeightGrad) sums() int {
	if p.narrow.on {
		return p.parts * p.size
	}
	return max(0, p.parts-1) * p.size
}

// Bind returns the work: dw = Σ x·dy and, if it is not nil, db = Σ dy over
// images and pixels, which are in cache anyway.
func (p *ConvWeightGrad) Bind(x, dy, dw, db, scratch []float32) func() {
	return p.bind(x, convGrid{x: dy}, dw, db, scratch)
}

// BindPool returns the work of Bind for what the gradients dy of max-pooling of
// 2×2 windows are before it, with the cells that ConvForward.BindPool wrote.
func (p *ConvWeightGrad) BindPool(x, dy, cells, dw, db, scratch []float32) func() {
	return p.bind(x, convGrid{dy, cellBytes(cells)}, dw, db, scratch)
}

func (p *ConvWeightGrad) bind(x []float32, dy convGrid, dw, db, scratch []float32) func() {
	if p.none {
		return func() { clear(dw); clear(db) }
	}
	biases := scratch[p.sums():]
	// The first part's sums are the result, unless they lie turned.
	first, others := dw, scratch
	if p.narrow.on {
		first, others = scratch[:p.size], scratch[p.size:]
	}
	tasks := p.parts * p.groups
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			part := i / p.groups
			c := first
			if part > 0 {
				c = others[(part-1)*p.size : part*p.size]
			}
			var bias []float32
			if db != nil && i%p.groups == 0 {
				bias = biases[part*p.s.F : (part+1)*p.s.F]
				clear(bias)
			}
			p.run(part, i%p.groups, x, &dy, c, bias)
		}
	}
	const grain = 4096
	sum := func(lo, hi int) {
		for part := range p.parts - 1 {
			Add(first[lo:hi], first[lo:hi], others[part*p.size+lo:part*p.size+hi])
		}
	}
	return func() {
		par.For(tasks, 1, body)
		if p.parts > 1 {
			par.For(p.size, grain, sum)
		}
		if p.narrow.on {
			p.narrow.turn(&p.s, dw, first)
		}
		clear(db)
		for part := 0; part < p.parts && db != nil; part++ {
			Add(db, db, biases[part*p.s.F:(part+1)*p.s.F])
		}
	}
}

// addRows adds the sums of the columns of x to sums; by way of tmp, so that no
// sum is long.
func addRows(sums, tmp, x []float32) {
	clear(tmp)
	AddColumns(tmp, x)
	Add(sums, sums, tmp)
}

// run sums up one part of the pixels for one group of panels, and their
// gradients to bias unless it is nil.
func (p *ConvWeightGrad) run(part, g int, x []float32, grid *convGrid, dw, bias []float32) {
	s, dy := &p.s, grid.x
	if q := p.wino; q != nil {
		q.grad(q.chunks*part/p.parts, q.chunks*(part+1)/p.parts, x, grid, dw, bias)
		return
	}
	first, last := p.chunks.count*part/p.parts, p.chunks.count*(part+1)/p.parts
	var buf *convBuffer
	var b []float32
	if !p.strip.direct {
		buf = getBuffer(p.strip.size(p.chunks.images))
		b = buf.x
	}
	var spread *convBuffer
	if p.narrow.on {
		spread = getBuffer(len(p.pix[0]) * p.isa.lanes())
	}
	var tmp *convBuffer
	if bias != nil {
		tmp = getBuffer(s.F)
	}
	var packed *convBuffer
	if p.packer != nil {
		packed = getBuffer(len(p.pix[0]) * 2 * p.isa.lanes())
	}
	t := tile{isa: p.isa}
	for i := first; i < last; i++ {
		n0, n1, r0, r1, short := p.chunks.chunk(i)
		a := p.strip.at(x, b, n0, n1, r0, r1)
		d := dy[(n0*s.OH+r0)*s.OW*s.F:]
		if bias != nil {
			addRows(bias, tmp.x[:s.F], d[:((n1-n0-1)*s.OH+r1-r0)*s.OW*s.F])
		}
		if p.narrow.on {
			init := initC
			if i == first {
				init = initZero
			}
			p.narrow.run(p.isa, s, a, d, dw, spread.x, p.pix[short], short, init)
			continue
		}
		n := len(p.panels)
		for q := n * g / p.groups; q < n*(g+1)/p.groups; q++ {
			p.panels[q].set(&t, a, d, dw)
			t.tab = p.pix[short]
			if packed != nil {
				// Each tile of rows reads the panel again.
				w := 2 * p.isa.lanes()
				packAcross(p.packer, packed.x, w, t.b, s.F, t.n, len(t.tab))
				t.b, t.ldb, t.whole = packed.x, w, 1
			}
			t.init = initC
			if i == first {
				t.init = initZero
			}
			t.run(p.source, p.rows.arow, p.rows.crow, p.rows.m)
		}
	}
	for _, b := range []*convBuffer{buf, spread, tmp, packed} {
		if b != nil {
			b.put()
		}
	}
}
