package augment

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// Flow gives batches of randomly transformed and standardized images of an
// array of rank 4, with the rows of y (nil: no targets) that belong to them.
// Unlike Keras it applies Subset to SampleWeight too, and gives weights also
// without y.
// Keras: flow.
func (g *ImageDataGenerator) Flow(x, y *tensor.Tensor, f FlowConfig) (*Flow, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	if err := f.defaults(); err != nil {
		return nil, err
	}
	shape := x.Shape()
	if len(shape) != 4 {
		return nil, fmt.Errorf("augment: Flow: x has shape %v, want rank 4 (samples, %s)", shape, c.axes())
	}
	n := shape[0]
	if n == 0 {
		return nil, fmt.Errorf("augment: Flow: x has shape %v: no samples", shape)
	}
	fl, lo, err := f.part(c, n, shape[1:], y)
	if err != nil {
		return nil, err
	}
	fl.images = x.Data()[lo*fl.size : (lo+fl.n)*fl.size]
	return fl, nil
}

// FlowFunc is [ImageDataGenerator.Flow] for n images of the given shape that read
// writes to dst, in the generator's data format, where and when they are needed.
// Several goroutines call it at once. Its error ends the epoch, or with OnError
// Placeholder makes an image of zeros; [Flow.Bad] has them.
func (g *ImageDataGenerator) FlowFunc(n int, shape []int, read func(dst []float32, i int) error, y *tensor.Tensor, f FlowConfig) (*Flow, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	if err := f.defaults(); err != nil {
		return nil, err
	}
	if n < 1 || read == nil || len(shape) != 3 {
		return nil, fmt.Errorf("augment: FlowFunc: %d images of shape %v, read is nil: %v; want at least one, rank 3 (%s) and a function", n, shape, read == nil, c.axes())
	}
	if f.OnError == Skip {
		return nil, fmt.Errorf("augment: FlowFunc: OnError is %q, but which images cannot be read is known too late; leave them out of n, or use %q", Skip, Placeholder)
	}
	fl, lo, err := f.part(c, n, shape, y)
	if err != nil {
		return nil, err
	}
	fl.read = func(dst []float32, i int) error { return read(dst, lo+i) }
	if f.Name != nil {
		fl.name = func(i int) string { return f.Name(lo + i) }
	}
	return fl, nil
}

// part makes a flow of the subset of n images, which begins at image lo, and of
// what goes along with them.
func (f *FlowConfig) part(c *settings, n int, shape []int, y *tensor.Tensor) (fl *Flow, lo int, err error) {
	columns, err := f.columns(n, y)
	if err != nil {
		return nil, 0, err
	}
	hi := n
	if f.Subset != "" {
		at := int(float64(n) * c.ValidationSplit)
		if lo, hi = 0, at; f.Subset == Training {
			lo, hi = at, n
		}
		if y != nil && !f.IgnoreClassSplit && !slices.Equal(unique(y, 0, at), unique(y, at, n)) {
			return nil, 0, fmt.Errorf("augment: Flow: the first %d of %d samples (Validation) and the rest (Training) have different labels; shuffle x and y first, or set IgnoreClassSplit if y holds no classes", at, n)
		}
		if lo == hi {
			return nil, 0, fmt.Errorf("augment: Flow: subset %q of %d samples is empty with ValidationSplit = %v", f.Subset, n, c.ValidationSplit)
		}
	}
	if fl, err = newFlow(c, *f, hi-lo, shape); err != nil {
		return nil, 0, err
	}
	if f.Masks != nil {
		d := f.Masks.Shape()
		if len(d) != 4 || d[0] != n || d[1] != fl.h || d[2] != fl.w || d[3] < 1 {
			return nil, 0, fmt.Errorf("augment: Flow: Masks has shape %v, want [%d %d %d channels] as x has (channels always last)", d, n, fl.h, fl.w)
		}
		size := fl.h * fl.w * d[3]
		fl.masks = &maskColumn{ch: d[3], data: f.Masks.Data()[lo*size : hi*size]}
	}
	fl.name = func(i int) string { return fmt.Sprintf("sample %d", lo+i) }
	for _, col := range columns {
		fill := col.fill
		col.fill = func(dst []float32, i int) { fill(dst, lo+i) }
		fl.filler = append(fl.filler, col)
	}
	return fl, lo, nil
}

// columns returns what goes along with the images.
func (f *FlowConfig) columns(n int, y *tensor.Tensor) ([]column, error) {
	var cols []column
	put := func(g int, name string, t *tensor.Tensor) error {
		if t == nil {
			return fmt.Errorf("augment: Flow: %s is nil", name)
		}
		s := t.Shape()
		if len(s) == 0 || s[0] != n {
			return fmt.Errorf("augment: Flow: %s has shape %v, want %d samples as x has", name, s, n)
		}
		data := t.Data()
		row := len(data) / n
		cols = append(cols, column{g, s[1:], func(dst []float32, i int) { copy(dst, data[i*row:(i+1)*row]) }})
		return nil
	}
	for i, m := range f.Misc {
		if err := put(0, fmt.Sprintf("Misc[%d]", i), m); err != nil {
			return nil, err
		}
	}
	if y != nil {
		if err := put(1, "y", y); err != nil {
			return nil, err
		}
	}
	if f.SampleWeight != nil {
		if err := put(2, "SampleWeight", f.SampleWeight); err != nil {
			return nil, err
		}
	}
	return cols, nil
}

// unique returns the different numbers in some rows of y, sorted.
func unique(y *tensor.Tensor, lo, hi int) []float32 {
	row := y.Len() / y.Shape()[0]
	u := slices.Clone(y.Data()[lo*row : hi*row])
	slices.Sort(u)
	return slices.Compact(u)
}
