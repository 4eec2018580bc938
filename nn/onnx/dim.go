package onnx

// dim is the size of an axis: slope times the batch, plus offset.
type dim struct{ slope, offset int }

var batch = dim{slope: 1}

func (d dim) known() bool { return d.slope == 0 }

// dimsOf finds the sizes from the shapes that the batches gave.
func dimsOf(shapes [len(batches)][]int) ([]dim, bool) {
	ds := make([]dim, len(shapes[0]))
	for a := range ds {
		at := func(t int) int { return shapes[t][a] }
		slope := (at(1) - at(0)) / (batches[1] - batches[0])
		ds[a] = dim{slope, at(0) - slope*batches[0]}
		for t := range batches {
			if len(shapes[t]) != len(ds) || at(t) != ds[a].slope*batches[t]+ds[a].offset {
				return nil, false
			}
		}
	}
	return ds, true
}
