package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A loss and a metric of one's own that files know by name.
var (
	quartic = nn.LossFunc("quartic", func(y, p *ops.Value) *ops.Value {
		return ops.Mean(ops.Square(ops.Square(ops.Sub(p, y))), -1)
	})
	largest = nn.MetricFunc("largest_error", func(y, p *ops.Value) *ops.Value {
		return ops.Max(ops.Abs(ops.Sub(p, y)), -1)
	})
)

// Lopsided is a loss with a setting: predictions that are too low cost more.
type Lopsided struct {
	Low float64 `default:"2"`
}

func (l Lopsided) Loss(y, p *ops.Value) *ops.Value {
	d := ops.Sub(y, p)
	return ops.Mean(ops.Maximum(ops.MulScalar(d, float32(l.Low)), ops.Neg(d)), -1)
}

// Within is a metric with a setting: the share of predictions that are near.
type Within struct {
	Distance float64 `default:"0.5"`
}

func (Within) Name() string { return "within" }

func (m Within) Update(y, p, weight *ops.Value) *ops.Value {
	near := ops.Less(ops.Abs(ops.Sub(p, y)), ops.Scalar(float32(m.Distance)))
	return nn.WeightedSum(ops.Mean(near, -1), weight)
}

func (Within) Result(sums []float64) float64 { return nn.Ratio(sums) }

func init() {
	nn.Alias(quartic, "quartic")
	nn.Alias(largest, "largest_error")
	nn.Register[Lopsided]()
	nn.Register[Within]()
}

// trained compiles a model, and saves and loads it with what it is trained for.
func trained(loss nn.Loss, metric nn.Metric, file string) *nn.Model {
	m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, KernelInitializer: diagonal})
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: loss, Metrics: []nn.Metric{metric}}); err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file = filepath.Join(dir, file)
	if err := saving.Save(m, file); err != nil {
		log.Fatal(err)
	}
	if m, err = saving.Load(file); err != nil {
		log.Fatal(err)
	}
	return m
}

// tested says what a model makes of two samples: it predicts 2 and 4, wanted are 1 and 6.
func tested(m *nn.Model) nn.Logs {
	x, y := tensor.From([]float32{1, 2}, 2, 1), tensor.From([]float32{1, 6}, 2, 1)
	logs, err := m.TestOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
	if err != nil {
		log.Fatal(err)
	}
	return logs
}

// A model that was trained with a loss and a metric of one's own is loaded ready
// to train on, since both are registered.
func ExampleLossFunc_saved() {
	logs := tested(trained(quartic, largest, "model.keras"))
	fmt.Println(logs.Get("loss"), logs.Get("largest_error")) // (1⁴ + 2⁴)/2, (1 + 2)/2
	// Output: 8.5 1.5
}

// With settings, a loss and a metric are structs; the settings are saved, too.
func ExampleRegister() {
	logs := tested(trained(Lopsided{Low: 3}, Within{Distance: 1.5}, "model.h5"))
	fmt.Println(logs.Get("loss"), logs.Get("within")) // (1 + 3·2)/2
	// Output: 3.5 0.5
}

// Cube is a layer around an op of one's own. Files hold the layer by its name.
type Cube struct{ nn.Base }

func init() { nn.Register[Cube]() }

func (*Cube) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Custom(ops.CustomOp{
		Name: "Cube",
		Forward: func(out []float32, in [][]float32) {
			for i, x := range in[0] {
				out[i] = x * x * x
			}
		},
		Backward: func(din, in [][]float32, _, dout []float32) {
			for i, x := range in[0] {
				din[0][i] = 3 * x * x * dout[i]
			}
		},
	}, in[0])
}

func ExampleLayer_op() {
	model := throughFile(nn.NewSequential(nn.Input(2), &Cube{}))
	fmt.Println(model.PredictOnBatch(tensor.From([]float32{2, -3}, 1, 2)))
	// Output: [[[  8. -27.]]] <nil>
}

