package kernel

import (
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

// benchTopic runs f on each instruction set; bytes are those read and written by
// one call. The operands of one call fit into the L1 cache, so this is the speed
// of computing; from memory every light kernel is as slow as the memory.
func benchTopic(b *testing.B, topic, name string, bytes int, f func()) {
	for _, isa := range []string{"AVX512", "AVX2", "Go"} {
		restore := impl.Select(topic, isa)
		found := isa == "Go"
		for _, i := range impl.List(topic) {
			found = found || i.Name == isa && i.Available()
		}
		if found {
			b.Run(name+"/"+isa, func(b *testing.B) {
				b.SetBytes(int64(bytes))
				for b.Loop() {
					f()
				}
			})
		}
		restore()
	}
}

func benchData() [][]float32 {
	x := make([][]float32, 6)
	for i := range x {
		x[i] = make([]float32, 1024)
		Uniform(x[i], 1, uint64(i), 0, 0.1, 2)
	}
	return x
}

func BenchmarkElementwise(b *testing.B) {
	x := benchData()
	for _, c := range elementwiseCalls {
		benchTopic(b, c.topic, c.name, 4*1024*(c.args+1), func() { c.run(x[0], x[1:]) })
	}
}

func BenchmarkReduce(b *testing.B) {
	x := benchData()
	var s float32
	benchTopic(b, "reduce", "Sum", 4096, func() { s += Sum(x[0]) })
	benchTopic(b, "reduce", "Dot", 8192, func() { s += Dot(x[0], x[1]) })
	benchTopic(b, "reduce", "SumSquares", 4096, func() { s += SumSquares(x[0]) })
	benchTopic(b, "reduce", "Max", 4096, func() { s += Max(x[0]) })
	benchTopic(b, "reduce", "ArgMax", 4096, func() { s += float32(ArgMax(x[0])) })
	benchTopic(b, "reduce", "AddColumns128", 4096, func() { AddColumns(x[1][:128], x[0]) })
	benchTopic(b, "reduce", "AddColumns10", 4096, func() { AddColumns(x[1][:10], x[0]) })
}

func BenchmarkSoftmaxRows(b *testing.B) {
	x := benchData()
	for _, n := range []int{10, 1000} {
		rows := 1000 / n
		t, y, d := x[0][:rows*n], x[1][:rows*n], x[2][:rows*n]
		name := map[int]string{10: "10", 1000: "1000"}[n]
		benchTopic(b, "softmax", "Softmax"+name, 8000, func() { Softmax(y, t, n) })
		benchTopic(b, "softmax", "LogSoftmax"+name, 8000, func() { LogSoftmax(y, t, n) })
		benchTopic(b, "softmax", "CrossEntropy"+name, 8000, func() { SoftmaxCrossEntropy(x[3][:rows], x[4][:rows], x[5][:rows], t, d, n) })
		benchTopic(b, "softmax", "CrossEntropyGrad"+name, 12000, func() {
			SoftmaxCrossEntropyGrad(y, x[3][:rows], t, d, x[4][:rows], x[5][:rows], n)
		})
	}
}

func BenchmarkOptimizer(b *testing.B) {
	for _, o := range optimizers {
		x := benchData()
		benchTopic(b, "optim", o.name, 4096*(3+2*o.slots), func() { o.step(1, x[0], x[1], x[2:]) })
	}
}

func BenchmarkRandom(b *testing.B) {
	x := benchData()
	benchTopic(b, "random", "Uniform", 4096, func() { Uniform(x[0], 1, 2, 0, 0, 1) })
	benchTopic(b, "random", "Normal", 4096, func() { Normal(x[0], 1, 2, 0, 0, 1) })
	benchTopic(b, "random", "Dropout", 8192, func() { Dropout(x[0], x[1], 1, 2, 0, 0.5) })
}
