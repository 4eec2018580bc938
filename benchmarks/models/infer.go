package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/benchmarks/internal/sides"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/onnx"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// An inferCase is a model that predicts batches of one size.
type inferCase struct {
	name  string
	model func() *nn.Model
	batch int
}

var inferCases = []inferCase{
	{"MobileNetV2, batch 1", mobilenetV2, 1},
	{"MobileNetV2, batch 16", mobilenetV2, 16},
	{"ResNet50, batch 1", resnet50, 1},
	{"ResNet50, batch 16", resnet50, 16},
}

// An inferQuestion tells the peers of a case.
type inferQuestion struct {
	Name    string          `json:"name"`
	Infer   bool            `json:"infer"`
	Model   json.RawMessage `json:"model"`
	ONNX    string          `json:"onnx"` // a file with the model and its weights
	Weights []weight        `json:"weights"`
	Input   data            `json:"input"`
}

type predictor struct {
	model *nn.Model
	x     *tensor.Tensor
	y     []float32
}

func (c inferCase) Name() string { return c.name }

func (c inferCase) Prepare() (sides.Ours, any, error) {
	o := &predictor{model: c.model()}
	if err := o.model.Err(); err != nil {
		return nil, nil, err
	}
	q := inferQuestion{Name: c.name, Infer: true, Input: data{Shape: []int{c.batch, 224, 224, 3}}}
	for name, w := range o.model.NamedWeights() {
		spec := weight{Name: name, Shape: w.Shape()}
		if err := w.Set(spec.trained(len(q.Weights))); err != nil {
			return nil, nil, err
		}
		q.Weights = append(q.Weights, spec)
	}
	var err error
	if q.Model, err = saving.ToJSON(o.model); err != nil {
		return nil, nil, err
	}
	word, _, _ := strings.Cut(c.name, ",")
	q.ONNX = filepath.Join(os.TempDir(), "antler-benchmark-"+word+".onnx")
	if err := onnx.Save(o.model, q.ONNX, onnx.Config{}); err != nil {
		return nil, nil, err
	}
	o.x = q.Input.tensor(1000)
	return o, q, o.Step()
}

// trained are values that a weight may have after training, as peers.py makes
// them: those of a normalisation are near 1 and 0, but none of them is.
func (w weight) trained(number int) *tensor.Tensor {
	t := w.first(number)
	kind := w.Name[strings.LastIndexByte(w.Name, '/')+1:]
	base, span := float32(0), float32(0)
	switch kind {
	case "gamma", "moving_variance":
		base, span = 1, 0.4
	case "beta", "moving_mean", "bias":
		span = 0.2
	default:
		return t
	}
	for i := range t.Data() {
		t.Data()[i] = base + (float32(mix(number, i))/(1<<24)-0.5)*span
	}
	return t
}

// Step is one batch.
func (o *predictor) Step() error {
	y, err := o.model.PredictOnBatch(o.x)
	if err == nil {
		o.y = y[0].Data()
	}
	return err
}

// Differs compares the probabilities of the last picture.
func (o *predictor) Differs(got []float64) string {
	last := o.y[len(o.y)-1000:]
	if len(got) != len(last) {
		return fmt.Sprintf("%d classes, ours %d", len(got), len(last))
	}
	worst := 0.0
	for i, p := range last {
		worst = max(worst, math.Abs(got[i]-float64(p)))
	}
	if worst > 1e-5 {
		return fmt.Sprintf("probabilities differ by %g", worst)
	}
	return ""
}
