package main

import (
	"fmt"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/optimizers"
)

// gemm times n products.
func (w *worker) gemm(p wire.Product, n int) wire.Reply {
	if w.product != p {
		w.product = p
		w.a, w.b, w.c = make([]float32, p.M*p.K), make([]float32, p.K*p.N), make([]float32, p.M*p.N)
		for i := range w.a {
			w.a[i] = wire.Factor(i)
		}
		for i := range w.b {
			w.b[i] = wire.Factor(i + 7)
		}
	}
	a, b := kernel.Operand{Data: w.a, Ld: p.K}, kernel.Operand{Data: w.b, Ld: p.N}
	if p.Trans[0] == 'T' {
		a.Ld, a.Trans = p.M, true
	}
	if p.Trans[1] == 'T' {
		b.Ld, b.Trans = p.K, true
	}
	start := time.Now()
	for range n {
		kernel.Gemm(p.M, p.N, p.K, a, b, w.c, p.N, kernel.Epilogue{})
	}
	r := wire.Reply{NS: float64(time.Since(start))}
	abs := 0.0
	for _, v := range w.c {
		abs += max(float64(v), -float64(v))
	}
	r.Values = []float64{abs, float64(w.c[0]), float64(w.c[len(w.c)-1])}
	return r
}

// passes holds a slab of memory for the optimizer's pass and for a copy: weights,
// gradients and two slots.
type passes struct {
	slab, w, g, m, v []float32
	sums             []float64
}

// passChunk is what the trainer gives a worker at a time.
const passChunk = 1 << 14

// pass times n passes over the same slab of memory: copy moves one half into
// the other in the same pieces, "copy whole" in large ones, adam is the optimizer as the trainer calls it, norm+adam has the
// sum of squares before it, as the trainer has. Copy reads 2 and writes 2 of
// four parts, adam reads 4 and writes 3, the norm reads 1 more.
func (w *worker) pass(q wire.Request) (wire.Reply, error) {
	n := q.Floats / 4
	if w.passing == nil || len(w.passing.w) != n {
		s := make([]float32, 4*n)
		for i := range s { // fresh pages are all one page of zeros
			s[i] = float32(i%7) + 1
		}
		w.passing = &passes{s, s[:n], s[n : 2*n], s[2*n : 3*n], s[3*n:], make([]float64, n/passChunk+1)}
	}
	p := w.passing
	chunks := func(body func(lo, hi int)) func() {
		count := (n + passChunk - 1) / passChunk
		return func() {
			par.For(count, 1, func(lo, hi int) {
				for c := lo; c < hi; c++ {
					body(c*passChunk, min(n, (c+1)*passChunk))
				}
			})
		}
	}
	opt := &optimizers.Adam{Beta1: new(0.9), Beta2: new(0.999), Epsilon: 1e-7}
	adam := chunks(func(lo, hi int) {
		opt.Update(nn.Step{N: 3, LR: 1e-3}, p.w[lo:hi], p.g[lo:hi], [][]float32{p.m[lo:hi], p.v[lo:hi]})
	})
	norm := chunks(func(lo, hi int) { p.sums[lo/passChunk] = float64(kernel.SumSquares(p.g[lo:hi])) })
	whole := func() { // one large copy for each worker
		k := par.Workers()
		par.For(k, 1, func(lo, hi int) { copy(p.slab[2*n*lo/k:2*n*hi/k], p.slab[2*n+2*n*lo/k:2*n+2*n*hi/k]) })
	}
	work, ok := map[string]func(){
		"copy":       chunks(func(lo, hi int) { copy(p.slab[2*lo:2*hi], p.slab[2*(n+lo):2*(n+hi)]) }),
		"copy whole": whole,
		"adam":       adam,
		"norm+adam":  func() { norm(); adam() },
	}[q.Pass]
	if !ok {
		return wire.Reply{}, fmt.Errorf("unknown pass %q", q.Pass)
	}
	start := time.Now()
	for range q.N {
		work()
	}
	return wire.Reply{NS: float64(time.Since(start))}, nil
}
