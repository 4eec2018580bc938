package nn

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
)

// A Call is what a layer sees while it is traced.
type Call struct {
	// Training says which of the two graphs is being traced. A frozen layer
	// still sees true here: ask c.Learning for layers that freeze as a whole.
	Training bool

	trace    *trace
	layer    Layer
	masks    []*ops.Value
	outMasks map[int]*ops.Value // see SetMask
}

// Learning is true while training a layer that is not frozen. Batch
// normalisation uses batch statistics only then (as tf-keras does).
func (c *Call) Learning() bool { return c.Training && c.layer.base().Trainable() }

// Read returns the value of a weight. A layer that is called again in the same step
// goes on from the states and moving averages that its first call left.
func (c *Call) Read(w *Weight) *ops.Value {
	if v, ok := c.trace.assigned[w]; ok && (w.state || c.trace.training && !w.trainable) {
		return v
	}
	return c.trace.read(w)
}

// Assign gives a weight a new value after the step: moving averages, states.
// It takes effect in the graph that is being traced, training or not.
// Keras: add_update.
func (c *Call) Assign(w *Weight, v *ops.Value) { c.trace.assign(w, v) }

// Replace gives a weight another value at once: what reads it from here on, in
// this step, sees v, and so does the optimizer, which moves the weight from
// there. The gradient of v is the weight's; none flows through what v was made of.
// Keras: assign in call.
func (c *Call) Replace(w *Weight, v *ops.Value) {
	stored := c.trace.stored(w)
	v = ops.StopGradient(v)
	c.trace.replaced[w] = stored
	c.trace.vars[w] = v
	c.trace.assign(w, v)
}

// Mask returns the mask of input i, of shape (batch, time) with 1 for steps
// that count, or nil when it has none.
func (c *Call) Mask(i int) *ops.Value {
	if i >= len(c.masks) {
		return nil
	}
	return c.masks[i]
}

// AddLoss adds a number (a value of one element) to the model's loss, in
// training and in evaluation.
// Keras: add_loss.
func (c *Call) AddLoss(v *ops.Value) { c.trace.addLoss(v) }

// AddMetric adds a metric: the mean of all elements of v over the epoch, under a
// name in the logs. It must be called while not training too.
// Keras: add_metric.
func (c *Call) AddMetric(name string, v *ops.Value) {
	c.trace.metrics = append(c.trace.metrics, addedMetric{name, ops.StopGradient(v)})
}

// Stream returns the number of a fresh stream of random numbers for ops such as
// ops.Dropout. It depends on the layer's name and on how many streams the layer
// asked for before, not on the rest of the model.
func (c *Call) Stream() uint64 { return c.trace.stream() }

// RandomNormal returns normal numbers, drawn anew at each step.
func (c *Call) RandomNormal(shape []int, mean, std float64) *ops.Value {
	return ops.RandomNormal(c.Stream(), float32(mean), float32(std), shape...)
}

// RandomUniform returns numbers from [lo, hi), drawn anew at each step.
func (c *Call) RandomUniform(shape []int, lo, hi float64) *ops.Value {
	return ops.RandomUniform(c.Stream(), float32(lo), float32(hi), shape...)
}

// Once returns what make made when this layer asked for the key first: a cell that
// draws its dropout so has one mask for all steps of a sequence, as Keras' own.
// It is made anew after Forget, which RNN calls before each sequence.
// Keras: DropoutRNNCellMixin.
func (c *Call) Once(key string, make func() *ops.Value) *ops.Value {
	k := onceKey{c.layer.base(), key}
	v, ok := c.trace.once[k]
	if !ok {
		v = make()
		c.trace.once[k] = v
	}
	return v
}

// Forget lets a layer, and those inside it, make anew what [Call.Once] keeps.
// Keras: reset_dropout_mask.
func (c *Call) Forget(l Layer) {
	for k := range c.trace.once {
		if k.layer == l.base() || l.base().contains(k.layer) {
			delete(c.trace.once, k)
		}
	}
}

// contains reports whether a layer is inside of b, however deep.
func (b *Base) contains(inner *Base) bool {
	return slices.ContainsFunc(b.subs, func(s subLayer) bool { return s.layer.base() == inner || s.layer.base().contains(inner) })
}

type onceKey struct {
	layer *Base
	key   string
}

// Sub calls a layer inside a wrapper layer, without masks. A layer that Build
// did not build (see [Build.Sub]) is built at its first call, for the values
// that it gets, and its weights become part of the wrapper's: a struct with
// layers as fields and nothing but Call is a layer.
func (c *Call) Sub(l Layer, in ...*ops.Value) *ops.Value {
	out, _ := c.SubMasked(l, in, nil)
	return out[0]
}

// SubMasked calls a layer inside a wrapper layer with the given masks (nil =
// none) and returns all its outputs and their masks.
func (c *Call) SubMasked(l Layer, in, masks []*ops.Value) (out, outMasks []*ops.Value) {
	if isNil(l) {
		panic(&ops.ShapeError{Op: ClassName(c.layer), Shapes: shapesOfValues(in), Reason: "a layer inside is nil"})
	}
	if masks == nil {
		masks = make([]*ops.Value, len(in))
	}
	if err := c.take(l, in); err != nil {
		panic(&ops.ShapeError{Op: describe(l), Reason: err.Error()})
	}
	r, err := c.trace.call(l, in, masks)
	if err != nil {
		panic(&ops.ShapeError{Op: describe(l), Reason: err.Error()})
	}
	return r.out, r.masks
}

