package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// validateTranspose checks the settings of a transposed convolution.
func (v *convolution) validateTranspose() error {
	if err := firstError(v.validateWindow(), positive("Filters", v.filters)); err != nil {
		return err
	}
	for i, p := range v.outputPadding {
		switch {
		case p < 0:
			return fmt.Errorf("OutputPadding is %v; want 0 or more", plain(v.outputPadding))
		case p >= v.strides[i]:
			return fmt.Errorf("OutputPadding %v must be less than Strides %v", plain(v.outputPadding), plain(v.strides))
		case v.padding == Same && v.span(i)%2 == 0 && p == 0:
			return fmt.Errorf("OutputPadding %v: with padding same, a window of an even number of cells (here %d) needs 1 or more; or leave it out for stride·input cells",
				plain(v.outputPadding), v.span(i))
		}
	}
	return nil
}

func (v *convolution) buildTranspose(b *nn.Build, in []nn.Shape) error {
	c, err := v.inputChannels(in)
	if err != nil {
		return err
	}
	v.w.kernel = b.Weight(v.kernelAs.spec("kernel", v.kernel(v.filters, c)...))
	v.buildBias(b, v.filters)
	return nil
}

// spread is how many cells n cells become along axis i.
func (v *convolution) spread(n, i int) int {
	if n == nn.Unknown {
		return nn.Unknown
	}
	span, stride := v.span(i), v.strides[i]
	switch {
	case v.outputPadding != nil && v.padding == Same:
		return (n-1)*stride + span%2 + v.outputPadding[i]
	case v.outputPadding != nil:
		return (n-1)*stride + span + v.outputPadding[i]
	case v.padding == Same:
		return n * stride
	}
	return n*stride + max(span-stride, 0)
}

func (v *convolution) transposeShape(in []nn.Shape) (nn.Shape, error) {
	if _, err := v.inputChannels(in); err != nil {
		return nil, err
	}
	n := make(nn.Shape, len(v.size))
	for i, cells := range v.cells(in[0]) {
		if cells == 0 {
			return nil, fmt.Errorf("axis %d of the input %v is empty", v.axis(i), in[0])
		}
		n[i] = v.spread(cells, i)
	}
	return shaped(in[0][0], n, v.filters, v.format), nil
}

// callTranspose is the gradient of a convolution whose input had the output's
// size: what each cell of the input was made of gets its share back.
func (v *convolution) callTranspose(c *nn.Call, x *ops.Value) *ops.Value {
	return v.around(c, x, func(x *ops.Value) *ops.Value {
		n := make([]int, len(v.size))
		for i := range n {
			n[i] = v.spread(x.Dim(1+i), i)
		}
		low, high := v.pads(n...)
		return ops.ConvTranspose(x, c.Read(v.w.kernel), n, ops.ConvConfig{
			Strides: v.strides, Dilation: v.dilation, PadLow: low, PadHigh: high,
		})
	})
}
