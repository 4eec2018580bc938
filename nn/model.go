package nn

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A Model is a drawing with a beginning and an end: symbols from inputs to
// outputs. It is a layer itself, so models nest, and its layers may be shared
// with other models.
//
// Predict and Evaluate are safe for concurrent use. Everything that changes
// the model (Compile, Fit, TrainOnBatch, setting weights) is not.
type Model struct {
	Base
	class   string // Functional or Sequential
	inputs  []*Symbol
	outputs []*Symbol
	order   []*node // every call between inputs and outputs, in running order
	layers  []Layer // by depth, as Keras orders them
	err     error

	seed     uint64
	initOnce bool
	compiled *compiled
	arena    *ops.Arena
	mu       sync.Mutex // guards plans
	plans    planCache
}

// NewModel makes a model of everything between in and out. A mistake made on
// the way is kept: see [Model.Err]. Keras: Model(inputs, outputs).
func NewModel(in, out []*Symbol) *Model {
	m := &Model{class: "Functional", inputs: slices.Clone(in), outputs: slices.Clone(out)}
	m.link()
	return m
}

// Err returns the first mistake in the model's description.
func (m *Model) Err() error { return m.err }

// ClassName is what Keras calls this kind of model: Functional or Sequential.
func (m *Model) ClassName() string { return m.class }

// Inputs returns the symbols where the model begins.
func (m *Model) Inputs() []*Symbol { return m.inputs }

// Outputs returns the symbols where the model ends.
func (m *Model) Outputs() []*Symbol { return m.outputs }

// Layers returns the model's layers in Keras' order: by distance from the
// outputs, the farthest first. An InputLayer is one of them, except in a
// Sequential model.
func (m *Model) Layers() []Layer {
	if m.class != "Sequential" {
		return m.layers
	}
	return slices.DeleteFunc(slices.Clone(m.layers), func(l Layer) bool {
		_, input := l.(*InputLayer)
		return input
	})
}

// AllLayers is [Model.Layers] with the InputLayers of a Sequential model.
func (m *Model) AllLayers() []Layer { return m.layers }

// Layer returns the layer with a name. Keras: get_layer.
func (m *Model) Layer(name string) (Layer, error) {
	for _, l := range m.layers {
		if l.base().name == name {
			return l, nil
		}
	}
	return nil, fmt.Errorf("nn: model %q has no layer %q", m.name, name)
}

// OutputNames returns, for each output, the name of the layer that makes it.
func (m *Model) OutputNames() []string {
	var names []string
	for _, s := range m.outputs {
		n := s.node.layer.base().name
		for base, k := n, 1; slices.Contains(names, n); k++ {
			n = fmt.Sprintf("%s_%d", base, k)
		}
		names = append(names, n)
	}
	return names
}

// Weights returns the model's weights layer by layer, each once. Their values
// are there: a model that was not trained or loaded is initialised first.
func (m *Model) Weights() []*Weight {
	m.initialize()
	return m.allWeights()
}

func (m *Model) allWeights() []*Weight {
	var ws []*Weight
	seen := map[*Weight]bool{}
	for _, l := range m.layers {
		lw := l.base().Weights()
		if sub, ok := l.(*Model); ok {
			lw = sub.allWeights()
		}
		for _, w := range lw {
			if !seen[w] {
				seen[w] = true
				ws = append(ws, w)
			}
		}
	}
	return ws
}

// NamedWeights yields the weights with their paths, which are unique in the
// model and under which they are saved: dense/kernel, or inner/dense/kernel in
// a nested model. A weight that nested models share comes once for each.
// Unlike [Model.Weights] it gives no weight a value.
func (m *Model) NamedWeights() iter.Seq2[string, *Weight] {
	return func(yield func(string, *Weight) bool) {
		stop := false
		m.walkWeights("", func(path string, w *Weight) {
			if !stop && !w.state {
				stop = !yield(path, w)
			}
		})
	}
}

// GetWeights returns copies of the weights' values, in the order of [Model.Weights].
func (m *Model) GetWeights() []*tensor.Tensor {
	var ts []*tensor.Tensor
	for _, w := range m.Weights() {
		ts = append(ts, tensor.From(slices.Clone(w.Value().Data()), w.shape...))
	}
	return ts
}

// SetWeights copies values into the weights, in the order of [Model.Weights].
func (m *Model) SetWeights(ts []*tensor.Tensor) error {
	ws := m.allWeights()
	if len(ts) != len(ws) {
		return fmt.Errorf("nn: model %q has %d weights, got %d tensors", m.name, len(ws), len(ts))
	}
	for i, w := range ws {
		if err := w.Set(ts[i]); err != nil {
			return err
		}
	}
	return nil
}

// initialize gives every weight that has none its first value.
func (m *Model) initialize() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.initOnce {
		return
	}
	m.initOnce = true
	m.walkWeights("", func(path string, w *Weight) { w.initialize(m.seed, path) })
}

// Seed sets the seed of weights that have no values yet, of dropout and other
// random ops. The default is 0.
func (m *Model) Seed(seed uint64) { m.seed = seed }

