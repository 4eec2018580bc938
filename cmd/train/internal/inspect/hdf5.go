package inspect

import (
	"fmt"
	"io"
	"strings"

	"github.com/antler-ml/antler/internal/hdf5"
)

// What is listed of an HDF5 file.
const (
	maxObjects = 65_536
	maxGroups  = 64 // in one another
)

// h5 looks at a file of Keras 1 to 3, or any other.
func (r *Report) h5(f *file) {
	config := r.tree(f, f.size, "")
	switch {
	case config != "":
		r.Holds = "a whole model"
		r.model(f.path, []byte(config))
	case r.has("layer_names"), r.has("model_weights layer_names"), r.arraysBelow("layers/"), r.arraysBelow("_layer_checkpoint_dependencies/"):
		r.Holds = "weights of a model"
		r.Loads = r.Problem == ""
	default:
		r.Holds = fmt.Sprintf("%d arrays", len(r.Arrays))
		if r.Problem == "" {
			r.fail(fmt.Errorf("the file is not of Keras"))
		}
	}
}

func (r *Report) has(attribute string) bool {
	for _, a := range r.Attributes {
		if strings.HasPrefix(a.Name, attribute) { // long lists are split: layer_names0
			return true
		}
	}
	return false
}

func (r *Report) arraysBelow(group string) bool {
	for _, a := range r.Arrays {
		if strings.HasPrefix(a.Name, group) {
			return true
		}
	}
	return false
}

// tree lists groups, datasets and attributes of an HDF5 file, and returns the
// attribute model_config.
func (r *Report) tree(in io.ReaderAt, size int64, prefix string) (config string) {
	f, err := hdf5.New(in, size)
	if err != nil {
		r.fail(err)
		return ""
	}
	root, err := f.Root()
	if err != nil {
		r.fail(err)
		return ""
	}
	w := &walk{r: r, prefix: prefix}
	w.group(root, "", 0)
	if root.HasAttribute("model_config") {
		if a, err := root.Attribute("model_config"); err == nil {
			config, err = a.Text()
			r.fail(err)
		}
	}
	return config
}

// walk goes through a file. Mistakes in one object leave the others readable.
type walk struct {
	r       *Report
	prefix  string
	objects int
}

func (w *walk) group(g *hdf5.Group, path string, depth int) {
	w.attributes(g, path)
	for _, name := range g.Names() {
		if w.objects++; w.objects > maxObjects || depth > maxGroups {
			w.r.fail(fmt.Errorf("more than %d objects, or groups deeper than %d", maxObjects, maxGroups))
			return
		}
		full := strings.TrimPrefix(path+"/"+name, "/")
		isGroup, err := g.IsGroup(name)
		if err != nil {
			w.r.fail(err)
			continue
		}
		if isGroup {
			sub, err := g.Group(name)
			if err != nil {
				w.r.fail(err)
				continue
			}
			w.group(sub, full, depth+1)
			continue
		}
		d, err := g.Dataset(name)
		if err != nil {
			w.r.fail(err)
			continue
		}
		w.r.Arrays = append(w.r.Arrays, Array{w.prefix + full, d.Type.String(), d.Shape()})
		w.r.fail(d.Check())
	}
}

// attributes lists those of the root and of the groups that have settings.
func (w *walk) attributes(o interface {
	AttributeNames() ([]string, error)
	Attribute(string) (*hdf5.Attribute, error)
}, path string) {
	names, err := o.AttributeNames()
	w.r.fail(err)
	if strings.Contains(path, "/") {
		return // names of weights: the arrays say as much
	}
	for _, n := range names {
		a, err := o.Attribute(n)
		if err != nil {
			w.r.fail(err)
			continue
		}
		full := strings.TrimSpace(w.prefix + path + " " + n)
		if n == "keras_version" {
			if v, err := a.Text(); err == nil && w.r.Writer == "" {
				w.r.Writer = "Keras " + v
			}
		}
		switch a.Type.Class {
		case hdf5.String, hdf5.Varying:
			list, err := a.Strings()
			w.r.fail(err)
			w.r.attribute(full, strings.Join(list, " "))
		case hdf5.Float:
			v, err := a.Floats()
			w.r.fail(err)
			w.r.attribute(full, fmt.Sprint(v))
		default:
			v, err := a.Ints()
			w.r.fail(err)
			w.r.attribute(full, fmt.Sprint(v))
		}
	}
}
