package ops

import "github.com/antler-ml/antler/internal/par"

// A shortLayout is for planes so short that a call of a kernel for each costs more
// than its numbers: late images with the channels first. A sample is one row;
// each of its columns has sums and parameters of its own, and the columns of a
// channel are put together at the end.
type shortLayout struct {
	normLayout // its columns are those of all planes
	channels   int
	inner      int // columns of a channel
}

// newShortLayout reports whether the planes are short, by the shape only.
func newShortLayout(shape []int, behind int) (shortLayout, bool) {
	const most, chunk = 256, 1 << 16
	p := newPlaneLayout(shape, behind)
	n := shortLayout{channels: p.cols, inner: p.inner}
	wide := p.cols * p.inner
	if behind == 0 || wide == 0 || p.outer == 0 || p.inner > most {
		return n, false
	}
	rows := max(8, chunk/wide)
	n.normLayout = normLayout{rows: p.outer, cols: wide, wide: wide, chunkFloats: rows * wide, chunks: (p.outer + rows - 1) / rows}
	return n, true
}

// join makes mean and variance of channel c from those of its columns.
func (n shortLayout) join(means, variances []float32, c int) (float32, float32) {
	var m, v float64
	for i := c * n.inner; i < (c+1)*n.inner; i++ {
		m += float64(means[i])
		v += float64(variances[i])
	}
	m /= float64(n.inner)
	for i := c * n.inner; i < (c+1)*n.inner; i++ {
		d := float64(means[i]) - m
		v += d * d
	}
	return float32(m), float32(v / float64(n.inner))
}

// grain is how many channels are worth a task.
func (n shortLayout) grain() int { return max(1, 1<<11/n.inner) }

// spread repeats a number of channel c for its columns.
func (n shortLayout) spread(to []float32, c int, x float32) { fill(to[c*n.inner:(c+1)*n.inner], x) }

// bindShort is Bind for short planes.
func (o batchNorm) bindShort(b *Binding, n shortLayout) func() {
	gi, bi, mi := o.places()
	params := cut(b.Scratch, n.wide, 3)
	mean, scale, shift := params[0], params[1], params[2]
	apply := o.applyLoop(b, n.normLayout, mean, scale, shift)
	give := func(c int, m, v float32) {
		s, t := o.affine(b, gi, bi, c, v)
		n.spread(mean, c, m)
		n.spread(scale, c, s)
		n.spread(shift, c, t)
	}
	if o.given {
		return func() {
			for c := range n.channels {
				give(c, b.In[mi][c], b.In[mi+1][c])
			}
			apply()
		}
	}
	moments := n.moments(b.In[0], b.Scratch[3*n.wide:])
	channels := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			m, v := n.join(scale, shift, c)
			b.Out[1][c], b.Out[2][c] = m, v
			give(c, m, v)
		}
	}
	return func() {
		moments(scale, shift) // of columns, until each channel has its own
		par.For(n.channels, n.grain(), channels)
		apply()
	}
}

// bindShort is Bind for short planes.
func (o batchNormGrad) bindShort(b *Binding, n shortLayout) func() {
	params, ks := cut(b.Scratch, n.wide, 4), cut(b.Scratch[4*n.wide:], n.channels, 3)
	parts := b.Scratch[4*n.wide+3*n.channels:]
	dots, back := o.loops(b, n.normLayout, params, parts)
	column := o.columns(b, float64(n.rows*n.inner), ks)
	channels := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var s, p float64 // Σ dy, Σ dy·(x - mean)
			for k := range n.chunks {
				ps, pp, _ := n.part(parts, k)
				for i := c * n.inner; i < (c+1)*n.inner; i++ {
					s += float64(ps[i])
					p += float64(pp[i])
				}
			}
			column(c, s, p)
			for i, k := range ks {
				n.spread(params[1+i], c, k[c])
			}
		}
	}
	return func() {
		for c := range n.channels {
			n.spread(params[0], c, b.In[2][c])
		}
		dots()
		par.For(n.channels, n.grain(), channels)
		back()
	}
}
