package saving

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// architecture is the member of a whole-model .npz that holds the JSON, as an
// array of one string, which numpy can read too.
const architecture = "model_config"

// Save writes the model, architecture and weights, to one .npz file. Equal
// models give equal bytes. A layer that nested models share comes back as one
// layer in each, with the same weights (as in Keras).
// Keras: Model.save, Sequential.save, save_model.
func Save(m *nn.Model, path string) error {
	js, err := ToJSON(m)
	if err != nil {
		return err
	}
	return write(m, path, js)
}

// SaveWeights writes the model's weights to an .npz file: an array for each,
// under its path, such as dense/kernel (inner/dense/kernel in a nested model).
// Keras: Model.save_weights, Sequential.save_weights.
func SaveWeights(m *nn.Model, path string) error { return write(m, path, nil) }

func write(m *nn.Model, path string, js []byte) error {
	if err := m.Err(); err != nil {
		return err
	}
	if !m.Built() {
		return nn.ErrNotBuilt
	}
	if err := CheckPath(path); err != nil {
		return err
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
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
		m.Weights() // gives those a value that have none
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
	})
	if err != nil {
		return fmt.Errorf("saving: %s: %w", path, err)
	}
	return nil
}

// CheckPath reports whether the ending of a file name stands for a format that
// Save knows. Callers with much to do before they save ask first.
func CheckPath(path string) error {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".npz" {
		return fmt.Errorf("saving: %s: the ending %q names no known format; use .npz", path, ext)
	}
	return nil
}

// Load reads a model that [Save] wrote.
// Keras: load_model.
func Load(path string) (*nn.Model, error) {
	var m *nn.Model
	err := open(path, func(z *tensor.NPZ) error {
		if !slices.Contains(z.Names(), architecture) {
			return errors.New("the file holds weights only; build the model and use LoadWeights")
		}
		js, _, err := z.Strings(architecture)
		if err != nil {
			return err
		}
		if len(js) != 1 {
			return fmt.Errorf("%s holds %d strings, want 1", architecture, len(js))
		}
		if m, err = FromJSON([]byte(js[0])); err != nil {
			return err
		}
		r, err := load(m, z)
		if err == nil && len(r.Missing)+len(r.Unexpected) > 0 {
			err = fmt.Errorf("the weights do not fit the model in the file: %q are missing, %q are not the model's", r.Missing, r.Unexpected)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// A Report says what LoadWeights did, by the paths of weights.
type Report struct {
	Loaded     []string
	Missing    []string // in the model, not in the file
	Unexpected []string // in the file, not in the model
}

// LoadWeights reads weights by their paths from an .npz file into the model.
// Weights that are missing on either side are reported and left as they are; a
// weight of another shape, or a file that fits no weight, is an error, and then
// no weight changes.
// Keras: Model.load_weights, Sequential.load_weights.
func LoadWeights(m *nn.Model, path string) (*Report, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	if !m.Built() {
		return nil, nn.ErrNotBuilt
	}
	var r *Report
	err := open(path, func(z *tensor.NPZ) (err error) {
		r, err = load(m, z)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func load(m *nn.Model, z *tensor.NPZ) (*Report, error) {
	r := &Report{}
	inFile := map[string]bool{}
	for _, n := range z.Names() {
		inFile[n] = n != architecture
	}
	var ws []*nn.Weight
	var values []*tensor.Tensor
	for path, w := range m.NamedWeights() {
		if !inFile[path] {
			r.Missing = append(r.Missing, path)
			continue
		}
		t, err := z.Tensor(path)
		if err != nil {
			return nil, err
		}
		if !w.Shape().Equal(t.Shape()) {
			return nil, fmt.Errorf("weight %s has shape %v in the file, but %v in the model", path, nn.Shape(t.Shape()), w.Shape())
		}
		ws, values = append(ws, w), append(values, t)
		r.Loaded = append(r.Loaded, path)
		inFile[path] = false
	}
	for i, w := range ws {
		if err := w.Set(values[i]); err != nil {
			return nil, err
		}
	}
	for _, n := range z.Names() {
		if inFile[n] {
			r.Unexpected = append(r.Unexpected, n)
		}
	}
	if len(r.Loaded) == 0 && len(r.Missing) > 0 {
		return nil, fmt.Errorf("no weight of the model is in the file: it has %v, the model wants %v", r.Unexpected, r.Missing)
	}
	return r, nil
}

// open opens an .npz file for reading.
func open(path string, read func(z *tensor.NPZ) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("saving: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("saving: %w", err)
	}
	z, err := tensor.OpenNPZ(f, st.Size(), tensor.Limits{})
	if err == nil {
		err = read(z)
	}
	if err != nil {
		return fmt.Errorf("saving: %s: %w", path, err)
	}
	return nil
}
