package pipeline_test

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func ExampleArrays() {
	x := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	y := tensor.From([]float32{0, 1, 0}, 3)
	train := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 2})
	for b, err := range train.Batches(context.Background(), 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(b.X[0].Shape(), b.X[0].Data(), b.Y[0].Data())
	}
	// Output:
	// [2 2] [1 2 3 4] [0 1]
	// [1 2] [5 6] [0]
}

func ExampleMap() {
	names := func(yield func(string, error) bool) {
		_ = yield("cat", nil) && yield("giraffe", nil) && yield("ox", nil)
	}
	length := func(_ context.Context, s string) (int, error) { return len(s), nil }
	for n, err := range pipeline.Map(context.Background(), names, 4, length) {
		fmt.Println(n, err)
	}
	// Output:
	// 3 <nil>
	// 7 <nil>
	// 2 <nil>
}
