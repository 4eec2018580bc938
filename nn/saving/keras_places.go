package saving

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/antler-ml/antler/nn"
)

// varsGroup is a group of a weights file of Keras 3: the variables of one layer.
type varsGroup struct {
	path    string // in the file, without vars
	name    string // of the layer
	weights []*nn.Weight
}

// part is one group of a layer, at a path below the layer's own; "" is its own.
type part struct {
	path    string
	weights []*nn.Weight
}

// withCell are layers that keep their weights in a cell of their own in Keras.
var withCell = map[string]bool{
	"LSTM": true, "GRU": true, "SimpleRNN": true, "ConvLSTM1D": true, "ConvLSTM2D": true, "ConvLSTM3D": true,
}

// projections are the layers inside MultiHeadAttention, by the names of weights.
var projections = []struct{ ours, theirs string }{
	{"query/", "query_dense"}, {"key/", "key_dense"}, {"value/", "value_dense"}, {"attention_output/", "output_dense"},
}

// parts says where Keras keeps the weights that a layer made.
func parts(l nn.Layer, d dialect) []part {
	own := nn.BaseOf(l).OwnWeights()
	var states []*nn.Weight
	if d == dialect3 {
		states = nn.BaseOf(l).OwnStates()
	}
	switch class := nn.ClassName(l); {
	case withCell[class]:
		return []part{{"", states}, {"cell", own}}
	case class == "MultiHeadAttention":
		ps := []part{{"", nil}}
		for _, p := range projections {
			q := part{path: p.theirs}
			if d == dialectTF {
				q.path = "_" + p.theirs
			}
			for _, w := range own {
				if strings.HasPrefix(w.LocalName(), p.ours) {
					q.weights = append(q.weights, w)
				}
			}
			ps = append(ps, q)
		}
		return ps
	case class == "SpectralNormalization" && d == dialect3: // which counts the inner layer's kernel as its own too
		for _, inner := range nn.BaseOf(l).Inner() {
			return []part{{"", append(nn.BaseOf(inner).OwnWeights()[:1:1], own...)}}
		}
	}
	return []part{{"", append(own, states...)}}
}

// places lists the groups of a model's weights. A layer that nested models share has
// a varsGroup in each: Keras makes separate layers of it when it loads the file.
func groupsOf(m *nn.Model, d dialect) []varsGroup {
	w := groupLister{dialect: d}
	w.layer("", m)
	return w.places
}

type groupLister struct {
	dialect dialect
	places  []varsGroup
}

func (w *groupLister) layer(path string, l nn.Layer) {
	if m, ok := l.(*nn.Model); ok {
		w.places = append(w.places, varsGroup{path: path, name: m.Name()})
		w.container(below(path, "layers"), m.Layers())
		return
	}
	for _, p := range parts(l, w.dialect) {
		w.places = append(w.places, varsGroup{below(path, p.path), nn.BaseOf(l).Name(), p.weights})
	}
	var cells []nn.Layer
	for name, inner := range nn.BaseOf(l).Inner() {
		if strings.HasPrefix(name, "cells/") {
			cells = append(cells, inner)
			continue
		}
		w.layer(below(path, name), inner)
	}
	w.container(below(path, "cells"), cells)
}

// container is a list of layers, whose places are numbered within their classes.
func (w *groupLister) container(path string, ls []nn.Layer) {
	used := counter{}
	for _, l := range ls {
		w.layer(below(path, used.next(stem(l))), l)
	}
}

// stem is a class in the words of a path: bidirectional, conv_lstm2d. In names of
// layers Keras puts the underscores in other places: conv_lst_m2d.
func stem(l nn.Layer) string {
	class := nn.ClassName(l)
	class = words.ReplaceAllString(class, "${1}_${2}")
	return strings.ToLower(humps.ReplaceAllString(class, "${1}_${2}"))
}

var words, humps = regexp.MustCompile(`(.)([A-Z][a-z]+)`), regexp.MustCompile(`([a-z])([A-Z])`)

// counter numbers names: dense, dense_1, dense_2.
type counter map[string]int

func (c counter) next(name string) string {
	n := c[name]
	c[name]++
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, n)
}

func below(path, name string) string {
	switch {
	case path == "":
		return name
	case name == "":
		return path
	}
	return path + "/" + name
}
