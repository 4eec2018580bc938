package nn

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// TrainableWeights returns the weights that training changes: none of a frozen
// layer, and none of a layer inside a frozen wrapper or model, whatever the
// inner layer says.
// Keras: trainable_weights.
func (b *Base) TrainableWeights() []*Weight { return b.pick(true) }

// NonTrainableWeights returns the other weights, in the order of
// [Base.Weights]: moving averages, and those of frozen layers.
// Keras: non_trainable_weights.
func (b *Base) NonTrainableWeights() []*Weight { return b.pick(false) }

func (b *Base) pick(trainable bool) []*Weight {
	learns := b.learning()
	return slices.DeleteFunc(b.Weights(), func(w *Weight) bool { return learns[w] != trainable })
}

// learning finds the weights that training changes: those that are reached
// without passing a frozen layer.
func (b *Base) learning() map[*Weight]bool {
	found := map[*Weight]bool{}
	var visit func(b *Base)
	visit = func(b *Base) {
		if b.frozen {
			return
		}
		for _, w := range b.weights {
			if w.trainable {
				found[w] = true
			}
		}
		for _, s := range b.subs {
			visit(s.layer.base())
		}
	}
	visit(b)
	return found
}

// GetWeights returns copies of the values of [Base.Weights]; none before the
// layer is applied. A layer that is part of a model has the model's first
// values.
// Keras: get_weights.
func (b *Base) GetWeights() []*tensor.Tensor {
	b.fill()
	return copies(b.Weights())
}

// SetWeights copies values into the weights, in the order of [Base.Weights].
// When one does not fit, none changes.
// Keras: set_weights.
func (b *Base) SetWeights(ts []*tensor.Tensor) error {
	if len(b.nodes) == 0 && !b.ready {
		return fmt.Errorf("nn: SetWeights: the layer has no weights yet; apply it, or put it into a model, first (or give it first values by nn.WithWeights)")
	}
	return setAll(b.who(), b.Weights(), ts)
}

// who names the layer in messages.
func (b *Base) who() string {
	if len(b.nodes) > 0 {
		return describe(b.nodes[0].layer)
	}
	return fmt.Sprintf("layer %q", b.path())
}

// fill gives the weights their first values: those that a model of the layer
// gives, or, outside of any, those of seed 0.
func (b *Base) fill() {
	for up := b; up != nil; up = up.parent {
		if len(up.models) > 0 {
			up.models[0].initialize()
			return
		}
	}
	b.walkWeights(b.path()+"/", func(path string, w *Weight) { w.initialize(0, path) })
}

func copies(ws []*Weight) []*tensor.Tensor {
	var ts []*tensor.Tensor
	for _, w := range ws {
		ts = append(ts, tensor.From(slices.Clone(w.Value().Data()), w.shape...))
	}
	return ts
}

// setAll checks every value before it sets the first.
func setAll(who string, ws []*Weight, ts []*tensor.Tensor) error {
	if len(ts) != len(ws) {
		return fmt.Errorf("nn: SetWeights: %s has %d weights%s, got %d tensors", who, len(ws), listed(ws), len(ts))
	}
	for i, w := range ws {
		if ts[i] == nil {
			return fmt.Errorf("nn: weight %s: the tensor is nil", w.Name())
		}
		if m := w.shape.mismatch(ts[i].Shape()); m != "" {
			return fmt.Errorf("nn: weight %s: %s", w.Name(), m)
		}
	}
	for i, w := range ws {
		if err := w.Set(ts[i]); err != nil {
			return err
		}
	}
	return nil
}

// listed names the weights, if they are few.
func listed(ws []*Weight) string {
	if len(ws) == 0 || len(ws) > 8 {
		return ""
	}
	s := " ("
	for i, w := range ws {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s %v", w.name, w.shape)
	}
	return s + ")"
}

// WithWeights gives a layer its first values, in the order of [Base.Weights],
// and returns the layer: pretrained embeddings, say. A value that does not fit
// is an error when the layer is applied.
// Keras: weights=[…].
func WithWeights[L Layer](l L, values ...*tensor.Tensor) L {
	l.base().given = values
	return l
}

// InputShape says what a layer takes when it is the first of a Sequential
// model without an input: the shape of one sample, without the batch.
// Keras: input_shape=(…), input_dim=….
//
//	nn.NewSequential(nil, nn.InputShape(&layers.Dense{Units: 64}, 784), …)
func InputShape[L Layer](l L, sample ...int) L {
	return BatchInputShape(l, append(Shape{Unknown}, sample...))
}

// BatchInputShape is [InputShape] with the batch size in front, [Unknown] or
// fixed.
// Keras: batch_input_shape=(…).
func BatchInputShape[L Layer](l L, s Shape) L {
	l.base().starts = slices.Clone(s)
	return l
}

// ConfigInputShape returns what [InputShape] or [BatchInputShape] said, nil if
// nothing, for saving.
func (b *Base) ConfigInputShape() Shape { return slices.Clone(b.starts) }

// setGiven puts the values of [WithWeights] into a layer, and into those inside it.
func (b *Base) setGiven() error {
	if ts := b.given; ts != nil {
		b.given = nil
		if err := setAll("the layer", b.Weights(), ts); err != nil {
			return err
		}
	}
	for _, s := range b.subs {
		if err := s.layer.base().setGiven(); err != nil {
			return fmt.Errorf("%s, %s: %w", s.name, describe(s.layer), err)
		}
	}
	return nil
}
