package main

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// apply puts a layer with a name behind x. peers.py finds weights by the names.
func apply(x *nn.Symbol, name string, l nn.Layer) *nn.Symbol { return nn.Apply(nn.Name(name, l), x) }

func square(n int) [2]int { return [2]int{n, n} }

// resnet20 is the one of He et al., 2015, for CIFAR-10, with projections.
func resnet20() *nn.Model {
	in := nn.Input(32, 32, 3)
	norm := func(x *nn.Symbol, name string, filters, kernel, stride int) *nn.Symbol {
		x = apply(x, name, &layers.Conv2D{Filters: filters, KernelSize: square(kernel), Strides: square(stride), Padding: layers.Same, UseBias: new(false)})
		return apply(x, name+"_norm", &layers.BatchNormalization{})
	}
	relu := func(x *nn.Symbol, name string) *nn.Symbol {
		return apply(x, name, &layers.Activation{Activation: activations.ReLU})
	}
	x := relu(norm(in, "stem", 16, 3, 1), "stem_relu")
	for stage, filters := range []int{16, 32, 64} {
		for block := range 3 {
			name, stride := fmt.Sprintf("s%db%d", stage, block), 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			short := x
			x = relu(norm(x, name+"_1", filters, 3, stride), name+"_relu1")
			x = norm(x, name+"_2", filters, 3, 1)
			if stride > 1 {
				short = norm(short, name+"_short", filters, 1, stride)
			}
			x = relu(layers.AddOf(x, short), name+"_relu2")
		}
	}
	x = apply(x, "pool", &layers.GlobalAveragePooling2D{})
	x = apply(x, "out", &layers.Dense{Units: 10, Activation: activations.Softmax})
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{x})
}

// mobilenet is the first one (Howard et al., 2017) with a quarter of the
// channels, as Keras' applications build it.
func mobilenet() *nn.Model {
	in := nn.Input(96, 96, 3)
	norm := func(x *nn.Symbol, name string) *nn.Symbol {
		x = apply(x, name+"_norm", &layers.BatchNormalization{})
		return apply(x, name+"_relu", &layers.ReLU{MaxValue: new(6.0)})
	}
	pad := func(x *nn.Symbol, name string) *nn.Symbol {
		return apply(x, name+"_pad", &layers.ZeroPadding2D{Padding: &[2][2]int{{0, 1}, {0, 1}}})
	}
	x := apply(pad(in, "stem"), "stem", &layers.Conv2D{Filters: 8, KernelSize: square(3), Strides: square(2), UseBias: new(false)})
	x = norm(x, "stem")
	for i, b := range []struct{ filters, stride int }{
		{16, 1}, {32, 2}, {32, 1}, {64, 2}, {64, 1}, {128, 2}, {128, 1}, {128, 1}, {128, 1}, {128, 1}, {128, 1}, {256, 2}, {256, 1},
	} {
		name := fmt.Sprintf("dw%d", i)
		padding := layers.Same
		if b.stride == 2 {
			x, padding = pad(x, name), layers.Valid
		}
		x = norm(apply(x, name, &layers.DepthwiseConv2D{KernelSize: square(3), Strides: square(b.stride), Padding: padding, UseBias: new(false)}), name)
		name = fmt.Sprintf("pw%d", i)
		x = norm(apply(x, name, &layers.Conv2D{Filters: b.filters, KernelSize: square(1), Padding: layers.Same, UseBias: new(false)}), name)
	}
	x = apply(x, "pool", &layers.GlobalAveragePooling2D{})
	x = apply(x, "out", &layers.Dense{Units: 100, Activation: activations.Softmax})
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{x})
}

// tagger names the class of each word.
func tagger() *nn.Model {
	in := nn.Input(50)
	x := apply(in, "words", &layers.Embedding{InputDim: 10000, OutputDim: 100})
	for i := range 2 {
		x = apply(x, fmt.Sprintf("rnn%d", i), &layers.Bidirectional{Layer: &layers.LSTM{Units: 128, ReturnSequences: true}})
	}
	x = apply(x, "out", &layers.Dense{Units: 20, Activation: activations.Softmax})
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{x})
}

// encoder is two blocks of a Transformer's encoder (Vaswani et al., 2017) over
// words with learned positions.
func encoder() *nn.Model {
	in, places := nn.NamedInput("words_in", nn.Shape{nn.Unknown, 64}), nn.NamedInput("places_in", nn.Shape{nn.Unknown, 64})
	x := layers.AddOf(apply(in, "words", &layers.Embedding{InputDim: 5000, OutputDim: 128}),
		apply(places, "places", &layers.Embedding{InputDim: 64, OutputDim: 128}))
	for i := range 2 {
		name := fmt.Sprintf("block%d", i)
		y := nn.Apply(nn.Name(name+"_attention", &layers.MultiHeadAttention{NumHeads: 4, KeyDim: 32}), x, x)
		x = apply(layers.AddOf(x, y), name+"_norm1", &layers.LayerNormalization{Epsilon: 1e-5})
		y = apply(x, name+"_wide", &layers.Dense{Units: 512, Activation: activations.ReLU})
		y = apply(y, name+"_back", &layers.Dense{Units: 128})
		x = apply(layers.AddOf(x, y), name+"_norm2", &layers.LayerNormalization{Epsilon: 1e-5})
	}
	x = apply(x, "pool", &layers.GlobalAveragePooling1D{})
	x = apply(x, "out", &layers.Dense{Units: 10, Activation: activations.Softmax})
	return nn.NewModel([]*nn.Symbol{in, places}, []*nn.Symbol{x})
}

// unet is a small one of Ronneberger et al., 2015.
func unet() *nn.Model {
	in := nn.Input(64, 64, 3)
	pair := func(x *nn.Symbol, name string, filters int) *nn.Symbol {
		for _, n := range []string{"_1", "_2"} {
			x = apply(x, name+n, &layers.Conv2D{Filters: filters, KernelSize: square(3), Padding: layers.Same, Activation: activations.ReLU})
		}
		return x
	}
	x, filters := in, []int{16, 32, 64}
	var skips []*nn.Symbol
	for i, f := range filters {
		x = pair(x, fmt.Sprintf("down%d", i), f)
		skips = append(skips, x)
		x = apply(x, fmt.Sprintf("pool%d", i), &layers.MaxPooling2D{})
	}
	x = pair(x, "middle", 128)
	for i := 2; i >= 0; i-- {
		x = apply(x, fmt.Sprintf("up%d", i), &layers.Conv2DTranspose{Filters: filters[i], KernelSize: square(2), Strides: square(2)})
		x = pair(layers.ConcatenateOf(-1, skips[i], x), fmt.Sprintf("join%d", i), filters[i])
	}
	x = apply(x, "out", &layers.Conv2D{Filters: 1, KernelSize: square(1), Activation: activations.Sigmoid})
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{x})
}
