package saving

import (
	"github.com/antler-ml/antler/internal/hdf5"
)

func h5Format() format {
	return format{
		name: HDF5, what: "an HDF5 file", endings: []string{".h5", ".hdf5"},
		is: func(head []byte, _ *source) bool { return hdf5.Is(head) },
	}
}
