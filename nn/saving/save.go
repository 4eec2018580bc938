package saving

import (
	"fmt"
	"io"

	"github.com/antler-ml/antler/nn"
)

// A SaveConfig says how [SaveWith] writes a model. The zero value is what [Save]
// does.
type SaveConfig struct {
	Format      Format // default: by the ending of the file's name
	NoOptimizer bool   // leave out how the model is trained. Keras: include_optimizer=False
	// Meta are things of one's own that travel inside a .h5 or a .keras file, by
	// name: a vocabulary, names of classes. Keras does not look at them.
	Meta map[string][]byte
}

// Save writes the model to one file: architecture, weights and, if the model is
// compiled, loss, metrics, optimizer and the optimizer's state. The ending of the
// name says how: .h5 and .hdf5 (Keras 1 to 3), .keras (Keras 3), .npz (numpy;
// architecture and weights only); .json and .yaml get the architecture alone. Equal models give equal bytes. A layer that nested
// models share comes back as one layer in each, with the same weights (as in Keras).
// Keras: Model.save, Sequential.save, save_model.
func Save(m *nn.Model, path string) error { return SaveWith(m, path, SaveConfig{}) }

// SaveWith is [Save] with settings.
func SaveWith(m *nn.Model, path string, c SaveConfig) error {
	f, err := target(m, path, c.Format)
	if err == nil && f.load == nil {
		err = fmt.Errorf("saving: %s: %s holds no whole model; use .h5, .keras or .npz", path, f.what)
	}
	if err != nil {
		return err
	}
	return create(path, func(w io.Writer) error { return f.save(w, m, c) })
}

// SaveWeights writes the model's weights to a file: .h5, .hdf5, .npz or
// .safetensors, or .weights.h5 as Keras 3 has it. In the last two and in .npz a
// weight stands under its path, such as dense/kernel (inner/dense/kernel in a
// nested model).
// Keras: Model.save_weights, Sequential.save_weights.
func SaveWeights(m *nn.Model, path string) error {
	f, err := target(m, path, ByEnding)
	if err == nil && f.saveWeights == nil {
		err = fmt.Errorf("saving: %s: %s holds no weights by themselves; use .h5, .npz or .safetensors", path, f.what)
	}
	if err != nil {
		return err
	}
	return create(path, func(w io.Writer) error { return f.saveWeights(w, m) })
}

// target is the format that a model is to be written in.
func target(m *nn.Model, path string, name Format) (format, error) {
	if err := m.Err(); err != nil {
		return format{}, err
	}
	f, err := find(name, path)
	if err != nil {
		return f, fmt.Errorf("saving: %s: %w", path, err)
	}
	if !m.Built() {
		return f, nn.ErrNotBuilt
	}
	m.Weights() // gives those a value that have none
	return f, nil
}
