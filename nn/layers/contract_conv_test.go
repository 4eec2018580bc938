package layers_test

import (
	"maps"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/regularizers"
)

func init() {
	layerKinds = append(layerKinds, "layers_conv")
	maps.Copy(contracts, map[string]contract{
		"conv1d":                   {&layers.Conv1D{Filters: 3, KernelSize: 3, Activation: activations.Tanh}, []nn.Shape{{none, 6, 2}}},
		"conv1d causal":            {&layers.Conv1D{Filters: 2, KernelSize: 2, Padding: layers.Causal, DilationRate: 2}, []nn.Shape{{none, 5, 2}}},
		"conv1d same":              {&layers.Conv1D{Filters: 2, KernelSize: 3, Padding: layers.Same, Strides: 2}, []nn.Shape{{none, 7, 1}}},
		"conv1d first":             {&layers.Conv1D{Filters: 4, KernelSize: 2, Groups: 2, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 5}}},
		"conv3d":                   {&layers.Conv3D{Filters: 2, KernelSize: [3]int{2, 3, 2}, Activation: activations.Tanh}, []nn.Shape{{none, 3, 4, 3, 2}}},
		"conv3d same":              {&layers.Conv3D{Filters: 2, KernelSize: [3]int{3, 3, 3}, Strides: [3]int{2, 1, 2}, Padding: layers.Same}, []nn.Shape{{none, 3, 3, 4, 1}}},
		"conv3d dilated":           {&layers.Conv3D{Filters: 2, KernelSize: [3]int{2, 2, 2}, DilationRate: [3]int{2, 1, 2}}, []nn.Shape{{none, 4, 3, 4, 2}}},
		"conv3d groups":            {&layers.Conv3D{Filters: 4, KernelSize: [3]int{2, 2, 2}, Groups: 2, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 3, 3}}},
		"depthwise1d":              {&layers.DepthwiseConv1D{KernelSize: 3, Padding: layers.Same}, []nn.Shape{{none, 5, 3}}},
		"depthwise1d multiplier":   {&layers.DepthwiseConv1D{KernelSize: 2, Strides: 2, DepthMultiplier: 2, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 3, 6}}},
		"depthwise2d":              {&layers.DepthwiseConv2D{KernelSize: [2]int{3, 3}, Padding: layers.Same, Activation: activations.Tanh}, []nn.Shape{{none, 5, 4, 3}}},
		"depthwise2d wide":         {&layers.DepthwiseConv2D{KernelSize: [2]int{3, 3}, Padding: layers.Same, Strides: [2]int{2, 2}}, []nn.Shape{{none, 5, 6, 19}}},
		"depthwise2d multiplier":   {&layers.DepthwiseConv2D{KernelSize: [2]int{2, 3}, DepthMultiplier: 3, DilationRate: [2]int{2, 1}}, []nn.Shape{{none, 5, 4, 2}}},
		"depthwise2d first":        {&layers.DepthwiseConv2D{KernelSize: [2]int{2, 2}, Strides: [2]int{1, 2}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4, 5}}},
		"separable1d":              {&layers.SeparableConv1D{Filters: 3, KernelSize: 3, DepthMultiplier: 2, Activation: activations.Tanh}, []nn.Shape{{none, 6, 2}}},
		"separable1d causal":       {&layers.SeparableConv1D{Filters: 3, KernelSize: 2, Padding: layers.Causal, DilationRate: 2}, []nn.Shape{{none, 5, 2}}},
		"separable2d":              {&layers.SeparableConv2D{Filters: 3, KernelSize: [2]int{3, 2}, Strides: [2]int{2, 2}, Padding: layers.Same}, []nn.Shape{{none, 5, 5, 2}}},
		"separable2d first":        {&layers.SeparableConv2D{Filters: 2, KernelSize: [2]int{2, 2}, DepthMultiplier: 2, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4, 4}}},
		"conv1d transpose":         {&layers.Conv1DTranspose{Filters: 3, KernelSize: 3, Strides: 2, Activation: activations.Tanh}, []nn.Shape{{none, 4, 2}}},
		"conv1d transpose first":   {&layers.Conv1DTranspose{Filters: 2, KernelSize: 3, Strides: 2, Padding: layers.Same, OutputPadding: new(1), DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4}}},
		"conv2d transpose":         {&layers.Conv2DTranspose{Filters: 3, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: layers.Same}, []nn.Shape{{none, 3, 4, 2}}},
		"conv2d transpose padding": {&layers.Conv2DTranspose{Filters: 2, KernelSize: [2]int{2, 3}, Strides: [2]int{3, 2}, OutputPadding: &[2]int{2, 1}}, []nn.Shape{{none, 3, 2, 2}}},
		"conv2d transpose dilated": {&layers.Conv2DTranspose{Filters: 2, KernelSize: [2]int{3, 2}, DilationRate: [2]int{2, 2}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 4}}},
		"conv3d transpose":         {&layers.Conv3DTranspose{Filters: 2, KernelSize: [3]int{3, 2, 3}, Strides: [3]int{2, 1, 2}, Activation: activations.Tanh}, []nn.Shape{{none, 2, 3, 2, 2}}},
		"conv3d transpose same":    {&layers.Conv3DTranspose{Filters: 2, KernelSize: [3]int{3, 3, 3}, Strides: [3]int{2, 2, 2}, Padding: layers.Same, OutputPadding: &[3]int{1, 0, 1}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 2, 2, 2}}},
		"local1d":                  {&layers.LocallyConnected1D{Filters: 3, KernelSize: 2, Activation: activations.Tanh}, []nn.Shape{{none, 5, 2}}},
		"local1d dense":            {&layers.LocallyConnected1D{Filters: 2, KernelSize: 3, Padding: layers.Same, Implementation: 2}, []nn.Shape{{none, 5, 2}}},
		"local1d sparse":           {&layers.LocallyConnected1D{Filters: 2, KernelSize: 3, Padding: layers.Same, Strides: 2, Implementation: 3, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 5}}},
		"local2d":                  {&layers.LocallyConnected2D{Filters: 2, KernelSize: [2]int{2, 2}, KernelRegularizer: regularizers.L2(0.1)}, []nn.Shape{{none, 4, 3, 2}}},
		"local2d first":            {&layers.LocallyConnected2D{Filters: 2, KernelSize: [2]int{2, 3}, Strides: [2]int{2, 1}, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 4, 4}}},
		"local2d dense":            {&layers.LocallyConnected2D{Filters: 2, KernelSize: [2]int{2, 2}, Implementation: 2, DataFormat: layers.ChannelsFirst}, []nn.Shape{{none, 2, 3, 3}}},
		"local2d sparse":           {&layers.LocallyConnected2D{Filters: 2, KernelSize: [2]int{3, 2}, Padding: layers.Same, Implementation: 3}, []nn.Shape{{none, 3, 3, 2}}},
	})
}
