package nn

import (
	"errors"
	"fmt"
	"reflect"
)

// CloneConfig is how [CloneModel] copies. The zero value copies every layer.
type CloneConfig struct {
	// Layer makes the copy of each layer that is no input, instead of
	// [CloneLayer]; nil uses CloneLayer. It may return another layer that takes
	// and gives the same number of symbols. Models inside are given too.
	// Keras: clone_function.
	Layer func(Layer) (Layer, error)
	// Inputs are what the copy begins with, one for each input of the model;
	// nil makes new ones.
	// Keras: input_tensors.
	Inputs []*Symbol
}

// CloneModel copies a model: the same layers and connections, with weights of
// their own that get first values again (SetWeights(m.GetWeights()) copies those
// too). Names stay.
// Keras: clone_model.
func CloneModel(m *Model, c CloneConfig) (*Model, error) {
	if m.err != nil {
		return nil, m.err
	}
	if c.Layer == nil {
		c.Layer = CloneLayer
	}
	if c.Inputs != nil && len(c.Inputs) != len(m.inputs) {
		return nil, fmt.Errorf("nn: CloneModel: model %q has %d inputs, Inputs has %d", m.name, len(m.inputs), len(c.Inputs))
	}
	copies := map[Layer]Layer{}
	for _, l := range m.layers {
		if _, input := l.(*InputLayer); input {
			continue
		}
		d, err := c.Layer(l)
		if err != nil {
			return nil, fmt.Errorf("nn: CloneModel: %s: %w", describe(l), err)
		}
		if isNil(d) {
			return nil, fmt.Errorf("nn: CloneModel: the copy of %s is nil", describe(l))
		}
		copies[l] = d
	}
	out := m.redraw(c.Inputs, copies)
	if !m.auto {
		out.name = m.name
	}
	out.frozen, out.rate, out.seed = m.frozen, m.rate, m.seed
	return out, out.err
}

// redraw connects copies of the layers as the layers are.
func (m *Model) redraw(inputs []*Symbol, copies map[Layer]Layer) *Model {
	if m.class == sequential {
		var row []Layer
		layers := m.row.layers
		if m.waiting != nil {
			layers = m.waiting.layers
		}
		for _, l := range layers {
			row = append(row, copies[l])
		}
		var in *Symbol
		if inputs != nil {
			in = inputs[0]
		} else if m.waiting == nil {
			in = again(m.inputs[0])
			if first := m.inputs[0].node.layer.(*InputLayer).first; first != nil {
				in.node.layer.(*InputLayer).first = copies[first]
			}
		}
		return NewSequential(in, row...)
	}
	made := map[*Symbol]*Symbol{}
	var ins []*Symbol
	for i, s := range m.inputs {
		in := again(s)
		if inputs != nil {
			in = inputs[i]
		}
		made[s] = in
		ins = append(ins, in)
	}
	for _, n := range m.order {
		if made[n.out[0]] != nil { // an input
			continue
		}
		var args []*Symbol
		for _, s := range n.in {
			args = append(args, made[s])
		}
		outs := applyMode(n.mode, copies[n.layer], args)
		for i, s := range n.out {
			made[s] = outs[min(i, len(outs)-1)]
		}
	}
	pick := func(ss []*Symbol) (out []*Symbol) {
		for _, s := range ss {
			out = append(out, made[s])
		}
		return out
	}
	d := &Model{class: m.class, inputs: ins, outputs: pick(m.outputs), extra: pick(m.extra)}
	d.cut()
	d.link()
	return d
}

// again makes an input like another one, with its name.
func again(s *Symbol) *Symbol {
	in := NamedInput("", s.shape)
	from, to := s.node.layer.base(), in.node.layer.base()
	to.name, to.auto = from.name, from.auto
	return in
}

// A Cloner copies itself, with its settings and without its weights: for layers
// whose settings are not in exported fields.
type Cloner interface{ Clone() Layer }

// CloneLayer returns a new layer with the same settings and name, and weights of
// its own. Layers and models in exported fields are copied too.
// Keras: layer.__class__.from_config(layer.get_config()).
func CloneLayer(l Layer) (Layer, error) {
	d, err := cloneBare(l)
	if err != nil {
		return nil, err
	}
	from, to := l.base(), d.base()
	to.name, to.auto, to.frozen, to.rate, to.starts, to.read = from.name, from.auto, from.frozen, from.rate, from.starts, from.read
	return d, nil
}

func cloneBare(l Layer) (Layer, error) {
	switch x := l.(type) {
	case *Model:
		return CloneModel(x, CloneConfig{})
	case Cloner:
		if d := x.Clone(); !isNil(d) {
			return d, nil
		}
		return nil, errors.New("Clone returned nil")
	}
	v := reflect.ValueOf(l)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("%T is no pointer to a struct; give it a method Clone() nn.Layer", l)
	}
	if err := Complete(l); err != nil {
		return nil, err
	}
	d := reflect.New(v.Elem().Type())
	for i := range v.Elem().NumField() {
		f := v.Elem().Type().Field(i)
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if err := cloneValue(d.Elem().Field(i), v.Elem().Field(i)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return d.Interface().(Layer), nil
}

var layerType = reflect.TypeFor[Layer]()

// cloneValue copies a setting: layers deeply, slices by their elements, and
// everything else as it is.
func cloneValue(to, from reflect.Value) error {
	switch k := from.Kind(); {
	case (k == reflect.Interface || k == reflect.Pointer) && !from.IsNil() && isLayer(from):
		d, err := CloneLayer(from.Interface().(Layer))
		if err != nil {
			return err
		}
		to.Set(reflect.ValueOf(d))
	case k == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			if err := cloneValue(to.Index(i), from.Index(i)); err != nil {
				return err
			}
		}
	default:
		to.Set(from)
	}
	return nil
}

func isLayer(v reflect.Value) bool {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v.Type().Implements(layerType)
}
