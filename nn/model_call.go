package nn

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
)

// Call runs the model as a layer and returns its first output.
func (m *Model) Call(c *Call, in ...*ops.Value) *ops.Value { return m.CallMulti(c, in...)[0] }

// CallMulti runs the model as a layer.
func (m *Model) CallMulti(c *Call, in ...*ops.Value) []*ops.Value {
	r, err := m.run(c.trace, in, c.masks)
	if err != nil {
		panic(&ops.ShapeError{Op: describe(m), Reason: err.Error()})
	}
	return r.out
}

// run traces the model on values.
func (m *Model) run(t *trace, in, masks []*ops.Value) (called, error) {
	if m.err != nil {
		return called{}, m.err
	}
	if len(in) != len(m.inputs) {
		return called{}, fmt.Errorf("want %d inputs, got %d", len(m.inputs), len(in))
	}
	vals, mask := map[*Symbol]*ops.Value{}, map[*Symbol]*ops.Value{}
	for i, s := range m.inputs {
		// A probe may use another batch size than a fixed one: only stateful
		// layers care, and they check for themselves.
		got := Shape(in[i].Shape())
		if s.shape.anyBatch().mismatch(got) != "" {
			if t.probing != nil {
				got = t.probing.unknown(got)
			}
			why := s.shape.anyBatch().mismatch(got)
			return called{}, fmt.Errorf("input %d: %s", i, why)
		}
		vals[s] = in[i]
		if i < len(masks) {
			mask[s] = masks[i]
		}
	}
	for _, n := range m.order {
		args, argMasks := make([]*ops.Value, len(n.in)), make([]*ops.Value, len(n.in))
		for i, s := range n.in {
			args[i], argMasks[i] = vals[s], mask[s]
		}
		outer := t.training
		if n.mode != nil {
			t.training = *n.mode
		}
		r, err := t.callSafely(n.layer, args, argMasks)
		t.training = outer
		if err != nil {
			return called{}, err
		}
		for i, s := range n.out {
			vals[s], mask[s] = r.out[i], r.masks[i]
		}
	}
	var r called
	for _, s := range m.outputs {
		r.out = append(r.out, vals[s])
		r.masks = append(r.masks, mask[s])
	}
	return r, nil
}

// callSafely is call with the layer named in whatever goes wrong.
func (t *trace) callSafely(l Layer, in, masks []*ops.Value) (r called, err error) {
	err = recovered(func() error {
		var err error
		r, err = t.call(l, in, masks)
		return err
	})
	if err != nil {
		err = fmt.Errorf("%s: %w", describe(l), err)
	}
	return r, err
}

// anyBatch is the shape with its batch axis unknown.
func (s Shape) anyBatch() Shape {
	c := slices.Clone(s)
	c[0] = Unknown
	return c
}
