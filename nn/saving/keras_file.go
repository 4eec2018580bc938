package saving

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
)

// kerasFormat is the zip archive of Keras 3.
func kerasFormat() format { return zipFormat(Keras, dialect3, ".keras") }

// tfKerasFormat is that of tf-keras, whose configuration has other words. Both are
// read by the same function.
func tfKerasFormat() format { return zipFormat(TFKeras, dialectTF) }

func zipFormat(name Format, d dialect, endings ...string) format {
	return format{
		name: name, what: "a .keras file", endings: endings,
		is:          isKeras,
		save:        func(w io.Writer, m *nn.Model, c SaveConfig) error { return saveKeras(w, m, c, d) },
		saveWeights: func(w io.Writer, m *nn.Model) error { return writeWeightsH5(w, m, d) },
		load:        loadKeras,
		loadWeights: loadKerasWeights,
		meta: func(src *source) (map[string][]byte, error) {
			a, err := openArchive(src)
			if err != nil {
				return nil, err
			}
			return a.meta()
		},
	}
}

// kerasWeightsFormat is the weights file of Keras 3 by itself.
func kerasWeightsFormat() format {
	return format{
		name: KerasWeights, what: "a .weights.h5 file", endings: []string{".weights.h5"},
		is:          isWeightsH5,
		saveWeights: func(w io.Writer, m *nn.Model) error { return writeWeightsH5(w, m, dialect3) },
		loadWeights: func(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
			f, err := hdf5.New(src, src.size)
			if err != nil {
				return nil, err
			}
			root, err := f.Root()
			if err != nil {
				return nil, err
			}
			return fillFrom(root, m, c)
		},
	}
}

// isKeras looks for the configuration in an archive, or for weights.
func isKeras(head []byte, src *source) bool {
	if !bytes.HasPrefix(head, []byte("PK")) {
		return false
	}
	z, err := zip.NewReader(src, src.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return false
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == configJSON || f.Name == weightsH5 })
}

// isWeightsH5 reports whether an HDF5 file has the groups of Keras 3 and not the
// lists of names of Keras 2.
func isWeightsH5(head []byte, src *source) bool {
	if !hdf5.Is(head) {
		return false
	}
	f, err := hdf5.New(src, src.size)
	if err != nil {
		return false
	}
	root, err := f.Root()
	if err != nil || root.HasAttribute("layer_names") || root.HasAttribute("model_config") {
		return false
	}
	return root.Has("vars") || root.Has("layers") || root.Has("_layer_checkpoint_dependencies")
}

// weightsTree describes a weights file.
func weightsTree(m *nn.Model, d dialect) *hdf5.Node {
	root := hdf5.NewFile()
	root.Group("layers")
	writeGroups(root, m, d)
	return root
}

func writeWeightsH5(w io.Writer, m *nn.Model, d dialect) error { return weightsTree(m, d).Write(w) }

func saveKeras(w io.Writer, m *nn.Model, c SaveConfig, d dialect) error {
	_, compiled := m.CompileConfig()
	train := compiled && !c.NoOptimizer
	js, err := kerasConfig(m, d, train)
	if err != nil {
		return err
	}
	tree := weightsTree(m, d)
	if train {
		if err := writeOptimizer(tree, m, d); err != nil {
			return err
		}
	}
	meta, err := json.Marshal(map[string]string{"keras_version": d.version()})
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	text := func(b []byte) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(b); return err }
	}
	if err := addMember(z, metadataJSON, text(meta)); err != nil {
		return err
	}
	if err := addMember(z, configJSON, text(js)); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Meta)) {
		if !fs.ValidPath(name) || strings.ContainsAny(name, `\:`) {
			return fmt.Errorf("Meta has an entry named %q; want a name, or a path with / that does not leave its folder", name)
		}
		if err := addMember(z, ownFolder+name, text(c.Meta[name])); err != nil {
			return err
		}
	}
	err = addMember(z, weightsH5, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<20)
		if err := tree.Write(b); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return err
	}
	return z.Close()
}

