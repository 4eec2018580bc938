package nn

import (
	"fmt"
	"maps"

	"github.com/antler-ml/antler/nn/ops"
)

// Traced is one call of a layer on values, outside any model: what tests of
// layers look at.
type Traced struct {
	Out    []*ops.Value
	Masks  []*ops.Value // of the outputs; nil is none
	Losses []*ops.Value // that the layer and its weights' regularizers add, activity first
	Assign []ops.Assign // that a run makes
	trace  *trace
}

// Variable returns the value that stands for a weight in the call.
func (t *Traced) Variable(w *Weight) *ops.Value { return t.trace.read(w) }

// Trace calls a layer that was applied before on values with concrete shapes.
// masks may be nil, or hold nil for inputs without one.
func Trace(l Layer, training bool, in, masks []*ops.Value) (*Traced, error) {
	return TraceWith(l, training, in, masks, nil)
}

// TraceWith is [Trace] with other values in the place of some weights.
func TraceWith(l Layer, training bool, in, masks []*ops.Value, given map[*Weight]*ops.Value) (*Traced, error) {
	if !l.base().ready {
		return nil, fmt.Errorf("nn: Trace: %s was not applied yet", describe(l))
	}
	if masks == nil {
		masks = make([]*ops.Value, len(in))
	}
	t := newTrace(training)
	maps.Copy(t.vars, given)
	r, err := t.callSafely(l, in, masks)
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	tr := &Traced{Out: r.out, Masks: r.masks, Losses: t.losses, trace: t}
	l.base().eachWeight(func(w *Weight) {
		w.initialize(0, w.Name())
		if w.regularizer != nil {
			tr.Losses = append(tr.Losses, ops.Reshape(w.regularizer.Penalty(t.read(w))))
		}
	})
	for _, w := range t.assigns {
		if _, replaced := given[w]; !replaced && (w.state || training) {
			tr.Assign = append(tr.Assign, ops.Assign{To: t.stored(w), From: t.assigned[w]})
		}
	}
	return tr, nil
}
