package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchGemm reports the speed of one product; run with -cpu 1,2.
func benchGemm(b *testing.B, m, n, k int, transA, transB bool, e Epilogue) {
	r := rand.New(rand.NewPCG(1, 1))
	g := newGemmCase(r, m, n, k, transA, transB, 0)
	b.ReportAllocs()
	for b.Loop() {
		Gemm(m, n, k, g.a, g.b, g.c, g.ldc, e)
	}
	reportGFLOPs(b, m, n, k)
}

func reportGFLOPs(b *testing.B, m, n, k int) {
	flops := 2 * float64(m) * float64(n) * float64(k) * float64(b.N)
	b.ReportMetric(flops/1e9/b.Elapsed().Seconds(), "GFLOP/s")
}

func BenchmarkGemm(b *testing.B) {
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchGemm(b, n, n, n, false, false, Epilogue{}) })
	}
}

// The products of dense layers: forward NN, gradient of the input NT, of the weights TN.
func BenchmarkGemmLayers(b *testing.B) {
	for _, s := range [][3]int{
		{1, 512, 784}, {1, 10, 512}, {32, 16, 10}, {32, 1, 16}, {32, 512, 784}, {32, 1024, 1024}, {32, 10, 512},
		{128, 512, 784}, {128, 512, 512}, {128, 10, 512}, {784, 512, 128}, {512, 10, 128}, {10, 16, 32}, {4096, 64, 288},
		{2560, 512, 128}, {2560, 128, 512}, // all steps of a recurrent layer
		{1568, 512, 512}, {512, 512, 1568}, // cells of a convolution
	} {
		for tr, name := range []string{"NN", "TN", "NT", "TT"} {
			b.Run(fmt.Sprintf("%dx%dx%d/%s", s[0], s[1], s[2], name), func(b *testing.B) {
				benchGemm(b, s[0], s[1], s[2], tr&1 != 0, tr&2 != 0, Epilogue{})
			})
		}
	}
}

func BenchmarkGemmEpilogue(b *testing.B) {
	const m, n, k = 128, 512, 512
	bias := make([]float32, n)
	b.Run("bias", func(b *testing.B) { benchGemm(b, m, n, k, false, false, Epilogue{Bias: bias}) })
	b.Run("bias+relu", func(b *testing.B) { benchGemm(b, m, n, k, false, false, Epilogue{Bias: bias, ReLU: true}) })
	tanh := func(_, _ int, row []float32) { Tanh(row, row) }
	b.Run("bias+tanh", func(b *testing.B) { benchGemm(b, m, n, k, false, false, Epilogue{Bias: bias, Row: tanh}) })
}

func BenchmarkGemmPacked(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, m := range []int{1, 32, 128} {
		b.Run(fmt.Sprint(m), func(b *testing.B) {
			g := newGemmCase(r, m, 512, 784, false, false, 0)
			w := Operand{Packed: PackB(784, 512, g.b)}
			for b.Loop() {
				Gemm(m, 512, 784, g.a, w, g.c, g.ldc, Epilogue{})
			}
			reportGFLOPs(b, m, 512, 784)
		})
	}
}

func BenchmarkGemmBatch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const count, m, n, k = 64, 32, 32, 64
	x, y, z := randomFloats(r, count*m*k), randomFloats(r, count*k*n), make([]float32, count*m*n)
	bt := Batch{count, m * k, k * n, m * n}
	for b.Loop() {
		GemmBatch(bt, m, n, k, Operand{Data: x, Ld: k}, Operand{Data: y, Ld: n}, z, n, Epilogue{})
	}
	reportGFLOPs(b, count*m, n, k)
}

func BenchmarkColumnSums(b *testing.B) {
	const m, n = 128, 512
	x, s := make([]float32, m*n), make([]float32, n)
	b.SetBytes(4 * m * n)
	for b.Loop() {
		ColumnSums(s, x, m, n, n)
	}
}
