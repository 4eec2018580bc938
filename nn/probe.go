package nn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn/ops"
)

// sizes stand for unknown axes while a layer is traced for its output's shape.
type sizes struct{ batch, other int }

// Each layer is traced with both, for use and for training; axes that come out
// different are unknown. The
// sizes of sequences and images are far apart, so that strides and pooling do
// not make them equal, and can be halved many times, as U-Nets do. Those of the
// batch are primes that hardly any weight has, to be known again in messages.
var (
	small = sizes{1009, 192}
	large = sizes{1013, 384}
)

// probed is one tracing of a layer for shapes.
type probed struct {
	called
	in, inMasks []*ops.Value
	ends        []*ops.Value // losses, metrics and assigned values
	metrics     []string     // names of added metrics
}

// probe traces one call of the layer with concrete sizes for unknown axes.
func probe(l Layer, in []*Symbol, s sizes, training bool) (p probed, err error) {
	err = recovered(func() error {
		t := newTrace(training)
		t.probing = &s
		p.in, p.inMasks = make([]*ops.Value, len(in)), make([]*ops.Value, len(in))
		for i, x := range in {
			sh := x.shape.with(s.batch, s.other)
			p.in[i] = ops.Input(sh...)
			if x.masked {
				p.inMasks[i] = ops.Input(sh[:min(x.maskAxes, len(sh))]...)
			}
		}
		p.called, err = t.call(l, p.in, p.inMasks)
		p.ends = t.losses
		for _, w := range t.assigns {
			p.ends = append(p.ends, t.assigned[w])
		}
		for _, m := range t.metrics {
			p.ends = append(p.ends, m.value)
			p.metrics = append(p.metrics, m.name)
		}
		return err
	})
	return p, s.translate(err)
}

// translate shows shapes in a mistake as the user knows them, (None, 3), not with
// the sizes of this tracing.
func (s *sizes) translate(err error) error {
	var e *ops.ShapeError
	if !errors.As(err, &e) || len(e.Shapes) == 0 {
		return err
	}
	shapes := make([]string, len(e.Shapes))
	for i, x := range e.Shapes {
		shapes[i] = s.unknown(x).String()
	}
	text := fmt.Sprintf("%s of %s: %s", e.Op, strings.Join(shapes, " and "), e.Reason)
	return &translated{strings.Replace(err.Error(), e.Error(), text, 1), err}
}

type translated struct {
	text string
	err  error
}

func (e *translated) Error() string { return e.text }
func (e *translated) Unwrap() error { return e.err }

// allUsed refuses an input that the layer does not look at: most likely it was
// meant for a layer that takes several.
func allUsed(in []*Symbol, testing, training probed) error {
	i := testing.unused()
	if len(in) == 1 || i < 0 || training.unused() < 0 {
		return nil
	}
	return fmt.Errorf("got %d inputs, but input %d, %v, changes nothing; to merge inputs use a layer such as layers.Add or layers.Concatenate", len(in), i, in[i].shape)
}

// unused is the first input that no result depends on, -1 if there is none.
func (p probed) unused() int {
	seen := map[*ops.Value]bool{}
	todo := slices.Concat(p.out, p.masks, p.ends)
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if v == nil || seen[v] {
			continue
		}
		seen[v] = true
		todo = append(todo, v.In()...)
	}
	return slices.IndexFunc(p.in, func(v *ops.Value) bool { return !seen[v] })
}

// reuse adds to a mistake in a later call what the layer was built for.
func reuse(l Layer, in []Shape, err error) error {
	on := l.base().builtOn
	if len(on) == 0 || slices.EqualFunc(on, in, Shape.Equal) {
		return err
	}
	var s []string
	for _, x := range on {
		s = append(s, x.String())
	}
	return fmt.Errorf("%w; the layer was built for %s, and every call shares its weights: use a new layer here", err, strings.Join(s, " and "))
}
