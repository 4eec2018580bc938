package main

import "github.com/antler-ml/antler/nn/layers"

func init() {
	cases = append(cases, []testCase{
		{name: "1x1 14x14x512-512", layer: &layers.Conv2D{Filters: 512, KernelSize: square(1)}, shape: []int{8, 14, 14, 512}},
		{name: "5x5 28x28x32-64", layer: &layers.Conv2D{Filters: 64, KernelSize: square(5), Padding: layers.Same}, shape: []int{16, 28, 28, 32}},
		{name: "max pooling 2x2 56x56x64", layer: &layers.MaxPooling2D{}, shape: []int{16, 56, 56, 64}},
		{name: "average pooling 2x2 56x56x64", layer: &layers.AveragePooling2D{}, shape: []int{16, 56, 56, 64}},
		{name: "max pooling 3d 16x32x32x32", layer: &layers.MaxPooling3D{}, shape: []int{4, 16, 32, 32, 32}},
		{name: "average pooling 3d 16x32x32x32", layer: &layers.AveragePooling3D{}, shape: []int{4, 16, 32, 32, 32}},
		{name: "bilinear x2 28x28x64", layer: &layers.UpSampling2D{Interpolation: "bilinear"}, shape: []int{8, 28, 28, 64}},
		{name: "nearest x2 28x28x64", layer: &layers.UpSampling2D{}, shape: []int{8, 28, 28, 64}},
		{name: "batch norm axis 1 64x28x28", layer: &layers.BatchNormalization{Axis: []int{1}}, shape: []int{32, 64, 28, 28}},
		{name: "batch norm axis 1 256x7x7", layer: &layers.BatchNormalization{Axis: []int{1}}, shape: []int{32, 256, 7, 7}},
		{name: "locally connected 1d 128x32-32", layer: &layers.LocallyConnected1D{Filters: 32, KernelSize: 3}, shape: []int{32, 128, 32}},
		{name: "locally connected 2d 16x16x16-16", layer: &layers.LocallyConnected2D{Filters: 16, KernelSize: square(3)}, shape: []int{16, 16, 16, 16}},
	}...)
}
