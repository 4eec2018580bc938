package main

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// conv is a convolution with batch normalisation behind it.
func conv(x *nn.Symbol, name string, filters, kernel, stride int, bias bool, eps float64) *nn.Symbol {
	padding := layers.Valid
	if kernel == 3 && stride == 1 {
		padding = layers.Same
	}
	x = apply(x, name, &layers.Conv2D{Filters: filters, KernelSize: square(kernel), Strides: square(stride), Padding: padding, UseBias: new(bias)})
	return apply(x, name+"_norm", &layers.BatchNormalization{Epsilon: eps})
}

func relu(x *nn.Symbol, name string) *nn.Symbol {
	return apply(x, name, &layers.Activation{Activation: activations.ReLU})
}

// padded puts zeros around, the same number on every side.
func padded(x *nn.Symbol, name string, n int) *nn.Symbol {
	return apply(x, name, &layers.ZeroPadding2D{Padding: &[2][2]int{{n, n}, {n, n}}})
}

// head ends a model with probabilities of 1000 classes.
func head(in, x *nn.Symbol) *nn.Model {
	x = apply(x, "pool", &layers.GlobalAveragePooling2D{})
	x = apply(x, "out", &layers.Dense{Units: 1000, Activation: activations.Softmax})
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{x})
}

// resnet50 is that of keras.applications (He et al., 2015).
func resnet50() *nn.Model {
	const eps = 1.001e-5
	in := nn.Input(224, 224, 3)
	x := relu(conv(padded(in, "pad", 3), "stem", 64, 7, 2, true, eps), "stem_relu")
	x = apply(padded(x, "pool1_pad", 1), "pool1", &layers.MaxPooling2D{PoolSize: square(3), Strides: square(2)})
	for stage, blocks := range []int{3, 4, 6, 3} {
		filters := 64 << stage
		for block := range blocks {
			name, stride, short := fmt.Sprintf("s%db%d", stage, block), 1, x
			if block == 0 {
				if stage > 0 {
					stride = 2
				}
				short = conv(x, name+"_0", 4*filters, 1, stride, true, eps)
			}
			x = relu(conv(x, name+"_1", filters, 1, stride, true, eps), name+"_relu1")
			x = relu(conv(x, name+"_2", filters, 3, 1, true, eps), name+"_relu2")
			x = conv(x, name+"_3", 4*filters, 1, 1, true, eps)
			x = relu(layers.AddOf(short, x), name+"_relu3")
		}
	}
	return head(in, x)
}

// mobilenetV2 is that of Sandler et al., 2018, as PyTorch's torchvision builds
// it: zeros on all four sides where steps of two are made. Keras has them on two,
// which PyTorch can do with a copy only.
func mobilenetV2() *nn.Model {
	const eps = 1e-3
	in := nn.Input(224, 224, 3)
	relu6 := func(x *nn.Symbol, name string) *nn.Symbol { return apply(x, name, &layers.ReLU{MaxValue: new(6.0)}) }
	x := relu6(conv(padded(in, "stem_pad", 1), "stem", 32, 3, 2, false, eps), "stem_relu")
	channels, n := 32, 0
	for _, row := range []struct{ expand, filters, blocks, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		for block := range row.blocks {
			name, stride, short := fmt.Sprintf("b%d", n), 1, x
			if block == 0 {
				stride = row.stride
			}
			if row.expand > 1 {
				x = relu6(conv(x, name+"_wide", row.expand*channels, 1, 1, false, eps), name+"_wide_relu")
			}
			padding := layers.Same
			if stride == 2 {
				x, padding = padded(x, name+"_pad", 1), layers.Valid
			}
			x = apply(x, name+"_deep", &layers.DepthwiseConv2D{KernelSize: square(3), Strides: square(stride), Padding: padding, UseBias: new(false)})
			x = relu6(apply(x, name+"_deep_norm", &layers.BatchNormalization{Epsilon: eps}), name+"_deep_relu")
			x = conv(x, name+"_thin", row.filters, 1, 1, false, eps)
			if stride == 1 && channels == row.filters {
				x = layers.AddOf(short, x)
			}
			channels, n = row.filters, n+1
		}
	}
	return head(in, relu6(conv(x, "last", 1280, 1, 1, false, eps), "last_relu"))
}
