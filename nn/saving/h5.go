package saving

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
)

// h5Format is what Keras 1 and 2 write, and Keras 3 as "legacy": the architecture
// and the settings of training are attributes of the file, weights are datasets of
// groups named after the layers.
func h5Format() format {
	return format{
		name: HDF5, what: "an HDF5 file", endings: []string{".h5", ".hdf5"},
		is:          func(head []byte, _ *source) bool { return hdf5.Is(head) },
		save:        saveH5,
		saveWeights: func(w io.Writer, m *nn.Model) error { return saveH5Weights(w, m) },
		load:        loadH5,
		loadWeights: loadH5Weights,
		meta: func(src *source) (map[string][]byte, error) {
			f, err := hdf5.New(src, src.size)
			if err != nil {
				return nil, err
			}
			root, err := f.Root()
			if err != nil {
				return nil, err
			}
			return readMeta(root)
		},
	}
}

// metaGroup is where entries of one's own stand. Keras looks at groups that it
// knows only.
const metaGroup = "antler"

func saveH5(w io.Writer, m *nn.Model, c SaveConfig) error {
	f := hdf5.NewFile()
	o, err := encodeModel(m)
	if err != nil {
		return err
	}
	js, err := json.Marshal(forBoth(o))
	if err != nil {
		return err
	}
	f.Text("keras_version", kerasVersion)
	f.Text("backend", "tensorflow")
	f.Text("model_config", string(js))
	putLayers(f.Group("model_weights"), m)
	if err := putTraining(f, m, c.NoOptimizer); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Meta)) {
		b := c.Meta[name]
		f.Group(metaGroup).Dataset(url.PathEscape(name), hdf5.Array{Shape: []int{len(b)}, Bytes: b})
	}
	return f.Write(w)
}

// putTraining writes how the model is trained, and the state of its optimizer.
func putTraining(f *hdf5.Node, m *nn.Model, leaveOut bool) error {
	c, compiled, err := encodeCompile(m, tfKeras)
	if err != nil || !compiled || leaveOut {
		return err
	}
	register(c)
	js, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f.Text("training_config", string(js))
	s, err := m.OptimizerState()
	if err != nil {
		return err
	}
	g := f.Group("optimizer_weights")
	var order []int
	for i := range s.Variables {
		order = append(order, i)
	}
	names := []string{"iteration:0"}
	if writesLegacy(c) {
		names[0], order = s.Class+"/iter:0", grouped(s.Variables, order)
	}
	g.Dataset(names[0], hdf5.Array{Ints: []int64{int64(s.Iterations)}})
	for _, i := range order {
		v := s.Variables[i]
		name := uniqueName(names, s.Class+"/"+v.Slot+"/"+v.Weight)
		names = append(names, name)
		g.Dataset(name, hdf5.Array{Shape: v.Value.Shape(), Floats: v.Value.Data()})
	}
	putNames(g, "weight_names", names)
	return nil
}

// writesLegacy reports whether the settings of training are of an optimizer of old,
// by the mark that encodeCompile gives the others.
func writesLegacy(training config.Object) bool {
	o, _ := training.Get("optimizer_config")
	optimizer, _ := o.(config.Object)
	cfg, _ := optimizer.Get("config")
	settings, _ := cfg.(config.Object)
	legacy, marked := settings.Get("is_legacy_optimizer")
	return !marked || legacy != false
}

// register names the optimizers that tf-keras finds under their registered names
// only.
func register(training config.Object) {
	o, _ := training.Get("optimizer_config")
	optimizer, _ := o.(config.Object)
	for i, m := range optimizer {
		if m.Value == "Lion" || m.Value == "Adafactor" {
			optimizer[i].Value = "Custom>" + m.Value.(string)
		}
	}
}

// uniqueName adds :0, and a number if the name is taken: weights of nested models
// may have one name.
func uniqueName(taken []string, name string) string {
	unique := name + ":0"
	for n := 1; slices.Contains(taken, unique); n++ {
		unique = fmt.Sprintf("%s_%d:0", name, n)
	}
	return unique
}

func saveH5Weights(w io.Writer, m *nn.Model) error {
	f := hdf5.NewFile()
	putLayers(f, m)
	return f.Write(w)
}

// putLayers writes a group for each layer, with its weights in Keras' order.
func putLayers(g *hdf5.Node, m *nn.Model) {
	var names []string
	for _, l := range layerWeights(m) {
		names = append(names, l.name)
		lg := g.Group(l.name)
		var weights []string
		for i, w := range l.weights {
			weights = append(weights, l.paths[i]+":0")
			lg.Dataset(l.paths[i]+":0", hdf5.Array{Shape: w.Shape(), Floats: w.Value().Data()})
		}
		putNames(lg, "weight_names", weights)
	}
	putNames(g, "layer_names", names)
	g.Text("backend", "tensorflow")
	g.Text("keras_version", kerasVersion)
}

// putNames writes a list of names. A list that is too long for one attribute is
// split into name0, name1, … as Keras does.
func putNames(g *hdf5.Node, name string, list []string) {
	longest := 1
	for _, s := range list {
		longest = max(longest, len(s))
	}
	most := max(1, hdf5.MaxAttribute/longest)
	if len(list) <= most {
		g.Names(name, list)
		return
	}
	i := 0
	for part := range slices.Chunk(list, most) {
		g.Names(fmt.Sprint(name, i), part)
		i++
	}
}

// A layerOf is a layer of a model with its weights in the order of .h5 files:
// those that training changes, then the others.
type layerOf struct {
	layer   nn.Layer
	name    string
	weights []*nn.Weight
	paths   []string // of the weights in the model
}

