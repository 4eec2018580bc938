package saving

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
)

// writeGroups puts a model's weights into the tree of a weights file.
func writeGroups(root *hdf5.Node, m *nn.Model, d dialect) {
	for _, p := range groupsOf(m, d) {
		g := root.Group(below(p.path, "vars"))
		if d == dialect3 {
			g.Text("name", p.name)
		}
		for i, w := range p.weights {
			g.Dataset(strconv.Itoa(i), arrayOf(w))
		}
	}
}

func arrayOf(w *nn.Weight) hdf5.Array {
	data := w.Value().Data()
	if w.LocalName() == "count" { // of Normalization
		return hdf5.Array{Shape: w.Shape(), Ints: []int64{int64(data[0])}}
	}
	return hdf5.Array{Shape: w.Shape(), Floats: data}
}

// groupReader matches groups of a weights file with layers. Layers of one class
// follow each other in the file as in the model, so it does not matter how a version
// of Keras numbered them.
type groupReader struct {
	fill  *filling
	names map[*nn.Weight]string // paths in the model
	seen  map[nn.Layer]bool     // layers that nested models share come again
	taken map[*nn.Weight]bool   // that have a value
	used  map[string]bool       // paths of groups
}

// readGroups collects the values of a model's weights from a weights file.
func readGroups(root *hdf5.Group, m *nn.Model, c WeightsConfig) (*filling, error) {
	r := groupReader{&filling{skip: c.SkipMismatch, reshape: c.Reshape}, map[*nn.Weight]string{}, map[nn.Layer]bool{}, map[*nn.Weight]bool{}, map[string]bool{}}
	for path, w := range m.NamedWeights() {
		if r.names[w] == "" {
			r.names[w] = path
		}
	}
	if err := r.model(root, m); err != nil {
		return nil, err
	}
	return r.fill, r.unexpected(root, 0)
}

// subgroup is the group of a name below g; nil: it is not there.
func subgroup(g *hdf5.Group, names ...string) (*hdf5.Group, error) {
	if g == nil {
		return nil, nil
	}
	for _, n := range names {
		if g.Has(n) {
			if is, err := g.IsGroup(n); err != nil || is {
				if err != nil {
					return nil, err
				}
				return g.Group(n)
			}
		}
	}
	return nil, nil
}

func (r *groupReader) model(g *hdf5.Group, m *nn.Model) error {
	list, err := subgroup(g, "layers", "_layer_checkpoint_dependencies") // the second up to TensorFlow 2.12
	if err != nil {
		return err
	}
	return r.container(list, m.Layers())
}

// container finds a group for each layer of a list that has weights.
func (r *groupReader) container(g *hdf5.Group, ls []nn.Layer) error {
	type class struct {
		all, fresh []nn.Layer // fresh are those that come for the first time
		names      []string   // of groups that hold anything, by number
	}
	classes := map[string]*class{}
	used := counter{}
	exact := map[nn.Layer]string{}
	for _, l := range ls {
		s := stem(l)
		exact[l] = used.next(s)
		if !holdsWeights(l) {
			continue
		}
		if classes[s] == nil {
			classes[s] = &class{}
		}
		classes[s].all = append(classes[s].all, l)
		if !r.seen[l] {
			classes[s].fresh = append(classes[s].fresh, l)
		}
	}
	if g != nil {
		for _, n := range g.Names() {
			full, err := holds(g, n, 0)
			if err != nil {
				return err
			}
			s, _ := splitNumber(n)
			if c := classes[s]; full && c != nil {
				c.names = append(c.names, n)
			}
		}
	}
	for s, c := range classes {
		slices.SortFunc(c.names, func(a, b string) int { return number(a, s) - number(b, s) })
		switch len(c.names) {
		case len(c.all):
			for i, l := range c.all {
				exact[l] = c.names[i]
			}
		case len(c.fresh):
			for i, l := range c.fresh {
				exact[l] = c.names[i]
			}
		}
	}
	for _, l := range ls {
		if !holdsWeights(l) {
			continue
		}
		inner, err := subgroup(g, exact[l])
		if err != nil {
			return err
		}
		if err := r.layer(inner, l); err != nil {
			return err
		}
	}
	return nil
}

// number is that of dense_1 among those named dense.
func number(name, stem string) int {
	if name == stem {
		return 0
	}
	_, n := splitNumber(name)
	return n
}

func holdsWeights(l nn.Layer) bool {
	b := nn.BaseOf(l)
	if m, ok := l.(*nn.Model); ok {
		return len(m.Weights()) > 0
	}
	return len(b.Weights()) > 0
}

// splitNumber takes the number off the end of dense_1; 0 if there is none.
func splitNumber(name string) (string, int) {
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return name, 0
	}
	n, err := strconv.Atoi(name[i+1:])
	if err != nil || n <= 0 {
		return name, 0
	}
	return name[:i], n
}

