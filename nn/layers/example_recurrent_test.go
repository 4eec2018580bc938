package layers_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// LeakyCell is a cell of one's own: h' = Decay·h + (1-Decay)·tanh(x·W). Call
// says what a step computes; gradient, masks, states and files follow from that.
type LeakyCell struct {
	nn.Base
	Units  int
	Decay  float64 `default:"0.5"`
	kernel *nn.Weight
}

func (l *LeakyCell) StateShapes() []nn.Shape { return []nn.Shape{{l.Units}} }

func (l *LeakyCell) Build(b *nn.Build, in ...nn.Shape) error {
	l.kernel = b.Weight(nn.WeightSpec{Name: "kernel", Shape: nn.Shape{in[0].Last(), l.Units}, Initializer: initializers.Ones{}})
	return nil
}

func (l *LeakyCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x, h := in[0], in[1]
	new := ops.Tanh(ops.MatMul(x, c.Read(l.kernel)))
	return ops.Add(ops.MulScalar(h, float32(l.Decay)), ops.MulScalar(new, float32(1-l.Decay)))
}

// A cell of one's own, in an RNN, to a file and back by its registered name.
func ExampleRNN() {
	nn.Register[LeakyCell]() // in a program: from init
	model := nn.NewSequential(nn.Input(nn.Unknown, 2),
		&layers.RNN{Cell: &LeakyCell{Units: 1}, ReturnSequences: true})

	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "leaky.npz")
	if err := saving.Save(model, file); err != nil {
		log.Fatal(err)
	}
	loaded, err := saving.Load(file)
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.From([]float32{9, 9, 0, 0, 0, 0}, 1, 3, 2)
	out, err := loaded.PredictOnBatch(x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out[0].Data())
	// Output:
	// [0.5 0.25 0.125]
}

// Tags for the words of a sentence: each sees what comes before and after it.
func ExampleBidirectional() {
	model := nn.NewSequential(nn.Input(nn.Unknown),
		&layers.Embedding{InputDim: 1000, OutputDim: 32, MaskZero: true},
		&layers.Bidirectional{Layer: &layers.LSTM{Units: 16, ReturnSequences: true}},
		&layers.TimeDistributed{Layer: &layers.Dense{Units: 5, Activation: activations.Softmax}},
	)
	if err := model.Err(); err != nil {
		log.Fatal(err)
	}
	for _, l := range model.Layers() {
		fmt.Println(nn.BaseOf(l).Name(), nn.BaseOf(l).OutputAt(0).Shape())
	}
	// Output:
	// embedding (None, None, 32)
	// bidirectional (None, None, 32)
	// time_distributed (None, None, 5)
}

// A small network for images looks at each picture of a film.
func ExampleTimeDistributed() {
	picture := nn.NewSequential(nn.Input(32, 32, 3),
		&layers.Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.GlobalAveragePooling2D{})
	film := nn.Input(10, 32, 32, 3)
	features := nn.Apply(&layers.TimeDistributed{Layer: picture}, film)
	fmt.Println(features.Shape())
	fmt.Println(nn.Apply(&layers.GRU{Units: 4}, features).Shape())
	// Output:
	// (None, 10, 8)
	// (None, 4)
}

// The next frame of a film from the frames before.
func ExampleConvLSTM2D() {
	x := nn.Input(nn.Unknown, 40, 40, 1)
	y := nn.Apply(&layers.ConvLSTM2D{Filters: 16, KernelSize: [2]int{3, 3}, Padding: layers.Same}, x)
	fmt.Println(nn.Apply(&layers.Conv2D{Filters: 1, KernelSize: [2]int{3, 3}, Padding: layers.Same}, y).Shape())
	// Output:
	// (None, 40, 40, 1)
}
