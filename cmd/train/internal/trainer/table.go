package trainer

import (
	"fmt"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
)

// A TableShape is what a model of a table's rows reads and says.
type TableShape struct {
	Features int      // plain numbers
	Embedded []Vector // inputs of categories
	Classes  int      // 0: it says a number
	Mean     float64  // of that number
	Std      float64
	Packed   bool // one input: features, then a place for each embedded column
}

// A Vector is an embedded column.
type Vector struct {
	Name       string
	Categories int // without the unknown one
	Size       int
}

// TableModel is dense layers over numbers and embeddings. Two classes are the
// sigmoid of one output, more a softmax; a number is scaled to the unit of the
// target, so that errors are in that unit too.
func TableModel(s *settings.Settings, t TableShape) *nn.Model {
	inputs, parts := tableInputs(t)
	x := parts[0]
	if len(parts) > 1 {
		x = nn.Apply(&layers.Concatenate{}, parts...)
	}
	for _, units := range map[string][]int{"small": {64, 32}, "medium": {128, 64}, "large": {256, 128, 64}}[s.ModelSize] {
		d := &layers.Dense{Units: units, Activation: activations.ReLU}
		if s.ModelSize == "small" {
			x = nn.Apply(d, x)
		} else {
			d.Activation, d.UseBias = nil, new(false)
			x = nn.Apply(&layers.BatchNormalization{Momentum: new(0.9)}, nn.Apply(d, x))
			x = nn.Apply(&layers.Activation{Activation: activations.ReLU}, x)
		}
		if s.Dropout > 0 {
			x = nn.Apply(&layers.Dropout{Rate: s.Dropout}, x)
		}
	}
	switch {
	case t.Classes == 0:
		x = nn.Apply(&layers.Dense{Units: 1}, x)
		x = nn.Apply(nn.Name("prediction", &layers.Rescaling{Scale: []float64{t.Std}, Offset: []float64{t.Mean}}), x)
	case t.Classes == 2:
		x = nn.Apply(nn.Name("prediction", &layers.Dense{Units: 1, Activation: activations.Sigmoid}), x)
	default:
		x = nn.Apply(nn.Name("prediction", &layers.Dense{Units: t.Classes, Activation: activations.Softmax}), x)
	}
	return nn.NewModel(inputs, []*nn.Symbol{x})
}

// tableInputs are the model's inputs, and what the first dense layer reads.
func tableInputs(t TableShape) (inputs, parts []*nn.Symbol) {
	var packed *nn.Symbol
	width := t.Features + len(t.Embedded)
	if t.Packed {
		in := nn.Input(width)
		inputs, packed = []*nn.Symbol{in}, nn.Apply(&layers.Reshape{TargetShape: []int{width, 1}}, in)
	}
	// part is the columns lo … hi-1 of the rows.
	part := func(lo, hi int) *nn.Symbol {
		if packed == nil {
			in := nn.Input(hi - lo)
			inputs = append(inputs, in)
			return in
		}
		return nn.Apply(&layers.Flatten{}, nn.Apply(&layers.Cropping1D{Cropping: &[2]int{lo, width - hi}}, packed))
	}
	if t.Features > 0 {
		parts = append(parts, part(0, t.Features))
	}
	for i, v := range t.Embedded {
		id := part(t.Features+i, t.Features+i+1)
		e := nn.Name(fmt.Sprintf("vector_%d", i+1), &layers.Embedding{InputDim: v.Categories + 1, OutputDim: v.Size})
		parts = append(parts, nn.Apply(&layers.Flatten{}, nn.Apply(e, id)))
	}
	return inputs, parts
}

// TableConfig is how such a model, ours or another, is compiled. The loss of a number is divided
// by the target's variance, so that it does not depend on the unit: 1 is that
// of always answering the mean.
func TableConfig(s *settings.Settings, t TableShape, m *nn.Model) nn.CompileConfig {
	c := nn.CompileConfig{Optimizer: Optimizer(s), Seed: s.Seed}
	switch {
	case t.Classes == 0:
		c.Outputs = map[string]nn.OutputConfig{m.OutputNames()[0]: {
			Loss: losses.MeanSquaredError{}, Weight: new(1 / (t.Std * t.Std)),
			Metrics: []nn.Metric{metrics.MeanAbsoluteError{}, &metrics.R2Score{}},
		}}
	case m.OutputShapes()[0].Last() == 1:
		c.Loss, c.Metrics = &losses.BinaryCrossentropy{}, []nn.Metric{metrics.Accuracy{}, &metrics.AUC{}}
	default:
		c.Loss, c.Metrics = &losses.SparseCategoricalCrossentropy{}, []nn.Metric{metrics.Accuracy{}}
	}
	return c
}

// DescribeTable is the layers of such a model that follow its inputs, in one
// line.
func DescribeTable(m *nn.Model) string {
	var parts []string
	for _, l := range m.Layers() {
		switch l := l.(type) {
		case *layers.Dense:
			parts = append(parts, fmt.Sprintf("dense %d", l.Units))
		case *layers.BatchNormalization:
			parts[len(parts)-1] += " bn"
		case *layers.Dropout:
			parts = append(parts, fmt.Sprintf("dropout %g", l.Rate))
		}
	}
	return strings.Join(parts, " → ")
}
