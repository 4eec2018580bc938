package layers

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[TimeDistributed]() }

// TimeDistributed applies a layer, or a whole model, to every step of a sequence
// with the same weights. The steps of all sequences become one large batch; a
// stateful layer sees one step after another instead.
//
// A mask of (batch, time) is handed on; one with more axes is handed to Layer step by
// step, and what that makes of it comes out again, or else (batch, time): which
// steps have anything.
//
// Input: (batch, time, …), or several of them for a layer with several inputs.
// Output: (batch, time, …), with what follows as Layer gives it.
// Weights: those of Layer.
type TimeDistributed struct {
	nn.Base
	Layer nn.Layer // required
}

// Validate checks the settings.
func (l *TimeDistributed) Validate() error {
	if l.Layer == nil {
		return errors.New("no Layer; try &layers.Dense{Units: 32}")
	}
	return nil
}

// Build builds the layer for one step.
func (l *TimeDistributed) Build(b *nn.Build, in ...nn.Shape) error {
	var steps []nn.Shape
	for i, s := range in {
		if s.Rank() < 3 {
			return fmt.Errorf("want input of rank 3 or more (batch, time, …), got rank %d %v; without a time axis, apply the %s itself", s.Rank(), s, nn.ClassName(l.Layer))
		}
		if s[1] != in[0][1] && s[1] != nn.Unknown && in[0][1] != nn.Unknown {
			return fmt.Errorf("input 0 has %d time steps, input %d has %d; want as many", in[0][1], i, s[1])
		}
		steps = append(steps, append(nn.Shape{s[0]}, s[2:]...))
	}
	if nn.BaseOf(l.Layer).Name() == "" {
		nn.Name(nn.AutoName(nn.ClassName(l.Layer)), l.Layer)
	}
	return b.Sub("layer", l.Layer, steps...)
}

// Call describes the layer's first output.
func (l *TimeDistributed) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes all outputs of the layer.
func (l *TimeDistributed) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	for i, x := range in {
		if x.Dim(0) != in[0].Dim(0) || x.Dim(1) != in[0].Dim(1) {
			panic(&ops.ShapeError{Op: "TimeDistributed", Shapes: [][]int{in[0].Shape(), x.Shape()}, Reason: fmt.Sprintf("input %d has other sizes of batch or time than input 0", i)})
		}
	}
	if len(nn.BaseOf(l.Layer).States()) > 0 {
		return l.stepByStep(c, in)
	}
	return l.atOnce(c, in)
}

// atOnce makes one batch of all steps.
func (l *TimeDistributed) atOnce(c *nn.Call, in []*ops.Value) []*ops.Value {
	batch, time := in[0].Dim(0), in[0].Dim(1)
	flat := make([]*ops.Value, len(in))
	masks := make([]*ops.Value, len(in))
	var mask *ops.Value // of the first masked input
	_, passes := l.Layer.(nn.MaskPasser)
	for i, x := range in {
		flat[i] = joinSteps(x)
		m := c.Mask(i)
		if m == nil {
			continue
		}
		if mask == nil {
			mask = m
		}
		if passes || m.Rank() > 2 { // whole steps, left out, are nothing to a layer that sees single steps
			masks[i] = joinSteps(m)
		}
	}
	out, outMasks := c.SubMasked(l.Layer, flat, masks)
	split := func(v *ops.Value) *ops.Value {
		return ops.Reshape(v, append([]int{batch, time}, v.Shape()[1:]...)...)
	}
	all := make([]*ops.Value, len(out))
	for i, v := range out {
		if v.Dim(0) != batch*time {
			panic(&ops.ShapeError{Op: "TimeDistributed", Shapes: [][]int{v.Shape()}, Reason: fmt.Sprintf("%s changes the batch axis from %d to %d; the steps cannot be told apart any more", nn.ClassName(l.Layer), batch*time, v.Dim(0))})
		}
		all[i] = split(v)
		switch {
		case outMasks[i] != nil:
			c.SetMask(i, split(outMasks[i]))
		case i == 0:
			c.SetMask(0, anyStep(mask))
		}
	}
	return all
}

// joinSteps makes one axis of batch and time.
func joinSteps(x *ops.Value) *ops.Value {
	return ops.Reshape(x, append([]int{x.Dim(0) * x.Dim(1)}, x.Shape()[2:]...)...)
}

// anyStep reduces a mask to (batch, time).
func anyStep(mask *ops.Value) *ops.Value {
	if mask == nil || mask.Rank() == 2 {
		return mask
	}
	var axes []int
	for a := 2; a < mask.Rank(); a++ {
		axes = append(axes, a)
	}
	return ops.Max(mask, axes...)
}

// stepByStep calls a layer with states of its own once for each step. A masked
// step repeats the output before, as in a recurrent layer.
func (l *TimeDistributed) stepByStep(c *nn.Call, in []*ops.Value) []*ops.Value {
	steps, mask := in[0].Dim(1), anyStep(c.Mask(0))
	var outs [][]*ops.Value // of each output, all steps
	for t := range steps {
		x := make([]*ops.Value, len(in))
		for i, v := range in {
			x[i] = ops.Squeeze(ops.Slice(v, 1, t, t+1), 1)
		}
		out, _ := c.SubMasked(l.Layer, x, nil)
		if outs == nil {
			outs = make([][]*ops.Value, len(out))
		}
		for i, v := range out {
			if mask != nil {
				before := ops.BroadcastTo(ops.Scalar(0), v.Shape()...)
				if t > 0 {
					before = outs[i][t-1]
				}
				v = hold(ops.Slice(mask, 1, t, t+1), v, before)
			}
			outs[i] = append(outs[i], v)
		}
	}
	all := make([]*ops.Value, len(outs))
	for i := range outs {
		all[i] = ops.Stack(1, outs[i]...)
	}
	c.SetMask(0, mask)
	return all
}

// ResetStates makes a stateful layer start from zeros again.
func (l *TimeDistributed) ResetStates() {
	if r, ok := l.Layer.(nn.Resetter); ok {
		r.ResetStates()
	}
}
