package onnx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// builder writes the ops of a model as nodes of ONNX.
type builder struct {
	m       *nn.Model
	g       *graph
	trace   *nn.Traced
	in, out []*ops.Value
	assign  []ops.Assign
	steps   []ops.Description
	names   map[*ops.Value]string
	dims    map[*ops.Value][]dim
	leaves  map[*ops.Value]*ops.Description
	used    map[string]bool
	kept    map[string]string // constants and transposed weights that are there
	label   string            // of the layer at hand
	size    string            // the batch as a tensor; "" until it is needed
}

func (b *builder) build() error {
	for i, v := range b.in {
		b.names[v] = b.fresh(b.m.InputNames()[i])
		b.g.inputs = append(b.g.inputs, port{b.names[v], b.dims[v]})
	}
	for i, a := range b.assign {
		b.names[a.To] = b.fresh(fmt.Sprintf("state_%d", i))
		b.g.inputs = append(b.g.inputs, port{b.names[a.To], b.dims[a.To]})
	}
	weights := map[*ops.Value]string{}
	for name, w := range b.m.NamedWeights() {
		weights[b.trace.Variable(w)] = name
	}
	for i := range b.steps {
		d := &b.steps[i]
		b.label = d.Label
		switch d.Op {
		case "Input":
			if _, ok := b.names[d.Out[0]]; !ok {
				return fmt.Errorf("onnx: layer %q reads an input that the model does not have", d.Label)
			}
			continue
		case "Variable", "Constant":
			b.leaves[d.Out[0]] = d
			if name, ok := weights[d.Out[0]]; ok {
				d.Label = name
			}
			continue
		}
		if err := b.translate(d); err != nil {
			return err
		}
	}
	for i, v := range b.out {
		b.end(v, b.m.OutputNames()[i])
	}
	for _, a := range b.assign {
		b.end(a.From, b.names[a.To]+"_next")
	}
	return nil
}

// end makes a value an output, under a name of its own.
func (b *builder) end(v *ops.Value, name string) {
	name = b.fresh(name)
	b.g.nodes = append(b.g.nodes, &node{op: "Identity", name: name, in: []string{b.name(v)}, out: []string{name}})
	b.g.outputs = append(b.g.outputs, port{name, b.dims[v]})
}

// fresh returns a name that is not used, like the one given.
func (b *builder) fresh(stem string) string {
	name := stem
	for k := 1; b.used[name]; k++ {
		name = fmt.Sprintf("%s_%d", stem, k)
	}
	b.used[name] = true
	return name
}

// name is what a value is called. Weights and constants join the file when they
// are first asked for.
func (b *builder) name(v *ops.Value) string {
	if n, ok := b.names[v]; ok {
		return n
	}
	d := b.leaves[v]
	if d == nil {
		panic("onnx: a value is used before it is computed")
	}
	stem := d.Label
	if d.Op == "Constant" {
		stem = "constant"
	}
	b.names[v] = b.leaf(stem, v, d.Data)
	return b.names[v]
}

// leaf adds an array. One that grows with the batch is written for a batch of
// one, which all its samples equal, and stretched.
func (b *builder) leaf(stem string, v *ops.Value, t *tensor.Tensor) string {
	dims := b.dims[v]
	grows := slices.ContainsFunc(dims, func(d dim) bool { return !d.known() })
	if !grows {
		return b.array(stem, t.Shape(), t.Contiguous().Data())
	}
	for a, d := range dims {
		if !d.known() {
			t = t.Slice(a, 0, 1)
		}
	}
	return b.node("Expand", []string{b.array(stem, t.Shape(), t.Contiguous().Data()), b.shape(dims)})
}

// array adds an array of floats.
func (b *builder) array(stem string, shape []int, data []float32) string {
	name := b.fresh(stem)
	b.g.initializers = append(b.g.initializers, array{name: name, shape: slices.Clone(shape), floats: data})
	return name
}

// node adds an op with one result.
func (b *builder) node(op string, in []string, attrs ...attr) string {
	return b.nodes(op, in, 1, attrs...)[0]
}

// nodes adds an op with several results.
func (b *builder) nodes(op string, in []string, results int, attrs ...attr) []string {
	stem := strings.Trim(b.label+"/"+op, "/")
	n := &node{op: op, name: b.fresh(stem), in: in, attrs: attrs}
	n.out = append(n.out, n.name)
	for len(n.out) < results {
		n.out = append(n.out, b.fresh(stem))
	}
	b.g.nodes = append(b.g.nodes, n)
	return n.out
}

// set names the result of a step.
func (b *builder) set(d *ops.Description, name string) { b.names[d.Out[0]] = name }

