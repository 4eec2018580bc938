package kernel

import "github.com/antler-ml/antler/internal/par"

// A ConvInputGrad computes dx from dy and w for one geometry. It is also the
// forward pass of a transposed convolution.
//
// Input pixels whose distance to a window start is the same modulo the strides
// meet the same taps. So each such phase is a convolution of dy by stride 1
// with a part of w turned around, and no inserted zero is ever multiplied.
type ConvInputGrad struct {
	s      ConvShape
	job    convJob
	taps   [][]int // of each pass: which cells of w
	packer *gemmISA
	wino   *winograd // what it is computed by, if not nil
	none   bool
}

// NewConvInputGrad plans the gradient for the instruction set of this machine.
func NewConvInputGrad(s ConvShape) *ConvInputGrad {
	s = s.settled()
	p := &ConvInputGrad{s: s, none: s.N*s.D*s.H*s.W*s.C == 0}
	if p.none {
		return p
	}
	j := &p.job
	j.isa = bestTileISA()
	p.packer = chooseGemm()
	j.outSize, j.outRow, j.cols = s.H*s.W*s.C, s.W*s.C, s.C
	j.source = srcBroadcast
	if s.depthwise() {
		j.source = srcVector
		if s.outputs() > 1 {
			j.source = srcGather
		}
	}
	// The chunk's pixels are spread over the phases.
	goal := s.goal(s.C) * min(4, s.SH*s.SW)
	j.chunks = cutChunks(s.N*s.D, s.H, s.W, s.SH, goal, j.isa.rows(j.source), 16)
	if s.SD > 1 {
		j.chunks.single() // slices side by side meet different taps
	}
	backH, backW := (s.KH-1)*s.DH/s.SH, (s.KW-1)*s.DW/s.SW // furthest window before
	j.strip = convStrip{
		h: s.OH, w: s.OW, c: s.F, planes: s.backPlanes(), tall: j.chunks.tall, num: 1, den: s.SH, phase: s.PH % s.SH,
		first: s.PH/s.SH - backH, span: backH + 1,
		col: s.PW/s.SW - backW, cols: (s.W-1+s.PW%s.SW)/s.SW + backW + 1,
	}
	j.strip.settle(s.H, s.depthwise())
	for pd := range s.SD {
		for ph := range s.SH {
			for pw := range s.SW {
				p.addPhase(pd, ph, pw)
			}
		}
	}
	j.split(s.Flops())
	if winogradPays(j.isa, s) {
		p.wino = newWinograd(j.isa, s.backPlanes(), s.N*s.D, s.OH, s.OW, s.F, s.H, s.W, s.C, 2-s.PH, 2-s.PW)
	}
	return p
}

// addPhase plans the pixels with (slice+PD) mod SD = pd, (row+PH) mod SH = ph,
// (column+PW) mod SW = pw.
func (p *ConvInputGrad) addPhase(pd, ph, pw int) {
	s, j := p.s, &p.job
	f := convPass{slice: pd}
	row := j.strip.rowStep()
	backH, backW := j.strip.span-1, (s.KW-1)*s.DW/s.SW
	for i, z := range j.chunks.sizes() {
		t := &f.pix[i]
		for n := range z.images {
			for y := range z.rows {
				for x := range s.W {
					if (y+s.PH)%s.SH != ph || (x+s.PW)%s.SW != pw {
						continue
					}
					wy, wx := (y+s.PH)/s.SH-s.PH/s.SH+backH, (x+s.PW)/s.SW-s.PW/s.SW+backW
					t.arow = append(t.arow, n*j.strip.imageStep()+wy*row+wx*j.strip.pixelStep())
					t.crow = append(t.crow, ((n*s.H+y)*s.W+x)*s.C)
				}
			}
		}
		t.guard()
	}
	var taps, cells []int
	for k, z := range s.depthTaps(pd) {
		for y := range s.KH {
			for x := range s.KW {
				if y*s.DH%s.SH != ph || x*s.DW%s.SW != pw {
					continue
				}
				taps = append(taps, (z*s.KH+y)*s.KW+x)
				back := k*j.strip.planeStep() - y*s.DH/s.SH*row - x*s.DW/s.SW*j.strip.pixelStep()
				cells = append(cells, back)
				for o := range s.outputs() {
					f.tab = append(f.tab, back+o)
				}
			}
		}
	}
	if s.depthwise() {
		f.panels = collectPanels(j.isa, s.C, s.outputs())
		j.packed = packPanels(f.panels, len(f.tab), j.packed)
		f.depth = max(1, len(f.tab))
	} else if narrowPays(j.isa, s.inputs(), ceilDiv(s.cells(), s.SD*s.SH*s.SW), s.outputs()) {
		f.narrow = newConvNarrow(j.isa, cells, s.outputs(), s.inputs(), j.packed)
		j.packed += s.C * f.narrow.size(j.isa.lanes())
	} else {
		f.panels, j.packed = groupPanels(j.isa, s.Groups, s.inputs(), s.outputs(), len(f.tab), j.packed)
		f.depth = tapDepth(j.isa, len(f.tab))
	}
	j.passes = append(j.passes, f)
	p.taps = append(p.taps, taps)
}

