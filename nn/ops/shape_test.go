package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

type values = []*ops.Value

// ramp returns the numbers 0.5, 1.5 … negated at every third place.
func ramp(shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data() {
		x := float32(i%17) + 0.5
		if i%3 == 2 {
			x = -x
		}
		t.Data()[i] = x / 4
	}
	return t
}

// eval runs f on tensors.
func eval(t testing.TB, f func(in ...*ops.Value) *ops.Value, in ...*tensor.Tensor) *tensor.Tensor {
	t.Helper()
	var vs values
	for _, x := range in {
		vs = append(vs, ops.Input(x.Shape()...))
	}
	p := ops.Compile(ops.Spec{In: vs, Out: values{f(vs...)}})
	if err := p.Run(ops.State{}, in); err != nil {
		t.Fatal(err)
	}
	return p.Out(0)
}

func TestShapeOpsContract(t *testing.T) {
	for name, c := range map[string]struct {
		f  func(in ...*ops.Value) *ops.Value
		in []*tensor.Tensor
	}{
		"Reshape":          {func(in ...*ops.Value) *ops.Value { return ops.Reshape(in[0], 4, -1) }, []*tensor.Tensor{ramp(2, 6)}},
		"Flatten2D":        {func(in ...*ops.Value) *ops.Value { return ops.Flatten2D(in[0]) }, []*tensor.Tensor{ramp(2, 3, 2)}},
		"Transpose 2D":     {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0]) }, []*tensor.Tensor{ramp(5, 7)}},
		"Transpose blocks": {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0]) }, []*tensor.Tensor{ramp(70, 67)}},
		"Transpose NCHW":   {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0], 0, 3, 1, 2) }, []*tensor.Tensor{ramp(2, 3, 4, 5)}},
		"Transpose 5D":     {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0], 4, 1, 3, 0, 2) }, []*tensor.Tensor{ramp(2, 3, 2, 3, 2)}},
		"Concat first":     {func(in ...*ops.Value) *ops.Value { return ops.Concat(0, in...) }, []*tensor.Tensor{ramp(2, 3), ramp(1, 3), ramp(0, 3)}},
		"Concat last":      {func(in ...*ops.Value) *ops.Value { return ops.Concat(-1, in...) }, []*tensor.Tensor{ramp(2, 2, 3), ramp(2, 2, 1)}},
		"Concat itself":    {func(in ...*ops.Value) *ops.Value { return ops.Concat(1, in[0], in[0]) }, []*tensor.Tensor{ramp(2, 2, 3)}},
		"Stack":            {func(in ...*ops.Value) *ops.Value { return ops.Stack(-1, in...) }, []*tensor.Tensor{ramp(2, 3), ramp(2, 3)}},
		"Split":            {func(in ...*ops.Value) *ops.Value { return ops.Split(in[0], 1, 3)[1] }, []*tensor.Tensor{ramp(2, 6)}},
		"Slice":            {func(in ...*ops.Value) *ops.Value { return ops.Slice(in[0], 1, 1, -1) }, []*tensor.Tensor{ramp(3, 4, 2)}},
		"Reverse":          {func(in ...*ops.Value) *ops.Value { return ops.Reverse(in[0], 0, -1) }, []*tensor.Tensor{ramp(3, 2, 4)}},
		"Pad":              {func(in ...*ops.Value) *ops.Value { return ops.Pad(in[0], [][2]int{{1, 0}, {0, 2}, {3, 1}}, 7) }, []*tensor.Tensor{ramp(2, 3, 2)}},
		"Tile":             {func(in ...*ops.Value) *ops.Value { return ops.Tile(in[0], 2, 1, 3) }, []*tensor.Tensor{ramp(2, 3)}},
		"Repeat":           {func(in ...*ops.Value) *ops.Value { return ops.Repeat(in[0], 3, 0) }, []*tensor.Tensor{ramp(2, 3)}},
		"BroadcastTo":      {func(in ...*ops.Value) *ops.Value { return ops.BroadcastTo(in[0], 4, 2, 3) }, []*tensor.Tensor{ramp(2, 1)}},
		"ExpandDims":       {func(in ...*ops.Value) *ops.Value { return ops.Squeeze(ops.ExpandDims(in[0], -1)) }, []*tensor.Tensor{ramp(2, 1)}},
	} {
		t.Run(name, func(t *testing.T) { nntest.Op(t, c.f, c.in...) })
	}
}
