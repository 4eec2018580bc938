package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// droppingCell adds up what dropout leaves of its inputs, with one mask for all
// steps of a sequence, or with a mask a step.
type droppingCell struct {
	nn.Base
	Once bool
}

func (l *droppingCell) StateShapes() []nn.Shape { return []nn.Shape{{8}} }

func (l *droppingCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	ones := ops.BroadcastTo(ops.Scalar(1), in[0].Shape()...)
	draw := func() *ops.Value {
		if !c.Training {
			return ones
		}
		return ops.Dropout(ones, c.Stream(), 0.5, nil)
	}
	mask := draw
	if l.Once {
		mask = func() *ops.Value { return c.Once("mask", draw) }
	}
	return ops.Add(in[1], ops.Mul(in[0], mask()))
}

func TestCellDropoutOnce(t *testing.T) {
	for _, once := range []bool{true, false} {
		l := &layers.RNN{Cell: &droppingCell{Once: once}}
		must(t, nn.Apply(l, nn.Input(6, 8)).Err())
		x := ops.Input(4, 6, 8)
		first, err := nn.Trace(l, true, []*ops.Value{x}, nil)
		must(t, err)
		feed := tensor.New(4, 6, 8)
		for i := range feed.Data() {
			feed.Data()[i] = 1
		}
		p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: first.Out})
		must(t, p.Run(ops.State{Seed: 3}, []*tensor.Tensor{feed}))
		all := true // every number was kept at all six steps, or at none
		for _, v := range p.Out(0).Data() {
			all = all && (v == 0 || v == 12)
		}
		if all != once {
			t.Errorf("with Once %v the sums are %v", once, p.Out(0))
		}
	}
}
