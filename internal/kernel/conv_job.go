package kernel

import "github.com/antler-ml/antler/internal/par"

// A convJob computes pixels from pixels: the forward pass of a convolution, or
// its input gradient, which is one such pass for each phase of the strides.
type convJob struct {
	isa     tileISA
	source  tileSource
	chunks  convChunks
	strip   convStrip
	passes  []convPass
	groups  int // pieces into which the panels are cut, when there are few chunks
	outSize int // result floats of one image
	outRow  int // and of one row
	cols    int // and of one pixel
	packed  int // floats of the packed right operand; 0 = read where it is
}

// A convPass is one set of result pixels with one set of taps.
type convPass struct {
	slice  int          // for slices of this phase of the depth only
	pix    [2]convTable // of full and of short chunks
	tab    []int
	depth  int // taps that a tile sums before it touches the result
	panels []convPanel
	narrow convNarrow
}

// A convTable says where the operands of each pixel of a chunk begin and where
// its result goes.
type convTable struct {
	arow, crow []int
	m          int
}

// guard repeats the last entry, for the rows of the last tile that are not used.
func (t *convTable) guard() {
	t.m = len(t.arow)
	for range min(t.m, 1) * tileRows {
		t.arow = append(t.arow, t.arow[t.m-1])
		t.crow = append(t.crow, t.crow[t.m-1])
	}
}

const (
	convDepth    = 8192    // floats of a right-hand block, which stays in L1 meanwhile
	convGoal     = 768     // most result pixels of a chunk
	convStay     = 1 << 16 // most floats of a chunk's source or result
	convUnpacked = 600     // most pixels for which packing the weights does not pay
)

// tapDepth cuts k evenly.
func tapDepth(isa tileISA, k int) int {
	most := convDepth / (2 * isa.lanes())
	return max(1, ceilDiv(k, max(1, ceilDiv(k, most))))
}

// split cuts the panels into groups, so that few chunks keep many workers busy.
func (j *convJob) split(flops float64) {
	j.groups = 1
	n := len(j.passes[0].panels)
	if j.passes[0].narrow.on {
		n = j.cols
	}
	if j.chunks.count < 8 && flops > 1e6 {
		j.groups = min(n, ceilDiv(8, max(1, j.chunks.count)))
	}
}

// bind returns the work. The closures are made here, so that running allocates nothing.
func (j *convJob) bind(a, b, bias, c []float32, pack func(), relu bool, act func(x []float32, at int)) func() {
	tasks := j.chunks.count * j.groups
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			j.run(i/j.groups, i%j.groups, a, b, bias, c, relu, act)
		}
	}
	return func() {
		if pack != nil {
			pack()
		}
		par.For(tasks, 1, body)
	}
}

// run computes group g of the panels of one chunk.
func (j *convJob) run(i, g int, a, b, bias, c []float32, relu bool, act func(x []float32, at int)) {
	n0, n1, r0, r1, short := j.chunks.chunk(i)
	var buf *convBuffer
	var strip []float32
	if j.strip.direct {
		strip = j.strip.at(a, nil, n0, n1, r0, r1)
	} else {
		buf = getBuffer(j.strip.size(n1 - n0))
		strip = j.strip.at(a, buf.x, n0, n1, r0, r1)
	}
	base := n0*j.outSize + r0*j.outRow
	phase := j.strip.planes.phase(n0)
	t := tile{isa: j.isa}
	for p := range j.passes {
		if j.passes[p].slice != phase {
			continue
		}
		if j.passes[p].narrow.on {
			j.passes[p].runNarrow(j.isa, j.cols*g/j.groups, j.cols*(g+1)/j.groups, short, strip, b, bias, c[base:], relu)
			continue
		}
		j.passes[p].run(&t, j.source, g, j.groups, short, strip, b, bias, c[base:], relu)
	}
	if buf != nil {
		buf.put()
	}
	if act == nil {
		return
	}
	if j.groups == 1 {
		act(c[base:base+(n1-n0-1)*j.outSize+(r1-r0)*j.outRow], base)
		return
	}
	from, to := j.column(g), j.column(g+1)
	for p := range j.passes {
		if j.passes[p].slice != phase {
			continue
		}
		pix := &j.passes[p].pix[short]
		for _, at := range pix.crow[:pix.m] {
			act(c[base+at+from:base+at+to], base+at+from)
		}
	}
}

// column is the first result column of a group of panels.
func (j *convJob) column(g int) int {
	ps := j.passes[0].panels
	switch {
	case j.passes[0].narrow.on:
		return j.cols * g / j.groups
	case g == j.groups:
		return j.cols
	}
	return ps[len(ps)*g/j.groups].c
}

func (p *convPass) run(t *tile, src tileSource, g, groups, short int, a, b, bias, c []float32, relu bool) {
	pix := &p.pix[short]
	n := len(p.panels)
	for q := n * g / groups; q < n*(g+1)/groups; q++ {
		p.panels[q].set(t, a, b, c)
		t.init = initZero
		for k := 0; ; {
			end := min(k+p.depth, len(p.tab))
			t.tab, t.bias, t.relu = p.tab[k:end], nil, 0
			if end == len(p.tab) {
				if bias != nil {
					t.bias = bias[p.panels[q].c:]
				}
				if relu {
					t.relu = 1
				}
			}
			t.run(src, pix.arow, pix.crow, pix.m)
			if k = end; k == len(p.tab) {
				break
			}
			t.init = initC
			t.b = t.b[p.depth*t.ldb:]
		}
	}
}
