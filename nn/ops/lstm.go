package ops

import "github.com/antler-ml/antler/internal/kernel"

// LSTM runs a long short-term memory over sequences x [batch, time, features]:
//
//	i, f, o = ρ(x·wᵢ + h·uᵢ + bᵢ) …    g = φ(x·w_c + h·u_c + b_c)
//	c' = f∘c + i∘g                     h' = o∘φ(c')
//
// w is [features, 4·units], u [units, 4·units], b nil or [4·units], gates in the
// order i, f, c, o. h0 and c0 are nil (zeros) or [batch, units]. mask is nil or
// [batch, time] of 0 and 1: at a masked step the states are carried over and
// the output of the step before is repeated (zeros before the first).
//
// sequence is [batch, time, units]; hLast and cLast, [batch, units], are the
// states after the last step. There are gradients for x, h0, c0, w, u and b.
//
// Keras: LSTM. Hochreiter and Schmidhuber, Long Short-Term Memory (1997).
func LSTM(x, h0, c0, w, u, b, mask *Value, c RNNConfig) (sequence, hLast, cLast *Value) {
	_, out := newRNN(lstm, c, x, h0, c0, w, u, b, mask)
	return out[rnnSequence], out[rnnLast], out[rnnLastCell]
}

func (r *rnnRun) lstmStep(lo, hi, s int) {
	for g := range r.groups {
		r.recurrent(g, lo, hi, s)
	}
	n := r.units
	for b := lo; b < hi; b++ {
		h, c, before := r.row(r.states, b, s), r.row(r.cells, b, s), r.cellBefore(b, s)
		if r.masked(b, s) {
			copy(h, r.before(b, s))
			copy(c, before)
			continue
		}
		z := r.gate(b, s)
		r.lstmCell(h, c, z[:n], z[n:2*n], z[2*n:3*n], z[3*n:], before)
	}
}

// lstmCell is a step without its products, for all units or some of them.
func (o rnn) lstmCell(h, c, in, forget, candidate, out, before []float32) {
	if o.usual() {
		kernel.LSTM(h, c, in, forget, candidate, out, before)
		return
	}
	o.rec.apply(in, in)
	o.rec.apply(forget, forget)
	o.act.apply(candidate, candidate)
	o.rec.apply(out, out)
	kernel.Mul(c, forget, before)
	kernel.MulAdd(c, in, candidate, c)
	o.act.apply(h, c)
	kernel.Mul(h, h, out)
}

// lstmBack turns the gradients of a step's state dh and cell dc into those of
// the gates before their activations, d, and of the cell before. d may share
// the memory of the gates.
func (r *rnnBackRun) lstmBack(b, s int, dh, d, t0, t1 []float32) {
	n := r.units
	dc := r.dc[b*n:][:n]
	z := r.gate(r.gates, b, s)
	if r.usual() {
		copyUnlessSame(d, z)
		kernel.LSTMBack(dh, dc, d[:n], d[n:2*n], d[2*n:3*n], d[3*n:], r.row(r.states, b, s), r.cellBefore(b, s))
		return
	}
	i, f, g, o := z[:n], z[n:2*n], z[2*n:3*n], z[3*n:]
	r.act.apply(t0, r.row(r.cellsOf, b, s))
	kernel.Mul(t1, dh, o)
	r.act.grad(t1, t1, t0)
	kernel.Add(dc, dc, t1)
	kernel.Mul(t0, dh, t0)
	r.rec.grad(d[3*n:], t0, o)
	kernel.Mul(t0, dc, g)
	kernel.Mul(t1, dc, i)
	r.rec.grad(d[:n], t0, i)
	r.act.grad(d[2*n:3*n], t1, g)
	kernel.Mul(t0, dc, r.cellBefore(b, s))
	kernel.Mul(dc, dc, f)
	r.rec.grad(d[n:2*n], t0, f)
	clear(dh)
}
