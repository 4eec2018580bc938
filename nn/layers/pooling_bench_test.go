package layers_test

import (
	"fmt"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// benchmarkWeightless runs a layer without weights forwards and backwards. Input and
// gradient are variables, since inputs would be copied.
func benchmarkWeightless(b *testing.B, l nn.Layer, shape ...int) {
	if err := nn.Apply(l, nn.Input(shape[1:]...)).Err(); err != nil {
		b.Fatal(err)
	}
	x := ops.Variable(tensor.Ones(shape...))
	tr, err := nn.Trace(l, true, []*ops.Value{x}, nil)
	if err != nil {
		b.Fatal(err)
	}
	y := tr.Out[0]
	dy := ops.Variable(tensor.Ones(y.Shape()...))
	p := ops.Compile(ops.Spec{Out: []*ops.Value{y}, Slab: ops.Gradients(ops.Sum(ops.Mul(y, dy)), x)})
	b.ReportAllocs()
	b.SetBytes(int64(4 * 2 * (x.Size() + y.Size()))) // x, y, dy and dx once each
	for b.Loop() {
		if err := p.Run(ops.State{}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(shape[0]*b.N)/b.Elapsed().Seconds(), "samples/s")
}

func BenchmarkPoolingLayers(b *testing.B) {
	for name, c := range map[string]struct {
		l     nn.Layer
		shape []int
	}{
		"MaxPooling1D":           {&layers.MaxPooling1D{}, []int{32, 1024, 64}},
		"MaxPooling2D":           {&layers.MaxPooling2D{}, []int{32, 56, 56, 64}},
		"AveragePooling2D":       {&layers.AveragePooling2D{}, []int{32, 56, 56, 64}},
		"MaxPooling3D":           {&layers.MaxPooling3D{}, []int{4, 16, 56, 56, 32}},
		"AveragePooling3D":       {&layers.AveragePooling3D{}, []int{4, 16, 56, 56, 32}},
		"GlobalAveragePooling2D": {&layers.GlobalAveragePooling2D{}, []int{64, 14, 14, 256}},
		"GlobalMaxPooling1D":     {&layers.GlobalMaxPooling1D{}, []int{64, 400, 128}},
	} {
		b.Run(fmt.Sprintf("%s_%v", name, c.shape), func(b *testing.B) { benchmarkWeightless(b, c.l, c.shape...) })
	}
}

func BenchmarkUpSampling(b *testing.B) {
	for _, m := range []layers.Interpolation{layers.Nearest, layers.Bilinear, layers.Bicubic} {
		for _, shape := range [][]int{{16, 32, 32, 64}, {16, 64, 64, 3}} {
			b.Run(fmt.Sprintf("%s_%v", m, shape), func(b *testing.B) {
				benchmarkWeightless(b, &layers.UpSampling2D{Interpolation: m}, shape...)
			})
		}
	}
	b.Run("3D_[4_8_28_28_32]", func(b *testing.B) { benchmarkWeightless(b, &layers.UpSampling3D{}, 4, 8, 28, 28, 32) })
}
