package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MaxPooling1D]("MaxPooling1D", "MaxPool1D")
	nn.Register[AveragePooling1D]("AveragePooling1D", "AvgPool1D")
}

// MaxPooling1D takes the largest number of each window. Of equal ones the first
// gets the gradient.
// Keras: MaxPooling1D, MaxPool1D.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first.
// Output: (batch, steps', c), or channels first.
type MaxPooling1D struct {
	nn.Base
	PoolSize   int        `default:"2"`
	Strides    int        // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

// AveragePooling1D takes the mean of each window; cells that padding adds do
// not count.
// Keras: AveragePooling1D, AvgPool1D.
//
// Shapes: see [MaxPooling1D].
type AveragePooling1D struct {
	nn.Base
	PoolSize   int        `default:"2"`
	Strides    int        // default: PoolSize
	Padding    Padding    `default:"valid"`
	DataFormat DataFormat `default:"channels_last"`
}

func (l *MaxPooling1D) pooling() pooling {
	return maxPooling(window{[]int{l.PoolSize}, []int{l.Strides}, nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *MaxPooling1D) Validate() error {
	if l.Strides == 0 {
		l.Strides = l.PoolSize
	}
	return l.pooling().validate()
}

// Build checks the input.
func (l *MaxPooling1D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *MaxPooling1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *MaxPooling1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}

func (l *AveragePooling1D) pooling() pooling {
	return averagePooling(window{[]int{l.PoolSize}, []int{l.Strides}, nil, l.Padding, l.DataFormat})
}

// Validate checks the settings.
func (l *AveragePooling1D) Validate() error {
	if l.Strides == 0 {
		l.Strides = l.PoolSize
	}
	return l.pooling().validate()
}

// Build checks the input.
func (l *AveragePooling1D) Build(_ *nn.Build, in ...nn.Shape) error {
	_, err := l.pooling().outputShape(in)
	return err
}

// OutputShape states the output's shape.
func (l *AveragePooling1D) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.pooling().outputShape(in)
}

// Call describes the layer.
func (l *AveragePooling1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.pooling().call(in[0])
}
