package kernel

import (
	"math/rand/v2"
	"testing"
)

// line is a convolution of n sequences of t steps with padding on both sides.
func line(n, t, c, f, k, pad int) ConvShape {
	return ConvShape{N: n, H: t, W: 1, C: c, OH: t + 2*pad - k + 1, OW: 1, F: f, KH: k, KW: 1,
		SH: 1, SW: 1, DH: 1, DW: 1, PH: pad, Groups: 1}
}

func (s ConvShape) split(groups int) ConvShape {
	s.Groups = groups
	return s
}

func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		name string
		s    ConvShape
	}{
		{"28x28x1-32_3x3_b128", convCase(128, 28, 28, 1, 32, 3, 3, 1, 1, 0, 0, 1)},
		{"26x26x32-64_3x3_b128", convCase(128, 26, 26, 32, 64, 3, 3, 1, 1, 0, 0, 1)},
		{"32x32x3-32_same_b64", convCase(64, 32, 32, 3, 32, 3, 3, 1, 1, 1, 1, 1)},
		{"32x32x32-32_same_b64", convCase(64, 32, 32, 32, 32, 3, 3, 1, 1, 1, 1, 1)},
		{"16x16x32-64_same_b64", convCase(64, 16, 16, 32, 64, 3, 3, 1, 1, 1, 1, 1)},
		{"16x16x64-64_same_b64", convCase(64, 16, 16, 64, 64, 3, 3, 1, 1, 1, 1, 1)},
		{"32x32x16-16_same_b64", convCase(64, 32, 32, 16, 16, 3, 3, 1, 1, 1, 1, 1)},
		{"8x8x64-64_same_b64", convCase(64, 8, 8, 64, 64, 3, 3, 1, 1, 1, 1, 1)},
		{"14x14x128-128_same_b32", convCase(32, 14, 14, 128, 128, 3, 3, 1, 1, 1, 1, 1)},
		{"14x14x256-256_same_b16", convCase(16, 14, 14, 256, 256, 3, 3, 1, 1, 1, 1, 1)},
		{"14x14x256-64_1x1_b32", convCase(32, 14, 14, 256, 64, 1, 1, 1, 1, 0, 0, 1)},
		{"28x28x256-128_1x1_b8", convCase(8, 28, 28, 256, 128, 1, 1, 1, 1, 0, 0, 1)},
		{"28x28x256-512_1x1_stride2_b8", convCase(8, 28, 28, 256, 512, 1, 1, 2, 1, 0, 0, 1)},
		{"32x32x64-64_stride2_b32", convCase(32, 32, 32, 64, 64, 3, 3, 2, 1, 0, 1, 1)},
		{"28x28x64_depthwise_b32", convCase(32, 28, 28, 64, 64, 3, 3, 1, 1, 1, 1, 64)},
		{"112x112x32_depthwise_b8", convCase(8, 112, 112, 32, 32, 3, 3, 1, 1, 1, 1, 32)},
		{"56x56x128_depthwise_b8", convCase(8, 56, 56, 128, 128, 3, 3, 1, 1, 1, 1, 128)},
		{"57x57x128_depthwise_stride2_b8", convCase(8, 57, 57, 128, 128, 3, 3, 2, 1, 0, 0, 128)},
		{"14x14x512_depthwise_b16", convCase(16, 14, 14, 512, 512, 3, 3, 1, 1, 1, 1, 512)},
		{"7x7x1024_depthwise_b16", convCase(16, 7, 7, 1024, 1024, 3, 3, 1, 1, 1, 1, 1024)},
		{"28x28x240_depthwise5x5_b8", convCase(8, 28, 28, 240, 240, 5, 5, 1, 1, 2, 2, 240)},
		{"28x28x64x2_depthwise_b8", convCase(8, 28, 28, 64, 128, 3, 3, 1, 1, 1, 1, 64)},
		{"28x28x64-64_dilated_b8", convCase(8, 28, 28, 64, 64, 3, 3, 1, 2, 2, 2, 1)},
		{"28x28x128-64_transposed_b16", convCase(16, 28, 28, 64, 128, 4, 4, 2, 1, 1, 1, 1)},
		{"400x64-128_1d_b32", line(32, 400, 64, 128, 5, 0)},
		{"256x64-64_1d_same_b32", line(32, 256, 64, 64, 3, 1)},
		{"200x128_depthwise1d_b32", line(32, 200, 128, 128, 5, 2).split(128)},
		{"16x32x32x16-32_3d_b2", volume(convCase(2, 32, 32, 16, 32, 3, 3, 1, 1, 1, 1, 1), 16, 3, 1, 1, 1, 1)},
		{"16x16x16x64-64_3d_b2", volume(convCase(2, 16, 16, 64, 64, 3, 3, 1, 1, 1, 1, 1), 16, 3, 1, 1, 1, 1)},
		{"28x28x16-1_same_b128", convCase(128, 28, 28, 16, 1, 3, 3, 1, 1, 1, 1, 1)},
		{"28x28x64-3_same_b32", convCase(32, 28, 28, 64, 3, 3, 3, 1, 1, 1, 1, 1)},
		{"7x7x512-512_same_b8", convCase(8, 7, 7, 512, 512, 3, 3, 1, 1, 1, 1, 1)},
		{"7x7x512-512_same_b1", convCase(1, 7, 7, 512, 512, 3, 3, 1, 1, 1, 1, 1)},
		{"14x14x256-256_same_b1", convCase(1, 14, 14, 256, 256, 3, 3, 1, 1, 1, 1, 1)},
		{"14x14x128-128_same_b1", convCase(1, 14, 14, 128, 128, 3, 3, 1, 1, 1, 1, 1)},
		{"56x56x64-64_same_b1", convCase(1, 56, 56, 64, 64, 3, 3, 1, 1, 1, 1, 1)},
	} {
		s := c.s.settled()
		r := rand.New(rand.NewPCG(1, 2))
		x, y := random(r, s.N*s.D*s.H*s.W*s.C), random(r, s.pixels()*s.F)
		w := random(r, s.depth()*s.F)
		rate := func(b *testing.B, f func()) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(s.Flops()*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		b.Run(c.name+"/y", func(b *testing.B) {
			p := NewConvForward(s)
			rate(b, p.Bind(x, w, w[:s.F], y, make([]float32, p.Scratch()), true, nil))
		})
		b.Run(c.name+"/dx", func(b *testing.B) {
			p := NewConvInputGrad(s)
			rate(b, p.Bind(y, w, nil, x, make([]float32, p.Scratch()), false, nil))
		})
		b.Run(c.name+"/dw", func(b *testing.B) {
			p := NewConvWeightGrad(s)
			rate(b, p.Bind(x, y, w, nil, make([]float32, p.Scratch())))
		})
	}
}
