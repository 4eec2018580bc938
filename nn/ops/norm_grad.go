package ops

import "slices"

// Grad differentiates the backward step once more, for losses that hold a
// gradient. It is rare, so it is not fused: the step is written again with
// elementary ops and that is differentiated, its operands taken as independent.
func (o batchNormGrad) Grad(in, out, dout []*Value) []*Value {
	s := independent(in)
	moved := slices.Clone(s)
	for i := range moved[:2] {
		moved[i] = channelsLast(moved[i], o.behind)
	}
	results := o.elementary(moved)
	if o.behind > 0 {
		last := upTo(in[0].Rank())
		results[0] = Transpose(results[0], slices.Insert(last[:len(last)-1], len(last)-1-o.behind, len(last)-1)...)
	}
	return pullBack(results, dout, s)
}

// channelsLast moves the axis to the end that has some behind it.
func channelsLast(v *Value, behind int) *Value {
	if behind == 0 {
		return v
	}
	at := v.Rank() - 1 - behind
	return Transpose(v, append(slices.Delete(upTo(v.Rank()), at, at+1), at)...)
}

// independent returns the values cut off from what they are made of.
func independent(in []*Value) []*Value {
	s := make([]*Value, len(in))
	for i, v := range in {
		s[i] = StopGradient(v)
	}
	return s
}

// pullBack returns the gradients of Σ results·dout; nil among dout counts as 0.
func pullBack(results, dout, wrt []*Value) []*Value {
	var loss *Value
	for i, v := range results {
		if dout[i] != nil {
			part := Sum(Mul(v, dout[i]))
			if loss != nil {
				part = Add(loss, part)
			}
			loss = part
		}
	}
	return Gradients(loss, wrt...)
}

// elementary is what Bind computes, from elementary ops.
func (o batchNormGrad) elementary(in []*Value) []*Value {
	x, dy, mean, variance := in[0], in[1], in[2], in[3]
	next := 4
	operand := func(has bool, other float32) *Value {
		if !has {
			return Scalar(other)
		}
		next++
		return in[next-1]
	}
	gamma := operand(o.gamma, 1)
	dmean, dvariance := operand(o.dmean, 0), operand(o.dvariance, 0)
	rows := upTo(x.Rank() - 1)
	sum := func(v *Value) *Value {
		if len(rows) == 0 {
			return v
		}
		return Sum(v, rows...)
	}
	inv, centred := Rsqrt(AddScalar(variance, o.eps)), Sub(x, mean)
	scale := Mul(gamma, inv)
	dbeta, p := sum(dy), sum(Mul(dy, centred))
	dgamma := Mul(p, inv)
	if o.given {
		cube := Mul(Square(inv), scale)
		return []*Value{Mul(dy, scale), dgamma, dbeta, Neg(Mul(scale, dbeta)), MulScalar(Mul(cube, p), -0.5)}
	}
	count := 1 / float32(max(1, sizeOf(x.shape[:x.Rank()-1])))
	onX := MulScalar(Sub(dmean, Mul(scale, dbeta)), count)
	onSquare := MulScalar(Sub(MulScalar(dvariance, 2), Mul(Mul(scale, Square(inv)), p)), count)
	dx := Add(Add(Mul(dy, scale), Mul(centred, onSquare)), onX)
	return []*Value{dx, dgamma, dbeta}
}

func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}
