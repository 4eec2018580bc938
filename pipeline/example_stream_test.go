package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"
	"time"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Rows of a file become batches: read, check, shuffle, batch, run ahead.
func ExampleBatched() {
	ctx := context.Background()
	fsys := fstest.MapFS{"iris.csv": {Data: []byte("length,width,class\n1,2,0\n3,x,1\n5,6,1\n")}} // or os.DirFS("data")
	rows := pipeline.CSV(fsys, pipeline.List([]string{"iris.csv"}), pipeline.CSVConfig{})
	bad := new(pipeline.Quarantine)
	samples := pipeline.Apply(rows, pipeline.ApplyConfig[pipeline.Line[pipeline.Row]]{},
		func(_ context.Context, _ pipeline.Place, l pipeline.Line[pipeline.Row]) (pipeline.Sample, error) {
			v, err := l.Value.Floats("length", "width", "class")
			if err != nil {
				return pipeline.Sample{}, err
			}
			return pipeline.Sample{ID: l.Name(), X: []*tensor.Tensor{tensor.From(v[:2], 2)}, Y: []*tensor.Tensor{tensor.From(v[2:], 1)}}, nil
		}).
		Tolerate(pipeline.TolerateConfig[pipeline.Sample]{OnError: pipeline.Skip, Quarantine: bad}).
		Shuffle(pipeline.ShuffleConfig{Window: 1}) // 1 keeps the order, for the example
	train := pipeline.Prefetch(pipeline.Batched(samples, pipeline.BatchConfig{BatchSize: 2}), 2)
	for b, err := range train.Batches(ctx, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(b.X[0].Shape(), b.X[0].Data(), b.Y[0].Data())
	}
	bad.WriteTo(os.Stdout)
	// Output:
	// [2 2] [1 2 5 6] [0 1]
	// {"name":"iris.csv:3","index":1,"epoch":0,"reason":"column \"width\": \"x\" is not a number"}
}

// One number bounds the memory of all stages.
func ExampleBudget() {
	ctx := context.Background()
	budget := pipeline.NewBudget(64 << 20)
	fsys := fstest.MapFS{"a.txt": {Data: []byte("12")}, "b.txt": {Data: []byte("3")}} // or os.DirFS("data")
	files := pipeline.ReadFilesWithin(fsys, pipeline.List([]string{"a.txt", "b.txt"}), 0, budget)
	samples := pipeline.Apply(files, pipeline.ApplyConfig[pipeline.File]{Budget: budget, Cost: func(f pipeline.File) int64 { return 4 * f.Bytes() }},
		func(_ context.Context, _ pipeline.Place, f pipeline.File) (pipeline.Sample, error) {
			return pipeline.Sample{ID: f.Path, X: []*tensor.Tensor{tensor.From([]float32{float32(len(f.Data))}, 1)}}, nil
		}).
		Shuffle(pipeline.ShuffleConfig{Window: 1000, Budget: budget})
	train := pipeline.PrefetchWithin(pipeline.Batched(samples, pipeline.BatchConfig{BatchSize: 2, Budget: budget}), 8, budget)
	for b, err := range train.Batches(ctx, 0) {
		fmt.Println(b.X[0].Shape(), err)
	}
	fmt.Println("within the budget:", budget.Peak() <= 64<<20)
	// Output:
	// [2 1] <nil>
	// within the budget: true
}

// Sequences of similar lengths share a batch.
func ExampleBatched_buckets() {
	var samples []pipeline.Sample
	for _, n := range []int{2, 7, 1, 8} {
		samples = append(samples, pipeline.Sample{X: []*tensor.Tensor{tensor.Full(float32(n), n)}})
	}
	train := pipeline.Batched(pipeline.List(samples), pipeline.BatchConfig{BatchSize: 2, Boundaries: []int{2, 8}})
	for b, err := range train.Batches(context.Background(), 0) {
		fmt.Println(b.X[0].Shape(), err)
	}
	// Output:
	// [2 2] <nil>
	// [2 8] <nil>
}

func ExampleResumable() {
	ctx := context.Background()
	x := tensor.From([]float32{0, 1, 2, 3, 4, 5, 6, 7}, 8)
	open := func() *pipeline.Resumable {
		return pipeline.NewResumable(pipeline.Arrays(x, nil, pipeline.ArraysConfig{BatchSize: 2}))
	}
	first := open()
	for b := range first.Batches(ctx, 0) {
		if b.X[0].Data()[0] == 2 {
			break // the machine stops here
		}
	}
	saved := first.Position() // goes to JSON

	second := open()
	at, err := second.Resume(saved)
	if err != nil {
		fmt.Println(err)
		return
	}
	for b, err := range second.Batches(ctx, at.Epoch) {
		fmt.Println(b.X[0].Data(), err)
	}
	// Output:
	// [4 5] <nil>
	// [6 7] <nil>
}

func ExampleRequireSteps() {
	src := pipeline.Arrays(tensor.New(100, 3), nil, pipeline.ArraysConfig{BatchSize: 32})
	fmt.Println(pipeline.RequireSteps(context.Background(), src, 10))
	// Output:
	// pipeline: an epoch of the source has 4 batches, 10 steps were asked for; ask for at most 4, or Repeat the source 3 times
}

// A Meter says what the workers of a stage are busy with, and Watch which of it
// hangs.
func ExampleMeter_Work() {
	var m pipeline.Meter
	decode := m.Work("decode")
	samples := pipeline.Apply(pipeline.List([]string{"a.jpg", "b.jpg"}), pipeline.ApplyConfig[string]{Workers: 2},
		func(_ context.Context, _ pipeline.Place, name string) (pipeline.Sample, error) {
			defer decode.Begin(name).End()
			return pipeline.Sample{ID: name, X: []*tensor.Tensor{tensor.New(4, 4, 3)}}, nil
		})
	train := pipeline.Watch(pipeline.Batched(samples, pipeline.BatchConfig{BatchSize: 2}), pipeline.WatchConfig{Meter: &m})
	for b, err := range train.Batches(context.Background(), 0) {
		fmt.Println(b.X[0].Shape(), err)
	}
	s := m.Stages()[0]
	fmt.Println(s.Stage, s.Items, s.Each() < time.Minute)
	// Output:
	// [2 4 4 3] <nil>
	// decode 2 true
}
