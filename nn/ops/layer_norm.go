package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// LayerNorm normalises each row of x, that is along the last axis: with the mean
// and the population variance of the row, y = (x - mean)/√(variance + eps)·gamma + beta.
// gamma and beta have the size of the last axis; nil stands for 1 and 0.
//
// Keras: LayerNormalization. Ba, Kiros and Hinton, 2016 (arXiv 1607.06450).
func LayerNorm(x, gamma, beta *Value, eps float32) *Value {
	o := layerNorm{eps: eps, gamma: gamma != nil, beta: beta != nil}
	return Apply(o, present(x, gamma, beta)...)[0]
}

// layerNorm has the operands x, gamma and beta when the flags say so. Its results
// are y and, for the backward pass, the mean of each row and 1/√(variance + eps).
type layerNorm struct {
	eps         float32
	gamma, beta bool
}

func (layerNorm) String() string         { return "LayerNorm" }
func (layerNorm) InPlace(input int) bool { return input == 0 }

// params returns gamma and beta among the operands, nil for none.
func (o layerNorm) params(in [][]float32) (gamma, beta []float32) {
	next := 1
	if o.gamma {
		gamma, next = in[next], next+1
	}
	if o.beta {
		beta = in[next]
	}
	return gamma, beta
}

func (o layerNorm) Infer(in [][]int) [][]int {
	if len(in[0]) == 0 {
		shapePanic("LayerNorm", in, "a scalar has no last axis")
	}
	rows, n := rowsOf(in[0])
	for _, s := range in[1:] {
		if len(s) != 1 || s[0] != n {
			shapePanic("LayerNorm", in, "gamma and beta need the shape [%d]", n)
		}
	}
	return [][]int{in[0], {rows}, {rows}}
}

func (o layerNorm) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	gamma, beta := o.params(b.In)
	x, y, mean, inv := b.In[0], b.Out[0], b.Out[1], b.Out[2]
	body := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			mean[r], inv[r] = kernel.LayerNorm(y[r*n:][:n], x[r*n:][:n], gamma, beta, o.eps)
		}
	}
	grain := max(1, moverGrain/2/max(1, n))
	return func() { par.For(rows, grain, body) }
}

func (o layerNorm) Grad(in, out, dout []*Value) []*Value {
	g := layerNormGrad(o)
	args := []*Value{in[0], dout[0], out[1], out[2]}
	if o.gamma {
		args = append(args, in[1])
	}
	return Apply(g, args...)
}

// layerNormGrad is the fused backward step. Operands: x, dy, mean, 1/√(variance +
// eps) and gamma, if there is one. Results: dx, then dgamma and dbeta as the flags say.
type layerNormGrad layerNorm

func (layerNormGrad) String() string         { return "LayerNormGrad" }
func (layerNormGrad) InPlace(input int) bool { return input < 2 }

func (o layerNormGrad) Infer(in [][]int) [][]int {
	out := [][]int{in[0]}
	_, n := rowsOf(in[0])
	for _, has := range []bool{o.gamma, o.beta} {
		if has {
			out = append(out, []int{n})
		}
	}
	return out
}

// rowChunks says how rows are cut where sums over rows are wanted: each chunk has
// its own sums, which are added in order. At most 32 chunks.
func rowChunks(rows, n int) (height, chunks int) {
	height = max(1, moverGrain/max(1, n), (rows+31)/32)
	return height, (rows + height - 1) / height
}

// Scratch: three rows for each chunk, for the sums and a row of (x - mean)/deviation.
func (o layerNormGrad) Scratch(in [][]int) int {
	rows, n := rowsOf(in[0])
	_, chunks := rowChunks(rows, n)
	return 3 * n * chunks
}

func (o layerNormGrad) Bind(b *Binding) func() {
	rows, n := rowsOf(b.InShape[0])
	height, chunks := rowChunks(rows, n)
	x, dy, mean, inv, dx := b.In[0], b.In[1], b.In[2], b.In[3], b.Out[0]
	var gamma, dgamma, dbeta []float32
	rest := b.Out[1:]
	if o.gamma {
		gamma, dgamma, rest = b.In[4], rest[0], rest[1:]
	}
	if o.beta {
		dbeta = rest[0]
	}
	body := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			parts := b.Scratch[3*n*c:][:3*n]
			sg, sb, buf := parts[:n], parts[n:2*n], parts[2*n:]
			clear(parts[:2*n])
			if !o.gamma {
				sg = nil
			}
			if !o.beta {
				sb = nil
			}
			for r := c * height; r < min(rows, (c+1)*height); r++ {
				kernel.LayerNormGrad(dx[r*n:][:n], sg, sb, dy[r*n:][:n], x[r*n:][:n], gamma, mean[r], inv[r], buf)
			}
		}
	}
	fold := func(dst []float32, at int) {
		if dst == nil {
			return
		}
		clear(dst)
		for c := range chunks {
			kernel.Add(dst, dst, b.Scratch[(3*c+at)*n:][:n])
		}
	}
	return func() {
		par.For(chunks, 1, body)
		fold(dgamma, 0)
		fold(dbeta, 1)
	}
}

// Grad differentiates the backward step once more, for losses that hold a
// gradient: it is written again with elementary ops, mean and deviation included,
// and that is differentiated.
func (o layerNormGrad) Grad(in, _, dout []*Value) []*Value {
	wrt := independent(append(in[:2:2], in[4:]...))
	x, dy := wrt[0], wrt[1]
	scaled := dy
	if o.gamma {
		scaled = Mul(dy, wrt[2])
	}
	centred := Sub(x, MeanKeep(x, -1))
	inv := Rsqrt(AddScalar(MeanKeep(Square(centred), -1), o.eps))
	unit := Mul(centred, inv)
	dx := Mul(inv, Sub(Sub(scaled, MeanKeep(scaled, -1)), Mul(unit, MeanKeep(Mul(scaled, unit), -1))))
	rows := upTo(x.Rank() - 1)
	sum := func(v *Value) *Value { return sumAxes(v, []int{x.Dim(-1)}, rows) }
	results := []*Value{dx}
	if o.gamma {
		results = append(results, sum(Mul(dy, unit)))
	}
	if o.beta {
		results = append(results, sum(dy))
	}
	g := pullBack(results, dout, wrt)
	d := []*Value{g[0], g[1], nil, nil}
	return append(d, g[2:]...)
}