// holds reports whether there is a dataset in a group.
func holds(g *hdf5.Group, name string, depth int) (bool, error) {
	is, err := g.IsGroup(name)
	if err != nil || !is {
		return !is, err
	}
	if depth > maxDepth {
		return false, fmt.Errorf("%s: groups are nested more than %d deep", g.Path(), maxDepth)
	}
	inner, err := g.Group(name)
	if err != nil {
		return false, err
	}
	for _, n := range inner.Names() {
		if random(n) {
			continue
		}
		if full, err := holds(inner, n, depth+1); full || err != nil {
			return full, err
		}
	}
	return false, nil
}

// random are the states of generators of random numbers in some versions of Keras 3.
func random(name string) bool { return strings.Contains(name, "seed_generator") }

func (r *groupReader) layer(g *hdf5.Group, l nn.Layer) error {
	r.seen[l] = true
	if m, ok := l.(*nn.Model); ok {
		return r.model(g, m)
	}
	for _, p := range parts(l, dialect3) {
		at := g
		if p.path != "" {
			var err error
			if at, err = subgroup(g, p.path, "_"+p.path); err != nil {
				return err
			}
		}
		if err := r.vars(at, l, p); err != nil {
			return err
		}
	}
	var cells []nn.Layer
	for name, inner := range nn.BaseOf(l).Inner() {
		if strings.HasPrefix(name, "cells/") {
			cells = append(cells, inner)
			continue
		}
		at, err := subgroup(g, name)
		if err != nil {
			return err
		}
		if err := r.layer(at, inner); err != nil {
			return err
		}
	}
	if len(cells) == 0 {
		return nil
	}
	at, err := subgroup(g, "cells")
	if err != nil {
		return err
	}
	return r.container(at, cells)
}

// vars takes the variables of one group, which are numbered.
func (r *groupReader) vars(g *hdf5.Group, l nn.Layer, p part) error {
	g, err := subgroup(g, "vars")
	if err != nil {
		return err
	}
	ws := p.weights
	var have []string
	if g != nil {
		r.used[g.Path()] = true
		have = g.Names()
	}
	states := len(nn.BaseOf(l).OwnStates())
	if p.path != "" {
		states = 0
	}
	if states > 0 && len(have) == len(ws)-states { // tf-keras does not keep states
		ws = ws[:len(have)]
	}
	if p.path == "" && nn.ClassName(l) == "SpectralNormalization" && len(have) == 1 {
		ws = ws[1:]
	}
	if len(have) > len(ws) && len(ws) > 0 || len(have) > 0 && len(have) < len(ws) {
		err := fmt.Errorf("%s has %d variables, but layer %q (%s) has %d weights", g.Path(), len(have), nn.BaseOf(l).Name(), nn.ClassName(l), len(ws))
		if !r.fill.skip {
			return err
		}
		for _, w := range ws {
			r.fill.report.Skipped = append(r.fill.report.Skipped, Skipped{r.name(w), err.Error()})
		}
		return nil
	}
	if len(ws) == 0 && g != nil {
		r.used[g.Path()] = len(have) == 0
	}
	for i, w := range ws {
		n := strconv.Itoa(i)
		if r.taken[w] {
			continue
		}
		if g == nil || !g.Has(n) {
			if r.names[w] != "" {
				r.fill.report.Missing = append(r.fill.report.Missing, r.names[w])
			}
			continue
		}
		if p.path == "" && i == 0 && nn.ClassName(l) == "SpectralNormalization" && len(ws) == 2 {
			continue // the kernel comes with its own layer
		}
		d, err := g.Dataset(n)
		if err != nil {
			return err
		}
		if err := d.Check(); err != nil {
			return err
		}
		r.taken[w] = true
		if err := r.fill.add(r.name(w), w, strings.TrimPrefix(d.Path(), "/"), d.Shape(), d.ReadFloats); err != nil {
			return err
		}
	}
	return nil
}

func (r *groupReader) name(w *nn.Weight) string {
	if n := r.names[w]; n != "" {
		return n
	}
	return w.Name() // a state
}

// unexpected lists the variables that no layer asked for.
func (r *groupReader) unexpected(g *hdf5.Group, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: groups are nested more than %d deep", g.Path(), maxDepth)
	}
	for _, n := range g.Names() {
		if random(n) || depth == 0 && (n == "optimizer" || n == "metrics") {
			continue
		}
		is, err := g.IsGroup(n)
		if err != nil {
			return err
		}
		if !is {
			if !r.used[g.Path()] {
				r.fill.report.Unexpected = append(r.fill.report.Unexpected, strings.TrimPrefix(g.Path()+"/"+n, "/"))
			}
			continue
		}
		inner, err := g.Group(n)
		if err != nil {
			return err
		}
		if err := r.unexpected(inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}
