package layers_test

import (
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// Antirectifier is a layer of one's own without weights: Call says what it
// computes; gradient, shape and saved form follow from that.
type Antirectifier struct{ nn.Base }

func (*Antirectifier) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := ops.Sub(in[0], ops.MeanKeep(in[0], -1))
	x = ops.L2Normalize(x, -1)
	return ops.Concat(-1, ops.ReLU(x), ops.ReLU(ops.Neg(x)))
}

func Example_customLayer() {
	x := nn.Input(4)
	y := nn.Apply(&Antirectifier{}, x)
	model := nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{y})
	out, err := model.PredictOnBatch(tensor.From([]float32{1, 3, 1, 3}, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Shape())
	fmt.Println(out[0].Data())
	// Output:
	// (None, 8)
	// [0 0.5 0 0.5 0.5 0 0.5 0]
}

// Scale is a layer of one's own with a weight and a setting. Register it from
// init, so that files can hold it.
type Scale struct {
	nn.Base
	Initializer nn.Initializer `default:"ones"`
	factor      *nn.Weight
}

func (s *Scale) Build(b *nn.Build, in ...nn.Shape) error {
	s.factor = b.Weight(nn.WeightSpec{Name: "factor", Shape: nn.Shape{in[0].Last()}, Initializer: s.Initializer})
	return nil
}

func (s *Scale) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Mul(in[0], c.Read(s.factor))
}

func Example_customWeight() {
	model := nn.NewSequential(nn.Input(3), &Scale{}, &layers.Dense{Units: 2})
	for _, w := range model.Weights() {
		fmt.Println(w.Name(), w.Shape())
	}
	// Output:
	// scale/factor (3,)
	// dense/kernel (3, 2)
	// dense/bias (2,)
}

// A recurrent layer that also returns its states has several outputs.
func ExampleLSTM() {
	x := nn.Input(nn.Unknown, 8)
	out := nn.ApplyMulti(&layers.LSTM{Units: 16, ReturnState: true}, x)
	for _, s := range out {
		fmt.Println(s.Shape())
	}
	// Output:
	// (None, 16)
	// (None, 16)
	// (None, 16)
}
