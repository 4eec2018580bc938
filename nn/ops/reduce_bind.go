package ops

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// A reduction runs in stages, one for each run of adjacent reduced axes, the last
// one first: [outer, n, inner] becomes [outer, inner]. A stage is cut into chunks
// whose borders depend on the sizes only; chunks write partial results, which are
// reduced in order. So the result never depends on the number of workers.

// stageGrain is the number of elements of a chunk.
const stageGrain = 1 << 14

// reducer is how a kind of reduction handles memory.
type reducer struct {
	row  func(x []float32) float32 // all of x
	rows func(dst, x []float32)    // dst op= each row of x; rows are as long as dst
	none float32                   // the result of nothing
}

var reducers = [...]reducer{
	rSum:  {kernel.Sum, kernel.AddColumns, 0},
	rMean: {kernel.Sum, kernel.AddColumns, 0},
	rMax:  {kernel.Max, eachRow(kernel.Maximum), -infinity},
	rMin:  {kernel.Min, eachRow(kernel.Minimum), infinity},
	rProd: {product, eachRow(kernel.Mul), 1},
}

func product(x []float32) float32 {
	p := float32(1)
	for _, v := range x {
		p *= v
	}
	return p
}

func eachRow(f func(dst, a, b []float32)) func(dst, x []float32) {
	return func(dst, x []float32) {
		for n := len(dst); len(x) > 0; x = x[n:] {
			f(dst, dst, x[:n])
		}
	}
}

// A stage reduces [outer, n, inner] to [outer, inner], n being cut into parts.
type stage struct{ outer, n, inner, part int }

func (s stage) parts() int { return max(1, (s.n+s.part-1)/max(1, s.part)) }

// wide says that the columns are cut, not the rows.
func (s stage) wide() bool { return s.inner >= 4096 }

// partials is the number of floats of partial results.
func (s stage) partials() int {
	if s.parts() == 1 {
		return 0
	}
	return s.outer * s.parts() * s.inner
}

// stages lists what to do for a shape.
func (r reduce) stages(shape []int) (list []stage) {
	// Merge axes into alternating kept and reduced runs.
	type run struct {
		size    int
		reduced bool
	}
	var runs []run
	for i, d := range shape {
		reduced := r.axes>>i&1 != 0
		if d == 1 {
			continue
		}
		if k := len(runs) - 1; k >= 0 && runs[k].reduced == reduced {
			runs[k].size *= d
		} else {
			runs = append(runs, run{d, reduced})
		}
	}
	inner := 1
	for i := len(runs) - 1; i >= 0; i-- {
		if !runs[i].reduced {
			inner *= runs[i].size
			continue
		}
		s := stage{outer: 1, n: runs[i].size, inner: inner}
		for _, q := range runs[:i] {
			s.outer *= q.size
		}
		s.part = s.n
		if !s.wide() {
			// Enough for a chunk, and not more than 64 parts.
			s.part = max(1, stageGrain/max(1, inner), (s.n+63)/64)
		}
		list = append(list, s)
	}
	if len(list) == 0 { // sizes of 1 only
		list = append(list, stage{outer: sizeOf(shape), n: 1, inner: 1, part: 1})
	}
	return list
}

// Scratch holds the result of one stage, which the next one reads, and partials.
func (r reduce) Scratch(in [][]int) int {
	size := 0
	for _, s := range r.stages(in[0]) {
		size += s.outer*s.inner + s.partials()
	}
	return size
}

func (r reduce) Bind(b *Binding) func() {
	in, out, scratch := b.In[0], b.Out[0], b.Scratch
	take := func(n int) []float32 {
		s := scratch[:n]
		scratch = scratch[n:]
		return s
	}
	if len(out) == 0 {
		return func() {}
	}
	red := reducers[r.kind]
	list := r.stages(b.InShape[0])
	var work []func()
	for i, s := range list {
		dst := out
		if i < len(list)-1 {
			dst = take(s.outer * s.inner)
		}
		work = append(work, s.bind(red, dst, in, take(s.partials())))
		in = dst
	}
	if r.kind == rMean {
		count := []float32{float32(r.count(b.InShape[0]))}
		work = append(work, func() { kernel.Div(out, out, count) })
	}
	if len(work) == 1 {
		return work[0]
	}
	return inOrder(work)
}

func (s stage) bind(red reducer, dst, src, partials []float32) func() {
	switch {
	case s.wide():
		return s.bindColumns(red, dst, src)
	case s.parts() == 1:
		return s.bindRows(red, dst, src)
	}
	first := s.bindParts(red, partials, src)
	second := stage{s.outer, s.parts(), s.inner, s.parts()}.bindRows(red, dst, partials)
	return func() { first(); second() }
}

// one reduces n rows of src to dst.
func (s stage) one(red *reducer, dst, src []float32) {
	if s.inner == 1 {
		dst[0] = red.row(src)
		return
	}
	kernel.Fill(dst, red.none)
	red.rows(dst, src)
}

// bindRows handles a few outer positions at a time.
func (s stage) bindRows(red reducer, dst, src []float32) func() {
	size := s.n * s.inner
	body := func(lo, hi int) {
		for o := lo; o < hi; o++ {
			s.one(&red, dst[o*s.inner:(o+1)*s.inner], src[o*size:(o+1)*size])
		}
	}
	grain := max(1, stageGrain/max(1, size))
	return func() { par.For(s.outer, grain, body) }
}

// bindParts reduces each part of each outer position to a partial result.
func (s stage) bindParts(red reducer, partials, src []float32) func() {
	parts := s.parts()
	body := func(lo, hi int) {
		for p := lo; p < hi; p++ {
			first := p / parts * s.n // row of src
			from, to := first+p%parts*s.part, min(first+s.n, first+(p%parts+1)*s.part)
			s.one(&red, partials[p*s.inner:(p+1)*s.inner], src[from*s.inner:to*s.inner])
		}
	}
	return func() { par.For(s.outer*parts, 1, body) }
}

// bindColumns cuts long rows into blocks of columns.
func (s stage) bindColumns(red reducer, dst, src []float32) func() {
	const width = 2048
	blocks := (s.inner + width - 1) / width
	body := func(lo, hi int) {
		for p := lo; p < hi; p++ {
			o, from := p/blocks, p%blocks*width
			to := min(s.inner, from+width)
			d := dst[o*s.inner:][from:to]
			kernel.Fill(d, red.none)
			for i := range s.n {
				red.rows(d, src[(o*s.n+i)*s.inner:][from:to])
			}
		}
	}
	grain := max(1, stageGrain/max(1, s.n*width))
	return func() { par.For(s.outer*blocks, grain, body) }
}

var infinity = float32(math.Inf(1))