// ResetStates forgets what stateful layers remember. Keras: reset_states.
func (m *Model) ResetStates() {
	m.eachWeight(func(w *Weight) {
		if w.state {
			clear(w.Value().Data())
		}
	})
}

// SetTrainable freezes or thaws the model as a layer of another model.
func (m *Model) SetTrainable(t bool) { m.Base.SetTrainable(t) }

// CountParams returns the number of elements of all weights.
func (m *Model) CountParams() int {
	n := 0
	for _, w := range m.allWeights() {
		n += w.size()
	}
	return n
}

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
		if why := s.shape.anyBatch().mismatch(in[i].Shape()); why != "" {
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
		r, err := t.callSafely(n.layer, args, argMasks)
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

// link finds the calls between inputs and outputs, orders and names them.
func (m *Model) link() {
	m.err = nil
	if err := cmpErr(errorOf(m.outputs), errorOf(m.inputs)); err != nil {
		m.err = err
		return
	}
	if len(m.inputs) == 0 || len(m.outputs) == 0 {
		m.err = errors.New("nn: a model needs at least one input and one output")
		return
	}
	if m.err = m.walk(); m.err != nil {
		return
	}
	if m.err = nameLayers(m.layers); m.err != nil {
		return
	}
	m.ready = true
	m.subs = nil
	for _, l := range m.layers {
		m.subs = append(m.subs, subLayer{l.base().name, l})
	}
	if m.name == "" {
		m.name, m.auto = AutoName(m.class), true
		if m.class == "Functional" {
			m.name = "model"
		}
	}
	m.plans.clear()
}

func cmpErr(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// walk sets order and layers: depth first from the outputs, then by depth.
func (m *Model) walk() error {
	depth := map[*node]int{}
	state := map[*node]int{} // 1 on the way, 2 done
	var post []*node
	var visit func(n *node) error
	visit = func(n *node) error {
		if state[n] == 2 {
			return nil
		}
		state[n] = 1
		for _, s := range n.in {
			if slices.Contains(m.inputs, s) {
				continue
			}
			if err := visit(s.node); err != nil {
				return err
			}
		}
		if _, input := n.layer.(*InputLayer); input && !slices.Contains(m.inputs, n.out[0]) {
			return fmt.Errorf("nn: the outputs need %s of shape %v, which is not among the model's inputs", describe(n.layer), n.out[0].shape)
		}
		state[n] = 2
		post = append(post, n)
		return nil
	}
	for _, s := range m.outputs {
		if slices.Contains(m.inputs, s) {
			continue
		}
		if err := visit(s.node); err != nil {
			return err
		}
	}
	for i := len(post) - 1; i >= 0; i-- {
		for _, s := range post[i].in {
			depth[s.node] = max(depth[s.node], depth[post[i]]+1)
		}
	}
	m.order = slices.Clone(post)
	slices.SortStableFunc(m.order, func(a, b *node) int { return depth[b] - depth[a] })

	layerDepth := map[Layer]int{}
	var layers []Layer
	add := func(n *node) {
		if _, ok := layerDepth[n.layer]; !ok {
			layers = append(layers, n.layer)
		}
		layerDepth[n.layer] = max(layerDepth[n.layer], depth[n])
	}
	for _, s := range m.inputs {
		if _, ok := s.node.layer.(*InputLayer); ok {
			add(s.node)
		}
	}
	for _, n := range post {
		add(n)
	}
	slices.SortStableFunc(layers, func(a, b Layer) int { return layerDepth[b] - layerDepth[a] })
	m.layers = layers
	return nil
}

// nameLayers gives unnamed layers Keras' automatic names and refuses clashes.
func nameLayers(layers []Layer) error {
	used := map[string]Layer{}
	for _, l := range layers {
		if b := l.base(); b.name != "" && !b.auto {
			if other := used[b.name]; other != nil {
				return fmt.Errorf("nn: two layers are named %q (%s and %s); names must be unique in a model", b.name, ClassName(other), ClassName(l))
			}
			used[b.name] = l
		}
	}
	for _, l := range layers {
		b := l.base()
		if b.name != "" && !b.auto || b.auto && used[b.name] == nil && b.name != "" {
			used[b.name] = l
			continue
		}
		stem := AutoName(ClassName(l))
		switch l.(type) {
		case *InputLayer:
			stem = "input"
		case *Model:
			if ClassName(l) == "Functional" {
				stem = "model"
			}
		}
		b.name, b.auto = freeName(stem, used), true
		used[b.name] = l
	}
	return nil
}

func freeName(stem string, used map[string]Layer) string {
	name := stem
	if stem == "input" { // Keras counts inputs from 1
		name = "input_1"
	}
	for k := 1; used[name] != nil; k++ {
		name = fmt.Sprintf("%s_%d", stem, k)
	}
	return name
}

// CallsOf returns which calls of a layer (0-based, over all models) are part
// of this model.
func (m *Model) CallsOf(l Layer) []int {
	var calls []int
	for _, n := range l.base().nodes {
		in := slices.Contains(m.order, n)
		for _, s := range m.inputs {
			in = in || s.node == n
		}
		if in {
			calls = append(calls, n.call)
		}
	}
	return calls
}
