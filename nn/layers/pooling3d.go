package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MaxPooling3D]("MaxPooling3D", "MaxPool3D")
	nn.Register[AveragePooling3D]("AveragePooling3D", "AvgPool3D")
}

// MaxPooling3D takes the largest number of each window. Of equal ones each gets
// the whole gradient, as in tf-keras; in one and two dimensions it is the first.
// Keras: MaxPooling3D, MaxPool3D.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: (batch, d', h', w', c), or channels first.
type MaxPooling3D struct {
	nn.Base
	PoolSize   [3]int     `default:"2"`
	Strides    [3]int     // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

// AveragePooling3D takes the mean of each window; cells that padding adds do
// not count.
// Keras: AveragePooling3D, AvgPool3D.
//
// Shapes: see [MaxPooling3D].
type AveragePooling3D struct {
	nn.Base
	PoolSize   [3]int     `default:"2"`
	Strides    [3]int     // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

func (l *MaxPooling3D) pooling() pooling {
	return maxPooling(window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *MaxPooling3D) Validate() error {
	ownStrides(l.Strides[:], l.PoolSize[:])
	return l.pooling().validate()
}

// Build checks the input.
func (l *MaxPooling3D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *MaxPooling3D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *MaxPooling3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}

func (l *AveragePooling3D) pooling() pooling {
	return averagePooling(window{l.PoolSize[:], l.Strides[:], nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *AveragePooling3D) Validate() error {
	ownStrides(l.Strides[:], l.PoolSize[:])
	return l.pooling().validate()
}

// Build checks the input.
func (l *AveragePooling3D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *AveragePooling3D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *AveragePooling3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}
