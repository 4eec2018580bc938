package kernel

import "github.com/antler-ml/antler/internal/par"

//go:generate go run -C _asm ./winograd -out ../conv_winograd_amd64.s -stubs ../conv_winograd_stubs_amd64.go -pkg kernel

// A winograd computes a 3×3 convolution of stride 1 by F(m×m, 3×3): Lavin and
// Gray, "Fast Algorithms for Convolutional Neural Networks" (2015). The
// (m+2)×(m+2) cells under a square of m×m results and the taps are transformed,
// multiplied element by element, which summed over channels is (m+2)² products
// of matrices, and transformed back. With m = 2 that takes 16 multiplications
// for each pair of channels instead of 36, with m = 4 it takes 36 instead of 144.
//
// A square that holds a NaN or an infinity makes its m×m results NaN.
type winograd struct {
	isa       tileISA
	m         int // rows and columns of results of a square
	cells     int // and of what lies under it
	parts     int // cells²
	n, h, w   int // images of the source
	oh, ow    int // and of the result
	ph, pw    int // padding before; negative when the source is cut
	planes    convPlanes
	src       int // channels of the source
	c, f      int // channels that are summed, of all planes, and of the result
	th, tw    int // squares of an image
	squares   int // of all
	goal      int // squares of a chunk, which stays in the second-level cache
	chunks    int
	panels    []convPanel // of the f columns
	group     int         // panels whose results are computed at a time
	size      int         // floats of the transformed taps
	depth     int         // channels that a product sums before it touches the result
	rows      convTable   // of products: squares
	chans     []int       // 0, 1, 2 …
	gradRows  convTable   // of weight gradients: channels
	gradSteps []int       // squares
}

const (
	winogradStay = 1 << 17 // floats of the transformed squares of a chunk
	winogradGoal = 192     // most squares of a chunk
	winogradTaps = 1 << 16 // most pairs of channels: beyond that, reading transformed taps rules
	winogradPad  = 16      // floats between the parts, which would share cache sets
)

// winogradSize is m, or 0 for an instruction set that has no kernels for it.
func (i tileISA) winogradSize() int { return [...]int{0, 4, 2}[i] }

// winogradPays reports whether sums over c channels for f results are worth
// the transforms. It does not depend on the number of images, nor do the bits.
func winogradPays(isa tileISA, s ConvShape) bool {
	return isa.winogradSize() > 0 && s.KH == 3 && s.KW == 3 && s.SH == 1 && s.SW == 1 && s.DH == 1 && s.DW == 1 && s.SD == 1 && s.Groups == 1 &&
		s.C%16 == 0 && s.F%16 == 0 && s.KD*s.C*s.F <= winogradTaps && s.OH*s.OW >= 36
}

// newWinograd plans n slices of results from h·w·src and taps of 3·3·src·f for
// each plane.
func newWinograd(isa tileISA, planes convPlanes, n, h, w, src, oh, ow, f, ph, pw int) *winograd {
	m := isa.winogradSize()
	c := src * planes.most
	p := &winograd{isa: isa, m: m, cells: m + 2, parts: (m + 2) * (m + 2),
		n: n, h: h, w: w, oh: oh, ow: ow, ph: ph, pw: pw, planes: planes, src: src, c: c, f: f}
	p.th, p.tw = ceilDiv(oh, m), ceilDiv(ow, m)
	p.squares = n * p.th * p.tw
	p.panels, _ = groupPanels(isa, 1, f, 0, c, 0)
	p.size = p.parts * len(p.panels) * c * 2 * isa.lanes()
	p.depth, p.group = tapDepth(isa, c), len(p.panels)
	if isa == isaAVX2 {
		p.depth, p.group = winogradDepth, min(p.group, winogradGroup)
	}
	p.cut(p.group * 2 * isa.lanes())
	if isa == isaAVX512 {
		for i := range c {
			p.chans = append(p.chans, i)
		}
		for i := range p.goal {
			p.rows.arow, p.rows.crow = append(p.rows.arow, i*c), append(p.rows.crow, i*f)
		}
		p.rows.guard()
	}
	return p
}