// ints is a constant list of whole numbers.
func (b *builder) ints(vs ...int) string {
	return b.keep(fmt.Sprint("ints", vs), func() string {
		a := array{name: b.fresh("ints"), shape: []int{len(vs)}, ints: []int64{}}
		for _, v := range vs {
			a.ints = append(a.ints, int64(v))
		}
		b.g.initializers = append(b.g.initializers, a)
		return a.name
	})
}

// int is a constant whole number of rank 0.
func (b *builder) int(v int) string {
	return b.keep(fmt.Sprint("int", v), func() string {
		a := array{name: b.fresh("int"), shape: []int{}, ints: []int64{int64(v)}}
		b.g.initializers = append(b.g.initializers, a)
		return a.name
	})
}

// scalar is a constant number of rank 0.
func (b *builder) scalar(v float32) string {
	return b.keep(fmt.Sprintf("scalar%b", v), func() string { return b.array("number", []int{}, []float32{v}) })
}

// fill is a constant list of equal numbers.
func (b *builder) fill(v float32, n int) string {
	return b.keep(fmt.Sprintf("fill%b,%d", v, n), func() string {
		return b.array("numbers", []int{n}, slices.Repeat([]float32{v}, n))
	})
}

// keep makes a constant once.
func (b *builder) keep(key string, make func() string) string {
	if n, ok := b.kept[key]; ok {
		return n
	}
	n := make()
	b.kept[key] = n
	return n
}

// shape is a list of sizes as a tensor: a constant, unless the batch is in it.
func (b *builder) shape(dims []dim) string {
	sizes := make([]int, len(dims))
	known := true
	for i, d := range dims {
		sizes[i] = d.offset
		known = known && d.known()
	}
	if known {
		return b.ints(sizes...)
	}
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = b.dim(d)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return b.node("Concat", parts, attr{"axis", 0})
}

// dim is a size as a list of one number.
func (b *builder) dim(d dim) string {
	if d.known() {
		return b.ints(d.offset)
	}
	if b.size == "" {
		label := b.label
		b.label = ""
		for _, v := range b.in {
			if b.dims[v][0] == batch {
				whole := b.node("Shape", []string{b.names[v]})
				b.size = b.node("Gather", []string{whole, b.ints(0)})
				break
			}
		}
		b.label = label
	}
	size := b.size
	if d.slope != 1 {
		size = b.node("Mul", []string{size, b.ints(d.slope)})
	}
	if d.offset != 0 {
		size = b.node("Add", []string{size, b.ints(d.offset)})
	}
	return size
}

// reshape gives a tensor another shape.
func (b *builder) reshape(x string, dims []dim) string {
	sizes := make([]int, len(dims))
	unknown := 0
	for i, d := range dims {
		sizes[i] = d.offset
		if !d.known() {
			sizes[i] = -1
			unknown++
		}
		if d.known() && d.offset == 0 {
			unknown = 2 // 0 would mean: as before
		}
	}
	if unknown <= 1 {
		return b.node("Reshape", []string{x, b.ints(sizes...)})
	}
	return b.node("Reshape", []string{x, b.shape(dims)}, attr{"allowzero", 1})
}

// transpose orders the axes of a tensor anew.
func (b *builder) transpose(x string, order []int) string {
	for i, a := range order {
		if i != a {
			return b.node("Transpose", []string{x}, attr{"perm", slices.Clone(order)})
		}
	}
	return x
}

// turned is the name of a value with its axes in another order. A weight is
// written in that order.
func (b *builder) turned(v *ops.Value, order []int) string {
	d := b.leaves[v]
	if d == nil {
		return b.transpose(b.name(v), order)
	}
	return b.keep(fmt.Sprintf("turned%p%v", v, order), func() string {
		t := tensor.Transpose(d.Data, order...).Contiguous()
		return b.array(d.Label, t.Shape(), t.Data())
	})
}

// boolean is a tensor of 0 and other numbers as ONNX' truth.
func (b *builder) boolean(x string) string { return b.node("Cast", []string{x}, attr{"to", 9}) }

// number is a truth, or whole numbers, as floats.
func (b *builder) number(x string) string { return b.node("Cast", []string{x}, attr{"to", 1}) }

// ids is floats that are whole numbers as such.
func (b *builder) ids(x string) string { return b.node("Cast", []string{x}, attr{"to", 7}) }

// inputs names the operands of a step.
func (b *builder) inputs(d *ops.Description) []string {
	in := make([]string, len(d.In))
	for i, v := range d.In {
		in[i] = b.name(v)
	}
	return in
}
