package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// TestConvolutionMistakes: what users get wrong, and what they are told.
func TestConvolutionMistakes(t *testing.T) {
	image, sequence, volume := nn.Input(8, 8, 3), nn.Input(10, 3), nn.Input(4, 4, 4, 3)
	k2, k3 := [2]int{3, 3}, [3]int{3, 3, 3}
	for _, c := range []struct {
		layer nn.Layer
		in    *nn.Symbol
		want  string
	}{
		{&layers.Conv2D{KernelSize: k2}, image, "nn: layer Conv2D: Filters is 0; want 1 or more"},
		{&layers.Conv2D{Filters: 4}, image, "nn: layer Conv2D: KernelSize is [0 0]; want 1 or more"},
		{&layers.Conv1D{Filters: 4}, sequence, "nn: layer Conv1D: KernelSize is 0; want 1 or more"},
		{&layers.Conv1D{Filters: 4, KernelSize: 3, Strides: -1}, sequence, "nn: layer Conv1D: Strides is -1; want 1 or more"},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, Strides: [2]int{2, 2}, DilationRate: [2]int{2, 2}}, image,
			"nn: layer Conv2D: Strides [2 2] and DilationRate [2 2]: one of them must be 1"},
		{&layers.Conv1D{Filters: 4, KernelSize: 3, Strides: 2, DilationRate: 3}, sequence,
			"nn: layer Conv1D: Strides 2 and DilationRate 3: one of them must be 1"},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, Padding: "SAME"}, image, `nn: layer Conv2D: padding is "SAME"; want valid or same`},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, Padding: layers.Causal}, image,
			`nn: layer Conv2D: padding is "causal", which only Conv1D and SeparableConv1D know; want valid or same`},
		{&layers.Conv1D{Filters: 4, KernelSize: 3, Padding: "full"}, sequence, `nn: layer Conv1D: padding is "full"; want valid, same or causal`},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, DataFormat: "NCHW"}, image,
			`nn: layer Conv2D: data_format is "NCHW"; want channels_last or channels_first`},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, Groups: 3}, image, "nn: layer Conv2D: Filters 4 cannot be split into 3 groups"},
		{&layers.Conv2D{Filters: 4, KernelSize: k2, Groups: 2}, image, "nn: layer Conv2D: 3 input channels cannot be split into 2 groups"},
		{&layers.Conv2D{Filters: 4, KernelSize: [2]int{9, 9}}, image,
			"nn: layer Conv2D: Conv2D of (None, 8, 8, 3) and (9, 9, 3, 4): height (axis 1): the kernel spans 9, but the padded image has 8; use padding 'same' or a smaller kernel"},
		{&layers.Conv3D{Filters: 4, KernelSize: k3, DilationRate: [3]int{1, 1, 2}}, volume,
			"nn: layer Conv3D: Conv3D of (None, 4, 4, 4, 3) and (3, 3, 3, 3, 4): width (axis 3): the kernel spans 5, but the padded volume has 4; use padding 'same' or a smaller kernel"},
		{&layers.Conv2D{Filters: 4, KernelSize: k2}, nn.Input(28, 28),
			"nn: layer Conv2D: want input of rank 4 (batch, height, width, channels), got rank 3 (None, 28, 28); a grey image needs a channel axis of size 1"},
		{&layers.Conv1D{Filters: 4, KernelSize: 3}, nn.Input(10),
			"nn: layer Conv1D: want input of rank 3 (batch, steps, channels), got rank 2 (None, 10); a sequence of single numbers needs a channel axis of size 1"},
		{&layers.Conv3D{Filters: 4, KernelSize: k3, DataFormat: layers.ChannelsFirst}, image,
			"nn: layer Conv3D: want input of rank 5 (batch, channels, depth, height, width), got rank 4 (None, 8, 8, 3)"},
		{&layers.Conv2D{Filters: 4, KernelSize: k2}, nn.Input(8, 8, nn.Unknown),
			"nn: layer Conv2D: the number of channels must be known, got (None, 8, 8, None)"},
		{&layers.DepthwiseConv2D{KernelSize: k2, DepthMultiplier: -1}, image, "nn: layer DepthwiseConv2D: DepthMultiplier is -1; want 1 or more"},
		{&layers.DepthwiseConv2D{KernelSize: k2, Groups: 2}, image,
			"nn: layer DepthwiseConv2D: Groups is 2; this layer has no groups, leave it at 1"},
		{&layers.SeparableConv2D{KernelSize: k2}, image, "nn: layer SeparableConv2D: Filters is 0; want 1 or more"},
		{&layers.Conv2DTranspose{Filters: 4, KernelSize: k2, OutputPadding: &[2]int{1, 0}}, image,
			"nn: layer Conv2DTranspose: OutputPadding [1 0] must be less than Strides [1 1]"},
		{&layers.Conv1DTranspose{Filters: 4, KernelSize: 3, Strides: 2, OutputPadding: new(-1)}, sequence,
			"nn: layer Conv1DTranspose: OutputPadding is -1; want 0 or more"},
		{&layers.Conv1DTranspose{Filters: 4, KernelSize: 4, Strides: 2, Padding: layers.Same, OutputPadding: new(0)}, sequence,
			"nn: layer Conv1DTranspose: OutputPadding 0: with padding same, a window of an even number of cells (here 4) needs 1 or more; or leave it out for stride·input cells"},
		{&layers.LocallyConnected1D{Filters: 4, KernelSize: 3, Padding: layers.Same}, sequence,
			"nn: layer LocallyConnected1D: padding same needs Implementation 2 or 3; 1 takes valid only"},
		{&layers.LocallyConnected2D{Filters: 4, KernelSize: k2, Implementation: 4}, image,
			"nn: layer LocallyConnected2D: Implementation is 4; want 1, 2 or 3"},
		{&layers.LocallyConnected2D{Filters: 4, KernelSize: k2}, nn.Input(nn.Unknown, 8, 3),
			"nn: layer LocallyConnected2D: each window has weights of its own, so the input needs a fixed height, width; got (None, None, 8, 3)"},
		{&layers.LocallyConnected1D{Filters: 4, KernelSize: 11}, sequence,
			"nn: layer LocallyConnected1D: a window of 11 cells does not fit axis 1 of size 10; use a smaller one, or padding Same"},
	} {
		err := nn.Apply(c.layer, c.in).Err()
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}
