package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A Padding says what happens at the borders.
type Padding string

// Keras' paddings: Valid uses whole windows only; Same pads with zeros so that
// the output has ceil(input/stride) cells; Causal, for sequences, is Same with
// all zeros before the first step, so that no output sees a later input.
const (
	Valid  Padding = "valid"
	Same   Padding = "same"
	Causal Padding = "causal"
)

func (p Padding) validate() error {
	switch p {
	case Valid, Same:
		return nil
	case Causal:
		return fmt.Errorf("padding is %q, which only Conv1D and SeparableConv1D know; want valid or same", p)
	}
	return fmt.Errorf("padding is %q; want valid or same", p)
}

// window is a sliding window over one, two or three axes.
type window struct {
	size, strides []int
	dilation      []int // nil: 1
	padding       Padding
	format        DataFormat
}

// span is how many cells the window reaches over along axis i.
func (w window) span(i int) int {
	if w.dilation == nil {
		return w.size[i]
	}
	return (w.size[i]-1)*w.dilation[i] + 1
}

// pads are the cells of padding before and after, for an input of n cells
// along each axis.
func (w window) pads(n ...int) (low, high []int) {
	low, high = make([]int, len(n)), make([]int, len(n))
	for i, cells := range n {
		switch w.padding {
		case Same:
			low[i], high[i] = ops.SamePadding(cells, w.span(i), w.strides[i], 1)
		case Causal:
			low[i] = w.span(i) - 1
		}
	}
	return low, high
}

// output returns the output's shape for an input and a number of channels.
func (w window) output(in nn.Shape, channels int) (nn.Shape, error) {
	n := slices.Clone(w.cells(in))
	for i := range n {
		if n[i] == nn.Unknown {
			continue
		}
		if w.padding == Valid {
			if n[i] < w.span(i) {
				return nil, fmt.Errorf("a window of %d cells does not fit axis %d of size %d; use a smaller one, or padding Same", w.span(i), w.axis(i), n[i])
			}
			n[i] -= w.span(i) - 1
		}
		n[i] = (n[i] + w.strides[i] - 1) / w.strides[i]
	}
	return shaped(in[0], n, channels, w.format), nil
}

// cells is the part of an input's shape that the window slides over.
func (w window) cells(in nn.Shape) nn.Shape { return in[w.axis(0):][:len(w.size)] }

// axis is the axis of the input that the window's axis i lies along.
func (w window) axis(i int) int {
	if w.format == ChannelsFirst {
		return 2 + i
	}
	return 1 + i
}

// channels returns the number of channels of the input.
func (w window) channels(in nn.Shape) (int, error) {
	return spatialChannels(in, len(w.size), w.format)
}

// shaped puts a shape together.
func shaped(batch int, cells nn.Shape, channels int, f DataFormat) nn.Shape {
	if f == ChannelsFirst {
		return append(nn.Shape{batch, channels}, cells...)
	}
	return append(append(nn.Shape{batch}, cells...), channels)
}

// spatialNames are the axes that windows slide over: of sequences, images and volumes.
var spatialNames = [4]string{1: "steps", 2: "height, width", 3: "depth, height, width"}

// spatialInput checks that there is one input, with so many axes between batch
// and channels: 1 for sequences, 2 for images, 3 for volumes.
func spatialInput(in []nn.Shape, axes int, f DataFormat) error {
	if err := oneInput(in); err != nil {
		return err
	}
	return spatialRank(in[0], axes, f)
}

func spatialRank(in nn.Shape, axes int, f DataFormat) error {
	names := "(batch, " + spatialNames[axes] + ", channels)"
	if f == ChannelsFirst {
		names = "(batch, channels, " + spatialNames[axes] + ")"
	}
	err := rank(in, axes+2, names)
	switch {
	case err != nil && axes == 2 && in.Rank() == 3:
		return fmt.Errorf("%w; a grey image needs a channel axis of size 1", err)
	case err != nil && axes == 1 && in.Rank() == 2:
		return fmt.Errorf("%w; a sequence of single numbers needs a channel axis of size 1", err)
	}
	return err
}

// spatialChannels returns the number of channels of an input.
func spatialChannels(in nn.Shape, axes int, f DataFormat) (int, error) {
	if err := spatialRank(in, axes, f); err != nil {
		return 0, err
	}
	c := in.Last()
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

func eachPositive(setting string, v []int) error {
	if len(v) == 1 {
		return positive(setting, v[0])
	}
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
