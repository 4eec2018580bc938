package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// A planeLayout is how channels lie that have axes behind them, as in images
// with the channels first: outer × cols planes of inner floats, each of one
// channel. The kernels see a plane as rows of 64 equal columns. Long planes are
// cut into pieces, short ones share a task; all of it depends on the shape only.
type planeLayout struct {
	outer, cols, inner int
	pieces, piece      int // of a plane, and the floats of one
	each               int // pieces of a task
}

const planeWidth = 64

// newPlaneLayout counts the axes behind the channels.
func newPlaneLayout(shape []int, behind int) planeLayout {
	const most, task = 1 << 15, 1 << 14
	at := len(shape) - 1 - behind
	n := planeLayout{outer: sizeOf(shape[:at]), cols: shape[at], inner: sizeOf(shape[at+1:])}
	n.pieces = max(1, (n.inner+most-1)/most)
	n.piece = max(1, min(most, n.inner))
	n.each = max(1, task/n.piece)
	return n
}

func (n planeLayout) all() int   { return n.outer * n.cols * n.pieces }
func (n planeLayout) tasks() int { return (n.all() + n.each - 1) / n.each }

// loop returns a loop over the pieces in parallel. body gets a piece's number,
// its channel, its place in x and scratch of the task: arrays rows of 64 floats.
func (n planeLayout) loop(scratch []float32, arrays int, body func(k, channel, lo, hi int, s []float32)) func() {
	size := arrays * planeWidth
	if n.inner == 0 {
		return func() {}
	}
	tasks := func(first, last int) {
		for t := first; t < last; t++ {
			s := scratch[t*size:][:size]
			for k := t * n.each; k < min(n.all(), (t+1)*n.each); k++ {
				plane := k / n.pieces
				lo := plane*n.inner + k%n.pieces*n.piece
				body(k, plane%n.cols, lo, min((plane+1)*n.inner, lo+n.piece), s)
			}
		}
	}
	count := n.tasks()
	return func() { par.For(count, 1, tasks) }
}

// rows cuts [lo, hi) into whole rows and the end of width w.
func (n planeLayout) rows(lo, hi int, f func(lo, hi, w int)) {
	whole := hi - (hi-lo)%planeWidth
	if whole > lo {
		f(lo, whole, planeWidth)
	}
	if whole < hi {
		f(whole, hi, hi-whole)
	}
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// sum makes a piece's two sums of its columns, from how the rows add to them.
func (n planeLayout) sum(a, b []float32, lo, hi int, add func(a, b []float32, lo, hi int)) (float32, float32) {
	clear(a)
	clear(b)
	n.rows(lo, hi, func(lo, hi, w int) { add(a[:w], b[:w], lo, hi) })
	return kernel.Sum(a), kernel.Sum(b)
}

// parts are a piece's results: two sums, and where the first is seen from.
func (n planeLayout) parts() int { return 3 * n.all() }

// channel calls f with the parts of one channel, in order.
func (n planeLayout) channel(parts []float32, c int, f func(i int, p []float32)) {
	for i := range n.outer * n.pieces {
		k := (i/n.pieces*n.cols+c)*n.pieces + i%n.pieces
		f(i, parts[3*k:3*k+3])
	}
}

// moments is normLayout.moments for planes.
func (n planeLayout) moments(x, scratch, parts []float32) func(mean, variance []float32) {
	sums := n.loop(scratch, 3, func(k, _, lo, hi int, s []float32) {
		a, b, centre := s[:planeWidth], s[planeWidth:2*planeWidth], s[2*planeWidth:]
		fill(centre, x[lo])
		p := parts[3*k : 3*k+3]
		p[0], p[1] = n.sum(a, b, lo, hi, func(a, b []float32, lo, hi int) { kernel.NormMoments(a, b, x[lo:hi], centre[:len(a)]) })
		p[2] = x[lo]
	})
	type joint struct{ each, part, spread float64 } // 1/floats, floats/(count+floats), count·floats/(count+floats)
	joints := make([]joint, n.outer*n.pieces)
	count := 0.0
	for i := range joints {
		floats := float64(min(n.piece, n.inner-i%n.pieces*n.piece))
		joints[i] = joint{1 / floats, floats / (count + floats), count * floats / (count + floats)}
		count += floats
	}
	if n.inner == 0 {
		joints, count = nil, 0
	}
	var mean, variance []float32
	columns := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var m, m2 float64
			if len(joints) > 0 {
				n.channel(parts, c, func(i int, p []float32) {
					j := joints[i]
					s := float64(p[0])
					shift := s * j.each
					d := float64(p[2]) + shift - m
					m2 += float64(p[1]) - s*shift + d*d*j.spread
					m += d * j.part
				})
			}
			mean[c], variance[c] = float32(m), float32(max(0, m2)/max(1, count))
		}
	}
	return func(m, v []float32) {
		mean, variance = m, v
		sums()
		par.For(n.cols, n.columnGrain(), columns)
	}
}

