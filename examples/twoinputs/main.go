// Twoinputs is a functional model with two inputs of different kinds: the words
// of an advertisement, as ids, and numbers about the flat. It learns the rent,
// which depends on both.
//
//	go run ./examples/twoinputs
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
	"github.com/antler-ml/antler/text"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// praise is what a word says about the rent of a square metre.
var praise = map[string]float64{"sunny": 2, "quiet": 1.5, "balcony": 2.5, "renovated": 3, "cosy": -1, "noisy": -2.5, "damp": -3, "dark": -2}

type flat struct {
	words        string
	metres, rent float64
	floor        int
}

// flats makes advertisements.
func flats(n int, seed uint64) []flat {
	r := rand.New(rand.NewPCG(seed, 0))
	var known []string
	for w := range praise {
		known = append(known, w)
	}
	slices.Sort(known)
	var fs []flat
	for range n {
		f := flat{metres: 20 + 80*r.Float64(), floor: r.IntN(6)}
		perMetre := 12 + 0.3*float64(f.floor)
		words := []string{"flat", "to", "let"}
		for range 1 + r.IntN(4) {
			w := known[r.IntN(len(known))]
			words = append(words, w)
			perMetre += praise[w]
		}
		f.words, f.rent = strings.Join(words, " "), f.metres*perMetre
		fs = append(fs, f)
	}
	return fs
}

// tensors are what the model takes and gives: ids of words, numbers of about 1
// in size, and the rent in thousands.
func tensors(fs []flat, tok *text.Tokenizer) (words, numbers, rent *tensor.Tensor, err error) {
	var texts []string
	numbers, rent = tensor.New(len(fs), 2), tensor.New(len(fs), 1)
	for i, f := range fs {
		texts = append(texts, f.words)
		numbers.Data()[2*i], numbers.Data()[2*i+1] = float32(f.metres/100), float32(f.floor)/5
		rent.Data()[i] = float32(f.rent / 1000)
	}
	if tok.InputDim() < 2 {
		tok.FitOnTexts(slices.Values(texts))
	}
	words, err = sequence.Pad(tok.TextsToSequences(slices.Values(texts)), sequence.PadConfig{MaxLen: 8, Padding: sequence.Post})
	return words, numbers, rent, err
}

func model(inputDim int) *nn.Model {
	words, numbers := nn.NamedInput("words", nn.Shape{nn.Unknown, 8}), nn.NamedInput("numbers", nn.Shape{nn.Unknown, 2})
	said := nn.Apply(&layers.GlobalAveragePooling1D{}, nn.Apply(&layers.Embedding{InputDim: inputDim, OutputDim: 8, MaskZero: true}, words))
	both := nn.Apply(&layers.Concatenate{}, said, numbers)
	hidden := nn.Apply(&layers.Dense{Units: 32, Activation: activations.ReLU}, both)
	rent := nn.Apply(nn.Name("rent", &layers.Dense{Units: 1}), hidden)
	return nn.NewModel([]*nn.Symbol{words, numbers}, []*nn.Symbol{rent})
}

func run(w io.Writer) error {
	tok := &text.Tokenizer{}
	words, numbers, rent, err := tensors(flats(800, 1), tok)
	if err != nil {
		return err
	}
	m := model(tok.InputDim())
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: losses.MeanSquaredError{}}); err != nil {
		return err
	}
	data := pipeline.ArraysN([]*tensor.Tensor{words, numbers}, []*tensor.Tensor{rent}, nil, pipeline.ArraysConfig{BatchSize: 32, Shuffle: true})
	if _, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 40}); err != nil {
		return err
	}
	fs := flats(200, 2)
	if words, numbers, _, err = tensors(fs, tok); err != nil {
		return err
	}
	out, err := m.PredictOnBatch(words, numbers)
	if err != nil {
		return err
	}
	sum := 0.0
	for i, f := range fs {
		guess := 1000 * float64(out[0].Data()[i])
		sum += math.Abs(guess-f.rent) / f.rent
		if i < 3 {
			fmt.Fprintf(w, "%3.0f m², floor %d, %q: %.0f, guessed %.0f\n", f.metres, f.floor, f.words, f.rent, guess)
		}
	}
	fmt.Fprintf(w, "off by %.1f %% on average\n", 100*sum/float64(len(fs)))
	return nil
}
