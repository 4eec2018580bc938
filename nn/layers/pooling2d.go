package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MaxPooling2D]("MaxPooling2D", "MaxPool2D")
	nn.Register[AveragePooling2D]("AveragePooling2D", "AvgPool2D")
}

// MaxPooling2D takes the largest number of each window.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h', w', c), or channels first.
type MaxPooling2D struct {
	nn.Base
	PoolSize   [2]int     `default:"2"`
	Strides    [2]int     // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

// AveragePooling2D takes the mean of each window; cells that padding adds do
// not count.
//
// Shapes: see [MaxPooling2D].
type AveragePooling2D struct {
	nn.Base
	PoolSize   [2]int     `default:"2"`
	Strides    [2]int     // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

// pool is what both poolings share.
func pool(size, strides *[2]int, p Padding, f DataFormat) error {
	if *strides == [2]int{} {
		*strides = *size
	}
	return firstError(eachPositive("PoolSize", size[:]), eachPositive("Strides", strides[:]), p.validate(), f.validate())
}

func poolShape(w window, in []nn.Shape) (nn.Shape, error) {
	if err := oneInput(in); err != nil {
		return nil, err
	}
	c, err := channels(in[0], w.format)
	if err != nil {
		return nil, err
	}
	return w.output(in[0], c)
}

func (w window) pooled(x *ops.Value, op func(*ops.Value, ops.PoolConfig) *ops.Value) *ops.Value {
	return lastly(x, w.format, func(x *ops.Value) *ops.Value {
		low, high := w.pads(x.Dim(1), x.Dim(2))
		return op(x, ops.PoolConfig{Size: [2]int(w.size), Strides: [2]int(w.strides), PadLow: [2]int(low), PadHigh: [2]int(high)})
	})
}

func (l *MaxPooling2D) window() window {
	return window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat}
}

// Validate checks the settings.
func (l *MaxPooling2D) Validate() error {
	return pool(&l.PoolSize, &l.Strides, l.Padding, l.DataFormat)
}

// OutputShape states the output's shape.
func (l *MaxPooling2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return poolShape(l.window(), in)
}

// Call describes the layer.
func (l *MaxPooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.window().pooled(in[0], ops.MaxPool2D)
}

func (l *AveragePooling2D) window() window {
	return window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat}
}

// Validate checks the settings.
func (l *AveragePooling2D) Validate() error {
	return pool(&l.PoolSize, &l.Strides, l.Padding, l.DataFormat)
}

// OutputShape states the output's shape.
func (l *AveragePooling2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return poolShape(l.window(), in)
}

// Call describes the layer.
func (l *AveragePooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.window().pooled(in[0], ops.AvgPool2D)
}
