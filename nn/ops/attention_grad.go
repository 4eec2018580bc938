package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

func (o attention) Grad(in, out, dout []*Value) []*Value {
	g := attentionGrad{AttentionConfig: o.AttentionConfig, masked: o.masked, weights: dout[1] != nil}
	dy := dout[0]
	if dy == nil {
		dy = filled(0, out[0].shape)
	}
	args := []*Value{in[0], in[1], in[2], out[1], dy}
	if g.weights {
		args = append(args, dout[1])
	}
	d := Apply(g, args...)
	if o.masked {
		d = append(d, nil)
	}
	return d
}

// attentionGrad is the fused backward step. Operands: q, k, v, the weights, the
// gradient of the result and, when somebody else reads the weights, theirs.
// Results: dq, dk, dv. With P the weights and D = dout·vᵀ, for each head
//
//	dv = Pᵀ·dout    S = Scale·P∘(D - Σ D∘P)    dq = S·k    dk = Sᵀ·q
type attentionGrad struct {
	AttentionConfig
	masked, weights bool
}

func (attentionGrad) String() string           { return "AttentionGrad" }
func (attentionGrad) ReadsState()              {}
func (attentionGrad) Infer(in [][]int) [][]int { return [][]int{in[0], in[1], in[2]} }

// Bind gives each worker whole heads, whose tiles add to dk and dv in order.
func (o attentionGrad) Bind(b *Binding) func() {
	n := newHeads(b.InShape[0], b.InShape[1], b.InShape[2])
	q, k, v, weights, dy, st := b.In[0], b.In[1], b.In[2], b.In[3], b.In[4], b.State
	dq, dk, dv := b.Out[0], b.Out[1], b.Out[2]
	if len(weights) == 0 || n.d == 0 || n.e == 0 {
		return func() {
			clear(dq)
			clear(dk)
			clear(dv)
		}
	}
	short := o.Causal && !o.masked
	size := n.rows * n.s
	attentionBuffers.reserve(par.Workers(), 2*size)
	one := func(i int, buf []float32) {
		t := n.tile(i)
		from, to := n.weights(t)
		p, rows, keys := weights[from:to], t.hi-t.lo, n.seen(short, t)
		ds, dropped := buf[:len(p)], p
		dout := kernel.Operand{Data: dy[n.query(t, n.e):], Ld: n.h * n.e}
		kernel.Gemm(rows, keys, n.e, dout, kernel.Operand{Data: v[n.key(t, n.e):], Ld: n.h * n.e, Trans: true}, ds, n.s, kernel.Epilogue{})
		if o.Rate > 0 {
			dropped = buf[size:][:len(p)]
			key := kernel.RandomKey(st.Seed, o.Stream)
			kernel.Dropout(dropped, p, key, st.Step, n.dropStart(i), o.Rate)
			kernel.Dropout(ds, ds, key, st.Step, n.dropStart(i), o.Rate)
		}
		add := kernel.Epilogue{Accumulate: short || t.lo > 0}
		kernel.Gemm(keys, n.e, rows, kernel.Operand{Data: dropped, Ld: n.s, Trans: true}, dout, dv[n.key(t, n.e):], n.h*n.e, add)
		for r := range rows {
			row := ds[r*n.s:][:keys]
			if o.weights {
				kernel.Add(row, row, b.In[5][from+r*n.s:][:keys])
			}
			kernel.SoftmaxGrad(row, row, p[r*n.s:][:keys], keys)
			kernel.Scale(row, row, o.Scale)
		}
		kernel.Gemm(rows, n.d, keys, kernel.Operand{Data: ds, Ld: n.s}, kernel.Operand{Data: k[n.key(t, n.d):], Ld: n.h * n.d}, dq[n.query(t, n.d):], n.h*n.d, kernel.Epilogue{})
		kernel.Gemm(keys, n.d, rows, kernel.Operand{Data: ds, Ld: n.s, Trans: true}, kernel.Operand{Data: q[n.query(t, n.d):], Ld: n.h * n.d}, dk[n.key(t, n.d):], n.h*n.d, add)
	}
	body := func(lo, hi int) {
		buf := attentionBuffers.take()
		for head := lo; head < hi; head++ {
			if short { // tiles reach different numbers of keys
				t := n.tile(head * n.blocks)
				for s := range n.s {
					clear(dk[n.key(t, n.d)+s*n.h*n.d:][:n.d])
					clear(dv[n.key(t, n.e)+s*n.h*n.e:][:n.e])
				}
			}
			for i := range n.blocks {
				one(head*n.blocks+i, buf)
			}
		}
		attentionBuffers.put(buf)
	}
	return func() { par.For(n.b*n.h, 1, body) }
}

// Grad differentiates the backward step once more, with elementary ops. The
// decisions of dropout are not known to those, so there is none with it.
func (o attentionGrad) Grad(in, _, dout []*Value) []*Value {
	if o.Rate > 0 {
		shapePanic("AttentionGrad", shapesOf(in), "attention with dropout can be differentiated once only")
	}
	s := independent(in)
	byHead := func(v *Value) *Value { return Transpose(v, 0, 2, 1, 3) }
	q, k, v, p, dy := byHead(s[0]), byHead(s[1]), byHead(s[2]), s[3], byHead(s[4])
	d := MatMulT(dy, v, false, true)
	if o.weights {
		d = Add(d, s[5])
	}
	ds := MulScalar(Mul(p, Sub(d, SumKeep(Mul(d, p), -1))), o.Scale)
	results := []*Value{byHead(MatMul(ds, k)), byHead(MatMulT(ds, q, true, false)), byHead(MatMulT(p, dy, true, false))}
	return pullBack(results, dout, s)
}
