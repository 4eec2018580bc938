package nn_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func TestNamedClassWeight(t *testing.T) {
	classes := []string{"cat", "dog", "owl"}
	got, err := nn.NamedClassWeight(classes, map[string]float64{"owl": 3, "cat": 0.5, "dog": 1})
	must(t, err)
	if want := map[int]float64{0: 0.5, 1: 1, 2: 3}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for want, w := range map[string]map[string]float64{
		`nn: there is no class "dgo" to weigh; the classes are ["cat" "dog" "owl"]; did you mean "dog"?`: {"cat": 1, "dgo": 1, "owl": 1},
		`nn: class "dog" has no weight; the weights are those of ["cat" "owl"]`:                          {"cat": 1, "owl": 1},
	} {
		if _, err := nn.NamedClassWeight(classes, w); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestBalanced: as sklearn.utils.class_weight.compute_class_weight("balanced",
// classes=[0, 1, 2], y=[0]*6+[1]*3+[2]*3) gives [0.66666667, 1.33333333, 1.33333333].
func TestBalanced(t *testing.T) {
	got := nn.BalancedClassWeight(map[int]int{0: 6, 1: 3, 2: 3, 3: 0})
	if want := map[int]float64{0: 12. / 18, 1: 12. / 9, 2: 12. / 9}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestClassWeightsAreSampleWeights: class weights do what the same weights given for
// each sample do, whatever form the targets have.
func TestClassWeightsAreSampleWeights(t *testing.T) {
	by := map[int]float64{0: 0.5, 1: 2, 2: 1.5}
	ids := []float32{0, 1, 2, 2, 1, 0}
	var oneHot, ws []float32
	for _, id := range ids {
		row := make([]float32, 3)
		row[int(id)] = 1
		oneHot = append(oneHot, row...)
		ws = append(ws, float32(by[int(id)]))
	}
	softmax := &layers.Dense{Units: 3, Activation: activations.Softmax}
	flat := tensor.From([]float32{1, 0, 0, 1, 1, 1, -1, 0, 0, -1, 2, 1}, 6, 2)
	steps := tensor.From(flat.Data(), 2, 3, 2)
	sparse, dense := losses.SparseCategoricalCrossentropy{}, losses.CategoricalCrossentropy{}
	for _, c := range []struct {
		name string
		loss nn.Loss
		x, y *tensor.Tensor
		w    []int // shape of the weights
		own  *tensor.Tensor
	}{
		{"ids", sparse, flat, tensor.From(ids, 6), []int{6}, nil},
		{"column of ids", sparse, flat, tensor.From(ids, 6, 1), []int{6}, nil},
		{"one-hot", dense, flat, tensor.From(oneHot, 6, 3), []int{6}, nil},
		{"sequence of ids", sparse, steps, tensor.From(ids, 2, 3), []int{2, 3}, nil},
		{"sequence of one-hot", dense, steps, tensor.From(oneHot, 2, 3, 3), []int{2, 3}, nil},
		{"with sample weights", sparse, flat, tensor.From(ids, 6), []int{6}, tensor.From([]float32{1, 2, 3, 4, 5, 6}, 6)},
		{"with row weights", sparse, steps, tensor.From(ids, 2, 3), []int{2, 3}, tensor.From([]float32{2, 3}, 2)},
		{"with step weights", dense, steps, tensor.From(oneHot, 2, 3, 3), []int{2, 3}, tensor.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := func(w *tensor.Tensor, cfg nn.FitConfig) []*tensor.Tensor {
				s := c.x.Shape()
				m := nn.NewSequential(nn.Input(s[1:]...), &layers.Dense{Units: softmax.Units, Activation: softmax.Activation})
				must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: c.loss, Seed: 3}))
				var W []*tensor.Tensor
				if w != nil {
					W = []*tensor.Tensor{w}
				}
				_, err := m.Fit(context.Background(), pipeline.ArraysN([]*tensor.Tensor{c.x}, []*tensor.Tensor{c.y}, W, pipeline.ArraysConfig{}), cfg)
				must(t, err)
				return m.GetWeights()
			}
			whole := slices.Clone(ws)
			if c.own != nil {
				per := len(whole) / c.own.Len()
				for i := range whole {
					whole[i] *= c.own.Data()[i/per]
				}
			}
			want := run(tensor.From(whole, c.w...), nn.FitConfig{Epochs: 3})
			got := run(c.own, nn.FitConfig{Epochs: 3, ClassWeight: by})
			none := run(c.own, nn.FitConfig{Epochs: 3})
			for i := range want {
				if !slices.Equal(got[i].Data(), want[i].Data()) {
					t.Errorf("weight %d is %v, with sample weights %v", i, got[i].Data(), want[i].Data())
				}
				if slices.Equal(got[i].Data(), none[i].Data()) {
					t.Errorf("class weights do nothing to weight %d", i)
				}
			}
		})
	}
}

