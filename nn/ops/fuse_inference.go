package ops

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
)

// fuseInference lets products and convolutions normalise their results with mean
// and variance that are given, while they are in cache: what models do when they
// predict. The residual and the cut that [fuseNorms] gave the normalisation come
// along. The last bits may differ from those of separate ops where a row is no
// whole vectors; they depend on the shapes only.
func fuseInference(g *graph) {
	instead := replacements{}
	for _, n := range g.nodes {
		norm, ok := n.op.(batchNorm)
		if !ok || !norm.given || norm.behind != 0 || !g.once(n.in[0]) {
			continue
		}
		v := g.behindReshape(n.in[0])
		if !g.once(v) {
			continue
		}
		o := normed{norm: norm, first: len(v.node.in)}
		switch op := v.node.op.(type) {
		case conv:
			if op.act != ActNone || v != n.in[0] {
				continue
			}
			o.conv = &op.c
		default:
			if !isProduct(v) && !isDense(v) || v.Rank() != 2 {
				continue
			}
		}
		product, shape := v, n.out[0].shape
		g.fired["normalization of inference"]++
		instead[n] = func(in []*Value, now map[*Value]*Value) []*Value {
			operands := append(replaced(product.node.in, now), in[1:]...)
			if norm.residual {
				last := len(operands) - 1
				operands[last] = Reshape(operands[last], product.shape...)
			}
			return []*Value{Reshape(apply1(o, operands...), shape...)}
		}
	}
	g.rebuild(instead)
}

// normed is a product of matrices, or a convolution, with batchNorm behind it. Its
// operands are those of the first, then those of the second without its x.
type normed struct {
	norm  batchNorm
	conv  *convGeometry // nil: x [m, k] times w [k, n]
	first int           // operands of the product
}

func (o normed) String() string {
	name := "Dense"
	if o.conv != nil {
		name = o.conv.name("")
	}
	return fmt.Sprintf("%s(%v)", name, o.norm)
}

// before is the op whose results are normalised.
func (o normed) before() Op {
	if o.conv != nil {
		return conv{*o.conv, ActNone}
	}
	return &dense{}
}

func (o normed) Infer(in [][]int) [][]int {
	y := o.before().Infer(in[:o.first])
	return o.norm.Infer(append(y, in[o.first:]...))
}

// wide is how long the rows of parameters are.
func (o normed) wide(in [][]int) int {
	return newNormLayout(o.before().Infer(in[:o.first])[0]).wide
}

func (o normed) Scratch(in [][]int) int {
	n := 3 * o.wide(in)
	if o.conv != nil {
		n += conv{*o.conv, ActNone}.Scratch(in[:o.first])
	}
	return n
}

func (o normed) Bind(b *Binding) func() {
	wide := o.wide(b.InShape)
	prepare, apply := o.tail(b, b.Scratch[:3*wide], wide)
	var bias []float32
	if o.first > 2 {
		bias = b.In[2]
	}
	if o.conv != nil {
		p := kernel.NewConvForward(conv{*o.conv, ActNone}.shape(b.InShape[:o.first]))
		run := p.Bind(b.In[0], b.In[1], bias, b.Out[0], b.Scratch[3*wide:], false, apply)
		return func() {
			prepare()
			run()
		}
	}
	m, k, n := b.InShape[0][0], b.InShape[1][0], b.InShape[1][1]
	x, w := kernel.Operand{Data: b.In[0], Ld: k}, kernel.Operand{Data: b.In[1], Ld: n}
	e := kernel.Epilogue{Bias: bias, Row: func(i, j int, row []float32) { apply(row, i*n+j) }}
	y := b.Out[0]
	return func() {
		prepare()
		kernel.Gemm(m, n, k, x, w, y, n, e)
	}
}

// tail returns what fills the parameters in, and what normalises a piece of the
// result from element at on: some whole rows, or a piece of one.
func (o normed) tail(b *Binding, params []float32, wide int) (prepare func(), apply func(y []float32, at int)) {
	layout := newNormLayout(b.OutShape[0])
	rows := cut(params, wide, 3)
	mean, scale, shift := rows[0], rows[1], rows[2]
	own := &Binding{In: append([][]float32{nil}, b.In[o.first:]...)}
	gi, bi, mi := o.norm.places()
	prepare = func() {
		variance := own.In[mi+1]
		copy(mean, own.In[mi][:layout.cols])
		for c := range layout.cols {
			scale[c], shift[c] = o.norm.affine(own, gi, bi, c, variance[c])
		}
		layout.widen(mean, scale, shift)
	}
	var residual []float32
	if o.norm.residual {
		residual = own.In[len(own.In)-1]
	}
	after := o.norm.after()
	return prepare, func(y []float32, at int) {
		c := at % layout.cols
		switch whole := len(y) / wide * wide; {
		case c > 0 || len(y) < layout.cols:
			kernel.NormApply(y, y, mean[c:c+len(y)], scale[c:], shift[c:])
		default:
			if whole > 0 {
				kernel.NormApply(y[:whole], y[:whole], mean, scale, shift)
			}
			if rest := len(y) - whole; rest > 0 {
				kernel.NormApply(y[whole:], y[whole:], mean[:rest], scale, shift)
			}
		}
		if residual != nil {
			kernel.Add(y, y, residual[at:at+len(y)])
		}
		if after != nil {
			after(y, y)
		}
	}
}

func (o normed) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }

var _ Scratcher = normed{}
