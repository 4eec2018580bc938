package nn_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Scale is a layer of one's own: settings are exported fields, Build makes the
// weights, Call describes the result. Gradients and shapes follow from Call;
// files know the layer by its registered name.
type Scale struct {
	nn.Base
	Initial float64 `default:"1"`
	factor  *nn.Weight
}

func init() { nn.Register[Scale]() }

func (l *Scale) Build(b *nn.Build, in ...nn.Shape) error {
	l.factor = b.Weight(nn.WeightSpec{Name: "factor", Shape: nn.Shape{in[0].Last()}, Initializer: fill{l.Initial}})
	return nil
}

func (l *Scale) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Mul(in[0], c.Read(l.factor))
}

func (l *Scale) SupportsMasking() {}

// fill is an initializer of one's own; with exported fields it could be saved.
type fill struct{ value float64 }

func (f fill) Init(dst []float32, _ nn.Shape, _ *rand.Rand) {
	for i := range dst {
		dst[i] = float32(f.value)
	}
}

func ExampleLayer() {
	model := nn.NewSequential(nn.Input(2), &Scale{Initial: 3})
	fmt.Println(throughFile(model).PredictOnBatch(tensor.From([]float32{1, 2}, 1, 2)))
	// Output: [[[3. 6.]]] <nil>
}

// throughFile saves a model and loads it again.
func throughFile(m *nn.Model) *nn.Model {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "model.npz")
	if err := saving.Save(m, file); err != nil {
		log.Fatal(err)
	}
	loaded, err := saving.Load(file)
	if err != nil {
		log.Fatal(err)
	}
	return loaded
}

// Counter is a layer with a state: it adds up what it has seen, from batch to
// batch, until ResetStates.
type Counter struct {
	nn.Base
	sum *nn.Weight
}

func init() { nn.Register[Counter]() }

func (l *Counter) Build(b *nn.Build, in ...nn.Shape) error {
	l.sum = b.Weight(nn.WeightSpec{Name: "sum", Shape: nn.Shape{in[0].Last()}, State: true})
	return nil
}

func (l *Counter) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	sum := ops.Add(c.Read(l.sum), ops.Sum(in[0], 0))
	c.Assign(l.sum, sum)
	return ops.BroadcastTo(sum, in[0].Shape()...)
}

func ExampleCall_Assign() {
	model := nn.NewSequential(nn.Input(1), &Counter{})
	for range 3 {
		out, err := model.PredictOnBatch(tensor.From([]float32{1, 2}, 2, 1))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(out[0].Data()[0], " ")
	}
	model.ResetStates()
	fmt.Println(model.PredictOnBatch(tensor.From([]float32{5}, 1, 1)))
	// Output: 3 6 9 [[[5.]]] <nil>
}

// Bottleneck adds a loss of its own: how far its output is from zero.
type Bottleneck struct {
	nn.Base
	Weight float64
}

func init() { nn.Register[Bottleneck]() }

func (l *Bottleneck) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	far := ops.Mean(ops.Square(in[0]))
	c.AddLoss(ops.MulScalar(far, float32(l.Weight)))
	c.AddMetric("far", far)
	return in[0]
}

func ExampleCall_AddLoss() {
	model := nn.NewSequential(nn.Input(1), &Bottleneck{Weight: 10})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	x := tensor.From([]float32{1, 3}, 2, 1)
	logs, err := model.TestOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{x}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(logs.Get("loss"), logs.Get("far"))
	// Output: 50 5
}

// Block is a layer made of layers: what Keras does by subclassing Model. The
// layers inside are built when Call reaches them, and trained and saved with the
// block.
type Block struct {
	nn.Base
	Inside nn.Layer
	Norm   nn.Layer
}

func init() { nn.Register[Block]() }

func (b *Block) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Add(in[0], c.Sub(b.Norm, c.Sub(b.Inside, in[0])))
}

func ExampleCall_Sub() {
	block := &Block{Inside: &layers.Dense{Units: 3, Activation: activations.ReLU}, Norm: &layers.BatchNormalization{}}
	model := throughFile(nn.NewSequential(nn.Input(3), block, &layers.Dense{Units: 1}))
	for path, w := range model.NamedWeights() {
		fmt.Println(path, w.Shape())
	}
	// Output:
	// block/inside/kernel (3, 3)
	// block/inside/bias (3,)
	// block/norm/gamma (3,)
	// block/norm/beta (3,)
	// block/norm/moving_mean (3,)
	// block/norm/moving_variance (3,)
	// dense/kernel (3, 1)
	// dense/bias (1,)
}

// Functions with a name: each is registered, so that files may name it.
var (
	snake = activations.Func("snake", func(x *ops.Value) *ops.Value {
		return ops.Add(x, ops.Square(ops.Tanh(x)))
	})
	diagonal = nn.InitializerFunc("diagonal", func(dst []float32, s nn.Shape, _ *rand.Rand) {
		for i := 0; i < len(dst); i += s.Last() + 1 {
			dst[i] = 2
		}
	})
	smooth = nn.RegularizerFunc("smooth", func(w *ops.Value) *ops.Value {
		return ops.MulScalar(ops.Sum(ops.Square(w)), 0.5)
	})
	unitSum = nn.ConstraintFunc("unit_sum", func(w []float32, _ nn.Shape) {
		sum := float32(0)
		for _, x := range w {
			sum += x
		}
		for i := range w {
			w[i] /= sum
		}
	})
)

