package saving

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// npzFormat has an array for each weight, under its path, as numpy.savez writes
// them, and the architecture as a string.
func npzFormat() format {
	return format{
		name: NPZ, what: "an .npz file", endings: []string{".npz"},
		is:          func(head []byte, _ *source) bool { return bytes.HasPrefix(head, []byte("PK")) },
		save:        saveNPZ,
		saveWeights: func(w io.Writer, m *nn.Model) error { return writeNPZ(w, m, nil) },
		load:        loadNPZ,
		loadWeights: loadNPZWeights,
	}
}

// architecture is the member of a whole-model .npz that holds the JSON, as an
// array of one string, which numpy can read too.
const architecture = "model_config"

func saveNPZ(w io.Writer, m *nn.Model, c SaveConfig) error {
	if len(c.Meta) > 0 {
		return errors.New("an .npz file has no room for Meta; use .h5 or .keras")
	}
	js, err := ToJSON(m)
	if err != nil {
		return err
	}
	return writeNPZ(w, m, js)
}

func writeNPZ(w io.Writer, m *nn.Model, js []byte) error {
	z := zip.NewWriter(w)
	if js != nil {
		f, err := z.CreateHeader(&zip.FileHeader{Name: architecture + ".npy", Method: zip.Deflate})
		if err != nil {
			return err
		}
		if err := tensor.WriteNPYStrings(f, []string{string(js)}, 1); err != nil {
			return err
		}
	}
	for path, wt := range m.NamedWeights() {
		f, err := z.CreateHeader(&zip.FileHeader{Name: path + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if err := tensor.WriteNPY(f, wt.Value()); err != nil {
			return err
		}
	}
	return z.Close()
}

func loadNPZ(src *source, _ LoadConfig) (*Loaded, error) {
	z, err := tensor.OpenNPZ(src, src.size, tensor.Limits{})
	if err != nil {
		return nil, err
	}
	if !slices.Contains(z.Names(), architecture) {
		return nil, errors.New("the file holds weights only; build the model and use LoadWeights")
	}
	js, _, err := z.Strings(architecture)
	if err != nil {
		return nil, err
	}
	if len(js) != 1 {
		return nil, fmt.Errorf("%s holds %d strings, want 1", architecture, len(js))
	}
	m, err := FromJSON([]byte(js[0]))
	if err != nil {
		return nil, err
	}
	f, err := byPath(m, npzNames(z), WeightsConfig{}, npzArray(z))
	if err == nil {
		err = f.report.complete()
	}
	if err != nil {
		return nil, err
	}
	return &Loaded{Model: m}, f.into()
}

func loadNPZWeights(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
	z, err := tensor.OpenNPZ(src, src.size, tensor.Limits{})
	if err != nil {
		return nil, err
	}
	f, err := byPath(m, npzNames(z), c, npzArray(z))
	if err != nil {
		return nil, err
	}
	return &f.report, f.replace()
}

// npzArray describes an array of an archive; its elements stay where they are.
func npzArray(z *tensor.NPZ) func(name string) (array, error) {
	return func(name string) (array, error) {
		shape, err := z.Shape(name)
		return array{name: name, shape: shape, read: func(dst []float32) error {
			t, err := z.Tensor(name)
			if err == nil {
				copy(dst, t.Data())
			}
			return err
		}}, err
	}
}

// npzNames are those of the weights.
func npzNames(z *tensor.NPZ) []string {
	return slices.DeleteFunc(slices.Clone(z.Names()), func(n string) bool { return n == architecture })
}

// byPath finds the weights in a file that has them under their paths.
func byPath(m *nn.Model, names []string, c WeightsConfig, find func(name string) (array, error)) (*filling, error) {
	f := &filling{skip: c.SkipMismatch, reshape: c.Reshape}
	left := map[string]bool{}
	for _, n := range names {
		left[n] = true
	}
	for path, w := range m.NamedWeights() {
		if !left[path] {
			f.report.Missing = append(f.report.Missing, path)
			continue
		}
		delete(left, path)
		a, err := find(path)
		if err != nil {
			return nil, err
		}
		if err := f.add(path, w, path, a.shape, a.read); err != nil {
			return nil, err
		}
	}
	for _, n := range names {
		if left[n] {
			f.report.Unexpected = append(f.report.Unexpected, n)
		}
	}
	return f, f.report.check()
}
