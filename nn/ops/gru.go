package ops

import "github.com/antler-ml/antler/internal/kernel"

// GRU runs a gated recurrent unit over sequences x [batch, time, features]:
//
//	z, r = ρ(x·w_z + h·u_z + b_z) …    h' = z∘h + (1-z)∘ĥ
//	ĥ = φ(x·w_h + (r∘h)·u_h + b_h)     or, with ResetAfter, φ(x·w_h + b_h + r∘(h·u_h + b'_h))
//
// w is [features, 3·units], u [units, 3·units], gates in the order z, r, h. b is
// nil or [3·units]; with ResetAfter [2, 3·units], the input's and the recurrent
// one. The rest is as in [LSTM].
//
// Keras: GRU. Cho et al., Learning Phrase Representations using RNN
// Encoder-Decoder (2014); ResetAfter as in cuDNN.
func GRU(x, h0, w, u, b, mask *Value, c RNNConfig) (sequence, hLast *Value) {
	_, out := newRNN(gru, c, x, h0, nil, w, u, b, mask)
	return out[rnnSequence], out[rnnLast]
}

func (r *rnnRun) gruStep(lo, hi, s int) {
	n, last := r.units, len(r.groups)-1
	for b := lo; b < hi && r.resetAfter; b++ {
		inner := r.gate(b, s)[3*n:]
		if r.bias != nil {
			copy(inner, r.bias[r.cols+2*n:])
		} else {
			clear(inner)
		}
	}
	for g := range r.groups {
		if g == last && !r.resetAfter {
			for b := lo; b < hi; b++ {
				zr := r.gate(b, s)[:2*n]
				r.rec.apply(zr, zr)
			}
		}
		r.recurrent(g, lo, hi, s)
	}
	for b := lo; b < hi; b++ {
		h, before := r.row(r.states, b, s), r.before(b, s)
		if r.masked(b, s) {
			copy(h, before)
			continue
		}
		d := r.gate(b, s)
		if r.resetAfter {
			r.gruEnd(h, d[:n], d[n:2*n], d[2*n:3*n], d[3*n:], before)
		} else {
			r.gruEnd(h, d[:n], nil, d[2*n:3*n], nil, before)
		}
	}
}

// gruEnd is what follows the last product of a step, for all units or some of
// them. reset and inner belong to ResetAfter; without it the gates have been
// activated before.
func (o rnn) gruEnd(h, z, reset, candidate, inner, before []float32) {
	switch {
	case o.usual() && o.resetAfter:
		kernel.GRUReset(h, z, reset, candidate, inner, before)
		return
	case o.usual():
		kernel.GRU(h, z, candidate, before)
		return
	case o.resetAfter:
		o.rec.apply(z, z)
		o.rec.apply(reset, reset)
		kernel.MulAdd(candidate, reset, inner, candidate)
	}
	o.act.apply(candidate, candidate)
	kernel.Sub(h, before, candidate)
	kernel.MulAdd(h, z, h, candidate)
}

// gruBack is lstmBack for a GRU. Without ResetAfter the part that goes through
// the reset gate comes later, see gruReset.
func (r *rnnBackRun) gruBack(b, s int, dh, d, t0, t1 []float32) {
	n := r.units
	g := r.gate(r.gates, b, s)
	if r.usual() { // without ResetAfter, gruReset reads the reset gate in d
		copyUnlessSame(d, g)
		if r.resetAfter {
			kernel.GRUResetBack(dh, d[:n], d[n:2*n], d[2*n:3*n], d[3*n:], r.before(b, s))
		} else {
			kernel.GRUBack(dh, d[:n], d[2*n:3*n], r.before(b, s))
		}
		return
	}
	z, reset, candidate := g[:n], g[n:2*n], g[2*n:3*n]
	kernel.Sub(t0, r.before(b, s), candidate)
	kernel.Mul(t0, t0, dh) // dz
	kernel.Mul(t1, dh, z)
	kernel.Sub(dh, dh, t1) // dĥ
	r.act.grad(d[2*n:3*n], dh, candidate)
	copy(dh, t1)
	r.rec.grad(d[:n], t0, z)
	if !r.resetAfter {
		copy(d[n:2*n], reset) // gruReset reads it there
		return
	}
	inner := d[2*n : 3*n]
	kernel.Mul(t0, inner, g[3*n:])
	kernel.Mul(d[3*n:], inner, reset)
	r.rec.grad(d[n:2*n], t0, reset)
}

// gruReset adds what reaches the reset gate and the state through (r∘h)·u_h,
// for a GRU without ResetAfter.
func (r *rnnBackRun) gruReset(lo, hi, s int) {
	n, g := r.units, len(r.groups)-1
	at := (lo*r.time+r.at(s))*r.ld + 2*n
	r.panels[g].MulRows(&r.tasks[lo/r.chunk], hi-lo, r.d[at:], r.time*r.ld, r.temp[lo*n:], n, false)
	for b := lo; b < hi; b++ {
		d, dh, t := r.gate(r.d, b, s), r.dh[b*n:][:n], r.temp[b*n:][:n]
		if r.masked(b, s) {
			continue
		}
		if r.dropH != nil {
			kernel.Mul(t, t, r.drop(b, r.groups[g].drop))
		}
		reset := d[n : 2*n]
		kernel.MulAdd(dh, t, reset, dh)
		kernel.Mul(t, t, r.before(b, s))
		r.rec.grad(reset, t, reset)
	}
}
