package saving

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/antler-ml/antler/internal/safetensors"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
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
			return byPath(m, f.Names(), c, func(name string) (*tensor.Tensor, error) {
				data, shape, err := f.Floats(name)
				if err != nil {
					return nil, err
				}
				return tensor.From(data, shape...), nil
			})
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