// trace collects what one tracing of a model finds.
type trace struct {
	training bool
	probing  *sizes // set when tracing for shapes only: weights have no memory yet
	calls    int    // of layers, so far
	vars     map[*Weight]*ops.Value
	read_    []*Weight              // in order of first use
	replaced map[*Weight]*ops.Value // the variables of weights that have another value; see Call.Replace
	assigned map[*Weight]*ops.Value
	once     map[onceKey]*ops.Value // see Call.Once
	assigns  []*Weight              // in order of first assignment
	losses   []*ops.Value
	metrics  []addedMetric
	path     string // names of the layers that are being called
	streams  map[string]int
}

func newTrace(training bool) *trace {
	return &trace{
		training: training,
		vars:     map[*Weight]*ops.Value{},
		replaced: map[*Weight]*ops.Value{},
		assigned: map[*Weight]*ops.Value{},
		once:     map[onceKey]*ops.Value{},
		streams:  map[string]int{},
	}
}

func (t *trace) read(w *Weight) *ops.Value {
	v, ok := t.vars[w]
	if !ok {
		if t.probing != nil { // the shape will do
			v = ops.Input(w.shape...)
		} else {
			v = ops.Variable(w.Value())
		}
		t.vars[w] = v
		t.read_ = append(t.read_, w)
	}
	return v
}

// stored is the variable that holds a weight.
func (t *trace) stored(w *Weight) *ops.Value {
	if v, ok := t.replaced[w]; ok {
		return v
	}
	return t.read(w)
}

func (t *trace) assign(w *Weight, v *ops.Value) {
	if _, ok := t.assigned[w]; !ok {
		t.assigns = append(t.assigns, w)
	}
	t.assigned[w] = v
}

func (t *trace) addLoss(v *ops.Value) {
	if v.Size() != 1 {
		panic(&ops.ShapeError{Op: "AddLoss", Shapes: [][]int{v.Shape()}, Reason: "want one number, such as ops.Sum or ops.Mean of the values"})
	}
	t.losses = append(t.losses, ops.Reshape(v))
}

func (t *trace) stream() uint64 {
	n := t.streams[t.path]
	t.streams[t.path] = n + 1
	return hash(fmt.Sprintf("stream/%s/%d", t.path, n))
}

// maxCalls bounds a trace: models nested in models, each called twice by the
// next, would take forever.
const maxCalls = 1 << 14

// called is the result of one call of a layer.
type called struct{ out, masks []*ops.Value }

// call runs a layer on values: the only place where a layer is called.
func (t *trace) call(l Layer, in, masks []*ops.Value) (called, error) {
	if t.calls++; t.calls > maxCalls {
		return called{}, fmt.Errorf("more than %d calls of layers: nested models call each other too often", maxCalls)
	}
	outer := t.path
	t.path += "/" + cmp.Or(l.base().name, l.base().inner)
	defer func() { t.path = outer }()

	c := &Call{Training: t.training, trace: t, layer: l, masks: masks}
	var out []*ops.Value
	if m, ok := l.(*Model); ok {
		return m.run(t, in, masks)
	}
	if m, ok := l.(MultiLayer); ok {
		out = m.CallMulti(c, in...)
	} else {
		out = []*ops.Value{l.Call(c, in...)}
	}
	if len(out) == 0 {
		return called{}, errors.New("CallMulti returned no value")
	}
	for i, v := range out {
		if v == nil {
			return called{}, fmt.Errorf("Call returned nil as output %d", i)
		}
		if v.Rank() == 0 {
			return called{}, fmt.Errorf("output %d has no axis; the first axis is the batch", i)
		}
	}
	if p, ok := l.(Penalizer); ok {
		if r := p.ActivityPenalty(); r != nil {
			// Divided by the batch size, as tf-keras does.
			c.AddLoss(ops.MulScalar(r.Penalty(out[0]), 1/float32(out[0].Dim(0))))
		}
	}
	if name := l.base().name; name != "" {
		ops.Label(name, out...)
	}
	outMasks, err := masksOf(c, l, in, out)
	return called{out: out, masks: outMasks}, err
}

func outputMask(c *Call, l Layer, in []*ops.Value) (*ops.Value, error) {
	if m, ok := l.(Masker); ok {
		return m.ComputeMask(c, in...), nil
	}
	var mask *ops.Value
	for _, m := range c.masks {
		switch {
		case m == nil:
		case mask == nil:
			mask = m
		default:
			mask = ops.Mul(mask, m)
		}
	}
	if mask == nil {
		return nil, nil
	}
	if _, ok := l.(MaskPasser); ok {
		return mask, nil
	}
	return nil, fmt.Errorf("does not support masking, but its input carries a mask (from Embedding with MaskZero or from Masking); " +
		"put a layer before it that uses the mask up (a recurrent layer without ReturnSequences), or drop it knowingly with nn.DropMask")
}

func init() { Register[DropMask]() }

// DropMask is a layer that hands its input on without the mask. Keras 2 has
// none: tf-keras drops masks silently, Keras 2.3 refuses them.
type DropMask struct{ Base }

// Call returns its input.
func (*DropMask) Call(_ *Call, in ...*ops.Value) *ops.Value { return in[0] }

// ComputeMask returns no mask.
func (*DropMask) ComputeMask(*Call, ...*ops.Value) *ops.Value { return nil }

// EndsMask says that the mask is dropped knowingly.
func (*DropMask) EndsMask() {}
