package kernel

import "github.com/antler-ml/antler/internal/par"

//go:generate go run -C _asm ./winograd -out ../conv_winograd_amd64.s -stubs ../conv_winograd_stubs_amd64.go -pkg kernel

// A winograd computes a 3×3 convolution of stride 1 by F(2×2, 3×3): Lavin and
// Gray, "Fast Algorithms for Convolutional Neural Networks" (2015). Squares of
// 2×2 results take 16 multiplications for each pair of channels instead of 36:
// the 4×4 cells under a square and the taps are transformed, multiplied
// element by element, which summed over channels is 16 products of matrices,
// and transformed back. The transforms are sums and halves, so the error is
// that of the plain sum within a small factor.
//
// A square that holds a NaN or an infinity makes its 2×2 results NaN.
type winograd struct {
	isa       tileISA
	n, h, w   int // images of the source
	oh, ow    int // and of the result
	ph, pw    int // padding before; negative when the source is cut
	c, f      int // channels of the source and the result
	th, tw    int // squares of an image
	squares   int // of all
	goal      int // squares of a chunk, which stays in the second-level cache
	chunks    int
	panels    []convPanel // of the f columns
	size      int         // floats of the transformed taps
	depth     int         // channels that a tile sums before it touches the result
	rows      convTable   // of products: squares
	chans     []int       // 0, 1, 2 …
	gradRows  convTable   // of weight gradients: channels
	gradSteps []int       // squares
}

const (
	winogradStay = 1 << 17 // floats of the transformed squares of a chunk
	winogradGoal = 192     // most squares of a chunk
	winogradTaps = 1 << 16 // most pairs of channels: beyond that, reading transformed taps rules
	winogradPad  = 16      // floats between the 16 parts, which would share cache sets
)

// winogradPays reports whether sums over c channels for f results are worth
// the transforms. It does not depend on the number of images, nor do the bits.
func winogradPays(isa tileISA, s ConvShape) bool {
	return isa == isaAVX512 && s.KH == 3 && s.KW == 3 && s.SH == 1 && s.SW == 1 && s.DH == 1 && s.DW == 1 && s.Groups == 1 &&
		s.C%16 == 0 && s.F%16 == 0 && s.C*s.F <= winogradTaps && s.OH*s.OW >= 36
}

// newWinograd plans the convolution of n·h·w·c by 3·3·c·f.
func newWinograd(isa tileISA, n, h, w, c, oh, ow, f, ph, pw int) *winograd {
	p := &winograd{isa: isa, n: n, h: h, w: w, oh: oh, ow: ow, ph: ph, pw: pw, c: c, f: f}
	p.th, p.tw = ceilDiv(oh, 2), ceilDiv(ow, 2)
	p.squares = n * p.th * p.tw
	high := isa.rows(srcBroadcast)
	p.goal = min(winogradGoal, winogradStay/(16*(c+f)))
	if n < 16 {
		p.goal = min(p.goal, max(2*high, ceilDiv(p.squares, 8)))
	}
	p.goal = max(1, p.goal/high) * high
	p.chunks = ceilDiv(p.squares, p.goal)
	p.panels, _ = groupPanels(isa, 1, f, 0, c, 0)
	p.size = 16 * len(p.panels) * c * 2 * isa.lanes()
	p.depth = tapDepth(isa, c)
	for i := range c {
		p.chans = append(p.chans, i)
	}
	for i := range p.goal {
		p.rows.arow, p.rows.crow = append(p.rows.arow, i*c), append(p.rows.crow, i*f)
	}
	p.rows.guard()
	return p
}

// forGrad adds what weight gradients need.
func (p *winograd) forGrad() *winograd {
	for i := range p.c {
		p.gradRows.arow, p.gradRows.crow = append(p.gradRows.arow, i), append(p.gradRows.crow, i*p.f)
	}
	p.gradRows.guard()
	for i := range p.goal {
		p.gradSteps = append(p.gradSteps, i*p.c)
	}
	return p
}

// transformTaps writes the transformed taps of row k of panel i to u. The tap
// (y, x) of the row begins at w[at+(y*3+x)*step].
func (p *winograd) transformTaps(u, w []float32, at, step, i, k int) {
	q := &p.panels[i]
	width := 2 * p.isa.lanes()
	one := len(p.panels) * p.c * width
	winogradDispatch(p.isa, winogradWeights, w, at, 3*step, step, u[(i*p.c+k)*width:], 4*one, one, q.n, nil, false)
}

// steps of the 16 parts of the transformed source and of the result.
func (p *winograd) sourceStep() int { return p.goal*p.c + winogradPad }
func (p *winograd) resultStep() int { return p.goal*p.f + winogradPad }

// bind returns the work: dst = act(src * u + bias).
func (p *winograd) bind(src, u, bias, dst []float32, prepare func(), relu bool, act func(x []float32, at int)) func() {
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.run(i, src, u, bias, dst, relu, act)
		}
	}
	return func() {
		prepare()
		par.For(p.chunks, 1, body)
	}
}