// TestOwnThingsSaved: everything of one's own survives every kind of file that
// holds a whole model, by the name under which it was registered.
func TestOwnThingsSaved(t *testing.T) {
	for _, file := range []string{"m.keras", "m.h5", "m.npz", "m.json", "m.yaml"} {
		t.Run(file, func(t *testing.T) {
			m := nn.NewSequential(nn.Input(2), &Scale{Initial: 3}, &Cube{},
				&layers.Dense{Units: 2, Activation: snake, KernelInitializer: diagonal, KernelRegularizer: smooth, KernelConstraint: unitSum})
			compile := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: Lopsided{Low: 3}, Metrics: []nn.Metric{Within{Distance: 1.5}, largest}}
			if err := m.Compile(compile); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), file)
			if err := saving.Save(m, path); err != nil {
				t.Fatal(err)
			}
			loaded, err := saving.LoadWith(path, saving.LoadConfig{})
			if err != nil {
				t.Fatal(err)
			}
			if _, compiled := loaded.Model.CompileConfig(); !compiled {
				if file == "m.keras" || file == "m.h5" {
					t.Fatalf("not compiled: %v", loaded.Warnings)
				}
				if err := loaded.Model.Compile(compile); err != nil {
					t.Fatal(err)
				}
			}
			batch := pipeline.Batch{X: []*tensor.Tensor{tensor.From([]float32{0.1, -0.2}, 1, 2)}, Y: []*tensor.Tensor{tensor.From([]float32{1, 2}, 1, 2)}}
			for range 3 { // the constraint changes the weights after each step
				want, err := m.TrainOnBatch(batch)
				if err != nil {
					t.Fatal(err)
				}
				got, err := loaded.Model.TrainOnBatch(batch)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{"loss", "within", "largest_error"} {
					if want.Get(name) != got.Get(name) {
						t.Errorf("%s is %v after loading, %v before", name, got.Get(name), want.Get(name))
					}
				}
			}
		})
	}
}

// sliced are things of one's own, given by value, that hold a slice: Go does not
// compare such values.
type (
	slicedLoss        struct{ Factors []float64 }
	slicedMetric      struct{ Factors []float64 }
	slicedRegularizer struct{ Factors []float64 }
	slicedConstraint  struct{ Factors []float64 }
	slicedInitializer struct{ Values []float64 }
	slicedActivation  struct{ Factors []float64 }
)

func scaled(x *ops.Value, factors []float64) *ops.Value {
	return ops.MulScalar(x, float32(factors[0]))
}

func (l slicedLoss) Loss(y, p *ops.Value) *ops.Value {
	return scaled(ops.Mean(ops.Square(ops.Sub(p, y)), -1), l.Factors)
}
func (slicedMetric) Name() string { return "sliced" }
func (m slicedMetric) Update(y, p, w *ops.Value) *ops.Value {
	return nn.WeightedSum(scaled(ops.Mean(ops.Sub(p, y), -1), m.Factors), w)
}
func (slicedMetric) Result(s []float64) float64              { return nn.Ratio(s) }
func (r slicedRegularizer) Penalty(w *ops.Value) *ops.Value  { return scaled(ops.Sum(w), r.Factors) }
func (a slicedActivation) Activate(x *ops.Value) *ops.Value  { return scaled(x, a.Factors) }
func (c slicedConstraint) Constrain(w []float32, _ nn.Shape) { w[0] = float32(c.Factors[0]) }
func (i slicedInitializer) Init(dst []float32, _ nn.Shape, _ *rand.Rand) {
	for k := range dst {
		dst[k] = float32(i.Values[k%len(i.Values)])
	}
}

func init() {
	nn.Register[slicedLoss]()
	nn.Register[slicedMetric]()
	nn.Register[slicedRegularizer]()
	nn.Register[slicedConstraint]()
	nn.Register[slicedInitializer]()
	nn.Register[slicedActivation]()
}

func TestOwnThingsByValue(t *testing.T) {
	two := []float64{2}
	for _, file := range []string{"m.keras", "m.h5"} {
		m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1, Activation: slicedActivation{two}, KernelInitializer: slicedInitializer{[]float64{1, 3}},
			KernelRegularizer: slicedRegularizer{two}, KernelConstraint: slicedConstraint{two}})
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: slicedLoss{two}, Metrics: []nn.Metric{slicedMetric{two}}}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), file)
		if err := saving.Save(m, path); err != nil {
			t.Fatal(err)
		}
		loaded, err := saving.LoadWith(path, saving.LoadConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if len(loaded.Warnings) > 0 {
			t.Fatal(loaded.Warnings)
		}
		if _, err := nn.CloneModel(loaded.Model, nn.CloneConfig{}); err != nil {
			t.Fatal(err)
		}
		batch := pipeline.Batch{X: []*tensor.Tensor{tensor.From([]float32{1, 1}, 1, 2)}, Y: []*tensor.Tensor{tensor.From([]float32{7}, 1, 1)}}
		logs, err := loaded.Model.TrainOnBatch(batch)
		if err != nil {
			t.Fatal(err)
		}
		// 2·(1+3) = 8: the loss is 2·1² and a penalty of 2·(1+3), the metric 2·(8-7).
		if logs.Get("loss") != 10 || logs.Get("sliced") != 2 {
			t.Errorf("%s: loss %v, metric %v; want 10 and 2", file, logs.Get("loss"), logs.Get("sliced"))
		}
		if w := loaded.Model.GetWeights()[0].Data()[0]; w != 2 {
			t.Errorf("%s: the constraint left %v", file, w)
		}
	}
}
