package ops

import (
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// BatchNorm normalises x over all axes but the last: with the mean and the
// population variance of each column, y = (x - mean)/√(variance + eps)·gamma + beta.
// gamma and beta have the size of the last axis; nil stands for 1 and 0.
// mean and variance are results too, for moving averages; gradients flow
// through all three.
//
// Keras: the training side of BatchNormalization. Ioffe and Szegedy, Batch
// Normalization (2015).
func BatchNorm(x, gamma, beta *Value, eps float32) (y, mean, variance *Value) {
	o := batchNorm{eps: eps, gamma: gamma != nil, beta: beta != nil}
	out := Apply(o, present(x, gamma, beta)...)
	return out[0], out[1], out[2]
}

// BatchNormAxis is BatchNorm over all axes but one, which may have others behind it.
func BatchNormAxis(x, gamma, beta *Value, axis int, eps float32) (y, mean, variance *Value) {
	o := batchNorm{eps: eps, gamma: gamma != nil, beta: beta != nil, behind: x.Rank() - 1 - axis}
	out := Apply(o, present(x, gamma, beta)...)
	return out[0], out[1], out[2]
}

// BatchNormInference is BatchNorm with a mean and a variance that are given.
func BatchNormInference(x, gamma, beta, mean, variance *Value, eps float32) *Value {
	o := batchNorm{eps: eps, gamma: gamma != nil, beta: beta != nil, given: true}
	return apply1(o, present(x, gamma, beta, mean, variance)...)
}

// BatchNormInferenceAxis is BatchNormAxis with a mean and a variance that are given.
func BatchNormInferenceAxis(x, gamma, beta, mean, variance *Value, axis int, eps float32) *Value {
	o := batchNorm{eps: eps, gamma: gamma != nil, beta: beta != nil, given: true, behind: x.Rank() - 1 - axis}
	return apply1(o, present(x, gamma, beta, mean, variance)...)
}

func present(vs ...*Value) []*Value {
	var out []*Value
	for _, v := range vs {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

// batchNorm is both. Operands: x, gamma and beta when the flags say so, then
// mean and variance when given. Compile may add what comes after (see fuseNorms):
// the addition of a residual, the last operand, and a ReLU or ReLU6.
type batchNorm struct {
	eps                float32
	gamma, beta, given bool
	residual           bool
	cut                kind // kReLU, kReLU6 or none
	behind             int  // axes behind the channels
}

func (o batchNorm) String() string {
	s := "BatchNorm"
	if o.given {
		s = "BatchNormInference"
	}
	if o.residual {
		s += "(add)"
	}
	switch o.cut {
	case kReLU:
		s += "(relu)"
	case kReLU6:
		s += "(relu6)"
	}
	return s
}

// places returns the index of gamma, beta and mean among the operands, -1 for none.
func (o batchNorm) places() (gamma, beta, mean int) {
	gamma, beta, mean = -1, -1, -1
	next := 1
	for _, p := range []struct {
		has bool
		at  *int
	}{{o.gamma, &gamma}, {o.beta, &beta}, {o.given, &mean}} {
		if p.has {
			*p.at = next
			next++
		}
	}
	return
}

func (o batchNorm) Infer(in [][]int) [][]int {
	at := len(in[0]) - 1 - o.behind
	if o.behind < 0 || at < 0 {
		shapePanic(o.String(), in, "no axis %d", at)
	}
	c := in[0][at]
	params := in[1:]
	if o.residual {
		params = params[:len(params)-1]
	}
	for _, s := range params {
		if len(s) != 1 || s[0] != c {
			shapePanic(o.String(), in, "gamma, beta, mean and variance need the shape [%d]", c)
		}
	}
	if o.given {
		return [][]int{in[0]}
	}
	return [][]int{in[0], {c}, {c}}
}

// InPlace: y may take the memory of x, which is read before.
func (batchNorm) InPlace(input int) bool { return input == 0 }

func (o batchNorm) Scratch(in [][]int) int {
	if n, ok := newShortLayout(in[0], o.behind); ok {
		return 3*n.wide + n.chunks*3*n.wide
	}
	if o.behind > 0 {
		n := newPlaneLayout(in[0], o.behind)
		return 3*n.cols + 3*planeWidth*n.tasks() + n.parts()
	}
	n := newNormLayout(in[0])
	if o.given {
		return 3 * n.wide
	}
	return 3*n.wide + n.chunks*3*n.wide
}

// after is what cuts the result, nil for nothing.
func (o batchNorm) after() func(dst, x []float32) {
	if o.cut == kReLU || o.cut == kReLU6 {
		return unaryKernels[o.cut]
	}
	return nil
}

// affine returns scale and shift of a channel.
func (o batchNorm) affine(b *Binding, gamma, beta, c int, variance float32) (scale, shift float32) {
	g := 1.0
	if gamma >= 0 {
		g = float64(b.In[gamma][c])
	}
	if beta >= 0 {
		shift = b.In[beta][c]
	}
	return float32(g / math.Sqrt(float64(variance)+float64(o.eps))), shift
}

// applyLoop returns the loop that normalises, when there is a parameter for each column.
func (o batchNorm) applyLoop(b *Binding, n normLayout, mean, scale, shift []float32) func() {
	x, y := b.In[0], b.Out[0]
	var residual []float32
	if o.residual {
		residual = b.In[len(b.In)-1]
	}
	after := o.after()
	return n.chunkLoop(func(_, lo, hi, w int) {
		y := y[lo:hi]
		kernel.NormApply(y, x[lo:hi], mean[:w], scale[:w], shift[:w])
		if residual != nil {
			kernel.Add(y, y, residual[lo:hi])
		}
		if after != nil {
			after(y, y)
		}
	})
}

func (o batchNorm) Bind(b *Binding) func() {
	if n, ok := newShortLayout(b.InShape[0], o.behind); ok {
		return o.bindShort(b, n)
	}
	if o.behind > 0 {
		return o.bindPlanes(b)
	}
	n := newNormLayout(b.InShape[0])
	gi, bi, mi := o.places()
	params := cut(b.Scratch, n.wide, 3)
	mean, scale, shift := params[0], params[1], params[2]
	apply := o.applyLoop(b, n, mean, scale, shift)
	finish := func(m, v []float32) {
		for c := range n.cols {
			mean[c] = m[c]
			scale[c], shift[c] = o.affine(b, gi, bi, c, v[c])
		}
		n.widen(mean, scale, shift)
		apply()
	}
	if o.given {
		return func() { finish(b.In[mi], b.In[mi+1]) }
	}
	moments := n.moments(b.In[0], b.Scratch[3*n.wide:])
	return func() {
		moments(b.Out[1], b.Out[2])
		finish(b.Out[1], b.Out[2])
	}
}

func (o batchNorm) Grad(in, out, dout []*Value) []*Value {
	if o.after() != nil || o.residual {
		return noGrad(o)
	}
	gi, bi, mi := o.places()
	g := batchNormGrad{eps: o.eps, given: o.given, gamma: o.gamma, behind: o.behind}
	dy := dout[0]
	if dy == nil {
		dy = filled(0, in[0].shape)
	}
	args := []*Value{in[0], dy}
	if o.given {
		args = append(args, in[mi], in[mi+1])
	} else {
		args = append(args, out[1], out[2])
	}
	if o.gamma {
		args = append(args, in[gi])
	}
	if !o.given && dout[1] != nil {
		g.dmean, args = true, append(args, dout[1])
	}
	if !o.given && dout[2] != nil {
		g.dvariance, args = true, append(args, dout[2])
	}
	r := Apply(g, args...)
	d := make([]*Value, len(in))
	d[0] = r[0]
	if gi >= 0 {
		d[gi] = r[1]
	}
	if bi >= 0 {
		d[bi] = r[2]
	}
	if mi >= 0 {
		d[mi], d[mi+1] = r[3], r[4]
	}
	return d
}

// batchNormGrad is the fused backward step. Operands: x, dy, mean, variance,
// then gamma, dmean and dvariance as the flags say. Results: dx, dgamma, dbeta,
// and dmean, dvariance of given statistics.
type batchNormGrad struct {
	eps                            float32
	given, gamma, dmean, dvariance bool
	behind                         int // axes behind the channels
}

func (batchNormGrad) String() string         { return "BatchNormGrad" }
func (batchNormGrad) InPlace(input int) bool { return input < 2 }
func (o batchNormGrad) Scratch(in [][]int) int {
	if n, ok := newShortLayout(in[0], o.behind); ok {
		return 4*n.wide + 3*n.channels + n.chunks*3*n.wide
	}
	if o.behind > 0 {
		n := newPlaneLayout(in[0], o.behind)
		return 3*n.cols + 4*planeWidth*n.tasks() + n.parts()
	}
	n := newNormLayout(in[0])
	return 4*n.wide + n.chunks*3*n.wide
}

func (o batchNormGrad) Infer(in [][]int) [][]int {
	c := in[2]
	if o.given {
		return [][]int{in[0], c, c, c, c}
	}
	return [][]int{in[0], c, c}
}

// columns returns what makes the results of a channel from Σ dy and Σ dy·(x - mean),
// and the factors of dx for [kernel.NormBack].
func (o batchNormGrad) columns(b *Binding, count float64, k [][]float32) func(c int, s, p float64) {
	variance := b.In[3]
	var gamma, dmean, dvariance []float32
	next := 4
	for _, p := range []struct {
		has bool
		to  *[]float32
	}{{o.gamma, &gamma}, {o.dmean, &dmean}, {o.dvariance, &dvariance}} {
		if p.has {
			*p.to = b.In[next]
			next++
		}
	}
	ka, kb, kc := k[0], k[1], k[2]
	return func(c int, s, p float64) {
		inv, g := 1/math.Sqrt(float64(variance[c])+float64(o.eps)), 1.0
		if gamma != nil {
			g = float64(gamma[c])
		}
		b.Out[1][c], b.Out[2][c] = float32(p*inv), float32(s)
		ka[c], kb[c], kc[c] = float32(g*inv), 0, 0
		if o.given {
			b.Out[3][c], b.Out[4][c] = float32(-g*inv*s), float32(-g*inv*inv*inv*p/2)
			return
		}
		onSquare, onX := -g*inv*inv*inv*p, -g*inv*s
		if dvariance != nil {
			onSquare += 2 * float64(dvariance[c])
		}
		if dmean != nil {
			onX += float64(dmean[c])
		}
		kb[c], kc[c] = float32(onSquare/count), float32(onX/count)
	}
}

// loops returns the loops that make the sums and the gradient of x, when there is a
// parameter for each column: mean and the three factors.
func (o batchNormGrad) loops(b *Binding, n normLayout, params [][]float32, parts []float32) (dots, back func()) {
	x, dy, dx := b.In[0], b.In[1], b.Out[0]
	m, ks := params[0], params[1:]
	dots = n.chunkLoop(func(chunk, lo, hi, w int) {
		s, p, _ := n.part(parts, chunk)
		if lo == chunk*n.chunkFloats {
			clear(s)
			clear(p)
		}
		kernel.NormDots(s[:w], p[:w], dy[lo:hi], x[lo:hi], m[:w])
	})
	back = n.chunkLoop(func(_, lo, hi, w int) {
		kernel.NormBack(dx[lo:hi], dy[lo:hi], x[lo:hi], m[:w], ks[0][:w], ks[1][:w], ks[2][:w])
	})
	return dots, back
}

func (o batchNormGrad) Bind(b *Binding) func() {
	if n, ok := newShortLayout(b.InShape[0], o.behind); ok {
		return o.bindShort(b, n)
	}
	if o.behind > 0 {
		return o.bindPlanes(b)
	}
	n := newNormLayout(b.InShape[0])
	mean := b.In[2]
	params := cut(b.Scratch, n.wide, 4)
	m, ks := params[0], params[1:]
	parts := b.Scratch[4*n.wide:]
	dots, back := o.loops(b, n, params, parts)
	column := o.columns(b, float64(max(1, n.rows)), ks)
	columns := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var s, p float64 // Σ dy, Σ dy·(x - mean)
			for k := range n.chunks {
				ps, pp, _ := n.part(parts, k)
				s += n.fold(ps, c)
				p += n.fold(pp, c)
			}
			column(c, s, p)
		}
	}
	return func() {
		copy(m, mean)
		n.widen(m)
		dots()
		par.For(n.cols, n.columnGrain(), columns)
		n.widen(ks...)
		back()
	}
}