// cut chooses chunks of squares, for which the transformed source and wide
// columns of the transformed result stay in the cache.
func (p *winograd) cut(wide int) {
	high := p.isa.rows(srcBroadcast)
	p.goal = min(winogradGoal, winogradStay/(p.parts*(p.c+min(wide, p.f))))
	if p.n < 16 {
		p.goal = min(p.goal, max(2*high, ceilDiv(p.squares, 8)))
	}
	p.goal = max(1, p.goal/high) * high
	p.chunks = ceilDiv(p.squares, p.goal)
}

// For AVX2. Of depth depends the error: sums of 32 channels are off by up to
// 1.2e-6 of the largest result, sums of 16 that are added by 0.8e-6.
const (
	winogradDepth = 16 // channels of one sum; what follows is added to it
	winogradGroup = 2  // panels
)

// forGrad adds what weight gradients need.
func (p *winograd) forGrad() *winograd {
	p.cut(p.f)
	if p.isa != isaAVX512 {
		return p
	}
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
	winogradDispatch(p.isa, winogradWeights, w, winogradSteps{at: at, row: 3 * step, col: step},
		u[(i*p.c+k)*width:], winogradSteps{row: p.cells * one, col: one}, q.n, 1, nil, false)
}

// bind returns the work: out = act(src * u + bias).
func (p *winograd) bind(src convGrid, u []float32, out convOut, prepare func()) func() {
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.run(i, &src, u, &out)
		}
	}
	return func() {
		prepare()
		par.For(p.chunks, 1, body)
	}
}

func (p *winograd) run(chunk int, src *convGrid, u []float32, out *convOut) {
	first, last := chunk*p.goal, min(p.squares, (chunk+1)*p.goal)
	sv, sm := p.goal*p.c+winogradPad, p.goal*min(p.f, p.group*2*p.isa.lanes())+winogradPad
	buf := getBuffer(p.parts*(sv+sm) + max(p.edge(), p.lineSize(src.pooled(), out.pool)))
	v, m, edge := buf.x[:p.parts*sv], buf.x[p.parts*sv:p.parts*(sv+sm)], buf.x[p.parts*(sv+sm):]
	p.transformSource(first, last, src, v, edge)
	for g := 0; g < len(p.panels); g += p.group {
		group := p.panels[g:min(len(p.panels), g+p.group)]
		end := &group[len(group)-1]
		c0, cols := group[0].c, end.c+end.n-group[0].c
		if p.isa == isaAVX512 {
			p.tiles(last-first, v, u, m)
		} else {
			for part := range p.parts {
				for i := range group {
					q := &group[i]
					b := u[(part*len(p.panels)+g+i)*p.c*q.ldb:]
					for k := 0; k < p.c; k += p.depth {
						winogradMul(p.isa, v[part*sv+k:], p.c, b[k*q.ldb:], q.ldb, m[part*sm+q.c-c0:], cols,
							last-first, q.n, min(p.depth, p.c-k), k > 0)
					}
				}
			}
		}
		if out.pool {
			p.poolResults(first, last, m, sm, cols, out, c0, edge)
		} else {
			p.transformResults(first, last, m, sm, cols, out, c0, edge)
		}
	}
	if out.act != nil {
		p.activate(first, last, out)
	}
	buf.put()
}

// edge is how many floats a square of cells or results takes.
func (p *winograd) edge() int { return p.parts * max(p.src, p.f) }

// tiles multiplies with the general tile.
func (p *winograd) tiles(squares int, v, u, m []float32) {
	sv, sm := p.goal*p.c+winogradPad, p.goal*p.f+winogradPad
	t := tile{isa: p.isa}
	for part := range p.parts {
		for i := range p.panels {
			q := &p.panels[i]
			t.setCols(q.n)
			t.ldb, t.whole = q.ldb, 1
			t.a, t.c = v[part*sv:], m[part*sm+q.c:]
			b := u[(part*len(p.panels)+i)*p.c*q.ldb:]
			t.init = initZero
			for k := 0; k < p.c; k += p.depth {
				t.tab, t.b = p.chans[k:min(p.c, k+p.depth)], b[k*q.ldb:]
				t.run(srcBroadcast, p.rows.arow, p.rows.crow, squares)
				t.init = initC
			}
		}
	}
}

// square says where the results of square s begin.
func (p *winograd) square(s int) (n, y, x int) {
	n, s = s/(p.th*p.tw), s%(p.th*p.tw)
	return n, s / p.tw * p.m, s % p.tw * p.m
}

