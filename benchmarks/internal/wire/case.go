package wire

import (
	"fmt"
	"os"
	"strings"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/tensor"
)

// ReadCase reads what all sides start from: inputs x, targets y and the first
// values of the weights w0000, w0001 …, layer by layer in the order of the spec.
func ReadCase(path string) (x, y *tensor.Tensor, w []*tensor.Tensor, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("benchmarks: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("benchmarks: %w", err)
	}
	a, err := npy.OpenArchive(f, info.Size(), npy.Limits{})
	if err != nil {
		return nil, nil, nil, err
	}
	for _, name := range a.Names() {
		err := a.Read(name, func(r *npy.Reader) error {
			data, err := npy.Read[float32](r)
			if err != nil {
				return err
			}
			t := tensor.From(data, r.Shape...)
			switch {
			case name == "x":
				x = t
			case name == "y":
				y = t
			case strings.HasPrefix(name, "w"):
				w = append(w, t)
			}
			return nil
		})
		if err != nil {
			return nil, nil, nil, err
		}
	}
	return x, y, w, nil
}
