package saving

import (
	"fmt"
	"log/slog"

	"github.com/antler-ml/antler/nn"
)

// A LoadConfig says how [LoadWith] reads a model. The zero value is what [Load]
// does.
type LoadConfig struct {
	NoCompile bool // do not look at loss, metrics and optimizer. Keras: compile=False
}

// Loaded is a model that was read, and what came with it.
type Loaded struct {
	Model  *nn.Model
	Format Format
	// Writer is the version of Keras that wrote the file, such as 2.15.0; "" if it
	// does not say so.
	Writer string
	// Meta are the entries of [SaveConfig.Meta].
	Meta map[string][]byte
	// Warnings are what could not be brought back, such as a loss that is not
	// registered or the state of another optimizer.
	Warnings []string
}

// warn adds a warning.
func (l *Loaded) warn(format string, args ...any) {
	l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
}

// Load reads a model that [Save] or Keras wrote; the file's content says in which
// format, not its name. A model that was saved with loss and optimizer is compiled
// and goes on training where it stopped. What stands in the way of that only is
// logged as a warning (by package log/slog), and the model is loaded all the same.
// A .json or .yaml file gives a model with new weights.
// Keras: load_model.
func Load(path string) (*nn.Model, error) {
	l, err := LoadWith(path, LoadConfig{})
	if err != nil {
		return nil, err
	}
	for _, w := range l.Warnings {
		slog.Warn("saving: " + path + ": " + w)
	}
	return l.Model, nil
}

// LoadWith is [Load] with settings; it logs nothing.
func LoadWith(path string, c LoadConfig) (*Loaded, error) {
	var l *Loaded
	err := open(path, func(src *source) (err error) {
		l, err = load(src, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func load(src *source, c LoadConfig) (*Loaded, error) {
	f, err := recognise(src)
	if err != nil {
		return nil, err
	}
	if f.load == nil {
		return nil, fmt.Errorf("%s holds weights only; build the model and use LoadWeights", f.what)
	}
	l, err := f.load(src, c)
	if err != nil {
		return nil, err
	}
	l.Format = f.name
	return l, nil
}

// ReadMeta reads the entries of [SaveConfig.Meta] and nothing else, which takes no
// time even for a large model; nil: there are none.
func ReadMeta(path string) (map[string][]byte, error) {
	var meta map[string][]byte
	err := open(path, func(src *source) error {
		f, err := recognise(src)
		if err == nil && f.meta != nil {
			meta, err = f.meta(src)
		}
		return err
	})
	return meta, err
}

// A WeightsConfig says how [LoadWeightsWith] reads weights. The zero value is what
// [LoadWeights] does.
type WeightsConfig struct {
	// ByName looks for the layers of the file by their names, instead of taking
	// them one after the other. Layers of other names are left alone. Files whose
	// weights have paths are always read by them.
	// Keras: by_name=True.
	ByName bool
	// SkipMismatch leaves weights alone that have another shape in the file, and
	// layers that have another number of weights; see [Report]. Else they are
	// errors. Keras: skip_mismatch=True.
	SkipMismatch bool
	// Reshape takes values of another shape when there are as many of them, in
	// row-major order: those of a Dense layer after a Flatten into a convolution over
	// the whole image. Keras 2.2: reshape=True.
	Reshape bool
}

// LoadWeights reads weights from a file that [SaveWeights], [Save] or Keras wrote
// into the model. It goes through the layers that have weights in the file and in
// the model side by side (.h5), or looks for the paths of weights (other formats).
// Weights that are missing on either side are reported and left as they are; a
// weight of another shape, or a file that fits no weight, is an error, and then
// no weight changes.
// Keras: Model.load_weights, Sequential.load_weights.
func LoadWeights(m *nn.Model, path string) (*Report, error) {
	return LoadWeightsWith(m, path, WeightsConfig{})
}

// LoadWeightsWith is [LoadWeights] with settings.
func LoadWeightsWith(m *nn.Model, path string, c WeightsConfig) (*Report, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	if !m.Built() {
		return nil, nn.ErrNotBuilt
	}
	var r *Report
	err := open(path, func(src *source) (err error) {
		r, err = loadWeights(src, m, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func loadWeights(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
	f, err := recognise(src)
	if err != nil {
		return nil, err
	}
	if f.loadWeights == nil {
		return nil, fmt.Errorf("%s holds no weights", f.what)
	}
	return f.loadWeights(src, m, c)
}
