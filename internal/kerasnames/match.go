package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// kerasNames are the public names of Keras: of each module, functions, classes,
// and methods as Class.method.
func kerasNames(file string) (map[string][]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var names map[string][]string
	if err := json.Unmarshal(b, &names); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return names, nil
}

// homes are the packages in which a module's names are looked for.
var homes = map[string][]string{
	"preprocessing.text":     {"text"},
	"preprocessing.sequence": {"sequence"},
	"preprocessing.image":    {"image", "augment"},
	"backend":                {"tensor", "nn/ops"},
	"utils":                  {"tensor", "nn", "pipeline", "nn/plot"},
	"models":                 {"nn", "nn/saving"},
	"layers":                 {"nn/layers", "nn", "nn/saving"},
	"optimizers.schedules":   {"nn/optimizers", "nn/schedules"},
}

// modules in the order of the document; others follow.
var modules = []string{"preprocessing.text", "preprocessing.sequence", "preprocessing.image", "models", "layers", "activations", "initializers", "regularizers",
	"constraints", "losses", "metrics", "optimizers", "optimizers.schedules", "callbacks", "utils", "backend"}

// ofNN are modules whose interface, such as Loss, is in package nn.
var ofNN = []string{"initializers", "regularizers", "constraints", "losses", "metrics", "optimizers", "callbacks"}

func home(module string) []string {
	if h, ok := homes[module]; ok {
		return h
	}
	return []string{"nn/" + module}
}

// A counterpart is what a name of Keras has become.
type counterpart struct {
	of   string // Tokenizer.FitOnTexts, with its package
	note string
}

// A table is the whole of what was found: of each module, of each name.
type table struct {
	modules []string
	names   map[string][]string
	found   map[string]map[string][]counterpart
}

// match finds the counterparts: first by what doc comments say, then by name.
func match(keras map[string][]string, ours []declaration) *table {
	t := &table{names: keras, found: map[string]map[string][]counterpart{}}
	for _, m := range modules {
		if keras[m] != nil {
			t.modules = append(t.modules, m)
		}
	}
	for m := range keras {
		if !slices.Contains(t.modules, m) {
			t.modules = append(t.modules, m)
		}
	}
	slices.Sort(t.modules[min(len(modules), len(t.modules)):])
	for _, m := range t.modules {
		t.found[m] = map[string][]counterpart{}
		for _, name := range keras[m] {
			t.found[m][name] = find(m, name, ours)
		}
	}
	return t
}

func find(module, name string, ours []declaration) (all []counterpart) {
	here := func(d declaration) bool {
		return slices.ContainsFunc(home(module), func(h string) bool { return d.pkg == h || strings.HasPrefix(d.pkg, h+"/") })
	}
	for _, d := range ours {
		for _, c := range d.claims {
			if here(d) && slices.Contains(claimed(module, c.name, d), name) {
				all = append(all, counterpart{d.String(), c.note})
			}
		}
	}
	if len(all) > 0 { // first what needs no remark
		slices.SortStableFunc(all, func(a, b counterpart) int { return min(len(a.note), 1) - min(len(b.note), 1) })
		return all
	}
	for _, d := range ours {
		same := func(n string) bool { return plain(n) == plain(name) }
		if (slices.Contains(home(module), d.pkg) || d.pkg == "nn" && slices.Contains(ofNN, module)) && slices.ContainsFunc(d.called(), same) {
			return []counterpart{{d.String(), ""}}
		}
	}
	return nil
}

// claimed are the names of Keras that a claim means: without arguments and
// module, and with the class of a method.
func claimed(module, name string, d declaration) (all []string) {
	name, _, _ = strings.Cut(name, "(")
	for _, prefix := range []string{path.Base(module) + ".", "K.", module + "."} {
		name = strings.TrimPrefix(name, prefix)
	}
	if !strings.Contains(d.name, ".") || strings.Contains(name, ".") || name == "" || name[0] < 'a' {
		return []string{name}
	}
	for _, n := range d.called() {
		class, _, _ := strings.Cut(n, ".")
		all = append(all, class+"."+name)
	}
	return all
}

// called are the names of a declaration, for methods those of Keras' classes
// that have them: a model is a layer, a Sequential one is a model.
func (d declaration) called() []string {
	class, method, isMethod := strings.Cut(d.name, ".")
	classes := []string{class}
	switch {
	case !isMethod || d.pkg != "nn":
	case class == "Model":
		classes = []string{"Model", "Sequential"}
	case slices.Contains([]string{"Base", "Build", "Call", "Builder", "Shaper", "Masker", "MaskPasser", "Penalizer", "Layer"}, class):
		classes = []string{"Layer", "Model", "Sequential"}
	}
	if !isMethod {
		return classes
	}
	for i, c := range classes {
		classes[i] = c + "." + method
	}
	return classes
}

// plain is what fit_on_texts and FitOnTexts have in common.
func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// missing are the names of a module without a counterpart.
func (t *table) missing(module string) (all []string) {
	for _, name := range t.names[module] {
		if len(t.found[module][name]) == 0 {
			all = append(all, name)
		}
	}
	return all
}
