package ops

import "github.com/antler-ml/antler/internal/par"

// Upsample repeats each cell of sequences (n, t, c), images (n, h, w, c) or
// volumes (n, d, h, w, c) size[i] times along their axis i, the first after the
// batch being 0. The gradient of a cell is the sum over its repetitions.
func Upsample(x *Value, size ...int) *Value {
	axes := x.Rank() - 2
	if axes < 1 || axes > 3 || len(size) != axes {
		shapePanic("Upsample", [][]int{x.shape}, "%d factors for rank %d; want one for each axis between batch and channels, of which there may be 1 to 3", len(size), x.Rank())
	}
	all, wide, to := [3]int{1, 1, 1}, []int{x.shape[0], 1, 1, 1, x.shape[axes+1]}, append([]int{}, x.shape...)
	some := false
	for i, f := range size {
		if f < 1 {
			shapePanic("Upsample", [][]int{x.shape}, "factor %d is %d, want 1 or more", i, f)
		}
		all[3-axes+i], wide[4-axes+i] = f, x.shape[1+i]
		to[1+i] *= f
		some = some || f > 1
	}
	if !some {
		return x
	}
	return Reshape(apply1(upsample{all}, Reshape(x, wide...)), to...)
}

// upsample repeats the cells of volumes.
type upsample struct{ size [3]int }

func (upsample) String() string { return "Upsample" }

func (o upsample) Infer(in [][]int) [][]int {
	x := in[0]
	return [][]int{{x[0], x[1] * o.size[0], x[2] * o.size[1], x[3] * o.size[2], x[4]}}
}

func (o upsample) Grad(_, _, dout []*Value) []*Value {
	return []*Value{apply1(pool3D{kind: pool3DSum, c: Pool3DConfig{Size: o.size, Strides: o.size}}, dout[0])}
}

// Bind: every row is widened once, straight into its place in the result; its
// other places get copies.
func (o upsample) Bind(b *Binding) func() {
	x, in, out := b.InShape[0], b.In[0], b.Out[0]
	h, c := x[2], x[4]
	from, to := x[3]*c, x[3]*c*o.size[2]
	body := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			slab, y := r/h, r%h // slab counts the depths of all volumes
			first := out[(slab*o.size[0]*h+y)*o.size[1]*to:][:to]
			widen(first, in[r*from:][:from], c, o.size[2])
			for z := range o.size[0] {
				for k := range o.size[1] {
					if z+k > 0 {
						copy(out[(((slab*o.size[0]+z)*h+y)*o.size[1]+k)*to:][:to], first)
					}
				}
			}
		}
	}
	rows, grain := x[0]*x[1]*h, max(1, moverGrain/max(1, to*o.size[0]*o.size[1]))
	if from == 0 {
		return func() {}
	}
	return func() { par.For(rows, grain, body) }
}

// widen repeats each cell of c channels n times.
func widen(dst, src []float32, c, n int) {
	if n == 1 {
		copy(dst, src)
		return
	}
	if c == 1 {
		for i, x := range src {
			fillFloats(dst[i*n:][:n], x)
		}
		return
	}
	for ; len(src) > 0; src = src[c:] {
		cell := src[:c]
		for range n {
			if c < 8 { // a call costs more than the cell
				for i, x := range cell {
					dst[i] = x
				}
			} else {
				copy(dst, cell)
			}
			dst = dst[c:]
		}
	}
}
