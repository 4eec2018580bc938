package nn

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// The things that a weight is made with. Implementations live in the packages
// initializers, regularizers and constraints.
type (
	// An Initializer fills a new weight. s is the weight's own shape.
	Initializer interface {
		Init(dst []float32, s Shape, r *rand.Rand)
	}
	// A Regularizer is a penalty on a weight or an output: one number that is
	// added to the loss.
	Regularizer interface{ Penalty(w *ops.Value) *ops.Value }
	// ShapeChecker is an initializer, a regularizer or a constraint that does not
	// fit every shape.
	ShapeChecker interface{ CheckShape(s Shape) error }
	// A Constraint changes a weight after every update.
	Constraint interface{ Constrain(w []float32, s Shape) }
)

// A WeightSpec says what weight to create.
type WeightSpec struct {
	Name        string
	Shape       Shape
	Initializer Initializer // nil: glorot_uniform, as in Keras; a State starts with zeros
	Regularizer Regularizer
	Constraint  Constraint
	// NotTrainable weights are changed by Call.Assign only (moving averages).
	NotTrainable bool
	// State weights live from batch to batch but are not part of the model:
	// not saved, not counted (states of recurrent layers).
	State bool
}

// A Weight is a tensor that belongs to a layer.
type Weight struct {
	name        string // within the layer: kernel
	owner       *Base
	shape       Shape
	alloc       sync.Once
	value       *tensor.Tensor // made when it is first needed, so that describing a model costs nothing
	init        Initializer
	regularizer Regularizer
	constraint  Constraint
	trainable   bool
	state       bool
	ready       bool // has values
}

// Name returns the weight's Keras name, such as dense_1/kernel, or
// bidirectional/forward_layer/kernel inside a wrapper.
func (w *Weight) Name() string { return w.owner.path() + "/" + w.name }

// Shape returns the size of each axis.
func (w *Weight) Shape() Shape { return slices.Clone(w.shape) }

// Trainable reports whether training changes the weight, as far as its own layer
// says; see also [Model.TrainableWeights].
func (w *Weight) Trainable() bool { return w.trainable && !w.owner.frozen }

// CanTrain reports whether training would change the weight if no layer were
// frozen: it is no moving average.
func (w *Weight) CanTrain() bool { return w.trainable }

// Value returns the weight's own memory. Writing to it changes the model; it
// must not happen while the model runs. Before the model is compiled, used or
// loaded it holds zeros.
func (w *Weight) Value() *tensor.Tensor {
	w.alloc.Do(func() { w.value = tensor.New(w.shape...) })
	return w.value
}

// size is the number of elements.
func (w *Weight) size() int {
	n := 1
	for _, d := range w.shape {
		n *= d
	}
	return n
}

// Set copies values into the weight.
func (w *Weight) Set(t *tensor.Tensor) error {
	if m := w.shape.mismatch(t.Shape()); m != "" {
		return fmt.Errorf("nn: weight %s: %s", w.Name(), m)
	}
	if own := w.Value(); own != t { // else they are there already
		copy(own.Data(), t.Data())
	}
	w.ready = true
	return nil
}

// Constrain applies the weight's constraint, as training does after an update.
func (w *Weight) Constrain() {
	if w.constraint != nil {
		w.constraint.Constrain(w.Value().Data(), w.shape)
	}
}

// initialize gives the weight its first values, once. The numbers depend on
// the seed and the weight's path only, not on what else the model holds.
func (w *Weight) initialize(seed uint64, path string) {
	if w.ready {
		return
	}
	w.ready = true
	if w.init != nil {
		w.init.Init(w.Value().Data(), w.Shape(), rng.At(seed, hash("init/"+path)))
	}
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// A Build creates the weights of one layer.
type Build struct {
	owner *Base
}

// Weight creates a weight. Weights are saved in the order of creation,
// trainable ones first.
// Keras: add_weight, add_variable.
func (b *Build) Weight(s WeightSpec) *Weight {
	if slices.ContainsFunc(s.Shape, func(d int) bool { return d < 0 }) {
		panic(buildError{fmt.Errorf("weight %q has an unknown size in its shape %v; give the input a fixed size on that axis (an Embedding that begins a model has InputLength)", s.Name, s.Shape)})
	}
	if tooLarge(s.Shape) {
		panic(buildError{fmt.Errorf("weight %q would have the shape %v, more numbers than fit into memory", s.Name, s.Shape)})
	}
	if s.Initializer == nil && !s.State {
		var err error
		if s.Initializer, err = config.Get[Initializer]("glorot_uniform"); err != nil {
			panic(buildError{fmt.Errorf("weight %q has no Initializer, and Keras' default is not there: import nn/initializers, or set one (%w)", s.Name, err)})
		}
	}
	for _, thing := range []any{s.Initializer, s.Regularizer, s.Constraint} {
		if c, ok := thing.(ShapeChecker); ok {
			if err := c.CheckShape(s.Shape); err != nil {
				panic(buildError{fmt.Errorf("weight %q: %w", s.Name, err)})
			}
		}
	}
	w := &Weight{
		name: s.Name, owner: b.owner, shape: slices.Clone(s.Shape),
		init: s.Initializer, regularizer: s.Regularizer, constraint: s.Constraint,
		trainable: !s.NotTrainable && !s.State, state: s.State,
	}
	b.owner.weights = append(b.owner.weights, w)
	return w
}

// Sub builds a layer inside a wrapper layer, whose weights become part of the
// wrapper's. name is that of the setting that holds the layer: it leads to its
// weights in files, as in bidirectional/forward_layer/kernel.
func (b *Build) Sub(name string, l Layer, in ...Shape) error {
	if isNil(l) {
		return fmt.Errorf("%s is nil; want a layer", name)
	}
	if err := build(l, in); err != nil {
		return fmt.Errorf("%s, %s: %w", name, describe(l), err)
	}
	b.owner.adopt(name, l)
	return nil
}

// adopt makes a built layer part of a wrapper.
func (b *Base) adopt(name string, l Layer) {
	inner := l.base()
	inner.parent, inner.inner = b, name
	b.subs = append(b.subs, subLayer{name, l})
	if b.frozen {
		inner.SetTrainable(false)
	}
}