// transformSource transforms what lies under the squares [first, last).
func (p *winograd) transformSource(first, last int, grid *convGrid, v, edge []float32) {
	sv, size := p.goal*p.c+winogradPad, p.cells
	to := winogradSteps{row: size * sv, col: sv, next: p.c}
	if grid.pooled() {
		p.transformPooled(winogradSources, first, last, grid, v, to, size, p.ph, p.pw, edge, nil)
		return
	}
	for k := range p.planes.most {
		p.transformPlane(first, last, grid.x, v[k*p.src:], to, k, edge)
	}
}

// transformPlane transforms plane k of what lies under the squares.
func (p *winograd) transformPlane(first, last int, src, v []float32, to winogradSteps, k int, edge []float32) {
	c, size := p.src, p.cells
	for s := first; s < last; {
		n, y, x := p.square(s)
		left := min(last-s, p.tw-x/p.m) // in this line of squares
		y, x = y-p.ph, x-p.pw
		d := v[(s-first)*p.c:]
		if n = p.planes.source(n, k); n < 0 {
			for part := range p.parts {
				clear(d[part*to.col:][:c])
			}
			s++
			continue
		}
		if y >= 0 && x >= 0 && y+size <= p.h && x+size <= p.w {
			count := min(left, (p.w-size-x)/p.m+1)
			from := winogradSteps{at: ((n*p.h+y)*p.w + x) * c, row: p.w * c, col: c, next: p.m * c}
			winogradDispatch(p.isa, winogradSources, src, from, d, to, c, count, nil, false)
			s += count
			continue
		}
		s++
		ys, xs := cellsWithin(y, size, p.h), cellsWithin(x, size, p.w)
		from := winogradSteps{at: ((n*p.h+y)*p.w + x) * c, row: p.w * c, col: c}
		if winogradEdge(p.isa, winogradSources, src, from, d, to, c, ys, xs, nil, false) {
			continue
		}
		gatherSquare(edge, src, n, p.h, p.w, c, y, x, size)
		winogradDispatch(p.isa, winogradSources, edge, winogradSteps{row: size * c, col: c}, d, to, c, 1, nil, false)
	}
}

// transformResults makes the columns [c0, c0+cols) of the squares [first, last).
func (p *winograd) transformResults(first, last int, m []float32, sm, cols int, out *convOut, c0 int, edge []float32) {
	bias, dst, relu := out.biasFrom(c0), out.y, out.relu
	f, size := p.f, p.m
	from := winogradSteps{row: p.cells * sm, col: sm, next: cols}
	for s := first; s < last; {
		n, y, x := p.square(s)
		from.at = (s - first) * cols
		to := dst[((n*p.oh+y)*p.ow+x)*f+c0:]
		h, w := min(size, p.oh-y), min(size, p.ow-x)
		if h == size && w == size {
			count := min(last-s, (p.ow-x)/size)
			winogradDispatch(p.isa, winogradResults, m, from, to, winogradSteps{row: p.ow * f, col: f, next: size * f}, cols, count, bias, relu)
			s += count
			continue
		}
		s++
		if winogradEdge(p.isa, winogradResults, m, from, to, winogradSteps{row: p.ow * f, col: f}, cols, cellRange{0, h}, cellRange{0, w}, bias, relu) {
			continue
		}
		winogradDispatch(p.isa, winogradResults, m, from, edge, winogradSteps{row: size * cols, col: cols}, cols, 1, bias, relu)
		for r := range h {
			for i := range w {
				copy(to[(r*p.ow+i)*f:][:cols], edge[(r*size+i)*cols:])
			}
		}
	}
}

// activate calls act on the results of the squares [first, last).
func (p *winograd) activate(first, last int, out *convOut) {
	for s := first; s < last; s++ {
		n, y, x := p.square(s)
		for r := range min(p.m, p.oh-y) {
			at := ((n*p.oh+y+r)*p.ow + x) * p.f
			out.act(out.y[at:at+min(p.m, p.ow-x)*p.f], at)
		}
	}
}

// A cellRange is cells [lo, hi) of a square along one axis.
type cellRange struct{ lo, hi int }

