package ops_test

import (
	"fmt"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// An op of one's own: a cube, with its derivative.
func ExampleCustom() {
	cube := func(x *ops.Value) *ops.Value {
		return ops.Custom(ops.CustomOp{
			Name: "Cube",
			Forward: func(out []float32, in [][]float32) {
				for i, x := range in[0] {
					out[i] = x * x * x
				}
			},
			Backward: func(din, in [][]float32, _, dout []float32) {
				for i, x := range in[0] {
					din[0][i] = 3 * x * x * dout[i]
				}
			},
		}, x)
	}
	x := ops.Input(3)
	y := cube(x)
	p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y, ops.Gradients(y, x)[0]}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.From([]float32{1, 2, -1}, 3)}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(p.Out(0), p.Out(1))
	// Output: [ 1.  8. -1.] [ 3. 12.  3.]
}
