package metrics_test

import (
	"fmt"

	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/tensor"
)

// A metric can be computed by hand, batch by batch.
func ExampleState() {
	auc, err := metrics.NewState(&metrics.AUC{})
	if err != nil {
		panic(err)
	}
	for _, b := range [][2][]float32{{{0, 1}, {0.2, 0.7}}, {{1, 0}, {0.4, 0.5}}} {
		if err := auc.Update(tensor.From(b[0], 2, 1), tensor.From(b[1], 2, 1), nil); err != nil {
			panic(err)
		}
	}
	fmt.Printf("%.3f\n", auc.Result())
	// Output: 0.750
}

// Rows are targets, columns predictions.
func ExampleConfusion() {
	ids := tensor.From([]float32{0, 1, 1, 2}, 4)
	scores := tensor.From([]float32{0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.4, 0.35, 0.25, 0.1, 0.1, 0.8}, 4, 3)
	m, err := metrics.Confusion(ids, scores, nil)
	if err != nil {
		panic(err)
	}
	for _, row := range m {
		fmt.Println(row)
	}
	// Output:
	// [1 0 0]
	// [1 1 0]
	// [0 0 1]
}