func init() {
	nn.Alias(snake, "snake")
	nn.Alias(diagonal, "diagonal")
	nn.Alias(smooth, "smooth")
	nn.Alias(unitSum, "unit_sum")
}

func ExampleInitializerFunc() {
	model := throughFile(nn.NewSequential(nn.Input(2), &layers.Dense{Units: 2, KernelInitializer: diagonal}))
	fmt.Println(model.GetWeights()[0])
	// Output:
	// [[2. 0.]
	//  [0. 2.]]
}

func ExampleRegularizerFunc() {
	model := throughFile(nn.NewSequential(nn.Input(2), &layers.Dense{Units: 2, KernelInitializer: diagonal, KernelRegularizer: smooth}))
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	x := tensor.New(1, 2)
	logs, err := model.TestOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{x}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(logs.Get("loss")) // (2² + 2²)/2
	// Output: 4
}

func ExampleConstraintFunc() {
	model := throughFile(nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1, UseBias: new(false), KernelConstraint: unitSum}))
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
		log.Fatal(err)
	}
	x, y := tensor.From([]float32{1, 2, 3, 1}, 2, 2), tensor.From([]float32{1, 2}, 2, 1)
	if _, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Epochs: 3}); err != nil {
		log.Fatal(err)
	}
	w := model.GetWeights()[0].Data()
	fmt.Printf("%.3f\n", w[0]+w[1])
	// Output: 1.000
}

func ExampleAlias() {
	model := throughFile(nn.NewSequential(nn.Input(1), &layers.Activation{Activation: snake}))
	out, err := model.PredictOnBatch(tensor.From([]float32{1}, 1, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", out[0].Data()[0]) // 1 + tanh(1)²
	// Output: 1.5800
}

// A model copies itself, layer by layer; here its activations are exchanged.
func ExampleCloneModel() {
	model := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 2, Activation: activations.ReLU}, &layers.Dense{Units: 1})
	copied, err := nn.CloneModel(model, nn.CloneConfig{Layer: func(l nn.Layer) (nn.Layer, error) {
		d, err := nn.CloneLayer(l)
		if x, ok := d.(*layers.Dense); ok && x.Activation == activations.ReLU {
			x.Activation = activations.Tanh
		}
		return d, err
	}})
	if err != nil {
		log.Fatal(err)
	}
	text, err := saving.Config(copied.Layers()[0])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text[:88]))
	// Output: {"name":"dense","trainable":true,"dtype":"float32","units":2,"activation":"tanh","use_bi
}

// A part of a trained model is a model, too: here everything up to the layer
// "features".
func ExampleModel_Layer() {
	model := nn.NewSequential(nn.Input(4), nn.Name("features", &layers.Dense{Units: 3}), &layers.Dense{Units: 1})
	l, err := model.Layer("features")
	if err != nil {
		log.Fatal(err)
	}
	features := nn.NewModel(model.Inputs(), []*nn.Symbol{nn.BaseOf(l).Output()})
	fmt.Println(features.OutputShapes(), features.Err())
	// Output: [(None, 3)] <nil>
}

// Nonzero is a layer that makes a mask: steps of zeros do not count. It states
// its shape, though it need not.
type Nonzero struct{ nn.Base }

func init() { nn.Register[Nonzero]() }

func (*Nonzero) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

func (*Nonzero) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

func (*Nonzero) ComputeMask(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Max(ops.NotEqual(in[0], ops.Scalar(0)), -1)
}

// Total is a layer that uses the mask up: it counts the steps.
type Total struct{ nn.Base }

func init() { nn.Register[Total]() }

func (*Total) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	mask := c.Mask(0)
	if mask == nil {
		mask = ops.BroadcastTo(ops.Scalar(1), in[0].Shape()[:2]...)
	}
	return ops.SumKeep(mask, -1)
}

func (*Total) ComputeMask(*nn.Call, ...*ops.Value) *ops.Value { return nil }

func ExampleMasker() {
	model := nn.NewSequential(nn.Input(nn.Unknown, 2), &Nonzero{}, &Total{})
	fmt.Println(model.PredictOnBatch(tensor.From([]float32{1, 2, 0, 0, 0, 3}, 1, 3, 2)))
	// Output: [[[2.]]] <nil>
}

// A trained model becomes the first part of another one, and stays as it is:
// frozen, its batch normalisation not learning. Keras: base(x, training=False).
func ExampleApplyTraining() {
	base := nn.Name("base", nn.NewSequential(nn.Input(4), &layers.Dense{Units: 8}, &layers.BatchNormalization{}))
	x := nn.Input(4)
	features := nn.ApplyTraining(false, nn.Freeze(base), x)
	model := nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{nn.Apply(&layers.Dense{Units: 1}, features[0])})
	fmt.Println(len(model.TrainableWeights()), "weights learn,", len(model.NonTrainableWeights()), "do not", model.Err())
	// Output: 2 weights learn, 6 do not <nil>
}