// loadKeras reads a model that Keras 3 or tf-keras saved.
func loadKeras(src *source, c LoadConfig) (*Loaded, error) {
	a, err := openArchive(src)
	if err != nil {
		return nil, err
	}
	js, err := a.bytes(configJSON, maxJSON)
	if err != nil {
		return nil, err
	}
	l := &Loaded{Writer: a.version()}
	if l.Meta, err = a.meta(); err != nil {
		return nil, err
	}
	if l.Model, err = fromJSON(js); err != nil {
		return nil, err
	}
	root, err := a.weights()
	if err != nil {
		return nil, err
	}
	if err := buildFrom(l.Model, js); err != nil {
		return nil, err
	}
	if err := fillWhole(root, l.Model); err != nil {
		return nil, err
	}
	if c.NoCompile {
		return l, nil
	}
	var cfg struct {
		Compile json.RawMessage `json:"compile_config"`
	}
	if err := json.Unmarshal(js, &cfg); err != nil {
		return nil, err
	}
	if c := string(bytes.TrimSpace(cfg.Compile)); c == "" || c == "null" || c == "{}" {
		return l, nil
	}
	l.Warnings = append(l.Warnings, applyCompile(l.Model, cfg.Compile)...)
	if _, compiled := l.Model.CompileConfig(); compiled {
		d := dialect3
		if !strings.HasPrefix(l.Writer, "3.") {
			d = dialectTF
		}
		if err := readOptimizer(root, l.Model, d); err != nil {
			l.warn("the optimizer starts anew: %v", err)
		}
	}
	return l, nil
}

// fillWhole gives a new model all its weights.
func fillWhole(root *hdf5.Group, m *nn.Model) error {
	if !m.Built() {
		return errors.New("the model was saved before it was built, so it has no weights; call it on data in Keras and save it again, or use FromJSON")
	}
	f, err := readGroups(root, m, WeightsConfig{})
	if err != nil {
		return err
	}
	if err := f.report.complete(); err != nil {
		return err
	}
	return f.into()
}

// buildFrom builds a Sequential model that was saved without an input, but with the
// shape that it was built for.
func buildFrom(m *nn.Model, js []byte) error {
	if m.Built() {
		return nil
	}
	var cfg struct {
		Build struct {
			Shape []*int `json:"input_shape"`
		} `json:"build_config"`
	}
	if err := json.Unmarshal(js, &cfg); err != nil || cfg.Build.Shape == nil {
		return nil // there is no one shape
	}
	s, err := shape("build_config", cfg.Build.Shape)
	if err != nil {
		return err
	}
	return m.Build(s)
}

func loadKerasWeights(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
	a, err := openArchive(src)
	if err != nil {
		return nil, err
	}
	root, err := a.weights()
	if err != nil {
		return nil, err
	}
	return fillFrom(root, m, c)
}

// fillFrom loads weights into a model that is there already.
func fillFrom(root *hdf5.Group, m *nn.Model, c WeightsConfig) (*Report, error) {
	f, err := readGroups(root, m, c)
	if err != nil {
		return nil, err
	}
	if err := f.report.check(); err != nil {
		return nil, err
	}
	if err := f.replace(); err != nil {
		return nil, err
	}
	return &f.report, nil
}

// weights opens the weights of a .keras file.
func (a *archive) weights() (*hdf5.Group, error) {
	if a.members[weightsH5] == nil {
		for _, other := range []string{"model.weights.npz", "model.weights.json"} {
			if a.members[other] != nil {
				return nil, fmt.Errorf("the weights are in %s; only %s is read, which is how Keras saves when it is not asked for anything else", other, weightsH5)
			}
		}
	}
	return a.hdf5(weightsH5)
}

// version is that of the Keras that wrote the file.
func (a *archive) version() string {
	var meta struct {
		Version string `json:"keras_version"`
	}
	if b, err := a.bytes(metadataJSON, 1<<20); err == nil {
		_ = json.Unmarshal(b, &meta) // nothing depends on it but the order of the optimizer's state
	}
	return meta.Version
}

// meta reads the entries of SaveConfig.Meta.
func (a *archive) meta() (map[string][]byte, error) {
	var meta map[string][]byte
	for name := range a.members {
		key, own := strings.CutPrefix(name, ownFolder)
		if !own || strings.HasSuffix(key, "/") || key == "" {
			continue
		}
		b, err := a.bytes(name, maxJSON)
		if err != nil {
			return nil, err
		}
		if meta == nil {
			meta = map[string][]byte{}
		}
		meta[key] = b
	}
	return meta, nil
}
