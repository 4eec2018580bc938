package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/antler-ml/antler/benchmarks/internal/sides"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A question tells the peers of a case.
type question struct {
	Name    string          `json:"name"`
	Model   json.RawMessage `json:"model"` // Keras' architecture
	Weights []weight        `json:"weights"`
	Inputs  []data          `json:"inputs"`
	Target  data            `json:"target"`
	Loss    string          `json:"loss"`
	SGD     bool            `json:"sgd"`
}

// A weight is one in Keras' order: its name has that of its layer, or those of
// layers in layers, in front.
type weight struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Ones  bool   `json:"ones"` // a scale
}

type ours struct {
	model  *nn.Model
	batch  pipeline.Batch
	losses []float64 // of the first steps
}

func (c testCase) Name() string { return c.name }

func (c testCase) Prepare() (sides.Ours, any, error) {
	o := &ours{model: c.model()}
	if err := o.model.Err(); err != nil {
		return nil, nil, err
	}
	q := question{Name: c.name, Inputs: c.inputs, Target: c.target, Loss: c.loss, SGD: c.sgd}
	for name, w := range o.model.NamedWeights() {
		kind := name[strings.LastIndexByte(name, '/')+1:]
		spec := weight{name, w.Shape(), kind == "gamma" || kind == "moving_variance"}
		if err := w.Set(spec.first(len(q.Weights))); err != nil {
			return nil, nil, err
		}
		q.Weights = append(q.Weights, spec)
	}
	var err error
	if q.Model, err = saving.ToJSON(o.model); err != nil {
		return nil, nil, err
	}
	settings := nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: &losses.BinaryCrossentropy{}}
	if c.sgd {
		settings.Optimizer = &optimizers.SGD{LearningRate: 0.01, Momentum: 0.9}
	}
	if c.loss == classes {
		settings.Loss = &losses.SparseCategoricalCrossentropy{}
	}
	if err := o.model.Compile(settings); err != nil {
		return nil, nil, err
	}
	for i, d := range c.inputs {
		o.batch.X = append(o.batch.X, d.tensor(1000+i))
	}
	o.batch.Y = []*tensor.Tensor{c.target.tensor(2000)}
	for range 3 {
		if err := o.Step(); err != nil {
			return nil, nil, err
		}
	}
	return o, q, nil
}

// Step is one batch.
func (o *ours) Step() error {
	logs, err := o.model.TrainOnBatch(o.batch)
	if err == nil && len(o.losses) < 3 {
		o.losses = append(o.losses, logs.Get("loss"))
	}
	return err
}

// Differs compares losses. Steps after the first may drift apart by how
// optimizers round and by what they add to a root.
func (o *ours) Differs(got []float64) string {
	for i, want := range o.losses {
		if math.Abs(got[i]-want) > []float64{2e-5, 5e-3, 2e-2}[i]*want {
			return fmt.Sprintf("losses %v, ours %v", got, o.losses)
		}
	}
	return ""
}

// mix is a number of 24 bits for each place of a tensor: murmur3's last steps.
func mix(tensor, i int) uint32 {
	h := uint32(i)*0x9e3779b1 + uint32(tensor)*0x85ebca6b
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return (h ^ h>>16) >> 8
}

func (d data) tensor(number int) *tensor.Tensor {
	t := tensor.New(d.Shape...)
	for i := range t.Data() {
		m := mix(number, i)
		if d.Below > 0 {
			t.Data()[i] = float32(int(m) % d.Below)
		} else {
			t.Data()[i] = float32(m)/(1<<24) - 0.5
		}
	}
	return t
}

// first are the values a weight begins with, as peers.py makes them: uniform
// with a variance of 1 by the number of inputs; 1 for scales, 0 for what is added.
func (w weight) first(number int) *tensor.Tensor {
	t := tensor.New(w.Shape...)
	x := t.Data()
	scale := float32(0)
	if len(w.Shape) > 1 {
		scale = float32(2 * math.Sqrt(3/float64(t.Len()/w.Shape[len(w.Shape)-1])))
	}
	for i := range x {
		x[i] = (float32(mix(number, i))/(1<<24) - 0.5) * scale
		if w.Ones {
			x[i] = 1
		}
	}
	return t
}