func (n planeLayout) columnGrain() int { return max(1, 1<<12/max(1, n.outer*n.pieces)) }

// bindPlanes is Bind for channels that are not last.
func (o batchNorm) bindPlanes(b *Binding) func() {
	n := newPlaneLayout(b.InShape[0], o.behind)
	x, y := b.In[0], b.Out[0]
	gi, bi, mi := o.places()
	params := cut(b.Scratch, n.cols, 3)
	mean, scale, shift := params[0], params[1], params[2]
	scratch := b.Scratch[3*n.cols:]
	parts := scratch[3*planeWidth*n.tasks():]
	var residual []float32
	if o.residual {
		residual = b.In[len(b.In)-1]
	}
	after := o.after()
	apply := n.loop(scratch, 3, func(_, c, lo, hi int, s []float32) {
		m, a, t := s[:planeWidth], s[planeWidth:2*planeWidth], s[2*planeWidth:]
		fill(m, mean[c])
		fill(a, scale[c])
		fill(t, shift[c])
		n.rows(lo, hi, func(lo, hi, w int) { kernel.NormApply(y[lo:hi], x[lo:hi], m[:w], a[:w], t[:w]) })
		if residual != nil {
			kernel.Add(y[lo:hi], y[lo:hi], residual[lo:hi])
		}
		if after != nil {
			after(y[lo:hi], y[lo:hi])
		}
	})
	finish := func(m, v []float32) {
		for c := range n.cols {
			mean[c] = m[c]
			scale[c], shift[c] = o.affine(b, gi, bi, c, v[c])
		}
		apply()
	}
	if o.given {
		return func() { finish(b.In[mi], b.In[mi+1]) }
	}
	moments := n.moments(x, scratch, parts)
	return func() {
		moments(b.Out[1], b.Out[2])
		finish(b.Out[1], b.Out[2])
	}
}

// bindPlanes is Bind for channels that are not last.
func (o batchNormGrad) bindPlanes(b *Binding) func() {
	n := newPlaneLayout(b.InShape[0], o.behind)
	x, dy, mean, dx := b.In[0], b.In[1], b.In[2], b.Out[0]
	ks := cut(b.Scratch, n.cols, 3)
	scratch := b.Scratch[3*n.cols:]
	parts := scratch[4*planeWidth*n.tasks():]
	dots := n.loop(scratch, 4, func(k, c, lo, hi int, s []float32) {
		m := s[:planeWidth]
		fill(m, mean[c])
		p := parts[3*k : 3*k+3]
		p[0], p[1] = n.sum(s[planeWidth:2*planeWidth], s[2*planeWidth:3*planeWidth], lo, hi, func(a, b []float32, lo, hi int) {
			kernel.NormDots(a, b, dy[lo:hi], x[lo:hi], m[:len(a)])
		})
	})
	back := n.loop(scratch, 4, func(_, c, lo, hi int, s []float32) {
		m, ka, kb, kc := s[:planeWidth], s[planeWidth:2*planeWidth], s[2*planeWidth:3*planeWidth], s[3*planeWidth:]
		fill(m, mean[c])
		fill(ka, ks[0][c])
		fill(kb, ks[1][c])
		fill(kc, ks[2][c])
		n.rows(lo, hi, func(lo, hi, w int) {
			kernel.NormBack(dx[lo:hi], dy[lo:hi], x[lo:hi], m[:w], ka[:w], kb[:w], kc[:w])
		})
	})
	column := o.columns(b, float64(max(1, n.outer*n.inner)), ks)
	columns := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var s, p float64
			if n.inner > 0 {
				n.channel(parts, c, func(_ int, part []float32) {
					s += float64(part[0])
					p += float64(part[1])
				})
			}
			column(c, s, p)
		}
	}
	return func() {
		dots()
		par.For(n.cols, n.columnGrain(), columns)
		back()
	}
}