// Scratch is how many floats Bind wants.
func (p *ConvInputGrad) Scratch() int {
	if p.wino != nil {
		return p.job.packed + p.wino.size
	}
	return p.job.packed
}

// Bind returns the work: dx = act(Σ dy·w + bias), where bias (one number per
// channel of x), relu and act serve transposed convolutions and are nil, false
// and nil in a gradient.
func (p *ConvInputGrad) Bind(dy, w, bias, dx, scratch []float32, relu bool, act func(x []float32, at int)) func() {
	if p.none {
		return func() {}
	}
	if p.job.passes[0].narrow.on {
		return p.job.bind(dy, scratch, bias, dx, func() { p.packNarrow(w, scratch) }, relu, act)
	}
	panels := len(p.job.passes[0].panels)
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.pack(i/panels, i%panels, w, scratch)
		}
	}
	if p.wino != nil {
		return p.bindWinograd(convGrid{x: dy}, w, scratch, convOut{y: dx, bias: bias, relu: relu, act: act})
	}
	n := panels * len(p.job.passes)
	pack := func() { par.For(n, packGrain(n, p.job.packed), body) }
	return p.job.bind(dy, scratch, bias, dx, pack, relu, act)
}

// BindPool returns the work of Bind for what the gradients dy of max-pooling of
// 2×2 windows are before it, with the cells that ConvForward.BindPool wrote.
func (p *ConvInputGrad) BindPool(dy, cells, w, dx, scratch []float32, act func(x []float32, at int)) func() {
	return p.bindWinograd(convGrid{dy, cellBytes(cells)}, w, scratch, convOut{y: dx, act: act})
}

func (p *ConvInputGrad) bindWinograd(dy convGrid, w, scratch []float32, out convOut) func() {
	// The packed taps, turned around by steps from the last one.
	q, u := p.wino, scratch[p.job.packed:]
	panels := p.job.passes[0].panels
	turn := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.pack(0, i, w, scratch)
			from := &panels[i]
			for k := range q.c {
				plane, o := k/q.src, k%q.src
				q.transformTaps(u, scratch, from.b+((plane*9+8)*q.src+o)*from.ldb, -q.src*from.ldb, i, k)
			}
		}
	}
	return q.bind(dy, u, out, func() { par.For(len(panels), packGrain(len(panels), q.size), turn) })
}

// pack writes panel i of a pass: rows are taps and output channels, columns
// are input channels, so each tap of w is transposed.
func (p *ConvInputGrad) pack(pass, i int, w, dst []float32) {
	s, f := p.s, &p.job.passes[pass]
	q := &f.panels[i]
	g, c := q.c/s.inputs(), q.c%s.inputs()
	outs := s.outputs()
	for t, cell := range p.taps[pass] {
		d := dst[q.b+t*outs*q.ldb:]
		if !s.depthwise() {
			src := w[(cell*s.inputs()+c)*s.F+g*outs:]
			packAlong(p.packer, d[:outs*q.ldb], q.ldb, src, s.F, q.n, outs)
			continue
		}
		for j := range q.n {
			for o, x := range w[cell*s.F+(q.c+j)*outs:][:outs] {
				d[o*q.ldb+j] = x
			}
		}
	}
}

// packNarrow packs every pass; c is a channel of dx, o one of dy.
func (p *ConvInputGrad) packNarrow(w, dst []float32) {
	s, l := p.s, p.job.isa.lanes()
	for i, taps := range p.taps {
		n := &p.job.passes[i].narrow
		for c := range s.C {
			g, cg := c/s.inputs(), c%s.inputs()
			n.pack(l, dst[n.b0+c*n.size(l):], func(tap, o int) float32 {
				return w[(taps[tap]*s.inputs()+cg)*s.F+g*s.outputs()+o]
			})
		}
	}
}
