package saving

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// A Report says what loading weights did, by the paths of the model's weights.
// Weights that were not loaded keep their values.
type Report struct {
	Loaded     []string
	Skipped    []Skipped // in both, but the value does not fit
	Missing    []string  // in the model, not in the file
	Unexpected []string  // in the file, not in the model
}

// A Skipped weight is one whose value in the file does not fit; see
// [WeightsConfig.SkipMismatch].
type Skipped struct {
	Weight string
	Why    string
}

// String lists what was not loaded, after how much was.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d loaded", len(r.Loaded))
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "; skipped %s: %s", s.Weight, s.Why)
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "; missing in the file: %s", some(r.Missing))
	}
	if len(r.Unexpected) > 0 {
		fmt.Fprintf(&b, "; not in the model: %s", some(r.Unexpected))
	}
	return b.String()
}

// some lists the first of many names.
func some(names []string) string {
	if len(names) > 8 {
		return fmt.Sprintf("%q and %d more", names[:8], len(names)-8)
	}
	return fmt.Sprintf("%q", names)
}

// check refuses a report that says that nothing happened.
func (r *Report) check() error {
	if len(r.Loaded) > 0 || len(r.Missing)+len(r.Skipped) == 0 {
		return nil
	}
	if len(r.Skipped) > 0 {
		return fmt.Errorf("no weight of the model was loaded: %v", r)
	}
	return fmt.Errorf("no weight of the model is in the file: it has %v, the model wants %v", r.Unexpected, r.Missing)
}

// complete refuses a report of a whole model that is not whole.
func (r *Report) complete() error {
	if len(r.Missing)+len(r.Unexpected)+len(r.Skipped) == 0 {
		return nil
	}
	return fmt.Errorf("the weights do not fit the model in the file: %q are missing, %q are not the model's", r.Missing, r.Unexpected)
}

// A WeightMismatch is a weight whose shape in the file is not that in the model.
type WeightMismatch struct {
	Weight  string // path in the model: dense/kernel
	Place   string // where the file has it
	InFile  nn.Shape
	InModel nn.Shape
}

func (e *WeightMismatch) Error() string {
	where := "in the file"
	if e.Place != e.Weight {
		where = fmt.Sprintf("in the file (as %s)", e.Place)
	}
	return fmt.Sprintf("weight %s has shape %v %s, but %v in the model", e.Weight, e.InFile, where, e.InModel)
}

// A filling collects values for weights. No weight changes before every value
// has a place that it fits.
type filling struct {
	report  Report
	skip    bool // what does not fit; else it is an error
	reshape bool // what has another shape and as many elements
	values  []value
}

// value is one that is on its way to a weight. read gives its elements, row by
// row, into room for exactly them.
type value struct {
	w    *nn.Weight
	read func(dst []float32) error
}

// add promises a value of a shape to a weight. place is its name in the file.
func (f *filling) add(path string, w *nn.Weight, place string, shape []int, read func(dst []float32) error) error {
	if !w.Shape().Equal(shape) && !(f.reshape && sameSize(shape, w.Shape())) {
		err := &WeightMismatch{path, place, slices.Clone(shape), w.Shape()}
		if !f.skip {
			return err
		}
		f.report.Skipped = append(f.report.Skipped, Skipped{path, err.Error()})
		return nil
	}
	f.values = append(f.values, value{w, read})
	f.report.Loaded = append(f.report.Loaded, path)
	return nil
}

// sameSize reports whether shapes have as many elements. A product that overflows
// is no size of a weight.
func sameSize(file, weight nn.Shape) bool {
	size := func(s nn.Shape) int {
		n := 1
		for _, d := range s {
			if d != 0 && n > math.MaxInt/d {
				return -1
			}
			n *= d
		}
		return n
	}
	return size(file) == size(weight)
}

// into reads the values into the weights of a new model, which is thrown away
// when one of them cannot be read.
func (f *filling) into() error {
	for _, v := range f.values {
		t := v.w.Value()
		if err := v.read(t.Data()); err != nil {
			return err
		}
		if err := v.w.Set(t); err != nil {
			return err
		}
	}
	return nil
}

// replace reads all values before it changes the first weight.
func (f *filling) replace() error {
	ts := make([]*tensor.Tensor, len(f.values))
	for i, v := range f.values {
		ts[i] = tensor.New(v.w.Shape()...)
		if err := v.read(ts[i].Data()); err != nil {
			return err
		}
	}
	for i, v := range f.values {
		if err := v.w.Set(ts[i]); err != nil {
			return err
		}
	}
	return nil
}
