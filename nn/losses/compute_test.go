package losses_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/tensor"
)

// The loss of each sample, weighted: Keras' reduction="none".
func ExampleCompute() {
	y, p := tensor.From([]float32{1, 2, 3, 4}, 2, 2), tensor.From([]float32{1, 4, 2, 4}, 2, 2)
	each, err := losses.Compute(losses.MeanSquaredError{Reduction: losses.None}, y, p, tensor.From([]float32{1, 10}, 2))
	if err != nil {
		panic(err)
	}
	mean, err := losses.Compute(losses.MeanSquaredError{}, y, p, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(each.Data(), mean.Data())
	// Output: [2 5] [1.25]
}

func TestComputeMistakes(t *testing.T) {
	ids, p := tensor.From([]float32{0, 5}, 2), tensor.From([]float32{0.5, 0.5, 0.5, 0.5}, 2, 2)
	for want, f := range map[string]func() error{
		"label 1 is 5, but the model has 2 classes": func() error {
			_, err := losses.Compute(losses.SparseCategoricalCrossentropy{}, ids, p, nil)
			return err
		},
		"needs one-hot targets (2, 2), got class ids (2,)": func() error {
			_, err := losses.Compute(losses.CategoricalCrossentropy{}, ids, p, nil)
			return err
		},
		`reduction is "mean"; want sum_over_batch_size, sum or none`: func() error {
			_, err := losses.Compute(losses.Hinge{Reduction: "mean"}, p, p, nil)
			return err
		},
		"want a loss, targets and predictions": func() error { _, err := losses.Compute(nil, ids, p, nil); return err },
		"sample weights of shape (3,) do not fit": func() error {
			_, err := losses.Compute(losses.MeanSquaredError{}, p, p, tensor.New(3))
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
