package nn_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A model with two inputs: their sum is to be learnt.
func ExampleNewModel() {
	left, right := nn.NamedInput("left", nn.Shape{nn.Unknown, 1}), nn.NamedInput("right", nn.Shape{nn.Unknown, 1})
	both := nn.Apply(&layers.Concatenate{}, left, right)
	sum := nn.Apply(nn.Name("sum", &layers.Dense{Units: 1}), both)
	model := nn.NewModel([]*nn.Symbol{left, right}, []*nn.Symbol{sum})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	a, b := tensor.From([]float32{1, 0, 1, 0}, 4, 1), tensor.From([]float32{0, 1, 1, 0}, 4, 1)
	y := tensor.From([]float32{1, 1, 2, 0}, 4, 1)
	data := pipeline.ArraysN([]*tensor.Tensor{a, b}, []*tensor.Tensor{y}, nil, pipeline.ArraysConfig{})
	if _, err := model.Fit(context.Background(), data, nn.FitConfig{Epochs: 300}); err != nil {
		log.Fatal(err)
	}
	out, err := model.PredictOnBatch(tensor.From([]float32{2}, 1, 1), tensor.From([]float32{3}, 1, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("2 + 3 = %.2f\n", out[0].Data()[0])
	// Output: 2 + 3 = 5.00
}

func ExampleModel_Summary() {
	model := nn.NewSequential(nn.Input(28, 28, 1),
		&layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.MaxPooling2D{},
		&layers.Flatten{},
		&layers.Dense{Units: 10, Activation: activations.Softmax})
	var b strings.Builder
	if err := model.Summary(&b); err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// Model: "sequential"
	// _________________________________________________________________
	//  Layer (type)                Output Shape              Param #
	// =================================================================
	//  conv2d (Conv2D)             (None, 26, 26, 32)        320
	//
	//  max_pooling2d (MaxPooling2  (None, 13, 13, 32)        0
	//  D)
	//
	//  flatten (Flatten)           (None, 5408)              0
	//
	//  dense (Dense)               (None, 10)                54090
	//
	// =================================================================
	// Total params: 54410 (212.54 KB)
	// Trainable params: 54410 (212.54 KB)
	// Non-trainable params: 0 (0.00 Byte)
	// _________________________________________________________________
}

// A loss and a metric of one's own are functions of targets and predictions.
// The name is the one in logs and files.
func ExampleLossFunc() {
	logCosh := nn.LossFunc("log_cosh", func(y, p *ops.Value) *ops.Value {
		d := ops.Sub(p, y)
		return ops.Mean(ops.Sub(ops.Add(d, ops.Softplus(ops.MulScalar(d, -2))), ops.Scalar(0.6931472)), -1)
	})
	within := nn.MetricFunc("within_half", func(y, p *ops.Value) *ops.Value {
		return ops.Mean(ops.Less(ops.Abs(ops.Sub(p, y)), ops.Scalar(0.5)), -1)
	})
	model := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: logCosh, Metrics: []nn.Metric{within}}); err != nil {
		log.Fatal(err)
	}
	x, y := tensor.From([]float32{-1, 0, 1, 2}, 4, 1), tensor.From([]float32{-1, 1, 3, 5}, 4, 1)
	h, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Epochs: 200})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Names(), h.Last("within_half"))
	// Output: [loss within_half] 1
}

// Callbacks stop training in time, keep the best model and log to a file.
func ExampleCallback() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	model := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	x, y := tensor.From([]float32{-1, 0, 1}, 3, 1), tensor.From([]float32{-1, 1, 3}, 3, 1)
	h, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{
		Epochs: 100,
		Callbacks: []nn.Callback{
			&callbacks.EarlyStopping{Monitor: "loss", MinDelta: 1e-3, Patience: 2, Output: os.Stdout},
			&callbacks.ModelCheckpoint{Filepath: filepath.Join(dir, "best.npz"), Monitor: "loss", SaveBestOnly: true},
			&callbacks.CSVLogger{Filename: filepath.Join(dir, "log.csv")},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		fmt.Println(filepath.Base(f))
	}
	fmt.Println(len(h.Epoch) < 100, h.Last("loss") < 1e-2)
	// Output:
	// Epoch 7: early stopping
	// best.npz
	// log.csv
	// true true
}

// StopAt is a callback of one's own: it embeds NopCallback and overrides hooks.
type StopAt struct {
	nn.NopCallback
	Loss float64
}

func (s StopAt) OnEpochEnd(r *nn.Run, _ int, logs *nn.Logs) error {
	if logs.Get("loss") < s.Loss {
		r.Stop()
	}
	return nil
}

func ExampleNopCallback() {
	model := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	x, y := tensor.From([]float32{-1, 0, 1}, 3, 1), tensor.From([]float32{-1, 1, 3}, 3, 1)
	h, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Epochs: 100, Callbacks: []nn.Callback{StopAt{Loss: 0.1}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Last("loss") < 0.1, len(h.Epoch) < 100)
	// Output: true true
}

// What was trained is saved with its architecture, and loaded without code.
func Example_saving() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "model.npz")
	model := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 4, Activation: activations.ReLU}, &layers.Dense{Units: 2})
	if err := saving.Save(model, file); err != nil {
		log.Fatal(err)
	}
	loaded, err := saving.Load(file)
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.From([]float32{1, 2, 3}, 1, 3)
	before, err := model.PredictOnBatch(x)
	if err != nil {
		log.Fatal(err)
	}
	after, err := loaded.PredictOnBatch(x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(before[0].Data()[0] == after[0].Data()[0], before[0].Data()[1] == after[0].Data()[1])
	// Output: true true
}

// Class weights make rare classes count: without them the model would always
// answer 0 here.
func ExampleFitConfig_classWeight() {
	x := tensor.New(20, 1)
	y := tensor.New(20, 1)
	y.Data()[0], y.Data()[1] = 1, 1 // 2 of 20, and the input tells nothing
	model := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, Activation: activations.Sigmoid})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: losses.BinaryCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}); err != nil {
		log.Fatal(err)
	}
	_, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 20}), nn.FitConfig{
		Epochs:      500,
		ClassWeight: map[int]float64{0: 1, 1: 9},
	})
	if err != nil {
		log.Fatal(err)
	}
	p, err := model.PredictOnBatch(tensor.New(1, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", p[0].Data()[0])
	// Output: 0.50
}