// cellsWithin is which of size cells from at on lie in an image of n.
func cellsWithin(at, size, n int) cellRange {
	lo := min(max(0, -at), size)
	return cellRange{lo, max(lo, min(size, n-at))}
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
// shape of the result. It writes 3·3·c·f, and adds dy to bias unless that is nil.
func (p *winograd) grad(first, last int, src []float32, dy *convGrid, dw, bias []float32) {
	sv, sm, one := p.goal*p.c+winogradPad, p.goal*p.f+winogradPad, p.c*p.f
	buf := getBuffer(p.parts*(sv+sm+one) + max(p.edge(), p.lineSize(dy.pooled(), false)))
	v, d, u := buf.x[:p.parts*sv], buf.x[p.parts*sv:p.parts*(sv+sm)], buf.x[p.parts*(sv+sm):p.parts*(sv+sm+one)]
	edge := buf.x[p.parts*(sv+sm+one):]
	t := tile{isa: p.isa, ldb: p.f, init: initZero}
	grid := convGrid{x: src}
	for chunk := first; chunk < last; chunk++ {
		from, to := chunk*p.goal, min(p.squares, (chunk+1)*p.goal)
		p.transformSource(from, to, &grid, v, edge)
		p.spread(from, to, dy, d, edge, bias)
		if p.isa == isaAVX512 {
			t.tab = p.gradSteps[:to-from]
		}
		for part := range p.parts {
			for i := range p.panels {
				q := &p.panels[i]
				if p.isa != isaAVX512 {
					winogradSum(p.isa, v[part*sv:], p.c, d[part*sm+q.c:], p.f, u[part*one+q.c:], p.f, p.c, q.n, to-from, chunk > first)
					continue
				}
				t.setCols(q.n)
				t.a, t.b, t.c = v[part*sv:], d[part*sm+q.c:], u[part*one+q.c:]
				t.run(srcBroadcast, p.gradRows.arow, p.gradRows.crow, p.c)
			}
		}
		t.init = initC
	}
	plane := p.src * p.f
	for k := range p.planes.most {
		winogradDispatch(p.isa, winogradKernels, u[k*plane:], winogradSteps{row: p.cells * one, col: one},
			dw[k*9*plane:], winogradSteps{row: 3 * plane, col: plane}, plane, 1, nil, false)
	}
	buf.put()
}

// addGradients adds the gradients of the results of the squares [first, last).
func (p *winograd) addGradients(first, last int, dy, bias, tmp []float32) {
	for s := first; s < last; {
		n, y, x := p.square(s)
		count := min(last-s, p.tw-x/p.m)
		clear(tmp)
		for r := range min(p.m, p.oh-y) {
			at := ((n*p.oh+y+r)*p.ow + x) * p.f
			AddColumns(tmp, dy[at:at+min(count*p.m, p.ow-x)*p.f])
		}
		Add(bias, bias, tmp)
		s += count
	}
}

// spread transforms the gradients of the results of the squares [first, last),
// and adds them to bias unless that is nil.
func (p *winograd) spread(first, last int, grid *convGrid, d, edge, bias []float32) {
	sm, f, size := p.goal*p.f+winogradPad, p.f, p.m
	to := winogradSteps{row: p.cells * sm, col: sm, next: f}
	if grid.pooled() {
		p.transformPooled(winogradSpreads, first, last, grid, d, to, size, 0, 0, edge, bias)
		return
	}
	dy := grid.x
	if bias != nil {
		p.addGradients(first, last, dy, bias, edge[:f])
	}
	for s := first; s < last; {
		n, y, x := p.square(s)
		at := d[(s-first)*f:]
		if y+size <= p.oh && x+size <= p.ow {
			count := min(last-s, (p.ow-x)/size)
			from := winogradSteps{at: ((n*p.oh+y)*p.ow + x) * f, row: p.ow * f, col: f, next: size * f}
			winogradDispatch(p.isa, winogradSpreads, dy, from, at, to, f, count, nil, false)
			s += count
			continue
		}
		s++
		ys, xs := cellsWithin(y, size, p.oh), cellsWithin(x, size, p.ow)
		from := winogradSteps{at: ((n*p.oh+y)*p.ow + x) * f, row: p.ow * f, col: f}
		if winogradEdge(p.isa, winogradSpreads, dy, from, at, to, f, ys, xs, nil, false) {
			continue
		}
		gatherSquare(edge, dy, n, p.oh, p.ow, f, y, x, size)
		winogradDispatch(p.isa, winogradSpreads, edge, winogradSteps{row: size * f, col: f}, at, to, f, 1, nil, false)
	}
}
