package main

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Focus]() }

// Focus makes one vector of a sequence: the mean of its steps, weighted by
// softmax(v·tanh(x·w)). Masked steps do not count. Bahdanau et al., 2014.
//
// Input: (batch, time, n). Outputs: (batch, n), and the weights (batch, time).
type Focus struct {
	nn.Base
	Units       int
	Initializer nn.Initializer `default:"glorot_uniform"`
	w, v        *nn.Weight
}

func (l *Focus) Build(b *nn.Build, in ...nn.Shape) error {
	l.w = b.Weight(nn.WeightSpec{Name: "w", Shape: nn.Shape{in[0].Last(), l.Units}, Initializer: l.Initializer})
	l.v = b.Weight(nn.WeightSpec{Name: "v", Shape: nn.Shape{l.Units, 1}, Initializer: l.Initializer})
	return nil
}

func (l *Focus) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

func (l *Focus) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	score := ops.MatMul(ops.Tanh(ops.MatMul(in[0], c.Read(l.w))), c.Read(l.v)) // (batch, time, 1)
	if mask := c.Mask(0); mask != nil {
		score = ops.Where(ops.ExpandDims(mask, -1), score, ops.Scalar(-1e9))
	}
	weights := ops.Softmax(score, 1)
	return []*ops.Value{ops.Sum(ops.Mul(in[0], weights), 1), ops.Squeeze(weights, -1)}
}

func (l *Focus) ComputeMask(*nn.Call, ...*ops.Value) *ops.Value { return nil }
