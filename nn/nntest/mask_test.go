package nntest

import (
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// masked is a layer with habits around masks, good and bad. It adds 1, and gives
// each sequence as many steps as asked for.
type masked struct {
	nn.Base
	uses, hands, wrong bool
}

func (l *masked) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	y := ops.AddScalar(in[0], 1)
	if m := c.Mask(0); l.uses && m != nil {
		y = ops.Mul(y, nn.FitWeight(m, y))
	}
	return y
}

func (l *masked) ComputeMask(c *nn.Call, in ...*ops.Value) *ops.Value {
	switch m := c.Mask(0); {
	case m == nil || !l.hands:
		return nil
	case l.wrong:
		return ops.Slice(m, 1, 0, 1)
	default:
		return m
	}
}

// knowing is a masked that drops masks and says so.
type knowing struct{ masked }

func (*knowing) EndsMask() {}

// refusing knows no masks at all.
type refusing struct{ nn.Base }

func (*refusing) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// broken fails for a reason of its own.
type broken struct{ masked }

func (l *broken) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	if c.Mask(0) != nil {
		return ops.Reshape(in[0], 1, 1, 7)
	}
	return in[0]
}

func TestMasks(t *testing.T) {
	in := nn.Shape{nn.Unknown, 4, 2}
	for _, c := range []struct {
		layer nn.Layer
		want  string // in the first message; "" for none
	}{
		{&masked{hands: true}, ""},
		{&masked{uses: true}, ""},
		{&masked{uses: true, hands: true}, ""},
		{&knowing{}, ""},
		{&refusing{}, ""},
		{&masked{}, "the mask is neither used nor handed on"},
		{&masked{hands: true, wrong: true}, "the mask of output 0 has shape (3, 1), the output (3, 4, 2)"},
		{&broken{}, "with a masked input, training false"},
	} {
		if err := nn.Apply(c.layer, nn.NamedInput("", in)).Err(); err != nil {
			t.Fatal(err)
		}
		r := &recorder{}
		checkMasks(r, c.layer, []nn.Shape{in}, 0, 1)
		switch {
		case c.want == "" && len(r.messages) > 0:
			t.Errorf("%T %+v: %q", c.layer, c.layer, r.messages)
		case c.want != "" && !slices.ContainsFunc(r.messages, func(m string) bool { return strings.Contains(m, c.want) }):
			t.Errorf("%T: got %q, want %q", c.layer, r.messages, c.want)
		}
	}
}
