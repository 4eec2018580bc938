package nn

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
)

// mode is what a plan is for.
type mode uint8

const (
	predicting mode = iota
	testing
	training
)

// graph describes the whole computation of one mode for concrete shapes:
// outputs, loss, metrics and, when training, gradients and assignments.
type graph struct {
	spec       ops.Spec
	nLoss      int       // Out[0] is the loss, Out[1:nLoss] those of single outputs
	metricSize []int     // floats of each metric's vector, in the order of Out[nLoss:]
	assigned   []*Weight // that a run changes, in the order of spec.Assign
}

func (m *Model) describeGraph(md mode, s shapes) (*graph, error) {
	t := newTrace(md == training)
	in := inputsOf(s.x)
	r, err := m.run(t, m.asDrawn(in), nil)
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	g := &graph{}
	g.spec.In = in
	g.spec.Arena = m.arena
	if md == predicting {
		g.spec.Out = r.out
	} else if err := m.addLoss(t, g, r, md, s); err != nil {
		return nil, err
	}
	for _, w := range t.assigns {
		// Outside training only states change: moving averages stay.
		if w.state || md == training {
			g.spec.Assign = append(g.spec.Assign, ops.Assign{To: t.stored(w), From: t.assigned[w]})
			g.assigned = append(g.assigned, w)
		}
	}
	return g, nil
}

// asDrawn adds a last axis of size 1 to inputs that were fed without it, and takes
// one away that is too much (see [Shape.takes]).
func (m *Model) asDrawn(in []*ops.Value) []*ops.Value {
	out := slices.Clone(in)
	for i, v := range in {
		switch want := m.inputs[i].shape.Rank(); v.Rank() {
		case want - 1:
			out[i] = ops.ExpandDims(v, -1)
		case want + 1:
			out[i] = ops.Squeeze(v, -1)
		}
	}
	return out
}

func inputsOf(shapes [][]int) []*ops.Value {
	vs := make([]*ops.Value, len(shapes))
	for i, s := range shapes {
		vs[i] = ops.Input(s...)
	}
	return vs
}

// addLoss adds the loss, the metrics and, when training, the gradients.
func (m *Model) addLoss(t *trace, g *graph, r called, md mode, s shapes) error {
	c := m.compiled
	ys, ws := inputsOf(s.y), inputsOf(s.w)
	g.spec.In = append(append(g.spec.In, ys...), ws...)
	var total, shown *ops.Value // what is minimised; what is logged, where that differs
	var single, vectors []*ops.Value
	for i, o := range c.outputs {
		if o.target < 0 {
			continue
		}
		y, pred, mask := ys[o.target], r.out[i], r.masks[i]
		var w *ops.Value
		if o.target < len(ws) {
			w = ws[o.target]
		}
		y, err := fitTarget(y, pred, o)
		if err != nil {
			return fmt.Errorf("nn: output %q: %w", o.name, err)
		}
		if o.loss != nil {
			l, err := ReduceLoss(o.loss, y, pred, w, mask)
			if err != nil {
				return fmt.Errorf("nn: output %q: %w", o.name, err)
			}
			mean := l
			if isUnreduced(o.loss) {
				l, mean = ops.Sum(l), ops.Mean(l)
				if shown == nil && total != nil {
					shown = total
				}
			}
			if shown != nil || mean != l {
				shown = plus(shown, ops.MulScalar(mean, float32(o.weight)))
			}
			single = append(single, mean)
			total = plus(total, ops.MulScalar(l, float32(o.weight)))
		}
		for _, mt := range o.metrics {
			v, err := updateMetric(mt, y, pred, w, mask)
			if err != nil {
				return fmt.Errorf("nn: output %q: metric %s: %w", o.name, mt.key, err)
			}
			vectors = append(vectors, v)
			g.metricSize = append(g.metricSize, v.Size())
		}
	}
	if len(t.metrics) != len(c.added) {
		return fmt.Errorf("nn: layers add %d metrics, but %d were known to Compile; Call must add the same ones every time", len(t.metrics), len(c.added))
	}
	for _, a := range t.metrics {
		v := WeightedSum(a.value, nil)
		vectors = append(vectors, v)
		g.metricSize = append(g.metricSize, v.Size())
	}
	if total == nil {
		total = ops.Scalar(0)
	}
	penalty := func(p *ops.Value) {
		if total = plus(total, p); shown != nil {
			shown = plus(shown, p)
		}
	}
	m.eachWeightOnce(func(w *Weight) {
		if w.regularizer != nil {
			penalty(ops.Reshape(w.regularizer.Penalty(t.read(w))))
		}
	})
	for _, l := range t.losses {
		penalty(l)
	}
	if shown == nil {
		shown = total
	}
	g.spec.Out = append(g.spec.Out, shown)
	if len(c.outputs) > 1 {
		g.spec.Out = append(g.spec.Out, single...)
	}
	g.nLoss = len(g.spec.Out)
	g.spec.Out = append(g.spec.Out, vectors...)
	if md == training {
		g.spec.Slab = gradients(t, total, c.trainable)
	}
	return nil
}

func gradients(t *trace, loss *ops.Value, ws []*Weight) []*ops.Value {
	vars := make([]*ops.Value, len(ws))
	for i, w := range ws {
		vars[i] = t.read(w)
	}
	gs := ops.Gradients(loss, vars...)
	for i := range gs {
		if gs[i] == nil { // the loss does not depend on the weight
			gs[i] = ops.BroadcastTo(ops.Scalar(0), vars[i].Shape()...)
		}
	}
	return gs
}

func (m *Model) eachWeightOnce(f func(*Weight)) {
	seen := map[*Weight]bool{}
	m.eachWeight(func(w *Weight) {
		if !seen[w] {
			seen[w] = true
			f(w)
		}
	})
}

func plus(a, b *ops.Value) *ops.Value {
	if a == nil {
		return b
	}
	return ops.Add(a, b)
}

// fitTarget gives targets of one number per sample the trailing axis that
// predictions have, and refuses what the loss and the metrics cannot take.
func fitTarget(y, pred *ops.Value, o outputPlan) (*ops.Value, error) {
	if y.Dim(0) != pred.Dim(0) {
		return nil, fmt.Errorf("%d targets for %d samples", y.Dim(0), pred.Dim(0))
	}
	if y.Rank() == pred.Rank()-1 && pred.Dim(-1) == 1 {
		y = ops.ExpandDims(y, -1)
	}
	check := func(v any) error {
		if c, ok := v.(TargetChecker); ok {
			return c.CheckTarget(Shape(y.Shape()), Shape(pred.Shape()))
		}
		return nil
	}
	if err := check(o.loss); err != nil {
		return nil, err
	}
	for _, mt := range o.metrics {
		if err := check(mt.metric); err != nil {
			return nil, err
		}
	}
	return y, nil
}

func updateMetric(mt metricPlan, y, pred, w, mask *ops.Value) (v *ops.Value, err error) {
	err = recovered(func() error {
		weight := mask
		if mt.weighted && w != nil {
			weight = w
			if mask != nil {
				weight = ops.Mul(mask, FitWeight(w, mask))
			}
		}
		v = ops.StopGradient(mt.metric.Update(y, pred, weight))
		return nil
	})
	return v, err
}

// fits reports whether shape a broadcasts to b.
func fits(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != 1 && a[i] != b[i] {
			return false
		}
	}
	return true
}
