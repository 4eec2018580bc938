package ops_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// kerasConv is the settings of a case of kind "conv"; see testdata/tools/conv_kernels.py.
type kerasConv struct {
	Op, Padding, Activation string
	Size, Strides, Dilation [2]int
	Groups                  int
}

// padding is that of the windows over images of size in.
func (k kerasConv) padding(in [2]int) (low, high [2]int) {
	if k.Padding == "same" {
		for a := range 2 {
			low[a], high[a] = ops.SamePadding(in[a], k.Size[a], k.Strides[a], k.Dilation[a])
		}
	}
	return low, high
}

// build makes the op. y is the shape of the result, which is the image that
// the windows of a transposed convolution lie over.
func (k kerasConv) build(in []*ops.Value, y []int) *ops.Value {
	x := in[0]
	if k.Op == "max" || k.Op == "avg" {
		c := ops.PoolConfig{Size: k.Size, Strides: k.Strides}
		c.PadLow, c.PadHigh = k.padding([2]int{x.Dim(1), x.Dim(2)})
		if k.Op == "max" {
			return ops.MaxPool2D(x, c)
		}
		return ops.AvgPool2D(x, c)
	}
	act := ops.ActNone
	for _, a := range []ops.Activation{ops.ActReLU, ops.ActTanh, ops.ActSigmoid} {
		if a.String() == k.Activation {
			act = a
		}
	}
	c := ops.Conv2DConfig{Strides: k.Strides, Dilation: k.Dilation, Groups: k.Groups}
	if k.Op == "transpose" {
		size := [2]int{y[1], y[2]}
		c.PadLow, c.PadHigh = k.padding(size)
		return ops.Conv2DTransposeFused(x, in[1], in[2], size, c, act)
	}
	if k.Op == "depthwise" {
		c.Groups = x.Dim(3)
	}
	c.PadLow, c.PadHigh = k.padding([2]int{x.Dim(1), x.Dim(2)})
	return ops.Conv2DFused(x, in[1], in[2], c, act)
}

func TestConvKeras(t *testing.T) {
	golden.Walk(t, "conv", func(t *testing.T, c golden.Case) {
		var k kerasConv
		c.Decode(t, &k)
		names := []string{"x"}
		if c.Has("w") {
			names = append(names, "w", "bias")
		}
		var in []*ops.Value
		var feed []*tensor.Tensor
		for _, n := range append(slices.Clone(names), "dy") {
			a := c.Array(t, n)
			in = append(in, ops.Input(a.Shape...))
			feed = append(feed, tensor.From(a.Data, a.Shape...))
		}
		want := c.Array(t, "y").Shape
		y := k.build(in, want)
		if !slices.Equal(y.Shape(), want) {
			t.Fatalf("shape %v, want %v", y.Shape(), want)
		}
		loss := ops.Mul(y, in[len(names)])
		p := ops.Compile(ops.Spec{In: in, Out: []*ops.Value{y}, Slab: ops.Gradients(loss, in[:len(names)]...)})
		if err := p.Run(ops.State{}, feed); err != nil {
			t.Fatal(err)
		}
		c.Close(t, "y", p.Out(0).Data())
		for i, n := range names {
			if c.Has("d" + n) {
				c.Close(t, "d"+n, p.SlabPart(i))
			}
		}
	})
}