// layerWeights lists the layers of a model.
func layerWeights(m *nn.Model) []layerOf {
	var ls []layerOf
	paths := map[string]map[*nn.Weight]string{}
	for path, w := range m.NamedWeights() {
		for name := path; ; { // names of layers may have slashes
			i := strings.LastIndexByte(name, '/')
			if i < 0 {
				break
			}
			name = name[:i]
			if paths[name] == nil {
				paths[name] = map[*nn.Weight]string{}
			}
			if paths[name][w] == "" {
				paths[name][w] = path
			}
		}
	}
	for _, l := range m.Layers() {
		b := nn.BaseOf(l)
		of := layerOf{layer: l, name: b.Name(), weights: ordered(l)}
		for _, w := range of.weights {
			of.paths = append(of.paths, paths[of.name][w])
		}
		ls = append(ls, of)
	}
	return ls
}

// ordered are the weights of a layer in the order of .h5 files.
func ordered(l nn.Layer) []*nn.Weight {
	if m, ok := l.(*nn.Model); ok {
		return slices.Concat(m.TrainableWeights(), m.NonTrainableWeights())
	}
	b := nn.BaseOf(l)
	return slices.Concat(b.TrainableWeights(), b.NonTrainableWeights())
}

// text is an attribute with one string; "" when it is not there.
func text(o interface {
	HasAttribute(string) bool
	Attribute(string) (*hdf5.Attribute, error)
}, name string) (string, error) {
	if !o.HasAttribute(name) {
		return "", nil
	}
	a, err := o.Attribute(name)
	if err != nil {
		return "", err
	}
	return a.Text()
}

func loadH5(src *source, c LoadConfig) (*Loaded, error) {
	f, err := hdf5.New(src, src.size)
	if err != nil {
		return nil, err
	}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	js, err := text(root, "model_config")
	if err != nil {
		return nil, err
	}
	if js == "" {
		return nil, noModel(root)
	}
	m, err := FromJSON([]byte(js))
	if err != nil {
		return nil, err
	}
	l := &Loaded{Model: m}
	if l.Writer, err = text(root, "keras_version"); err != nil {
		return nil, err
	}
	if !m.Built() {
		return nil, errors.New("the model in the file does not say what it takes, so it has no weights; call it once in Python before saving")
	}
	if err := loadAll(root, m); err != nil {
		return nil, err
	}
	if l.Meta, err = readMeta(root); err != nil {
		return nil, err
	}
	if c.NoCompile {
		return l, nil
	}
	return l, loadTraining(root, l)
}

// noModel says what a file without an architecture is.
func noModel(root *hdf5.Group) error {
	switch {
	case root.HasAttribute("layer_names") || root.HasAttribute("layer_names0") || root.Has("layers"):
		return errors.New("the file holds weights only; build the model and use LoadWeights")
	case root.Has("model_weights"):
		return errors.New("the file has weights, but the attribute model_config is missing; build the model and use LoadWeights")
	}
	return fmt.Errorf("the HDF5 file is not of Keras: it has %s", some(root.Names()))
}

func readMeta(root *hdf5.Group) (map[string][]byte, error) {
	if !root.Has(metaGroup) {
		return nil, nil
	}
	g, err := root.Group(metaGroup)
	if err != nil {
		return nil, err
	}
	meta := map[string][]byte{}
	for _, n := range g.Names() {
		d, err := g.Dataset(n)
		if err != nil {
			return nil, err
		}
		name, err := url.PathUnescape(n)
		if err != nil {
			return nil, err
		}
		if meta[name], err = d.Bytes(); err != nil {
			return nil, err
		}
	}
	return meta, nil
}

// loadTraining compiles the model as it was, and gives the optimizer its state.
func loadTraining(root *hdf5.Group, l *Loaded) error {
	js, err := text(root, "training_config")
	if err != nil || js == "" {
		return err
	}
	l.Warnings = append(l.Warnings, applyCompile(l.Model, []byte(js))...)
	if _, compiled := l.Model.CompileConfig(); !compiled {
		return nil
	}
	arrays, err := optimizerArrays(root)
	if err != nil {
		return err
	}
	if arrays == nil {
		l.warn("the file holds no state of the optimizer: training starts afresh")
		return nil
	}
	if err := setOptimizer(l.Model, arrays, isLegacy([]byte(js), arrays)); err != nil {
		l.warn("the state of the optimizer does not fit, so training starts afresh: %v", err)
	}
	return nil
}

// isLegacy reports whether the optimizer is one of those before tf-keras 2.11,
// which keep their slots in another order. The later ones call their counter
// iteration, those of old iter or iterations.
func isLegacy(training []byte, as []array) bool {
	var c struct {
		Optimizer struct {
			Config map[string]any `json:"config"`
		} `json:"optimizer_config"`
	}
	if json.Unmarshal(training, &c) != nil {
		return false
	}
	if legacy, said := c.Optimizer.Config["is_legacy_optimizer"].(bool); said {
		return legacy
	}
	return len(as) == 0 || strings.TrimSuffix(path.Base(as[0].name), ":0") != "iteration"
}

// optimizerArrays lists the state in the order of the file; nil: there is none.
func optimizerArrays(root *hdf5.Group) ([]array, error) {
	if !root.Has("optimizer_weights") {
		return nil, nil
	}
	g, err := root.Group("optimizer_weights")
	if err != nil {
		return nil, err
	}
	return arraysOf(g)
}
