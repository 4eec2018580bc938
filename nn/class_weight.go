package nn

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// NamedClassWeight turns class weights by name into those by class id that
// [FitConfig] takes; classes are the names in the order of the ids. Each class must
// have a weight.
func NamedClassWeight(classes []string, weights map[string]float64) (map[int]float64, error) {
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		if !slices.Contains(classes, name) {
			err := fmt.Errorf("nn: there is no class %q to weigh; the classes are %q", name, classes)
			if near := config.Nearest(name, classes); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %q?", err, near[0])
			}
			return nil, err
		}
	}
	by := map[int]float64{}
	for i, name := range classes {
		w, ok := weights[name]
		if !ok {
			return nil, fmt.Errorf("nn: class %q has no weight; the weights are those of %q", name, slices.Sorted(maps.Keys(weights)))
		}
		by[i] = w
	}
	return by, nil
}

// BalancedClassWeight gives every class the same sum of weights, from the number of
// samples of each class: n / (k·count), where n is the number of samples and k that of
// classes that occur. scikit-learn: class_weight="balanced".
func BalancedClassWeight(counts map[int]int) map[int]float64 {
	n, k := 0, 0
	for _, c := range counts {
		if c > 0 {
			n, k = n+c, k+1
		}
	}
	by := map[int]float64{}
	for class, c := range counts {
		if c > 0 {
			by[class] = float64(n) / (float64(k) * float64(c))
		}
	}
	return by
}

