package ops_test

import (
	"fmt"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// One step of training a line through two points, by hand.
func Example() {
	weights := tensor.From([]float32{0.5}, 1, 1)
	x, y := ops.Input(2, 1), ops.Input(2, 1)
	w := ops.Variable(weights)
	loss := ops.Mean(ops.Square(ops.Sub(ops.MatMul(x, w), y)))

	p := ops.Compile(ops.Spec{
		In:   []*ops.Value{x, y},
		Out:  []*ops.Value{loss},
		Slab: ops.Gradients(loss, w),
	})
	in := []*tensor.Tensor{tensor.From([]float32{1, 2}, 2, 1), tensor.From([]float32{3, 6}, 2, 1)}
	for range 3 {
		if err := p.Run(ops.State{}, in); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("w %.3f loss %.3f gradient %.3f\n", weights.Data()[0], p.Out(0).Data()[0], p.SlabPart(0)[0])
		weights.Data()[0] -= 0.1 * p.SlabPart(0)[0]
	}
	// Output:
	// w 0.500 loss 15.625 gradient -12.500
	// w 1.750 loss 3.906 gradient -6.250
	// w 2.375 loss 0.977 gradient -3.125
}

func ExampleFirstNonFinite() {
	x := ops.Input(3)
	h := ops.Log(x)
	ops.Label("surprise", h)
	step, found := ops.FirstNonFinite(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{ops.Mean(h)}},
		ops.State{}, []*tensor.Tensor{tensor.From([]float32{1, 0, 2}, 3)})
	fmt.Println(found, step.Op, step.Label, step.Result, step.MaxIn())
	// Output: true Log surprise [0 -Inf 0.6931472] 2
}

func ExampleApply() {
	// A user's op: see ops.Op for what the methods promise.
	x := ops.Input(2)
	y := ops.Apply(double{}, x)[0]
	p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y}})
	_ = p.Run(ops.State{}, []*tensor.Tensor{tensor.From([]float32{3, 4}, 2)})
	fmt.Println(p.Out(0).Data())
	// Output: [6 8]
}
