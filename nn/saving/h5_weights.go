package saving

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
)

// fileLayer is a layer that has weights in a file.
type fileLayer struct {
	name   string
	arrays []array
}

// weightsFile is what a file says about its weights.
type weightsFile struct {
	version string // of Keras; "1" if it does not say so
	backend string
	layers  []fileLayer
}

// namesOf is a list of names, which may be split into name0, name1, …
func namesOf(g *hdf5.Group, name string) ([]string, error) {
	if g.HasAttribute(name) {
		return nameList(g, name)
	}
	var all []string
	for i := 0; g.HasAttribute(fmt.Sprint(name, i)); i++ {
		part, err := nameList(g, fmt.Sprint(name, i))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

func nameList(g *hdf5.Group, name string) ([]string, error) {
	a, err := g.Attribute(name)
	if err != nil {
		return nil, err
	}
	if slices.Contains(a.Shape, 0) { // an empty list has numbers as elements
		return nil, nil
	}
	return a.Strings()
}

// arraysOf lists the arrays of a group in the order of its weight_names.
func arraysOf(g *hdf5.Group) ([]array, error) {
	names, err := namesOf(g, "weight_names")
	if err != nil {
		return nil, err
	}
	as := []array{}
	for _, n := range names {
		d, err := g.Dataset(n)
		if err != nil {
			return nil, err
		}
		a, err := h5Array(n, d)
		if err != nil {
			return nil, err
		}
		as = append(as, a)
	}
	return as, nil
}

// readWeights describes the weights of a file: of a whole model, or of weights
// alone.
func readWeights(root *hdf5.Group) (*weightsFile, error) {
	g := root
	if root.Has("model_weights") {
		var err error
		if g, err = root.Group("model_weights"); err != nil {
			return nil, err
		}
	}
	names, err := namesOf(g, "layer_names")
	if err != nil {
		return nil, err
	}
	if names == nil && !g.HasAttribute("layer_names") {
		return nil, fmt.Errorf("the HDF5 file is not one of Keras' weights: there is no attribute layer_names; it has %s", some(root.Names()))
	}
	f := &weightsFile{}
	if f.version, err = text(g, "keras_version"); err != nil {
		return nil, err
	}
	if f.backend, err = text(g, "backend"); err != nil {
		return nil, err
	}
	if f.version == "" {
		f.version = "1"
	}
	for _, n := range names {
		lg, err := g.Group(n)
		if err != nil {
			return nil, err
		}
		as, err := arraysOf(lg)
		if err != nil {
			return nil, err
		}
		if len(as) > 0 {
			f.layers = append(f.layers, fileLayer{n, as})
		}
	}
	return f, nil
}

// withWeights drops the layers that have none.
func withWeights(ls []layerOf) []layerOf {
	return slices.DeleteFunc(ls, func(l layerOf) bool { return len(l.weights) == 0 })
}

// loadAll reads the weights of a whole model.
func loadAll(root *hdf5.Group, m *nn.Model) error {
	f, err := readWeights(root)
	if err != nil {
		return err
	}
	fill := filling{}
	if err := f.inOrder(m, &fill); err != nil {
		return err
	}
	return fill.into()
}

func loadH5Weights(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
	file, err := hdf5.New(src, src.size)
	if err != nil {
		return nil, err
	}
	root, err := file.Root()
	if err != nil {
		return nil, err
	}
	f, err := readWeights(root)
	if err != nil {
		return nil, err
	}
	fill := &filling{skip: c.SkipMismatch, reshape: c.Reshape}
	if c.ByName {
		err = f.byName(m, fill)
	} else {
		err = f.inOrder(m, fill)
	}
	if err == nil {
		err = fill.report.check()
	}
	if err != nil {
		return nil, err
	}
	return &fill.report, fill.replace()
}

// inOrder fills the layers that have weights one after the other: by their names
// if these are those of the file, else by their places.
func (f *weightsFile) inOrder(m *nn.Model, fill *filling) error {
	own := withWeights(layerWeights(m))
	if len(own) != len(f.layers) {
		return f.countError(own)
	}
	places := map[string]int{}
	for i, l := range f.layers {
		places[l.name] = i
	}
	same := len(places) == len(own)
	for _, l := range own {
		_, ok := places[l.name]
		same = same && ok
	}
	for i, l := range own {
		if same {
			i = places[l.name]
		}
		if err := f.layer(l, f.layers[i], fill); err != nil {
			return err
		}
	}
	return nil
}

// countError says how the layers differ.
func (f *weightsFile) countError(own []layerOf) error {
	var file, model, onlyFile, onlyModel []string
	for _, l := range f.layers {
		file = append(file, l.name)
	}
	for _, l := range own {
		model = append(model, l.name)
		if !slices.Contains(file, l.name) {
			onlyModel = append(onlyModel, l.name)
		}
	}
	for _, n := range file {
		if !slices.Contains(model, n) {
			onlyFile = append(onlyFile, n)
		}
	}
	s := fmt.Sprintf("the file has %d layers with weights, the model %d", len(file), len(model))
	if len(onlyFile) > 0 {
		s += fmt.Sprintf("; only in the file: %s", some(onlyFile))
	}
	if len(onlyModel) > 0 {
		s += fmt.Sprintf("; only in the model: %s", some(onlyModel))
		if near := config.Nearest(onlyModel[0], onlyFile); len(near) > 0 {
			s += fmt.Sprintf(" (%q looks like %q)", onlyModel[0], near[0])
		}
	}
	return fmt.Errorf("%s; WeightsConfig{ByName: true} loads those of one name", s)
}

// byName fills the layers whose names are in the file.
func (f *weightsFile) byName(m *nn.Model, fill *filling) error {
	own := withWeights(layerWeights(m))
	used := map[string]bool{}
	for _, l := range own {
		i := slices.IndexFunc(f.layers, func(fl fileLayer) bool { return fl.name == l.name })
		if i < 0 {
			fill.report.Missing = append(fill.report.Missing, l.paths...)
			continue
		}
		used[l.name] = true
		if err := f.layer(l, f.layers[i], fill); err != nil {
			return err
		}
	}
	for _, l := range f.layers {
		if !used[l.name] {
			for _, a := range l.arrays {
				fill.report.Unexpected = append(fill.report.Unexpected, l.name+"/"+inLayer(l.name, a.name))
			}
		}
	}
	return nil
}

// inLayer is the name of a weight inside its layer: kernel of dense/kernel:0.
func inLayer(layer, name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, layer+"/"), ":0")
}

// layer fills one layer, after old versions of its weights are made new.
func (f *weightsFile) layer(l layerOf, from fileLayer, fill *filling) error {
	as, err := convert(l.layer, slices.Clone(from.arrays), origin{f.version, f.backend})
	if err == nil && len(as) != len(l.weights) {
		err = fmt.Errorf("it has %d weights in the file (%v), %d in the model (%v)", len(as), as, len(l.weights), l.paths)
	}
	if err != nil {
		err = fmt.Errorf("layer %q (%s): %w", l.name, nn.ClassName(l.layer), err)
		if from.name != l.name {
			err = fmt.Errorf("%w; in the file it is called %q", err, from.name)
		}
		if !fill.skip {
			return err
		}
		for _, p := range l.paths {
			fill.report.Skipped = append(fill.report.Skipped, Skipped{p, err.Error()})
		}
		return nil
	}
	for i, w := range l.weights {
		if err := fill.add(l.paths[i], w, from.name+"/"+inLayer(from.name, as[i].name), as[i].shape, as[i].read); err != nil {
			return fmt.Errorf("layer %q (%s): %w", l.name, nn.ClassName(l.layer), err)
		}
	}
	return nil
}
