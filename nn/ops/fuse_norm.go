package ops

import "slices"

// fuseNorms lets a batch normalisation add what comes beside it and cut at zero,
// while its result is in cache: the end of a block of a residual network. Others
// may read mean and variance, so the fused op stands where the normalisation was.
func fuseNorms(g *graph) {
	readers, place, instead := g.readers(), map[*node]int{}, replacements{}
	for i, n := range g.nodes {
		place[n] = i
	}
	// only returns the one elementwise node of a kind that reads v.
	only := func(v *Value, k kind) *node {
		if g.once(v) && len(readers[v]) == 1 {
			if e, ok := readers[v][0].op.(elementwise); ok && e.kind == k {
				return readers[v][0]
			}
		}
		return nil
	}
	for _, n := range g.nodes {
		o, ok := n.op.(batchNorm)
		if !ok || o.after() != nil || o.residual {
			continue
		}
		y := n.out[0]
		var beside *Value
		if sum := only(y, kAdd); sum != nil {
			i := slices.Index(sum.in, y)
			v := sum.in[1-i]
			if slices.Equal(v.shape, y.shape) && place[v.node] < place[n] {
				o.residual, beside, y = true, v, sum.out[0]
				instead[sum] = func(in []*Value, _ map[*Value]*Value) []*Value { return in[i : i+1] }
			}
		}
		for _, k := range []kind{kReLU, kReLU6} {
			if relu := only(y, k); relu != nil {
				o.cut = k
				instead[relu] = func(in []*Value, _ map[*Value]*Value) []*Value { return in }
			}
		}
		if o.after() == nil && !o.residual {
			continue
		}
		g.fired["end of batch normalization"]++
		instead[n] = func(in []*Value, now map[*Value]*Value) []*Value {
			if beside != nil {
				in = append(in, replaced([]*Value{beside}, now)...)
			}
			return Apply(o, in...)
		}
	}
	g.rebuild(instead)
}
