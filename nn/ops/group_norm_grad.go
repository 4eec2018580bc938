package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// groupNormGrad is the fused backward step. Operands: x, dy, the means and
// 1/√(variance + eps) of the groups, and gamma, if there is one. Results: dx, then
// dgamma and dbeta as the flags say.
type groupNormGrad groupNorm

func (groupNormGrad) String() string             { return "GroupNormGrad" }
func (groupNormGrad) InPlace(input int) bool     { return input < 2 }
func (o groupNormGrad) Infer(in [][]int) [][]int { return layerNormGrad{0, o.gamma, o.beta}.Infer(in) }

// Scratch: six wide rows for each sample.
func (o groupNormGrad) Scratch(in [][]int) int {
	n := newGroupLayout(in[0], o.groups)
	return 6 * n.wide * n.samples
}

func (o groupNormGrad) Bind(b *Binding) func() {
	n := newGroupLayout(b.InShape[0], o.groups)
	x, dy, means, invs, dx := b.In[0], b.In[1], b.In[2], b.In[3], b.Out[0]
	var gamma, dgamma, dbeta []float32
	rest := b.Out[1:]
	if o.gamma {
		gamma, dgamma, rest = b.In[4], rest[0], rest[1:]
	}
	if o.beta {
		dbeta = rest[0]
	}
	if n.size == 0 {
		return func() { clear(dgamma); clear(dbeta) }
	}
	row := func(i, k int) []float32 { return b.Scratch[(6*i+k)*n.wide:][:n.wide] }
	one := func(i int) {
		x, dy, dx := x[i*n.size:][:n.size], dy[i*n.size:][:n.size], dx[i*n.size:][:n.size]
		s, p, mean, ka, kb, kc := row(i, 0), row(i, 1), row(i, 2), row(i, 3), row(i, 4), row(i, 5)
		clear(s)
		clear(p)
		for c := range n.cols {
			mean[c] = means[i*n.groups+c/n.per]
		}
		n.widen(mean)
		n.runs(func(lo, hi, w int) { kernel.NormDots(s[:w], p[:w], dy[lo:hi], x[lo:hi], mean[:w]) })
		count := float64(n.rows * n.per)
		for g := range n.groups {
			inv := float64(invs[i*n.groups+g])
			var sum, dots float64 // Σ gamma·dy, Σ gamma·dy·(x - mean)
			for c := g * n.per; c < (g+1)*n.per; c++ {
				cs, cp := n.fold(s, c), n.fold(p, c)
				f := 1.0
				if gamma != nil {
					f = float64(gamma[c])
				}
				sum, dots = sum+f*cs, dots+f*cp
				ka[c] = float32(f * inv)
				s[c], p[c] = float32(cs), float32(cp*inv) // the sample's parts of dbeta and dgamma
			}
			onX, onCentred := float32(-inv*sum/count), float32(-inv*inv*inv*dots/count)
			for c := g * n.per; c < (g+1)*n.per; c++ {
				kb[c], kc[c] = onCentred, onX
			}
		}
		n.widen(ka, kb, kc)
		n.runs(func(lo, hi, w int) {
			kernel.NormBack(dx[lo:hi], dy[lo:hi], x[lo:hi], mean[:w], ka[:w], kb[:w], kc[:w])
		})
	}
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			one(i)
		}
	}
	fold := func(dst []float32, k int) {
		clear(dst)
		for i := 0; i < n.samples && dst != nil; i++ {
			kernel.Add(dst, dst, row(i, k)[:n.cols])
		}
	}
	return func() {
		par.For(n.samples, 1, body)
		fold(dbeta, 0)
		fold(dgamma, 1)
	}
}

// Grad differentiates the backward step once more; see [layerNormGrad.Grad].
func (o groupNormGrad) Grad(in, _, dout []*Value) []*Value {
	s := independent(append(in[:2:2], in[4:]...))
	shape := s[0].shape
	c := shape[len(shape)-1]
	split := []int{shape[0], sizeOf(shape[1 : len(shape)-1]), o.groups, c / o.groups}
	x, dy := Reshape(s[0], split...), Reshape(s[1], split...)
	scaled := dy
	if o.gamma {
		scaled = Mul(dy, Reshape(s[2], split[2:]...))
	}
	mean := func(v *Value) *Value { return MeanKeep(v, 1, 3) }
	centred := Sub(x, mean(x))
	inv := Rsqrt(AddScalar(mean(Square(centred)), o.eps))
	unit := Mul(centred, inv)
	dx := Mul(inv, Sub(Sub(scaled, mean(scaled)), Mul(unit, mean(Mul(scaled, unit)))))
	results := []*Value{Reshape(dx, shape...)}
	if o.gamma {
		results = append(results, Reshape(Sum(Mul(dy, unit), 0, 1), c))
	}
	if o.beta {
		results = append(results, Reshape(Sum(dy, 0, 1), c))
	}
	g := pullBack(results, dout, s)
	return append([]*Value{g[0], g[1], nil, nil}, g[2:]...)
}
