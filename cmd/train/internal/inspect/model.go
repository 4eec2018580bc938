package inspect

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// maxDepth is how deep models may lie in models for their layers to be listed.
const maxDepth = 64

// model loads the file and describes the model; text is its configuration, for
// when that fails.
func (r *Report) model(path string, text []byte) {
	l, err := saving.LoadWith(path, saving.LoadConfig{})
	if err != nil {
		r.fail(err)
		r.Layers = layersOf(text)
		return
	}
	r.Loads, r.Warnings = true, append(r.Warnings, l.Warnings...)
	if l.Writer != "" {
		r.Writer = "Keras " + l.Writer
	}
	for _, name := range slices.Sorted(maps.Keys(l.Meta)) {
		r.Notes = append(r.Notes, note(name, l.Meta[name]))
	}
	m := l.Model
	if !m.Built() {
		r.Layers = layersOf(text)
		r.Warnings = append(r.Warnings, "the model does not say what it takes")
		return
	}
	for i, s := range m.InputShapes() {
		r.Inputs = append(r.Inputs, Port{m.InputNames()[i], s.String()})
	}
	for i, s := range m.OutputShapes() {
		r.Outputs = append(r.Outputs, Port{m.OutputNames()[i], s.String()})
	}
	for _, l := range m.AllLayers() {
		b := nn.BaseOf(l)
		row := Layer{Name: b.Name(), Class: nn.ClassName(l), Weights: count(b.Weights())}
		var shapes []string
		for _, s := range b.OutputsAt(0) {
			shapes = append(shapes, s.Shape().String())
		}
		row.Output = strings.Join(shapes, ", ")
		r.Layers = append(r.Layers, row)
	}
	r.Weights = count(m.Weights())
	if c, ok := m.CompileConfig(); ok {
		r.Compile = said(c)
	}
}

// count is how many numbers are in weights.
func count(ws []*nn.Weight) int {
	n := 0
	for _, w := range ws {
		size := 1
		for _, d := range w.Shape() {
			size *= d
		}
		n += size
	}
	return n
}

// said names the optimizer of a compiled model, its losses and its metrics.
func said(c nn.CompileConfig) string {
	words := []string{config.ClassName(c.Optimizer)}
	if c.Loss != nil {
		name := config.ClassName(c.Loss)
		if n, ok := c.Loss.(config.Namer); ok {
			name = n.ConfigName()
		}
		words = append(words, name)
	}
	for _, m := range c.Metrics {
		name := config.ClassName(m)
		if n, ok := m.(config.Namer); ok {
			name = n.ConfigName()
		}
		words = append(words, name)
	}
	return strings.Join(words, ", ")
}

// layersOf lists names and classes in a configuration, whatever else is wrong
// with it.
func layersOf(text []byte) (ls []Layer) {
	var top node
	if json.Unmarshal(text, &top) == nil {
		top.list(&ls, "", 0)
	}
	return ls
}

// node is a layer in a configuration.
type node struct {
	Class  string          `json:"class_name"`
	Name   string          `json:"name"`
	Config json.RawMessage `json:"config"`
}

func (n *node) list(ls *[]Layer, prefix string, depth int) {
	var c struct {
		Name   string `json:"name"`
		Layers []node `json:"layers"`
	}
	if json.Unmarshal(n.Config, &c) != nil {
		if json.Unmarshal(n.Config, &c.Layers) != nil { // Sequential of Keras 1
			return
		}
	}
	if c.Name == "" {
		c.Name = n.Name
	}
	if depth > 0 {
		*ls = append(*ls, Layer{Name: prefix + c.Name, Class: n.Class})
		prefix += c.Name + "/"
	}
	for i := range c.Layers {
		if depth < maxDepth {
			c.Layers[i].list(ls, prefix, depth+1)
		}
	}
}

// directory looks at a run, or says what else a directory is.
func (r *Report) directory(dir string) {
	r.Format = "directory"
	has := func(name string) bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	if has("saved_model.pb") {
		r.Format, r.Holds = "TensorFlow SavedModel", "a program of TensorFlow"
		r.fail(fmt.Errorf("a SavedModel is not read; save it in Python: model.save(\"model.keras\")"))
		return
	}
	run, err := rundir.Open(dir)
	if err != nil {
		r.fail(err)
		return
	}
	r.Format, r.Version, r.Writer = "run", fmt.Sprint(run.V), run.Program+" "+run.Version
	r.Holds = fmt.Sprintf("a run of task %s on %s", run.Task, run.Data)
	if n := len(run.Classes); n > 0 {
		r.attribute("classes", fmt.Sprintf("%d: %s", n, strings.Join(run.Classes, ", ")))
	}
	if p, err := json.Marshal(run.Preprocessing); err == nil {
		r.attribute("preprocessing", string(p))
	}
	if run.Result != nil {
		r.attribute("epochs", fmt.Sprintf("%d, the best %d, finished: %v", run.Result.Epochs, run.Result.Best, run.Result.Finished))
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		r.fail(err)
		return
	}
	var files []string
	for _, n := range names {
		if st, err := n.Info(); err == nil {
			r.Bytes += st.Size()
		}
		files = append(files, n.Name())
	}
	r.attribute("files", strings.Join(files, " "))
	if run.Task == rundir.Words {
		r.Loads = has(rundir.VectorsFile)
		if !r.Loads {
			r.fail(fmt.Errorf("%s is missing", rundir.VectorsFile))
		}
		return
	}
	for _, best := range []string{"model.keras", "model.h5", rundir.BestFile} {
		if has(best) {
			r.model(filepath.Join(dir, best), nil)
			return
		}
	}
	r.fail(fmt.Errorf("%s is missing: training has not finished an epoch", rundir.BestFile))
}
