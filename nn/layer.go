package nn

import (
	"fmt"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A Layer turns values into a value. Implementations embed [Base], and their
// exported fields are Keras' keyword arguments: KernelSize is kernel_size, and
// the tag default:"…" says what zero stands for.
//
// Call describes the computation with package ops; gradients, shapes and the
// saved form are derived. It runs while a model is traced, never per step.
type Layer interface {
	Call(c *Call, in ...*ops.Value) *ops.Value
	base() *Base
}

// What else a layer can do. Apply asks for each once, in this order.
type (
	// Validator checks the settings, after defaults were filled in.
	Validator interface{ Validate() error }
	// Builder creates the weights, once the input shapes are known.
	Builder interface {
		// Build creates the weights.
		// Keras: build.
		Build(b *Build, in ...Shape) error
	}
	// Shaper states the output shape. Without it the layer is traced with two
	// batch sizes, and the axes that differ are unknown.
	Shaper interface {
		// OutputShape states the shape of the (first) output.
		// Keras: compute_output_shape.
		OutputShape(in ...Shape) (Shape, error)
	}
	// MultiLayer has several outputs (returned states, nested models); Call is
	// not used then, except by code that wants the first output alone.
	MultiLayer interface {
		CallMulti(c *Call, in ...*ops.Value) []*ops.Value
	}
	// Masker makes or changes the mask of its output; nil is no mask.
	Masker interface {
		// ComputeMask describes the mask of the (first) output.
		// Keras: compute_mask.
		ComputeMask(c *Call, in ...*ops.Value) *ops.Value
	}
	// MaskPasser hands its (combined) input mask on unchanged. A layer that is
	// neither Masker nor MaskPasser refuses a masked input.
	MaskPasser interface {
		// SupportsMasking says that the mask is handed on.
		// Keras: supports_masking.
		SupportsMasking()
	}
	// MaskEnder is a Masker that knowingly returns no mask though its output may
	// have the steps that the mask is about; nntest.Layer takes others for a
	// mistake.
	MaskEnder interface{ EndsMask() }
	// Penalizer adds an activity regularizer on the layer's output.
	Penalizer interface {
		// ActivityPenalty returns the regularizer of the output; nil is none.
		// Keras: activity_regularizer.
		ActivityPenalty() Regularizer
	}
	// Starter knows what it takes without being told: as the first layer of a
	// Sequential model it needs no input. [InputShape] tells it otherwise.
	Starter interface {
		// StartShape is the shape of its input, the batch included.
		StartShape() Shape
	}
	// Resetter has states that live from batch to batch.
	Resetter interface{ ResetStates() }
)

// Base is what every layer embeds: its name, weights and places in models.
type Base struct {
	name    string
	auto    bool     // the name was given by a model
	models  []*Model // that the layer is part of
	frozen  bool
	rate    *float64 // see LearningRateFactor
	ready   bool     // settings validated, weights built
	weights []*Weight
	subs    []subLayer       // layers inside a wrapper
	nodes   []*node          // one for each call in a model
	parent  *Base            // the wrapper that the layer is inside of
	inner   string           // its name there
	builtOn []Shape          // the inputs that the weights were made for
	starts  Shape            // see InputShape
	given   []*tensor.Tensor // see WithWeights
	read    bool             // see SettingsRead
}

type subLayer struct {
	name  string
	layer Layer
}

func (b *Base) base() *Base { return b }

// Name returns the layer's name: the one given by [Name], or the one that the
// first model gave it, in Keras' manner (dense, dense_1, …); "" before that.
// Keras: name.
func (b *Base) Name() string { return b.name }

// path is the layer's name; inside a wrapper, the wrapper's and the name there.
func (b *Base) path() string {
	if b.parent != nil {
		return b.parent.path() + "/" + b.inner
	}
	return b.name
}

// Trainable reports whether training changes the layer's weights. Models read
// it in Compile.
// Keras: trainable.
func (b *Base) Trainable() bool { return !b.frozen }

// SetTrainable freezes or thaws the layer; compile the model afterwards.
func (b *Base) SetTrainable(t bool) {
	b.frozen = !t
	for _, s := range b.subs {
		s.layer.base().SetTrainable(t)
	}
}

// Fix marks the layer itself as not trainable, and leaves those inside it as
// they are: files say it of each.
func (b *Base) Fix() { b.frozen = true }

// SettingsRead is called by what reads layers from files: the settings are as the file
// says, and 0 means 0. In a literal it stands for the default.
func (b *Base) SettingsRead() { b.read = true }

// Complete fills in the settings that were not given, with the defaults of their tags;
// [Apply] does it too. An error names the field whose value cannot be.
func Complete(l Layer) error {
	if l.base().read {
		return config.Missing(l)
	}
	return config.Defaults(l)
}

// Weights returns the layer's weights in Keras' order: trainable ones first,
// those of wrapped layers included.
// Keras: weights, variables.
func (b *Base) Weights() []*Weight {
	var train, rest []*Weight
	b.eachWeight(func(w *Weight) {
		switch {
		case w.state:
		case w.trainable:
			train = append(train, w)
		default:
			rest = append(rest, w)
		}
	})
	return append(train, rest...)
}

// States returns what a stateful layer remembers from batch to batch.
func (b *Base) States() []*Weight {
	var ws []*Weight
	b.eachWeight(func(w *Weight) {
		if w.state {
			ws = append(ws, w)
		}
	})
	return ws
}

func (b *Base) eachWeight(f func(*Weight)) {
	b.walkWeights("", func(_ string, w *Weight) { f(w) })
}

// walkWeights visits the weights with their paths: kernel, cell/kernel.
func (b *Base) walkWeights(path string, f func(path string, w *Weight)) {
	for _, w := range b.weights {
		f(path+w.name, w)
	}
	for _, s := range b.subs {
		s.layer.base().walkWeights(path+s.name+"/", f)
	}
}

// CountParams returns the number of elements of all weights: 0 before the layer is
// built, where Keras raises an error.
// Keras: count_params.
func (b *Base) CountParams() int {
	n := 0
	for _, w := range b.Weights() {
		n += w.size()
	}
	return n
}

// Name gives a layer its name and returns it: nn.Name("fc1", &layers.Dense{Units: 64}).
// Names must be unique in a model.
func Name[L Layer](name string, l L) L {
	b := l.base()
	b.name, b.auto = name, false
	return l
}

// Freeze makes a layer's weights untrainable and returns the layer.
// Keras: trainable=False.
func Freeze[L Layer](l L) L {
	l.base().SetTrainable(false)
	return l
}

// BaseOf returns the part that every layer shares.
func BaseOf(l Layer) *Base { return l.base() }

// describe names a layer in messages: layer "dense_2" (Dense).
func describe(l Layer) string {
	if n := l.base().name; n != "" {
		return fmt.Sprintf("layer %q (%s)", n, ClassName(l))
	}
	return fmt.Sprintf("layer %s", ClassName(l))
}
