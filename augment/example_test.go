package augment_test

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/tensor"
)

// A sample is moved as a whole, and what was done can be written down.
func ExamplePolicy() {
	policy, err := augment.NewPolicy(&augment.HorizontalFlip{}, &augment.RandomCrop{Height: 4, Width: 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	sample := &augment.Sample{
		Name:  "cat.jpg",
		Image: tensor.New(8, 10, 3),
		Masks: []*tensor.Tensor{tensor.New(8, 10)},
		Boxes: []augment.Box{{Left: 1, Top: 2, Right: 5, Bottom: 6, Label: "cat"}},
	}
	ops, err := policy.Apply(sample, augment.NewRand(1, 0, 17)) // seed, epoch, index
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(ops), "ops;", sample.Image.Shape(), sample.Masks[0].Shape())
	line, err := augment.MarshalOp(ops[:1])
	fmt.Println(string(line), err)
	// Output:
	// 2 ops; [4 6 3] [4 6]
	// [{"class_name":"Flip","config":{"horizontal":true,"vertical":false}}] <nil>
}

// A policy can come from a file.
func ExampleParsePolicy() {
	policy, err := augment.ParsePolicy([]byte(`["HorizontalFlip", {"class_name": "Cutout", "config": {"length": 2.0}}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	sample := &augment.Sample{Image: tensor.New(4, 4, 1)}
	ops, err := policy.Apply(sample, augment.NewRand(3))
	fmt.Println(len(ops), err)
	_, err = augment.ParsePolicy([]byte(`["HorizontalFlop"]`))
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// augment: policy[0]: unknown augmentation "HorizontalFlop"; did you mean "HorizontalFlip"?
}

// One rotation, by Keras' function.
func ExampleApplyAffineTransform() {
	x := tensor.From([]float32{1, 2, 3, 4}, 2, 2, 1)
	y, err := augment.ApplyAffineTransform(x, augment.Transform{Theta: 180}, augment.FunctionConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 2 {
		fmt.Printf("%.0f %.0f\n", y.Data()[2*i], y.Data()[2*i+1])
	}
	// Output:
	// 4 3
	// 2 1
}

// Images may come from anywhere: a function reads them where they are needed, in
// several goroutines.
func ExampleImageDataGenerator_FlowFunc() {
	gen := &augment.ImageDataGenerator{Rescale: 1. / 255}
	read := func(dst []float32, i int) error { // image i
		for k := range dst {
			dst[k] = float32(51 * i)
		}
		return nil
	}
	y := tensor.From([]float32{0, 1, 0}, 3)
	flow, err := gen.FlowFunc(3, []int{2, 2, 1}, read, y, augment.FlowConfig{BatchSize: 2, Prefetch: 1, Shuffle: new(false)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for b, err := range flow.Batches(context.Background(), 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v %.1f %v\n", b.X[0].Shape(), b.X[0].Data(), b.Y[0].Data())
	}
	// Output:
	// [2 2 2 1] [0.0 0.0 0.0 0.0 0.2 0.2 0.2 0.2] [0 1]
	// [1 2 2 1] [0.4 0.4 0.4 0.4] [0]
}
