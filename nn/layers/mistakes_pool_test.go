package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

func TestPoolingMistakes(t *testing.T) {
	steps, image, volume := []nn.Shape{{none, 4, 2}}, []nn.Shape{{none, 4, 6, 3}}, []nn.Shape{{none, 4, 6, 5, 2}}
	wantMistakes(t, []badLayer{
		{&layers.MaxPooling1D{PoolSize: -1}, steps, "PoolSize is -1; want 1 or more"},
		{&layers.AveragePooling1D{Strides: -2}, steps, "Strides is -2; want 1 or more"},
		{&layers.MaxPooling2D{Strides: [2]int{0, 2}}, image, "Strides is [0 2]; want 1 or more"},
		{&layers.AveragePooling3D{PoolSize: [3]int{2, 2, 0}}, volume, "PoolSize is [2 2 0]; want 1 or more"},
		{&layers.MaxPooling2D{Padding: "full"}, image, `padding is "full"; want valid or same`},
		{&layers.MaxPooling1D{Padding: layers.Causal}, steps, `padding is "causal", which only Conv1D and SeparableConv1D know; want valid or same`},
		{&layers.MaxPooling3D{DataFormat: "last"}, volume, `data_format is "last"; want channels_last or channels_first`},
		{&layers.MaxPooling1D{PoolSize: 5}, steps, "a window of 5 cells does not fit axis 1 of size 4; use a smaller one, or padding Same"},
		{&layers.AveragePooling2D{PoolSize: [2]int{2, 7}}, image, "a window of 7 cells does not fit axis 2 of size 6; use a smaller one, or padding Same"},
		{&layers.MaxPooling3D{PoolSize: [3]int{2, 2, 3}, DataFormat: layers.ChannelsFirst}, volume, "a window of 3 cells does not fit axis 4 of size 2; use a smaller one, or padding Same"},
		{&layers.MaxPooling2D{}, []nn.Shape{{none, 28, 28}}, "want input of rank 4 (batch, height, width, channels), got rank 3 (None, 28, 28); a grey image needs a channel axis of size 1"},
		{&layers.MaxPooling1D{}, []nn.Shape{{none, 28}}, "want input of rank 3 (batch, steps, channels), got rank 2 (None, 28); a sequence of single numbers needs a channel axis of size 1"},
		{&layers.MaxPooling3D{DataFormat: layers.ChannelsFirst}, image, "want input of rank 5 (batch, channels, depth, height, width), got rank 4 (None, 4, 6, 3)"},
		{&layers.AveragePooling2D{}, []nn.Shape{image[0], image[0]}, "want 1 input, got 2"},
		{&layers.GlobalAveragePooling1D{}, image, "want input of rank 3 (batch, steps, channels), got rank 4 (None, 4, 6, 3)"},
		{&layers.GlobalMaxPooling2D{DataFormat: layers.ChannelsFirst}, volume, "want input of rank 4 (batch, channels, height, width), got rank 5 (None, 4, 6, 5, 2)"},
		{&layers.GlobalAveragePooling3D{DataFormat: "NCDHW"}, volume, `data_format is "NCDHW"; want channels_last or channels_first`},
	})
}

func TestBorderMistakes(t *testing.T) {
	steps, image, volume := []nn.Shape{{none, 4, 2}}, []nn.Shape{{none, 4, 6, 3}}, []nn.Shape{{none, 4, 6, 5, 2}}
	wantMistakes(t, []badLayer{
		{&layers.Cropping1D{Cropping: &[2]int{-1, 2}}, steps, "Cropping is [-1 2]; want numbers of cells, 0 or more"},
		{&layers.Cropping1D{Cropping: &[2]int{3, 1}}, steps, "Cropping takes 3 and 1 cells off axis 1 of size 4, and nothing is left; want less than 4 together"},
		{&layers.Cropping2D{Cropping: [2][2]int{{1, 1}, {4, 2}}}, image, "Cropping takes 4 and 2 cells off axis 2 of size 6, and nothing is left; want less than 6 together"},
		{&layers.Cropping2D{Cropping: [2][2]int{{1, 1}, {-4, 2}}}, image, "Cropping is [[1 1] [-4 2]]; want numbers of cells, 0 or more"},
		{&layers.Cropping3D{Cropping: &[3][2]int{{0, 0}, {0, 0}, {1, 1}}, DataFormat: layers.ChannelsFirst}, volume, "Cropping takes 1 and 1 cells off axis 4 of size 2, and nothing is left; want less than 2 together"},
		{&layers.Cropping3D{}, image, "want input of rank 5 (batch, depth, height, width, channels), got rank 4 (None, 4, 6, 3)"},
		{&layers.ZeroPadding1D{Padding: &[2]int{0, -1}}, steps, "Padding is [0 -1]; want numbers of cells, 0 or more"},
		{&layers.ZeroPadding2D{}, steps, "want input of rank 4 (batch, height, width, channels), got rank 3 (None, 4, 2); a grey image needs a channel axis of size 1"},
		{&layers.ZeroPadding3D{DataFormat: "first"}, volume, `data_format is "first"; want channels_last or channels_first`},
		{&layers.UpSampling1D{Size: -2}, steps, "Size is -2; want 1 or more"},
		{&layers.UpSampling2D{Size: [2]int{0, 2}}, image, "Size is [0 2]; want 1 or more"},
		{&layers.UpSampling2D{Interpolation: "cubic"}, image, `interpolation is "cubic"; want nearest, bilinear, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic`},
		{&layers.UpSampling3D{}, image, "want input of rank 5 (batch, depth, height, width, channels), got rank 4 (None, 4, 6, 3)"},
		{&layers.SpatialDropout1D{Rate: 1}, steps, "Rate is 1; want a part from 0 up to, but not, 1"},
		{&layers.SpatialDropout2D{Rate: 0.5}, steps, "want input of rank 4 (batch, height, width, channels), got rank 3 (None, 4, 2); a grey image needs a channel axis of size 1"},
		{&layers.SpatialDropout3D{Rate: 0.5, NoiseShape: []int{none, 1, 1, 1, none}}, volume, "NoiseShape is set, but this layer shares decisions within channels; leave it out, or use Dropout"},
	})
}
