package ops

// SimpleRNN runs h' = φ(x·w + h·u + b) over sequences x [batch, time, features].
// w is [features, units], u [units, units], b nil or [units]. The rest is as
// in [LSTM]; RecurrentActivation is not used.
//
// Keras: SimpleRNN. Elman, Finding Structure in Time (1990).
func SimpleRNN(x, h0, w, u, b, mask *Value, c RNNConfig) (sequence, hLast *Value) {
	c.RecurrentActivation = RNNDefault
	_, out := newRNN(simpleRNN, c, x, h0, nil, w, u, b, mask)
	return out[rnnSequence], out[rnnLast]
}

func (r *rnnRun) simpleStep(lo, hi, s int) {
	for g := range r.groups {
		r.recurrent(g, lo, hi, s)
	}
	for b := lo; b < hi; b++ {
		h := r.row(r.states, b, s)
		if r.masked(b, s) {
			copy(h, r.before(b, s))
			continue
		}
		z := r.gate(b, s)
		r.act.apply(z, z)
		copy(h, z)
	}
}

func (r *rnnBackRun) simpleBack(b, s int, dh, d []float32) {
	r.act.grad(d, dh, r.gate(r.gates, b, s))
	clear(dh)
}
