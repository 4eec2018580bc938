// Denoise is an autoencoder that learns to clean curves: GaussianNoise dirties
// what goes in while it trains, and what comes out is compared with the clean
// curve. The curve passes through 6 numbers on the way.
//
//	go run ./examples/denoise
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
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
	points = 64
	noise  = 0.4
)

// curves are sums of two waves.
func curves(n int, r *rand.Rand) *tensor.Tensor {
	x := tensor.New(n, points)
	for i := range n {
		a, b := 0.4+0.6*r.Float64(), 0.6*r.Float64()
		p, q := 2*math.Pi*r.Float64(), 2*math.Pi*r.Float64()
		for k := range points {
			t := 2 * math.Pi * float64(k) / points
			x.Data()[i*points+k] = float32(a*math.Sin(t+p) + b*math.Sin(3*t+q))
		}
	}
	return x
}

func model() (whole, encoder *nn.Model) {
	in := nn.Input(points)
	x := nn.Apply(&layers.GaussianNoise{Stddev: noise}, in) // while training only
	x = nn.Apply(&layers.Dense{Units: 32, Activation: activations.ELU}, x)
	code := nn.Apply(nn.Name("code", &layers.Dense{Units: 6}), x)
	x = nn.Apply(&layers.Dense{Units: 32, Activation: activations.ELU}, code)
	out := nn.Apply(nn.Name("curve", &layers.Dense{Units: points}), x)
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{out}), nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{code})
}

func run(w io.Writer) error {
	r := rand.New(rand.NewPCG(1, 0))
	m, encoder := model()
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.003}, Loss: losses.MeanSquaredError{}}); err != nil {
		return err
	}
	x := curves(1024, r)
	if _, err := m.Fit(context.Background(), pipeline.Arrays(x, x, pipeline.ArraysConfig{BatchSize: 32}), nn.FitConfig{Epochs: 20}); err != nil {
		return err
	}
	clean := curves(100, r)
	dirty := tensor.New(clean.Shape()...)
	for i, v := range clean.Data() {
		dirty.Data()[i] = v + float32(noise*r.NormFloat64())
	}
	out, err := m.PredictOnBatch(dirty)
	if err != nil {
		return err
	}
	code, err := encoder.PredictOnBatch(dirty)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "error of the dirty curves %.3f, of the cleaned ones %.3f\n\n", distance(dirty, clean), distance(out[0], clean))
	plot(w, clean.Data()[:points], dirty.Data()[:points], out[0].Data()[:points])
	fmt.Fprintf(w, "its code: %.1f\n", code[0].Data()[:6])
	return nil
}

// distance is the root of the mean squared difference.
func distance(a, b *tensor.Tensor) float64 {
	sum := 0.0
	for i, v := range a.Data() {
		d := float64(v - b.Data()[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(a.Len()))
}

// plot draws the dirty curve as dots, the clean one as o, the cleaned one as #.
func plot(w io.Writer, clean, dirty, out []float32) {
	const rows = 15
	var picture [rows][]byte
	for y := range picture {
		picture[y] = []byte(strings.Repeat(" ", points))
	}
	for _, c := range []struct {
		curve []float32
		mark  byte
	}{{dirty, '.'}, {clean, 'o'}, {out, '#'}} {
		for k, v := range c.curve {
			y := int(math.Round(float64(rows-1) * (1.6 - float64(v)) / 3.2))
			picture[min(max(y, 0), rows-1)][k] = c.mark
		}
	}
	for _, line := range picture {
		fmt.Fprintln(w, strings.TrimRight(string(line), " "))
	}
}
