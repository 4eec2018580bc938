package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// trained compiles one training step of a layer: its output, and the gradients
// of Σ output·dy for inputs (unless they are ids) and weights.
func trained(b *testing.B, l nn.Layer, ids bool, shape ...int) *ops.Program {
	x := tensor.New(shape...)
	for j := range x.Data() {
		x.Data()[j] = float32(j*7919%101)/50 - 1
		if ids {
			x.Data()[j] = float32(j * 7919 % 100000)
		}
	}
	// Variables, since a program copies its inputs.
	symbols, in := []*nn.Symbol{nn.Input(shape[1:]...)}, []*ops.Value{ops.Variable(x)}
	if _, attends := l.(*layers.MultiHeadAttention); attends { // to itself
		symbols, in = append(symbols, symbols[0]), append(in, in[0])
	}
	if err := nn.Apply(l, symbols...).Err(); err != nil {
		b.Fatal(err)
	}
	tr, err := nn.Trace(l, true, in, nil)
	if err != nil {
		b.Fatal(err)
	}
	g := tensor.New(tr.Out[0].Shape()...)
	for j := range g.Data() {
		g.Data()[j] = float32(j%17)/8 - 1
	}
	loss := ops.Sum(ops.Mul(tr.Out[0], ops.Variable(g)))
	var wrt []*ops.Value
	if !ids {
		wrt = append(wrt, in[0])
	}
	for _, w := range nn.BaseOf(l).Weights() {
		if w.Trainable() {
			wrt = append(wrt, tr.Variable(w))
		}
	}
	return ops.Compile(ops.Spec{Out: tr.Out[:1], Slab: ops.Gradients(loss, wrt...), Assign: tr.Assign})
}

func BenchmarkTraining(b *testing.B) {
	for _, c := range []struct {
		name  string
		layer nn.Layer
		ids   bool
		flops float64 // of the products, forward and backward
		shape []int
	}{
		{"layer_normalization 32x128x512", &layers.LayerNormalization{}, false, 0, []int{32, 128, 512}},
		{"batch_normalization 32x28x28x64", &layers.BatchNormalization{}, false, 0, []int{32, 28, 28, 64}},
		{"batch_normalization first 32x64x28x28", &layers.BatchNormalization{Axis: []int{1}}, false, 0, []int{32, 64, 28, 28}},
		{"batch_normalization 512x1024", &layers.BatchNormalization{}, false, 0, []int{512, 1024}},
		{"group_normalization 16x28x28x64", &layers.GroupNormalization{}, false, 0, []int{16, 28, 28, 64}},
		{"multi_head_attention 32x128x256, 8 heads", &layers.MultiHeadAttention{NumHeads: 8, KeyDim: 32}, false,
			3 * 2 * (4*32*128*256*256 + 2*32*8*128*128*32), []int{32, 128, 256}},
		{"embedding 100000x128, 32x80", &layers.Embedding{InputDim: 100000, OutputDim: 128}, true, 0, []int{32, 80}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := trained(b, c.layer, c.ids, c.shape...)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(ops.State{}, nil); err != nil {
					b.Fatal(err)
				}
			}
			if c.flops > 0 {
				b.ReportMetric(c.flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			} else {
				b.ReportMetric(float64(p.Out(0).Len())*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mnumbers/s")
			}
		})
	}
}
