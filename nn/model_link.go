package nn

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// link finds the calls between inputs and outputs, orders and names them.
func (m *Model) link() {
	m.err = nil
	if err := cmp.Or(errorOf(m.outputs), errorOf(m.inputs), errorOf(m.extra)); err != nil {
		m.err = err
		return
	}
	if len(m.inputs) == 0 || len(m.outputs) == 0 {
		m.err = errors.New("nn: a model needs at least one input and one output")
		return
	}
	for i, s := range m.inputs {
		if slices.Contains(m.inputs[:i], s) {
			m.err = fmt.Errorf("nn: inputs %d and %d of the model are the same symbol, %v of %s; give each once", slices.Index(m.inputs, s), i, s.shape, describe(s.node.layer))
			return
		}
	}
	if m.err = m.walk(); m.err != nil {
		return
	}
	if m.err = m.nameAll(); m.err != nil {
		return
	}
	m.ready = true
	m.plans.clear()
}

// nameAll names the layers and the model, and takes the layers in.
func (m *Model) nameAll() error {
	if err := m.nameLayers(); err != nil {
		return err
	}
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
	return nil
}

// contains reports whether a layer is somewhere inside the model.
func (m *Model) contains(l Layer) bool {
	for _, x := range m.layers {
		sub, ok := x.(*Model)
		if x == l || ok && sub.contains(l) {
			return true
		}
	}
	return false
}

// walk sets order and layers: depth first from the outputs, then by depth. Among
// equals both stand as Keras has them, in the order in which the walk met them.
func (m *Model) walk() error {
	w := walker{m: m, state: map[*node]int{}, met: map[Layer]int{}}
	if err := w.from(m.outputs); err != nil {
		return err
	}
	main, met := len(w.post), maps.Clone(w.met)
	if err := w.from(m.extra); err != nil { // the layers of added losses come last
		return err
	}
	order, depth, layerDepth := depths(w.post[:main])
	slices.SortStableFunc(order, func(a, b *node) int { return depth[b] - depth[a] })
	m.order = append(order, w.post[main:]...)

	m.layers = nil
	add := func(n *node) {
		if !slices.Contains(m.layers, n.layer) {
			m.layers = append(m.layers, n.layer)
		}
	}
	for _, s := range m.inputs {
		if _, ok := s.node.layer.(*InputLayer); ok {
			add(s.node)
			layerDepth[s.node.layer] = depth[s.node]
			if _, ok := met[s.node.layer]; !ok { // nothing needs it
				met[s.node.layer] = -1
			}
		}
	}
	for _, n := range w.post[:main] {
		add(n)
	}
	slices.SortStableFunc(m.layers, func(a, b Layer) int {
		return cmp.Or(layerDepth[b]-layerDepth[a], met[a]-met[b])
	})
	for _, n := range w.post[main:] {
		add(n)
	}
	return nil
}

// walker goes from symbols to what they are made of.
type walker struct {
	m     *Model
	state map[*node]int // 1 on the way, 2 done
	post  []*node       // done, those first that others need
	met   map[Layer]int // when each layer was met first
}

func (w *walker) from(symbols []*Symbol) error {
	for _, s := range symbols {
		if slices.Contains(w.m.inputs, s) {
			w.meet(s.node.layer)
			continue
		}
		if err := w.visit(s.node); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) meet(l Layer) {
	if _, ok := w.met[l]; !ok {
		w.met[l] = len(w.met)
	}
}

func (w *walker) visit(n *node) error {
	if w.state[n] == 2 {
		return nil
	}
	if w.state[n] == 1 {
		return fmt.Errorf("nn: the output of %s depends on itself: the model has a cycle", describe(n.layer))
	}
	if sub, ok := n.layer.(*Model); ok && (sub == w.m || sub.contains(w.m)) {
		return fmt.Errorf("nn: %s is part of itself", describe(w.m))
	}
	w.state[n] = 1
	w.meet(n.layer)
	if err := w.from(n.in); err != nil {
		return err
	}
	if _, input := n.layer.(*InputLayer); input && !slices.Contains(w.m.inputs, n.out[0]) {
		return fmt.Errorf("nn: the outputs need %s of shape %v, which is not among the model's inputs", describe(n.layer), n.out[0].shape)
	}
	w.state[n] = 2
	w.post = append(w.post, n)
	return nil
}

// depths are the longest ways from calls, and from layers, to an output, and the calls
// in the order in which they are reached from there. As in Keras a call is at least as
// deep as later calls of its layer.
func depths(post []*node) (order []*node, depth map[*node]int, layerDepth map[Layer]int) {
	depth, layerDepth = map[*node]int{}, map[Layer]int{}
	inside := map[*node]bool{} // the others are inputs
	for _, n := range post {
		inside[n] = true
	}
	reach := func(n *node, d int) {
		if _, ok := depth[n]; !ok && inside[n] {
			order = append(order, n)
		}
		depth[n] = max(depth[n], d)
	}
	for _, n := range slices.Backward(post) {
		reach(n, layerDepth[n.layer])
		layerDepth[n.layer] = depth[n]
		for _, s := range n.in {
			reach(s.node, depth[n]+1)
		}
	}
	return order, depth, layerDepth
}

// nameLayers gives unnamed layers Keras' automatic names and refuses clashes.
// A layer that another model named keeps its name unless it clashes here; then
// the new one is free in every model that the layer is part of.
func (m *Model) nameLayers() error {
	layers := m.layers
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
		if in, ok := l.(*InputLayer); ok && in.first != nil && b.name == "" {
			continue
		}
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
		b.name, b.auto = freeName(stem, func(name string) bool { return used[name] != nil || b.clashes(l, name) }), true
		used[b.name] = l
	}
	for _, l := range layers { // Keras: dense_input
		if in, ok := l.(*InputLayer); ok && in.first != nil && in.name == "" {
			in.auto = true
			in.name = freeName(in.first.base().name+"_input", func(name string) bool { return used[name] != nil })
			used[in.name] = l
		}
	}
	for _, l := range layers {
		if b := l.base(); !slices.Contains(b.models, m) {
			b.models = append(b.models, m)
		}
	}
	return nil
}

// clashes reports whether a model that the layer is part of has another layer
// of this name.
func (b *Base) clashes(l Layer, name string) bool {
	for _, m := range b.models {
		for _, other := range m.layers {
			if other != l && other.base().name == name {
				return true
			}
		}
	}
	return false
}

func freeName(stem string, taken func(string) bool) string {
	name := stem
	if stem == "input" { // Keras counts inputs from 1
		name = "input_1"
	}
	for k := 1; taken(name); k++ {
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
