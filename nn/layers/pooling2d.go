package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MaxPooling2D]("MaxPooling2D", "MaxPool2D")
	nn.Register[AveragePooling2D]("AveragePooling2D", "AvgPool2D")
}

// MaxPooling2D takes the largest number of each window. Of equal ones the first
// gets the gradient.
// Keras: MaxPooling2D, MaxPool2D.
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
// Keras: AveragePooling2D, AvgPool2D.
//
// Shapes: see [MaxPooling2D].
type AveragePooling2D struct {
	nn.Base
	PoolSize   [2]int     `default:"2"`
	Strides    [2]int     // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

func (l *MaxPooling2D) pooling() pooling {
	return maxPooling(window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *MaxPooling2D) Validate() error {
	ownStrides(l.Strides[:], l.PoolSize[:])
	return l.pooling().validate()
}

// Build checks the input.
func (l *MaxPooling2D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *MaxPooling2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *MaxPooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}

func (l *AveragePooling2D) pooling() pooling {
	return averagePooling(window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *AveragePooling2D) Validate() error {
	ownStrides(l.Strides[:], l.PoolSize[:])
	return l.pooling().validate()
}

// Build checks the input.
func (l *AveragePooling2D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *AveragePooling2D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *AveragePooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}
