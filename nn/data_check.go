package nn

import (
	"errors"
	"fmt"
	"math"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// badData refuses a batch that holds no numbers: NaN or infinite inputs and weights,
// infinite targets. (Targets may be NaN where a mask leaves them out.) A layer may
// hide them: max(NaN, 0) is 0.
func (m *Model) badData(x, y, w []*tensor.Tensor) error {
	for i, t := range x {
		if at := notFinite(t.Data()); at >= 0 {
			return fed(m.inputPlace(i, t, at), t, at)
		}
	}
	for i, t := range w {
		if at := notFinite(t.Data()); at >= 0 {
			return fed(m.targetPlace("sample weights", i, t, at), t, at)
		}
	}
	for i, t := range y {
		if at := infinite(t.Data()); at >= 0 {
			return fed(m.targetPlace("target", i, t, at), t, at)
		}
	}
	return nil
}

// fed is the error of what a batch brought.
func fed(place string, t *tensor.Tensor, at int) *NotFiniteError {
	return &NotFiniteError{Epoch: -1, Batch: -1, Loss: math.NaN(), Tensor: place, Data: true, Before: math.NaN(), Sample: at / (len(t.Data()) / t.Shape()[0]), Row: -1}
}

// nameRow completes the error of a batch, where the source knows which rows of its
// arrays the batch was made of.
func nameRow(err error, data pipeline.Source, epoch, batch int) {
	if e, ok := errors.AsType[*NotFiniteError](err); ok && e.Data {
		e.Row = pipeline.RowOf(data, epoch, batch, e.Sample)
	}
}

// notFinite is the place of the first NaN or infinity, -1 if there is none.
func notFinite(x []float32) int {
	for i := 0; i < len(x); {
		part := x[i:min(i+1024, len(x))]
		var a, b, c, d float32 // 0·v is NaN just for those
		k := 0
		for ; k+4 <= len(part); k += 4 {
			a += part[k] * 0
			b += part[k+1] * 0
			c += part[k+2] * 0
			d += part[k+3] * 0
		}
		for ; k < len(part); k++ {
			a += part[k] * 0
		}
		if s := a + b + c + d; s != 0 || s != s {
			for k, v := range part {
				if v-v != 0 {
					return i + k
				}
			}
		}
		i += len(part)
	}
	return -1
}

// infinite is the place of the first infinity, -1 if there is none.
func infinite(x []float32) int {
	at := notFinite(x)
	for ; at >= 0 && at < len(x); at++ {
		if math.IsInf(float64(x[at]), 0) {
			return at
		}
	}
	return -1
}

// badOperand names the first input, target or weight that is not finite; nil: there is
// none.
func (m *Model) badOperand(x, y, w []*tensor.Tensor) *NotFiniteError {
	for i, t := range x {
		if at := notFinite(t.Data()); at >= 0 {
			return fed(m.inputPlace(i, t, at), t, at)
		}
	}
	for i, t := range y {
		if at := notFinite(t.Data()); at >= 0 {
			return fed(m.targetPlace("target", i, t, at), t, at)
		}
	}
	for i, t := range w {
		if at := notFinite(t.Data()); at >= 0 {
			return fed(m.targetPlace("sample weights", i, t, at), t, at)
		}
	}
	for _, wt := range m.allWeights() {
		if notFinite(wt.Value().Data()) >= 0 {
			return &NotFiniteError{Epoch: -1, Batch: -1, Tensor: "weight " + wt.Name(), Before: math.NaN(), Row: -1}
		}
	}
	return nil
}

func (m *Model) inputPlace(i int, t *tensor.Tensor, at int) string {
	return fmt.Sprintf("input %s, %s", m.inputs[i].node.layer.base().name, placeOf(t.Shape(), at, t.Data()[at]))
}

func (m *Model) targetPlace(kind string, i int, t *tensor.Tensor, at int) string {
	for _, o := range m.compiled.outputs {
		if o.target == i {
			return fmt.Sprintf("%s of output %s, %s", kind, o.name, placeOf(t.Shape(), at, t.Data()[at]))
		}
	}
	return fmt.Sprintf("%s %d, %s", kind, i, placeOf(t.Shape(), at, t.Data()[at]))
}

// placeOf says where an element is: its sample of the batch, its column, and its value.
func placeOf(shape []int, at int, v float32) string {
	index := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		index[k], at = at%shape[k], at/shape[k]
	}
	switch len(shape) {
	case 1:
		return fmt.Sprintf("sample %d (value %v)", index[0], v)
	case 2:
		return fmt.Sprintf("sample %d, column %d (value %v)", index[0], index[1], v)
	}
	return fmt.Sprintf("sample %d, place %v (value %v)", index[0], index[1:], v)
}
