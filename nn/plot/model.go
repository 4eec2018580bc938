package plot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// ModelConfig is what [Model] and [ModelToDot] show.
type ModelConfig struct {
	ShowShapes           bool
	ShowDtype            bool
	ShowLayerNames       *bool  `default:"true"`
	Rankdir              string `default:"TB"` // TB: downwards, LR: to the right; also BT, RL
	ExpandNested         bool   // models inside as clusters
	DPI                  int    `default:"96"`
	ShowLayerActivations bool
	ShowTrainable        bool          // T or NT
	LayerRange           nn.LayerRange // the layers to show; the zero value: all
}

// Model draws a model into a file whose ending says the format: .png (also
// without ending), .svg, .pdf, .jpg, .ps, .dot. All but .dot need a layout: see
// [ErrNoLayout].
// Keras: plot_model.
func Model(m *nn.Model, path string, c ModelConfig) error {
	d, err := ModelToDot(m, c)
	if err != nil {
		return err
	}
	return d.Save(context.Background(), path)
}

// ModelToDot returns the drawing of a model: a box for each layer, whose ID is
// the layer's name, within nested models after those models' names and a slash.
// Keras: model_to_dot.
func ModelToDot(m *nn.Model, c ModelConfig) (*Dot, error) {
	if err := config.Defaults(&c); err != nil {
		return nil, err
	}
	switch c.Rankdir {
	case "TB", "LR", "BT", "RL":
	default:
		return nil, fmt.Errorf("plot: Rankdir is %q; want TB, LR, BT or RL", c.Rankdir)
	}
	if c.DPI < 1 {
		return nil, fmt.Errorf("plot: DPI is %d; want at least 1", c.DPI)
	}
	if err := m.Err(); err != nil {
		return nil, err
	}
	if !m.Built() {
		return nil, errors.New("plot: the model is not built yet; call Build with the shape of the input, or fit it first")
	}
	d := &Dot{
		Attributes:   Attributes{{"rankdir", c.Rankdir}, {"concentrate", "true"}, {"dpi", strconv.Itoa(c.DPI)}},
		NodeDefaults: Attributes{{"shape", "record"}},
	}
	s := sketch{c: c}
	_, _, err := s.model(d, m, "", c.LayerRange)
	return d, err
}

// sketch draws models, one inside another.
type sketch struct{ c ModelConfig }

// ends are the boxes where arrows into and out of a layer end.
type ends struct{ first, last string }

// model adds the layers of a model and returns its first and last box.
func (s *sketch) model(d *Dot, m *nn.Model, prefix string, span nn.LayerRange) (first, last string, err error) {
	layers, err := span.Pick(m.AllLayers())
	if err != nil {
		return "", "", err
	}
	places := map[nn.Layer]ends{}
	for _, l := range layers {
		id := prefix + nn.BaseOf(l).Name()
		e := ends{id, id}
		inner, nested := l.(*nn.Model)
		if nested && s.c.ExpandNested {
			if e.first, e.last, err = s.cluster(d, inner, id+"/"); err != nil {
				return "", "", err
			}
		} else {
			label := s.label(l)
			d.AddNode(id, label)
			if w, ok := wrapped(l).(*nn.Model); ok && s.c.ExpandNested {
				var into string
				if into, e.last, err = s.cluster(d, w, id+"/"); err != nil {
					return "", "", err
				}
				d.AddEdge(id, into)
			}
		}
		places[l] = e
		if first == "" {
			first = e.first
		}
		last = e.last
	}
	for _, l := range layers {
		for _, call := range m.CallsOf(l) {
			for _, from := range nn.BaseOf(l).Inbound()[call] {
				if e, shown := places[from.Layer]; shown {
					d.AddEdge(e.last, places[l].first)
				}
			}
		}
	}
	return first, last, nil
}

// cluster adds a model inside a dashed frame.
func (s *sketch) cluster(d *Dot, m *nn.Model, prefix string) (first, last string, err error) {
	c := &Dot{Name: strings.TrimSuffix(prefix, "/"), Attributes: Attributes{{"style", "dashed"}, {"label", m.Name()}, {"labeljust", "l"}}}
	d.Clusters = append(d.Clusters, c)
	return s.model(c, m, prefix, nn.LayerRange{})
}

// label is what is written into a layer's box: the fields of a Graphviz record.
func (s *sketch) label(l nn.Layer) string {
	b := nn.BaseOf(l)
	name, label := b.Name(), nn.ClassName(l)
	if w := wrapped(l); w != nil && !(s.c.ExpandNested && isModel(w)) {
		name = fmt.Sprintf("%s(%s)", name, nn.BaseOf(w).Name())
		label = fmt.Sprintf("%s(%s)", label, nn.ClassName(w))
	}
	label = escape(label)
	if a := activation(l); s.c.ShowLayerActivations && a != "" {
		label = fmt.Sprintf("{%s|%s}", label, escape(a))
	}
	if *s.c.ShowLayerNames {
		label = escape(name) + "|" + label
	}
	if s.c.ShowDtype {
		label += "|float32"
	}
	if s.c.ShowShapes {
		label = fmt.Sprintf("{%s}|{input:|output:}|{{%s}|{%s}}", label, escape(shapes(l, true)), escape(shapes(l, false)))
	}
	if s.c.ShowTrainable {
		t := "NT"
		if b.Trainable() {
			t = "T"
		}
		label = t + "|" + label
	}
	return label
}

// escape keeps a text from being taken for the frame of a record.
var escape = strings.NewReplacer(`\`, `\\`, "{", `\{`, "}", `\}`, "|", `\|`, "<", `\<`, ">", `\>`).Replace

func isModel(l nn.Layer) bool { _, ok := l.(*nn.Model); return ok }

// wrapped returns the layer inside a wrapper, by the name that Keras gives it.
func wrapped(l nn.Layer) nn.Layer {
	if f := field(l, "Layer"); f.IsValid() {
		in, _ := f.Interface().(nn.Layer)
		return in
	}
	return nil
}

// activation names the activation of a layer that has the setting.
func activation(l nn.Layer) string {
	f := field(l, "Activation")
	if !f.IsValid() || f.Kind() != reflect.Interface {
		return ""
	}
	if f.IsNil() {
		return "linear"
	}
	if n, ok := f.Interface().(config.Namer); ok {
		return n.ConfigName()
	}
	return config.SnakeCase(config.ClassName(f.Interface()))
}

// field is a setting of a layer; no value when it has none of that name.
func field(l nn.Layer, name string) reflect.Value {
	if s := reflect.Indirect(reflect.ValueOf(l)); s.Kind() == reflect.Struct {
		return s.FieldByName(name)
	}
	return reflect.Value{}
}

// shapes is what Keras prints as input_shape or output_shape: "?" when calls
// differ, and a list for several symbols or an InputLayer.
func shapes(l nn.Layer, in bool) string {
	b := nn.BaseOf(l)
	_, input := l.(*nn.InputLayer)
	said := ""
	for i := range b.Calls() {
		ss := b.OutputsAt(i)
		if in && !input {
			ss = b.InputsAt(i)
		}
		var parts []string
		for _, s := range ss {
			parts = append(parts, s.Shape().String())
		}
		text := strings.Join(parts, ", ")
		if len(ss) > 1 || input {
			text = "[" + text + "]"
		}
		if said != "" && said != text {
			return "?"
		}
		said = text
	}
	return said
}
