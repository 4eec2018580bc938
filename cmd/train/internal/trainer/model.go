// Package trainer builds the model for a data set and trains it into a run
// directory.
package trainer

import (
	"fmt"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
)

// ImageModel is blocks of convolution and pooling, then dense layers. The
// larger ones normalize each block, without which few pictures of many pixels
// teach them little.
func ImageModel(s *settings.Settings, classes int) *nn.Model {
	channels := map[string]int{"grayscale": 1, "rgb": 3, "rgba": 4}[s.ColorMode]
	h, w := s.TargetSize[0], s.TargetSize[1]
	filters := map[string][]int{"small": {32, 64}, "medium": {16, 32, 64, 128}, "large": {32, 64, 128, 256}}[s.ModelSize]
	units := map[string]int{"small": 128, "medium": 128, "large": 256}[s.ModelSize]
	var ls []nn.Layer
	last := channels
	for _, f := range filters {
		c := &layers.Conv2D{Filters: f, KernelSize: [2]int{3, 3}, Padding: layers.Same, Activation: activations.ReLU}
		ls = append(ls, c)
		if s.ModelSize != "small" {
			c.Activation, c.UseBias = nil, new(false)
			// A short memory: runs on few pictures have few steps.
			ls = append(ls, &layers.BatchNormalization{Momentum: new(0.9)}, &layers.Activation{Activation: activations.ReLU})
		}
		last = f
		if min(h, w) >= 4 {
			ls = append(ls, &layers.MaxPooling2D{})
			h, w = h/2, w/2
		}
	}
	if h*w*last <= 8192 {
		ls = append(ls, &layers.Flatten{})
	} else {
		ls = append(ls, &layers.GlobalAveragePooling2D{})
	}
	ls = append(ls, &layers.Dense{Units: units, Activation: activations.ReLU})
	if s.Dropout > 0 {
		ls = append(ls, &layers.Dropout{Rate: s.Dropout})
	}
	ls = append(ls, &layers.Dense{Units: classes, Activation: activations.Softmax})
	return nn.NewSequential(nn.Input(s.TargetSize[0], s.TargetSize[1], channels), ls...)
}

// TextModel is an embedding that knows padding, an LSTM and a softmax.
func TextModel(s *settings.Settings, inputDim, classes int) *nn.Model {
	dim := map[string]int{"small": 32, "medium": 64, "large": 128}[s.ModelSize]
	ls := []nn.Layer{&layers.Embedding{InputDim: inputDim, OutputDim: dim, MaskZero: true}}
	if s.Dropout > 0 {
		ls = append(ls, &layers.Dropout{Rate: s.Dropout})
	}
	ls = append(ls, &layers.LSTM{Units: dim})
	if s.Dropout > 0 {
		ls = append(ls, &layers.Dropout{Rate: s.Dropout})
	}
	ls = append(ls, &layers.Dense{Units: classes, Activation: activations.Softmax})
	return nn.NewSequential(nn.Input(s.MaxLen), ls...)
}

// TagModel is an embedding that knows padding, an LSTM in both directions and a
// softmax for each word. It reads sentences of any length.
func TagModel(s *settings.Settings, inputDim, tags int) *nn.Model {
	dim := map[string]int{"small": 32, "medium": 64, "large": 128}[s.ModelSize]
	ls := []nn.Layer{&layers.Embedding{InputDim: inputDim, OutputDim: dim, MaskZero: true}}
	if s.Dropout > 0 {
		ls = append(ls, &layers.Dropout{Rate: s.Dropout})
	}
	ls = append(ls, &layers.Bidirectional{Layer: &layers.LSTM{Units: dim, ReturnSequences: true}})
	if s.Dropout > 0 {
		ls = append(ls, &layers.Dropout{Rate: s.Dropout})
	}
	ls = append(ls, &layers.TimeDistributed{Layer: &layers.Dense{Units: tags, Activation: activations.Softmax}})
	return nn.NewSequential(nn.Input(nn.Unknown), ls...)
}

