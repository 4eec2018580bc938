package main

import (
	"errors"
	"slices"
)

// products are the sizes that are compared: squares, then layers of real
// models with each way to store the factors.
func (b *bench) products() (square, skinny []product) {
	sizes := []int{64, 128, 256, 512, 1024, 2048, 4096}
	layers := [][3]int{ // outputs × columns × inner
		{1, 512, 784}, {1, 512, 512}, {1, 10, 512}, {32, 512, 784}, {32, 1024, 1024}, {32, 512, 128}, {32, 10, 512},
		{128, 512, 784}, {128, 512, 512}, {128, 10, 512}, {784, 512, 128}, {512, 10, 128},
	}
	stored := []string{"NN", "TN", "NT", "TT"}
	if b.quick {
		sizes, layers, stored = []int{64, 512, 1024}, [][3]int{{1, 512, 784}, {32, 512, 784}, {128, 512, 784}}, stored[:1]
	}
	for _, n := range sizes {
		square = append(square, product{n, n, n, "NN"})
	}
	for _, l := range layers {
		for _, t := range stored {
			skinny = append(skinny, product{l[0], l[1], l[2], t})
		}
	}
	return square, skinny
}

// gemm compares matrix products with NumPy on OpenBLAS and with torch.mm.
func (b *bench) gemm() error {
	cs := b.open(slices.Concat(across("ours", ""), b.variantSettings(), across("numpy", ""), across("torch", "")))
	defer closeAll(cs)
	square, skinny := b.products()
	b.gemmTable("Matrix products, square", "gemm/square", square, cs)
	b.gemmTable("Matrix products of layers", "gemm/layers", skinny, cs)
	return nil
}

func (b *bench) gemmTable(title, name string, ps []product, cs []*contender) {
	t := b.report.gemmBegin(title, b.variants)
	for _, p := range ps {
		checkValues(cs, request{Op: "gemm", Gemm: &p, N: 1})
		b.compare(cs, 1<<20, func(c *contender, n int) (float64, error) {
			if c.Mode == "purego" && p.flops() > 3e9 {
				return 0, errTooSlow
			}
			r, err := c.child.ask(request{Op: "gemm", Gemm: &p, N: n})
			return r.NS / float64(n), err
		})
		t.row(p, cs)
	}
	b.report.gemmEnd(name, t)
}

var errTooSlow = errors.New("not measured at this size")
