package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A training step without the optimizer: forward, loss and all gradients of
// the network conv 32, conv 64, max-pool, dense 128, dense 10 on 128 images of
// 28×28.
func BenchmarkCNN28(b *testing.B) {
	const n = 128
	shapes := [][]int{{3, 3, 1, 32}, {32}, {3, 3, 32, 64}, {64}, {12 * 12 * 64, 128}, {128}, {128, 10}, {10}}
	x, ids := ops.Input(n, 28, 28, 1), ops.Input(n)
	var w []*ops.Value
	for i, s := range shapes {
		w = append(w, ops.Variable(scaled(0.05, uniform(uint64(i), s...))))
	}
	v := ops.Conv2DFused(x, w[0], w[1], ops.Conv2DConfig{}, ops.ActReLU)
	v = ops.Conv2DFused(v, w[2], w[3], ops.Conv2DConfig{}, ops.ActReLU)
	v = ops.MaxPool2D(v, ops.PoolConfig{Size: [2]int{2, 2}})
	v = ops.Dense(ops.Reshape(v, n, -1), w[4], w[5], ops.ActReLU)
	v = ops.Dense(v, w[6], w[7], ops.ActNone)
	loss := ops.Mean(ops.SparseSoftmaxCrossEntropy(v, ids))
	p := ops.Compile(ops.Spec{In: []*ops.Value{x, ids}, Out: []*ops.Value{loss}, Slab: ops.Gradients(loss, w...)})
	labels := tensor.New(n)
	for i := range labels.Data() {
		labels.Data()[i] = float32(i % 10)
	}
	in := []*tensor.Tensor{uniform(9, n, 28, 28, 1), labels}
	for b.Loop() {
		if err := p.Run(ops.State{}, in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