// WordModel says how likely a word stands near another: the sigmoid of the dot
// product of their vectors, which come from two tables. The first table holds
// the vectors that are wanted (Mikolov et al., 2013, arXiv 1310.4546).
func WordModel(s *settings.Settings, inputDim int) *nn.Model {
	word, near := nn.Input(1), nn.Input(1)
	vector := func(name string, id *nn.Symbol) *nn.Symbol {
		e := nn.Name(name, &layers.Embedding{InputDim: inputDim, OutputDim: s.VectorSize})
		return nn.Apply(&layers.Flatten{}, nn.Apply(e, id))
	}
	dot := nn.Apply(&layers.Dot{Axes: [2]int{1, 1}}, vector(WordLayer, word), vector("near", near))
	return nn.NewModel([]*nn.Symbol{word, near}, []*nn.Symbol{nn.Apply(&layers.Activation{Activation: activations.Sigmoid}, dot)})
}

// WordLayer is the name of the layer whose table is the words' vectors.
const WordLayer = "word"

// Config is how a model is compiled: optimizer, loss and accuracy.
func Config(s *settings.Settings, loss nn.Loss) nn.CompileConfig {
	return nn.CompileConfig{Optimizer: Optimizer(s), Loss: loss, Metrics: []nn.Metric{metrics.Accuracy{}}, Seed: s.Seed}
}

// Optimizer is the one that the settings name.
func Optimizer(s *settings.Settings) nn.Optimizer {
	rate, clip := s.LearningRate, s.Clipnorm
	switch s.Optimizer {
	case "sgd":
		return &optimizers.SGD{LearningRate: rate, Momentum: 0.9, Clipnorm: clip}
	case "rmsprop":
		return &optimizers.RMSprop{LearningRate: rate, Clipnorm: clip}
	case "adamw":
		return &optimizers.AdamW{LearningRate: rate, Clipnorm: clip}
	case "nadam":
		return &optimizers.Nadam{LearningRate: rate, Clipnorm: clip}
	case "adamax":
		return &optimizers.Adamax{LearningRate: rate, Clipnorm: clip}
	case "adagrad":
		return &optimizers.Adagrad{LearningRate: rate, Clipnorm: clip}
	case "adadelta":
		return &optimizers.Adadelta{LearningRate: rate, Clipnorm: clip}
	case "adafactor":
		return &optimizers.Adafactor{LearningRate: rate, Clipnorm: clip}
	case "ftrl":
		return &optimizers.Ftrl{LearningRate: rate, Clipnorm: clip}
	case "lion":
		return &optimizers.Lion{LearningRate: rate, Clipnorm: clip}
	}
	return &optimizers.Adam{LearningRate: rate, Clipnorm: clip}
}

// Describe is the model in one line: conv 32 → pool → …
func Describe(m *nn.Model) string {
	var parts []string
	for _, l := range m.Layers() {
		switch l := l.(type) {
		case *layers.Conv2D:
			parts = append(parts, fmt.Sprintf("conv %d", l.Filters))
		case *layers.MaxPooling2D:
			parts = append(parts, "pool")
		case *layers.GlobalAveragePooling2D:
			parts = append(parts, "mean")
		case *layers.Flatten, *layers.Activation, *nn.InputLayer:
		case *layers.BatchNormalization:
			parts[len(parts)-1] += " bn"
		case *layers.Embedding:
			parts = append(parts, fmt.Sprintf("embedding %s×%d", cli.Count(l.InputDim), l.OutputDim))
		case *layers.LSTM:
			parts = append(parts, fmt.Sprintf("LSTM %d", l.Units))
		case *layers.Dropout:
			parts = append(parts, fmt.Sprintf("dropout %g", l.Rate))
		case *layers.Dense:
			parts = append(parts, fmt.Sprintf("dense %d", l.Units))
		default:
			parts = append(parts, nn.ClassName(l))
		}
	}
	return strings.Join(parts, " → ")
}
