package saving

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/antler-ml/antler/internal/safetensors"
	"github.com/antler-ml/antler/nn"
)

// safetensorsFormat has the weights under their paths.
func safetensorsFormat() format {
	return format{
		name: SafeTensors, what: "a .safetensors file", endings: []string{".safetensors"},
		is: func(head []byte, f *source) bool {
			return len(head) > 9 && head[8] == '{' && !bytes.HasPrefix(head, []byte("{")) && binary.LittleEndian.Uint64(head) < uint64(f.size)
		},
		saveWeights: saveSafetensors,
		loadWeights: func(src *source, m *nn.Model, c WeightsConfig) (*Report, error) {
			f, err := safetensors.Open(src, src.size)
			if err != nil {
				return nil, err
			}
			fill, err := byPath(m, f.Names(), c, func(name string) (array, error) {
				_, shape, _ := f.Info(name)
				return array{name: name, shape: shape, read: func(dst []float32) error { return f.ReadFloats(name, dst) }}, nil
			})
			if err != nil {
				return nil, err
			}
			return &fill.report, fill.replace()
		},
	}
}

func saveSafetensors(w io.Writer, m *nn.Model) error {
	var arrays []safetensors.Array
	for path, wt := range m.NamedWeights() {
		arrays = append(arrays, safetensors.Array{Name: path, Shape: wt.Shape(), Data: wt.Value().Data()})
	}
	return safetensors.Write(w, arrays, nil)
}
