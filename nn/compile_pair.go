package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
)

// An ActivationChecker is a loss or metric that knows which last activations of a
// model make sense. Compile asks it with Keras' name of the activation (linear,
// softmax, sigmoid, …) where that can be told; a metric is asked with "logits" where
// the loss takes logits. Its error says what to use instead.
type ActivationChecker interface {
	CheckActivation(activation string, yPred Shape) error
}

// logitsTaker is a loss that may be told that predictions are logits.
type logitsTaker interface{ TakesLogits() bool }

// checkPairs refuses losses and metrics that do not go with the output: with its
// shape, its activation, and the targets that the loss wants.
func (m *Model) checkPairs(i int, p outputPlan) error {
	out := m.outputs[i]
	activation := lastActivation(out)
	if activation == "softmax" && out.shape.Last() == 1 {
		return fmt.Errorf("a softmax over one number is always 1; use a sigmoid, or one unit for each class")
	}
	if c, ok := p.loss.(ActivationChecker); ok && activation != "" {
		if err := c.CheckActivation(activation, out.shape); err != nil {
			return err
		}
	}
	if l, ok := p.loss.(logitsTaker); ok && l.TakesLogits() {
		activation = "logits"
	}
	targets := wantedTargets(p.loss, out.shape)
	for _, mt := range p.metrics {
		if c, ok := mt.metric.(ActivationChecker); ok && activation != "" {
			if err := c.CheckActivation(activation, out.shape); err != nil {
				return err
			}
		}
		if c, ok := mt.metric.(TargetChecker); ok && targets != nil {
			if err := c.CheckTarget(targets, out.shape); err != nil {
				return fmt.Errorf("the loss wants targets of shape %v: %w", targets, err)
			}
		}
	}
	return nil
}

// wantedTargets is the shape of targets that a loss wants, nil if it takes several
// or does not say.
func wantedTargets(l Loss, p Shape) Shape {
	c, ok := l.(TargetChecker)
	if !ok || p.Rank() < 2 {
		return nil
	}
	ids := p[:p.Rank()-1]
	whole, sparse := c.CheckTarget(p, p) == nil, c.CheckTarget(ids, p) == nil
	switch {
	case whole && !sparse:
		return p
	case sparse && !whole:
		return ids
	}
	return nil
}

// lastActivation is Keras' name of the activation that made an output, empty where
// it cannot be told.
func lastActivation(s *Symbol) string {
	for s != nil && s.node != nil {
		l := s.node.layer
		if inner, ok := l.(*Model); ok {
			i := slices.Index(s.node.out, s)
			if i < 0 || i >= len(inner.outputs) {
				return ""
			}
			s = inner.outputs[i]
			continue
		}
		if passesOn[ClassName(l)] && len(s.node.in) == 1 {
			s = s.node.in[0]
			continue
		}
		return layerActivation(l)
	}
	return ""
}

// LastActivation is Keras' name of the activation that makes output i, such as
// softmax; linear where there is none, and empty where it cannot be told.
func (m *Model) LastActivation(i int) string {
	if i < 0 || i >= len(m.outputs) {
		return ""
	}
	return lastActivation(m.outputs[i])
}

// passesOn are layers that change no number of their input while testing.
var passesOn = map[string]bool{"Dropout": true, "Flatten": true, "ActivityRegularization": true, "GaussianNoise": true, "AddLoss": true, "AddMetric": true, "DropMask": true}

// endsInActivation are layers whose output is what their field Activation makes.
func endsInActivation(class string) bool {
	return strings.HasPrefix(class, "Dense") || strings.Contains(class, "Conv") && !strings.Contains(class, "LSTM") ||
		strings.HasPrefix(class, "LocallyConnected") || class == "EinsumDense" || class == "Activation"
}

func layerActivation(l Layer) string {
	class := ClassName(l)
	v := reflect.Indirect(reflect.ValueOf(l))
	switch {
	case class == "TimeDistributed" && v.FieldByName("Layer").IsValid():
		if inner, ok := v.FieldByName("Layer").Interface().(Layer); ok {
			return layerActivation(inner)
		}
		return ""
	case class == "Softmax" || class == "ReLU":
		return strings.ToLower(class)
	case v.Kind() != reflect.Struct || !endsInActivation(class):
		return ""
	}
	f := v.FieldByName("Activation")
	if !f.IsValid() || f.Kind() != reflect.Interface {
		return ""
	}
	if f.IsNil() {
		return "linear"
	}
	if n, ok := f.Interface().(config.Namer); ok {
		return n.ConfigName()
	}
	return AutoName(config.ClassName(f.Interface()))
}
