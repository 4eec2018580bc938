package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A Padding says what happens at the borders.
type Padding string

// Keras' paddings: Valid uses whole windows only; Same pads with zeros so that
// the output has ceil(input/stride) cells.
const (
	Valid Padding = "valid"
	Same  Padding = "same"
)

func (p Padding) validate() error {
	switch p {
	case Valid, Same:
		return nil
	}
	return fmt.Errorf("padding is %q; want valid or same", p)
}

// window is a sliding window over two axes.
type window struct {
	size, strides, dilation [2]int
	padding                 Padding
	format                  DataFormat
}

// low and high are the padding before and after, for an input of (h, w).
func (w window) pads(h, width int) (low, high [2]int) {
	if w.padding == Valid {
		return low, high
	}
	for i, n := range [2]int{h, width} {
		low[i], high[i] = ops.SamePadding(n, w.size[i], w.strides[i], w.dilation[i])
	}
	return low, high
}

// output returns the output's shape for an input of rank 4 and a number of channels.
func (w window) output(in nn.Shape, channels int) (nn.Shape, error) {
	axes := [2]int{1, 2}
	if w.format == ChannelsFirst {
		axes = [2]int{2, 3}
	}
	var n [2]int
	for i, a := range axes {
		if n[i] = in[a]; n[i] == nn.Unknown {
			continue
		}
		span := (w.size[i]-1)*w.dilation[i] + 1
		if w.padding == Valid {
			if n[i] < span {
				return nil, fmt.Errorf("a window of %d cells does not fit axis %d of size %d; use a smaller one, or padding Same", span, a, n[i])
			}
			n[i] -= span - 1
		}
		n[i] = (n[i] + w.strides[i] - 1) / w.strides[i]
	}
	if w.format == ChannelsFirst {
		return nn.Shape{in[0], channels, n[0], n[1]}, nil
	}
	return nn.Shape{in[0], n[0], n[1], channels}, nil
}

// channels returns the number of channels of an image batch.
func channels(in nn.Shape, f DataFormat) (int, error) {
	axes := "(batch, height, width, channels)"
	if f == ChannelsFirst {
		axes = "(batch, channels, height, width)"
	}
	if err := rank(in, 4, axes); err != nil {
		if in.Rank() == 3 {
			return 0, fmt.Errorf("%w; a grey image needs a channel axis of size 1", err)
		}
		return 0, err
	}
	c := in[3]
	if f == ChannelsFirst {
		c = in[1]
	}
	if c == nn.Unknown {
		return 0, fmt.Errorf("the number of channels must be known, got %v", in)
	}
	return c, nil
}

// lastly runs f on channels-last data, whatever the format of x.
func lastly(x *ops.Value, f DataFormat, run func(x *ops.Value) *ops.Value) *ops.Value {
	if f == ChannelsFirst {
		return toFirst(run(toLast(x)))
	}
	return run(x)
}

func eachPositive(setting string, v [2]int) error {
	for _, n := range v {
		if n <= 0 {
			return fmt.Errorf("%s is %v; want 1 or more", setting, v)
		}
	}
	return nil
}

// firstError returns the first mistake.
func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}
