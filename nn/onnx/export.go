package onnx

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// Config is how a model is exported. The zero value is right for most.
type Config struct {
	// InputShapes gives inputs a shape, the batch left out, by their names. It is
	// needed where an axis beside the batch is unknown, such as the steps of
	// sequences of any length: the file is then for this length.
	InputShapes map[string][]int
	// Metadata is kept in the file, for whoever reads it.
	Metadata map[string]string
}

// maxFile is what protobuf can hold.
const maxFile = 1<<31 - 1

// Save writes a model into a file, which by custom ends in .onnx.
func Save(m *nn.Model, path string, c Config) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Export(m, w, c) })
}

// Export writes a model. The batch may have any size, unless the model fixes
// it. The states of stateful layers are inputs and, with _next behind their
// names, outputs.
//
// A layer that ONNX cannot express is an error that names it.
func Export(m *nn.Model, w io.Writer, c Config) error {
	if err := m.Err(); err != nil {
		return err
	}
	if !m.Built() {
		return errors.New("onnx: the model is not built yet; call Build with the shape of the input, or fit it first")
	}
	shapes, err := c.shapes(m)
	if err != nil {
		return err
	}
	b, err := newBuilder(m, shapes)
	if err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	data := model(b.g, c.Metadata, slices.Sorted(maps.Keys(c.Metadata)))
	if len(data) > maxFile {
		return fmt.Errorf("onnx: the model would have %d bytes; a file holds %d at most", len(data), maxFile)
	}
	_, err = w.Write(data)
	return err
}

// shapes are those of the inputs; the batch alone may be unknown.
func (c Config) shapes(m *nn.Model) ([]nn.Shape, error) {
	names := m.InputNames()
	for n := range c.InputShapes {
		if !slices.Contains(names, n) {
			return nil, fmt.Errorf("onnx: InputShapes names %q; the model's inputs are %q", n, names)
		}
	}
	var all []nn.Shape
	for i, s := range m.InputShapes() {
		if given, ok := c.InputShapes[names[i]]; ok {
			if len(given) != len(s)-1 {
				return nil, fmt.Errorf("onnx: InputShapes of %q is %v; want %d sizes for the input %v, without the batch", names[i], given, len(s)-1, s)
			}
			s = append(nn.Shape{s[0]}, given...)
		}
		for a, d := range s {
			if a > 0 && d == nn.Unknown {
				return nil, fmt.Errorf("onnx: axis %d of input %q %v is unknown; give Config.InputShapes, such as {%q: %v}", a, names[i], s, names[i], example(s))
			}
		}
		all = append(all, s)
	}
	return all, nil
}

func example(s nn.Shape) []int {
	e := slices.Clone(s[1:])
	for i, d := range e {
		if d == nn.Unknown {
			e[i] = 80
		}
	}
	return e
}

// batches are the sizes that the model is traced with: what differs between
// traces depends on the batch.
var batches = [...]int{2, 3, 5}

// newBuilder traces the model.
func newBuilder(m *nn.Model, shapes []nn.Shape) (*builder, error) {
	b := &builder{
		m: m, g: &graph{name: m.Name()},
		names: map[*ops.Value]string{}, dims: map[*ops.Value][]dim{}, leaves: map[*ops.Value]*ops.Description{},
		used: map[string]bool{}, kept: map[string]string{},
	}
	var steps [len(batches)][]ops.Description
	for i, n := range batches {
		var in []*ops.Value
		for _, s := range shapes {
			s = slices.Clone(s)
			if s[0] == nn.Unknown {
				s[0] = n
			}
			in = append(in, ops.Input(s...))
		}
		t, err := nn.Trace(m, false, in, nil)
		if err != nil {
			return nil, err
		}
		out := slices.Clone(t.Out)
		for _, a := range t.Assign {
			out = append(out, a.To, a.From)
		}
		steps[i] = ops.Describe(append(slices.Clone(in), out...)...)
		if i == 0 {
			b.in, b.out, b.assign, b.trace = in, t.Out, t.Assign, t
		}
	}
	b.steps = steps[0]
	for i := range b.steps {
		for k, v := range b.steps[i].Out {
			same := [len(batches)][]int{v.Shape()}
			for t := 1; t < len(batches); t++ {
				if len(steps[t]) != len(b.steps) || steps[t][i].Op != b.steps[i].Op {
					return nil, fmt.Errorf("onnx: model %q computes something else for another size of the batch (%s); ONNX has one graph for all", m.Name(), b.steps[i].Label)
				}
				same[t] = steps[t][i].Out[k].Shape()
			}
			d, ok := dimsOf(same)
			if !ok {
				return nil, fmt.Errorf("onnx: layer %q: %s makes shapes that do not grow in step with the batch", b.steps[i].Label, b.steps[i].Op)
			}
			b.dims[v] = d
		}
	}
	return b, nil
}