func twoOutputs(t *testing.T) *nn.Model {
	t.Helper()
	in := nn.Input(2)
	a := nn.Apply(nn.Name("kind", &layers.Dense{Units: 3, Activation: activations.Softmax}), in)
	b := nn.Apply(nn.Name("size", &layers.Dense{Units: 1}), in)
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{a, b})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Seed: 2, Outputs: map[string]nn.OutputConfig{
		"kind": {Loss: losses.SparseCategoricalCrossentropy{}}, "size": {Loss: losses.MeanSquaredError{}},
	}}))
	return m
}

// TestClassWeightsOfOneOutput: the other output keeps its own weights, or has ones.
func TestClassWeightsOfOneOutput(t *testing.T) {
	x := tensor.From([]float32{1, 0, 0, 1, 1, 1}, 3, 2)
	ys := []*tensor.Tensor{tensor.From([]float32{0, 1, 2}, 3), tensor.From([]float32{1, 2, 3}, 3, 1)}
	run := func(ws []*tensor.Tensor, c nn.FitConfig) []*tensor.Tensor {
		m := twoOutputs(t)
		c.Epochs = 2
		_, err := m.Fit(context.Background(), pipeline.ArraysN([]*tensor.Tensor{x}, ys, ws, pipeline.ArraysConfig{}), c)
		must(t, err)
		return m.GetWeights()
	}
	want := run([]*tensor.Tensor{tensor.From([]float32{1, 2, 3}, 3), tensor.Ones(3)}, nn.FitConfig{})
	got := run(nil, nn.FitConfig{ClassWeights: map[string]map[int]float64{"kind": {0: 1, 1: 2, 2: 3}}})
	for i := range want {
		if !slices.Equal(got[i].Data(), want[i].Data()) {
			t.Errorf("weight %d is %v, want %v", i, got[i].Data(), want[i].Data())
		}
	}
	m := twoOutputs(t)
	counts, err := m.CountClasses(context.Background(), pipeline.ArraysN([]*tensor.Tensor{x}, ys, nil, pipeline.ArraysConfig{BatchSize: 2}), "kind")
	must(t, err)
	if !maps.Equal(counts, map[int]int{0: 1, 1: 1, 2: 1}) {
		t.Errorf("counts %v", counts)
	}
}

func TestClassWeightMistakes(t *testing.T) {
	x := tensor.From([]float32{1, 0, 0, 1, 1, 1}, 3, 2)
	ys := []*tensor.Tensor{tensor.From([]float32{0, 1, 2}, 3), tensor.From([]float32{1, 2.5, 0}, 3, 1)}
	for want, c := range map[string]nn.FitConfig{
		`nn: Fit: ClassWeight is for models that train one output, this one trains ["kind" "size"]; use ClassWeights`: {ClassWeight: map[int]float64{0: 1}},
		`nn: class weights are for output "kin", but the model trains ["kind" "size"]`:                                {ClassWeights: map[string]map[int]float64{"kin": {0: 1}}},
		`nn: Fit: class weights of output "kind": there is no class 3; the output has the classes 0 to 2`:             {ClassWeights: map[string]map[int]float64{"kind": {0: 1, 1: 1, 3: 1}}},
		`nn: Fit: class weights of output "kind": the weight of class 1 is -1; want 0 or more`:                        {ClassWeights: map[string]map[int]float64{"kind": {0: 1, 1: -1}}},
		`nn: class weights: class 2 occurs in the targets, but has no weight; the weights are those of classes [0 1]`: {ClassWeights: map[string]map[int]float64{"kind": {0: 1, 1: 1}}},
		`nn: class weights: target 1 is 2.5, which is no class id; use sample weights`:                                {ClassWeights: map[string]map[int]float64{"size": {0: 1, 1: 1}}},
		`nn: Fit: both ClassWeight and ClassWeights are set; choose one`:                                              {ClassWeight: map[int]float64{0: 1}, ClassWeights: map[string]map[int]float64{"kind": {0: 1}}},
	} {
		_, err := twoOutputs(t).Fit(context.Background(), pipeline.ArraysN([]*tensor.Tensor{x}, ys, nil, pipeline.ArraysConfig{}), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