func (p *winograd) run(chunk int, src, u, bias, dst []float32, relu bool, act func(x []float32, at int)) {
	first, last := chunk*p.goal, min(p.squares, (chunk+1)*p.goal)
	sv, sm := p.sourceStep(), p.resultStep()
	buf := getBuffer(16*sv + 16*sm + 16*max(p.c, p.f))
	v, m, edge := buf.x[:16*sv], buf.x[16*sv:16*(sv+sm)], buf.x[16*(sv+sm):]
	p.transformSource(first, last, src, v, edge)
	t := tile{isa: p.isa}
	for part := range 16 {
		for i := range p.panels {
			q := &p.panels[i]
			t.setCols(q.n)
			t.ldb = q.ldb
			t.a, t.c = v[part*sv:], m[part*sm+q.c:]
			b := u[(part*len(p.panels)+i)*p.c*q.ldb:]
			t.init = initZero
			for k := 0; k < p.c; k += p.depth {
				t.tab, t.b = p.chans[k:min(p.c, k+p.depth)], b[k*q.ldb:]
				t.run(srcBroadcast, p.rows.arow, p.rows.crow, last-first)
				t.init = initC
			}
		}
	}
	for s := first; s < last; s++ {
		n, y, x := p.square(s)
		at := m[(s-first)*p.f:]
		h, w := min(2, p.oh-y), min(2, p.ow-x)
		base := ((n*p.oh+y)*p.ow + x) * p.f
		to := dst[base:]
		if h == 2 && w == 2 {
			winogradDispatch(p.isa, winogradResults, at, 0, 4*sm, sm, to, p.ow*p.f, p.f, p.f, bias, relu)
		} else {
			winogradDispatch(p.isa, winogradResults, at, 0, 4*sm, sm, edge, 2*p.f, p.f, p.f, bias, relu)
			for r := range h {
				copy(to[r*p.ow*p.f:][:w*p.f], edge[r*2*p.f:])
			}
		}
		if act != nil {
			for r := range h {
				act(to[r*p.ow*p.f:][:w*p.f], base+r*p.ow*p.f)
			}
		}
	}
	buf.put()
}

// square says where the results of square s begin.
func (p *winograd) square(s int) (n, y, x int) {
	n, s = s/(p.th*p.tw), s%(p.th*p.tw)
	return n, s / p.tw * 2, s % p.tw * 2
}

// transformSource transforms what lies under the squares [first, last).
func (p *winograd) transformSource(first, last int, src, v, edge []float32) {
	sv, c := p.sourceStep(), p.c
	for s := first; s < last; s++ {
		n, y, x := p.square(s)
		y, x = y-p.ph, x-p.pw
		to := v[(s-first)*c:]
		if y >= 0 && x >= 0 && y+4 <= p.h && x+4 <= p.w {
			winogradDispatch(p.isa, winogradSources, src, ((n*p.h+y)*p.w+x)*c, p.w*c, c, to, 4*sv, sv, c, nil, false)
			continue
		}
		gatherSquare(edge, src, n, p.h, p.w, c, y, x, 4)
		winogradDispatch(p.isa, winogradSources, edge, 0, 4*c, c, to, 4*sv, sv, c, nil, false)
	}
}

// gatherSquare copies size×size cells of image n from (y, x) on, zeros where
// there is no image.
func gatherSquare(dst, src []float32, n, h, w, c, y, x, size int) {
	lo, hi := min(max(0, -x), size), max(0, min(size, w-x))
	for i := range size {
		d := dst[i*size*c:][:size*c]
		if y+i < 0 || y+i >= h || lo >= hi {
			clear(d)
			continue
		}
		clear(d[:lo*c])
		copy(d[lo*c:hi*c], src[((n*h+y+i)*w+x+lo)*c:])
		clear(d[hi*c:])
	}
}

// grad sums up the weight gradient of the chunks [first, last): dy has the
// shape of the result. It writes 3·3·c·f.
func (p *winograd) grad(first, last int, src, dy, dw []float32) {
	sv, sm, one := p.sourceStep(), p.resultStep(), p.c*p.f
	buf := getBuffer(16*(sv+sm+one) + 16*max(p.c, p.f))
	v, d, u, edge := buf.x[:16*sv], buf.x[16*sv:16*(sv+sm)], buf.x[16*(sv+sm):16*(sv+sm+one)], buf.x[16*(sv+sm+one):]
	t := tile{isa: p.isa, ldb: p.f, init: initZero}
	for chunk := first; chunk < last; chunk++ {
		from, to := chunk*p.goal, min(p.squares, (chunk+1)*p.goal)
		p.transformSource(from, to, src, v, edge)
		for s := from; s < to; s++ {
			n, y, x := p.square(s)
			at := d[(s-from)*p.f:]
			if y+2 <= p.oh && x+2 <= p.ow {
				winogradDispatch(p.isa, winogradSpreads, dy, ((n*p.oh+y)*p.ow+x)*p.f, p.ow*p.f, p.f, at, 4*sm, sm, p.f, nil, false)
				continue
			}
			gatherSquare(edge, dy, n, p.oh, p.ow, p.f, y, x, 2)
			winogradDispatch(p.isa, winogradSpreads, edge, 0, 2*p.f, p.f, at, 4*sm, sm, p.f, nil, false)
		}
		t.tab = p.gradSteps[:to-from]
		for part := range 16 {
			for i := range p.panels {
				q := &p.panels[i]
				t.setCols(q.n)
				t.a, t.b, t.c = v[part*sv:], d[part*sm+q.c:], u[part*one+q.c:]
				t.run(srcBroadcast, p.gradRows.arow, p.gradRows.crow, p.c)
			}
		}
		t.init = initC
	}
	winogradDispatch(p.isa, winogradKernels, u, 0, 4*one, one, dw, 3*one, one, one, nil, false)
	buf.put()
}
