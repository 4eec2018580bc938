package main

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// squares are compared as they are; 512 and 1024 in each way that training stores
// the factors.
func (b *bench) squares() (ps []wire.Product) {
	for _, n := range []int{64, 128, 256, 512, 1024, 2048, 4096} {
		if b.quick && n != 64 && n != 512 && n != 1024 {
			continue
		}
		ps = append(ps, wire.Product{M: n, N: n, K: n, Trans: "NN"})
		if !b.quick && (n == 512 || n == 1024) {
			ps = append(ps, wire.Product{M: n, N: n, K: n, Trans: "NT"}, wire.Product{M: n, N: n, K: n, Trans: "TN"})
		}
	}
	return ps
}

// denseLayers are inputs × outputs of layers in the measured models: the MLP's,
// an LSTM's kernel (four gates), the first dense layers of CNN32 and CNN28.
var denseLayers = [][2]int{{784, 512}, {512, 512}, {512, 10}, {128, 512}, {4096, 512}, {9216, 128}}

// layerProducts are what the layers compute for a batch: forward NN, gradient of
// the input NT, gradient of the weights TN.
func (b *bench) layerProducts(batch int) (ps []wire.Product) {
	for i, l := range denseLayers {
		in, out := l[0], l[1]
		if b.quick && i > 0 || batch == 128 && i == 4 {
			break
		}
		ps = append(ps, wire.Product{M: batch, N: out, K: in, Trans: "NN"})
		if !b.quick {
			ps = append(ps, wire.Product{M: batch, N: in, K: out, Trans: "NT"}, wire.Product{M: in, N: out, K: batch, Trans: "TN"})
		}
	}
	return ps
}

// gemm compares matrix products with NumPy on OpenBLAS and with torch.mm.
func (b *bench) gemm(name string, ps []wire.Product) error {
	cs := b.open(slices.Concat(across("ours", ""), b.variantSettings(), across("numpy", ""), across("torch", "")))
	defer closeAll(cs)
	block := b.block
	b.block = min(block, block/5+20e6) // units are short and many
	defer func() { b.block = block }()
	first := len(b.now.Records)
	core := b.corePeak(1)
	for _, p := range ps {
		checkValues(cs, wire.Request{Op: "gemm", Gemm: &p, N: 1})
		b.compare(cs, 1<<20, func(c *contender, n int) (float64, error) {
			if tooLarge(c, p) {
				return 0, errTooSlow
			}
			r, err := c.child.ask(wire.Request{Op: "gemm", Gemm: &p, N: n})
			return r.NS / float64(n), err
		})
		b.record(&record{Name: fmt.Sprintf("%s/%d×%d×%d %s", name, p.M, p.N, p.K, p.Trans), Product: &p, FLOP: p.FLOP()}, cs)
	}
	core = max(core, b.corePeak(1))
	for _, r := range b.now.Records[first:] {
		r.Core = core
	}
	return nil
}

// tooLarge leaves products out that take seconds in plain Go.
func tooLarge(c *contender, p wire.Product) bool { return c.Mode == "purego" && p.FLOP() > 3e9 }