// CountClasses counts the samples (or time steps) of each class in the targets of
// an output, in one pass over the data, for [BalancedClassWeight]. output may be
// empty in a model with one.
func (m *Model) CountClasses(ctx context.Context, data pipeline.Source, output string) (map[int]int, error) {
	if m.err != nil {
		return nil, m.err
	}
	if data == nil {
		return nil, errors.New("nn: CountClasses: no data")
	}
	if m.compiled == nil {
		return nil, ErrNotCompiled
	}
	i, err := m.classOutput(output)
	if err != nil {
		return nil, err
	}
	counts := map[int]int{}
	o := m.compiled.outputs[i]
	for b, err := range data.Batches(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if err := m.checkBatch(b, true); err != nil {
			return nil, err
		}
		err := eachClass(b.Y[o.target], m.outputs[i].shape, func(_, class int) error { counts[class]++; return nil })
		if err != nil {
			return nil, fmt.Errorf("nn: CountClasses: output %q: %w", o.name, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	return counts, nil
}

// classOutput finds the output that class weights are for.
func (m *Model) classOutput(name string) (int, error) {
	names := m.OutputNames()
	if name == "" && len(names) == 1 {
		return 0, nil
	}
	i := slices.Index(names, name)
	if i < 0 || m.compiled.outputs[i].target < 0 {
		return 0, fmt.Errorf("nn: class weights are for output %q, but the model trains %q", name, m.trainedOutputs())
	}
	return i, nil
}

func (m *Model) trainedOutputs() []string {
	var names []string
	for _, o := range m.compiled.outputs {
		if o.target >= 0 {
			names = append(names, o.name)
		}
	}
	return names
}

// classWeights turns class weights into sample weights of a batch.
type classWeights struct {
	by     []map[int]float64 // of each target; nil: none
	shapes []Shape           // of the predictions
	buf    []*tensor.Tensor
	out    []*tensor.Tensor
}

// newClassWeights checks the class weights of a Fit; nil where there are none.
func (m *Model) newClassWeights(one map[int]float64, several map[string]map[int]float64) (*classWeights, error) {
	if one != nil {
		if len(several) > 0 {
			return nil, errors.New("nn: Fit: both ClassWeight and ClassWeights are set; choose one")
		}
		if trained := m.trainedOutputs(); len(trained) != 1 {
			return nil, fmt.Errorf("nn: Fit: ClassWeight is for models that train one output, this one trains %q; use ClassWeights", trained)
		}
		several = map[string]map[int]float64{m.trainedOutputs()[0]: one}
	}
	if len(several) == 0 {
		return nil, nil
	}
	n := m.compiled.targets()
	c := &classWeights{by: make([]map[int]float64, n), shapes: make([]Shape, n), buf: make([]*tensor.Tensor, n)}
	for _, name := range slices.Sorted(maps.Keys(several)) {
		i, err := m.classOutput(name)
		if err != nil {
			return nil, err
		}
		by, shape := several[name], m.outputs[i].shape
		for _, class := range slices.Sorted(maps.Keys(by)) {
			if err := knownClass(class, shape); err != nil {
				return nil, fmt.Errorf("nn: Fit: class weights of output %q: %w", m.compiled.outputs[i].name, err)
			}
			if w := by[class]; !(w >= 0) || w > 1e30 {
				return nil, fmt.Errorf("nn: Fit: class weights of output %q: the weight of class %d is %g; want 0 or more", m.compiled.outputs[i].name, class, w)
			}
		}
		t := m.compiled.outputs[i].target
		c.by[t], c.shapes[t] = by, shape
	}
	return c, nil
}

// knownClass refuses a class that the predictions do not have. One number tells two
// classes apart: 0 and 1, or -1 and 1.
func knownClass(class int, p Shape) error {
	classes := p.Last()
	switch {
	case classes == 1 && (class < -1 || class > 1):
		return fmt.Errorf("there is no class %d; the output has one number, for the classes 0 and 1", class)
	case classes > 1 && (class < 0 || class >= classes):
		return fmt.Errorf("there is no class %d; the output has the classes 0 to %d", class, classes-1)
	}
	return nil
}

// apply returns the sample weights of the batch times the weight of each sample's
// class (Keras 2.3: both multiply).
func (c *classWeights) apply(ys, ws []*tensor.Tensor) ([]*tensor.Tensor, error) {
	if c == nil {
		return ws, nil
	}
	c.out = c.out[:0]
	for i, y := range ys {
		var given *tensor.Tensor
		if i < len(ws) {
			given = ws[i]
		}
		w, err := c.weigh(i, y, given)
		if err != nil {
			return nil, err
		}
		c.out = append(c.out, w)
	}
	return c.out, nil
}

// weigh makes the weights of one target; given may be nil.
func (c *classWeights) weigh(i int, y, given *tensor.Tensor) (*tensor.Tensor, error) {
	by, shape := c.by[i], y.Shape()[:1]
	if by == nil && given != nil {
		return given, nil
	}
	if by != nil {
		shape = classShape(y, c.shapes[i])
	}
	if c.buf[i] == nil || !slices.Equal(c.buf[i].Shape(), shape) {
		c.buf[i] = tensor.New(slices.Clone(shape)...)
	}
	dst := c.buf[i].Data()
	if by == nil { // another output has class weights, and one list holds all
		for k := range dst {
			dst[k] = 1
		}
		return c.buf[i], nil
	}
	err := eachClass(y, c.shapes[i], func(at, class int) error {
		w, ok := by[class]
		if !ok {
			return fmt.Errorf("class %d occurs in the targets, but has no weight; the weights are those of classes %v", class, slices.Sorted(maps.Keys(by)))
		}
		dst[at] = float32(w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("nn: class weights: %w", err)
	}
	if given == nil {
		return c.buf[i], nil
	}
	w := given.Data()
	if len(w) == 0 || len(dst)%len(w) != 0 || given.Shape()[0] != shape[0] {
		return nil, fmt.Errorf("nn: class weights: there is one for each of %v targets, which sample weights of shape %v do not fit", Shape(shape), Shape(given.Shape()))
	}
	per := len(dst) / len(w)
	for k := range dst {
		dst[k] *= w[k/per]
	}
	return c.buf[i], nil
}

// classShape is the shape of targets as class ids: without an axis of 1 or of
// one-hot numbers.
func classShape(y *tensor.Tensor, p Shape) []int {
	s := y.Shape()
	if len(s) == len(p) && len(s) > 1 {
		return s[:len(s)-1]
	}
	return s
}

// eachClass gives the class of each target: ids where the predictions have one axis
// more, or where there is one number; else the place of the one in one-hot rows.
func eachClass(y *tensor.Tensor, p Shape, f func(at, class int) error) error {
	data, columns := y.Data(), 1
	if y.Rank() == len(p) && y.Rank() > 1 {
		columns = y.Shape()[y.Rank()-1]
	}
	for at := range len(data) / max(1, columns) {
		row := data[at*columns : (at+1)*columns]
		class := int(row[0])
		if columns > 1 {
			class = argMax(row)
			sum := float32(0)
			for _, x := range row {
				sum += x
			}
			if sum < 0.999 || sum > 1.001 {
				return fmt.Errorf("target %d, %v, is of no single class; class weights need class ids or one-hot targets, or use sample weights", at, row)
			}
		} else if float32(class) != row[0] {
			return fmt.Errorf("target %d is %g, which is no class id; use sample weights", at, row[0])
		}
		if err := f(at, class); err != nil {
			return err
		}
	}
	return nil
}

func argMax(x []float32) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
