// A layer of one's own in under 40 lines, Focus (attention.go), that learns
// where to look: in rows of letters of any length, one capital stands somewhere,
// and the model is to name it. Nobody tells it where; the weights show that it
// found out.
//
//	go run ./examples/attention
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

const (
	letters  = " abcdefghijklmnopqrstuvwxyzABCDEFGH" // id 0 is padding
	capitals = 8
	length   = 12
)

// rows makes n rows of 4 to 12 letters, one of them a capital: their ids, and
// which capital it is.
func rows(n int, seed uint64) (x, y *tensor.Tensor) {
	r := rand.New(rand.NewPCG(seed, 0))
	x, y = tensor.New(n, length), tensor.New(n)
	for i := range n {
		row := x.Data()[i*length:][:4+r.IntN(length-3)]
		for k := range row {
			row[k] = float32(1 + r.IntN(26))
		}
		which := r.IntN(capitals)
		row[r.IntN(len(row))] = float32(27 + which)
		y.Data()[i] = float32(which)
	}
	return x, y
}

func run(w io.Writer) error {
	ids := nn.Input(length)
	steps := nn.Apply(&layers.Embedding{InputDim: len(letters), OutputDim: 16, MaskZero: true}, ids)
	found := nn.ApplyMulti(&Focus{Units: 16}, steps)
	answer := nn.Apply(&layers.Dense{Units: capitals, Activation: activations.Softmax}, found[0])
	model := nn.NewModel([]*nn.Symbol{ids}, []*nn.Symbol{answer})
	if err := model.Compile(nn.CompileConfig{
		Optimizer: &optimizers.Adam{LearningRate: 0.02}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}},
	}); err != nil {
		return err
	}
	x, y := rows(1000, 1)
	ctx := context.Background()
	if _, err := model.Fit(ctx, pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 50}), nn.FitConfig{Epochs: 5}); err != nil {
		return err
	}
	x, y = rows(200, 2)
	logs, err := model.Evaluate(ctx, pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.EvaluateConfig{})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "named the capital in %.0f %% of rows that it had not seen\n\n", 100*logs.Get("accuracy"))

	// A second model of the same layers tells where they look.
	look := nn.NewModel([]*nn.Symbol{ids}, []*nn.Symbol{found[1]})
	weights, err := look.PredictOnBatch(x)
	if err != nil {
		return err
	}
	for i := range 4 {
		var text, marks strings.Builder
		for k := range length {
			text.WriteByte(letters[int(x.Data()[i*length+k])])
			marks.WriteByte(" .:#"[int(3.99*weights[0].Data()[i*length+k])])
		}
		fmt.Fprintf(w, "%s\n%s\n", text.String(), strings.TrimRight(marks.String(), " "))
	}
	return nil
}
