package nn_test

import (
	"sync"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// auditModel has weights, dropout and enough work for goroutines to overlap.
func auditModel() *nn.Model {
	return nn.NewSequential(nn.Input(12, 12, 2),
		&layers.Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.Dropout{Rate: 0.5}, &layers.Flatten{}, &layers.Dense{Units: 32, Activation: activations.Tanh}, &layers.Dense{Units: 3})
}

func auditData(n int) (x, y *tensor.Tensor) {
	x, y = tensor.New(n, 12, 12, 2), tensor.New(n, 3)
	for i := range x.Data() {
		x.Data()[i] = float32(i*7919%1000)/500 - 1
	}
	return x, y
}

// TestSeedMatters: Compile's Seed is that of the first weights, and of dropout
// also when the weights are given.
func TestSeedMatters(t *testing.T) {
	x, y := auditData(4)
	run := func(seed uint64, weights []*tensor.Tensor) (first *tensor.Tensor, loss float64) {
		m := auditModel()
		if weights != nil {
			if err := m.SetWeights(weights); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: &losses.MeanSquaredError{}, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		first = m.GetWeights()[0]
		logs, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
		if err != nil {
			t.Fatal(err)
		}
		return first, logs.Get("loss")
	}
	a, la := run(1, nil)
	if again, lb := run(1, nil); !tensor.ArrayEqual(a, again) || la != lb {
		t.Error("one seed, two results")
	}
	if b, _ := run(2, nil); tensor.ArrayEqual(a, b) {
		t.Error("two seeds give the same weights")
	}
	given := auditModel().GetWeights()
	_, l1 := run(1, given)
	_, l2 := run(2, given)
	if l1 == l2 {
		t.Error("with weights given, two seeds drop the same elements")
	}
}

// TestConcurrentPredictBits: predictions that run side by side, with batches of
// several sizes, have the bits of predictions that run alone.
func TestConcurrentPredictBits(t *testing.T) {
	m := auditModel()
	// Compiled, so that the model has memory that its plans could share.
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: &losses.MeanSquaredError{}}); err != nil {
		t.Fatal(err)
	}
	x, _ := auditData(48)
	want, err := m.PredictOnBatch(x)
	if err != nil {
		t.Fatal(err)
	}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			<-start
			for range 20 {
				size := 8 * (1 + g%6)
				got, err := m.Predict(t.Context(), pipeline.Arrays(x, nil, pipeline.ArraysConfig{BatchSize: size}), nn.PredictConfig{})
				if err != nil {
					t.Error(err)
					return
				}
				if !tensor.ArrayEqual(got[0], want[0]) {
					t.Errorf("batches of %d: other bits than alone", size)
					return
				}
			}
		})
	}
	close(start)
	wg.Wait()
}
