package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/benchmarks/internal/sides"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// ours is a case that is ready to run.
type ours struct {
	program *ops.Program
	grads   int
}

// A question tells the peers of a case.
type question struct {
	Class  string        `json:"class_name"`
	Config config.Object `json:"config"` // Keras'
	Input  []int         `json:"input"`  // shape
	Masked bool          `json:"masked"` // see testCase.mask
	Scale  float32       `json:"scale"`  // of the weights
}

func (c testCase) Name() string { return c.name }

func (c testCase) Prepare() (sides.Ours, any, error) {
	o, err := c.prepare()
	if err != nil {
		return nil, nil, err
	}
	settings, err := config.Encode(c.layer)
	return o, question{nn.ClassName(c.layer), settings, c.shape, c.masked, c.scale()}, err
}

// prepare compiles the step: output, then gradients of input and weights.
func (c testCase) prepare() (*ours, error) {
	symbols := []*nn.Symbol{nn.NamedInput("x", append(nn.Shape{nn.Unknown}, c.shape[1:]...))}
	if c.attends() {
		symbols = append(symbols, symbols[0])
	}
	if err := nn.Apply(c.layer, symbols...).Err(); err != nil {
		return nil, err
	}
	o := &ours{}
	// Variables, since a program copies its inputs and the peers copy nothing.
	data, ids := c.input()
	x := ops.Variable(data)
	in := []*ops.Value{x, x}[:len(symbols)]
	var masks []*ops.Value
	if c.masked {
		masks = append(masks, ops.Variable(c.mask()))
	}
	tr, err := nn.Trace(c.layer, true, in, masks)
	if err != nil {
		return nil, err
	}
	y := tr.Out[0]
	dy := ops.Variable(numbers(3, y.Shape()))
	var wrt []*ops.Value
	if !ids {
		wrt = append(wrt, x)
	}
	for i, w := range nn.BaseOf(c.layer).Weights() {
		first := numbers(7+i, w.Shape())
		for j := range first.Data() {
			first.Data()[j] *= c.scale()
		}
		if err := w.Set(first); err != nil {
			return nil, err
		}
		if w.Trainable() {
			wrt = append(wrt, tr.Variable(w))
		}
	}
	o.grads = len(wrt)
	o.program = ops.Compile(ops.Spec{Out: []*ops.Value{y}, Slab: ops.Gradients(ops.Mul(y, dy), wrt...), Assign: tr.Assign})
	return o, o.Step()
}

// Step is what is timed.
func (o *ours) Step() error { return o.program.Run(ops.State{}, nil) }

// numbers fills a tensor as peers.py does.
func numbers(first int, shape []int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data() {
		t.Data()[i] = float32((first+i)*31%101)/101 - 0.5
	}
	return t
}

// Differs says where sums of absolute values are not those of ours.
func (o *ours) Differs(got []float64) string {
	want := o.sums()
	if len(want) != len(got) {
		return fmt.Sprintf("%d sums, ours %d", len(got), len(want))
	}
	floor := 1e-6 * slices.Max(want) // a sum of rounding errors tells nothing
	for i, w := range want {
		if math.Abs(got[i]-w) > 1e-3*math.Abs(w)+floor {
			return fmt.Sprintf("sum %d is %g, ours %g", i, got[i], w)
		}
	}
	return ""
}

func (o *ours) sums() []float64 {
	sums := []float64{size(o.program.Out(0).Data())}
	for i := range o.grads {
		sums = append(sums, size(o.program.SlabPart(i)))
	}
	return sums
}

func size(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Abs(float64(v))
	}
	return sum
}
