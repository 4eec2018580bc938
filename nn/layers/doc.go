// Package layers holds Keras' layers: Dense, Conv2D, LSTM and so on.
//
// A layer is a struct whose fields are Keras' arguments; the zero value of a
// field is Keras' default. Shapes in comments leave out nothing: the first
// axis is the batch.
package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"

	_ "github.com/antler-ml/antler/nn/constraints"  // for names in saved models
	_ "github.com/antler-ml/antler/nn/initializers" // for defaults
	_ "github.com/antler-ml/antler/nn/regularizers" // for names in saved models
)

// ActivationFunc is a function on a layer's output; see package activations.
type ActivationFunc = activations.Activation

// yes reads an optional setting whose default is true.
func yes(b *bool) bool { return b == nil || *b }

func positive(setting string, n int) error {
	if n <= 0 {
		return fmt.Errorf("%s is %d; want 1 or more", setting, n)
	}
	return nil
}

// A DataFormat says where the channels are.
type DataFormat string

// Keras' data formats: (batch, height, width, channels), the default, and
// (batch, channels, height, width).
const (
	ChannelsLast  DataFormat = "channels_last"
	ChannelsFirst DataFormat = "channels_first"
)

func (f DataFormat) validate() error {
	switch f {
	case ChannelsLast, ChannelsFirst:
		return nil
	}
	return fmt.Errorf("data_format is %q; want channels_last or channels_first", f)
}

// rank refuses inputs of another rank, naming what the axes mean.
func rank(in nn.Shape, want int, axes string) error {
	if in.Rank() != want {
		return fmt.Errorf("want input of rank %d %s, got rank %d %v", want, axes, in.Rank(), in)
	}
	return nil
}

func oneInput(in []nn.Shape) error {
	if len(in) != 1 {
		return fmt.Errorf("want 1 input, got %d", len(in))
	}
	return nil
}

func wantShape(setting string, want, got nn.Shape) error {
	return fmt.Errorf("%s asks for input %v, got %v", setting, want, got)
}
