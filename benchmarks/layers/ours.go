package main

import (
	"math"
	"time"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// ours is a case that is ready to run.
type ours struct {
	config  config.Object
	program *ops.Program
	grads   int
}

func (c testCase) class() string { return nn.ClassName(c.layer) }

// prepare compiles the step: output, then gradients of input and weights.
func (c testCase) prepare() (*ours, error) {
	symbols := []*nn.Symbol{nn.NamedInput("x", append(nn.Shape{nn.Unknown}, c.shape[1:]...))}
	if c.attends() {
		symbols = append(symbols, symbols[0])
	}
	if err := nn.Apply(c.layer, symbols...).Err(); err != nil {
		return nil, err
	}
	settings, err := config.Encode(c.layer)
	if err != nil {
		return nil, err
	}
	o := &ours{config: settings}
	// Variables, since a program copies its inputs and the peers copy nothing.
	data, ids := c.input()
	x := ops.Variable(data)
	in := []*ops.Value{x, x}[:len(symbols)]
	tr, err := nn.Trace(c.layer, true, in, nil)
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
		if err := w.Set(numbers(7+i, w.Shape())); err != nil {
			return nil, err
		}
		if w.Trainable() {
			wrt = append(wrt, tr.Variable(w))
		}
	}
	o.grads = len(wrt)
	o.program = ops.Compile(ops.Spec{Out: []*ops.Value{y}, Slab: ops.Gradients(ops.Mul(y, dy), wrt...), Assign: tr.Assign})
	return o, o.step()
}

func (o *ours) step() error { return o.program.Run(ops.State{}, nil) }

// numbers fills a tensor as peers.py does.
func numbers(first int, shape []int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data() {
		t.Data()[i] = float32((first+i)*31%101)/101 - 0.5
	}
	return t
}

// sums are what the peers' are compared with.
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

// turn runs steps for some seconds and returns the time of one.
func (o *ours) turn(seconds float64) float64 {
	least := time.Duration(seconds * float64(time.Second))
	var each []float64
	for begin := time.Now(); time.Since(begin) < least || len(each) < 3; {
		t := time.Now()
		if err := o.step(); err != nil {
			panic(err)
		}
		each = append(each, time.Since(t).Seconds())
	}
	return median(each)
}
