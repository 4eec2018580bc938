package saving

import (
	"bytes"
	"errors"
	"io"

	"github.com/antler-ml/antler/nn"
)

// maxText is how long a model's configuration may be.
const maxText = 256 << 20

// jsonFormat is the architecture as Keras' to_json writes it.
func jsonFormat() format {
	return format{
		name: JSON, what: "a JSON file", endings: []string{".json"},
		is: func(head []byte, _ *source) bool {
			return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("{"))
		},
		load: textLoader(maxText, FromJSON),
		save: textSaver(ToJSON),
	}
}

// yamlFormat is the architecture as Keras' to_yaml wrote it.
func yamlFormat() format {
	return format{
		name: YAML, what: "a YAML file", endings: []string{".yaml", ".yml"},
		is:   func(head []byte, _ *source) bool { return looksLikeYAML(head) },
		load: textLoader(maxYAML, FromYAML),
		save: textSaver(ToYAML),
	}
}

// looksLikeYAML asks whether one of the first lines is a key of a model's
// configuration.
func looksLikeYAML(head []byte) bool {
	for line := range bytes.Lines(head) {
		for _, key := range []string{"class_name:", "config:", "backend:", "keras_version:"} {
			if bytes.HasPrefix(line, []byte(key)) {
				return true
			}
		}
	}
	return false
}

func textSaver(encode func(*nn.Model) ([]byte, error)) func(io.Writer, *nn.Model, SaveConfig) error {
	return func(w io.Writer, m *nn.Model, c SaveConfig) error {
		if len(c.Meta) > 0 {
			return errors.New("a text file has no room for Meta; use .h5 or .keras")
		}
		b, err := encode(m)
		if err == nil {
			_, err = w.Write(append(b, '\n'))
		}
		return err
	}
}

func textLoader(limit int64, decode func([]byte) (*nn.Model, error)) func(*source, LoadConfig) (*Loaded, error) {
	return func(src *source, _ LoadConfig) (*Loaded, error) {
		b, err := src.bytes(limit)
		if err != nil {
			return nil, err
		}
		m, err := decode(b)
		if err != nil {
			return nil, err
		}
		return &Loaded{Model: m}, nil
	}
}
