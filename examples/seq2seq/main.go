// Seq2seq learns to turn words round with two LSTMs: the encoder reads a word
// and hands its states to the decoder, which writes it backwards, letter by
// letter. For training one model holds both; for use their layers are joined
// again as two models, so that the decoder can read what it has just written.
//
//	go run ./examples/seq2seq [word …]
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"slices"
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
	words := os.Args[1:]
	if len(words) == 0 {
		words = []string{"tab", "debt", "abed", "cede", "face", "badge"}
	}
	if err := run(os.Stdout, words); err != nil {
		log.Fatal(err)
	}
}

const (
	alphabet = " abcdefgt<" // id 0 is padding, < begins a word
	start    = len(alphabet) - 1
	longest  = 5
	units    = 64
)

// ids are the letters of a word; 0 for those it has too few.
func ids(dst []float32, word string) error {
	if len(word) > longest {
		return fmt.Errorf("%q is longer than %d letters", word, longest)
	}
	for i := range len(word) {
		id := strings.IndexByte(alphabet, word[i])
		if id < 1 || id == start {
			return fmt.Errorf("%q: letter %q is none of %q", word, word[i], alphabet[1:start])
		}
		dst[i] = float32(id)
	}
	return nil
}

// examples are random words, what the decoder reads (the reversed word behind
// a start sign) and what it is to write.
func examples(n int) (read, said, write *tensor.Tensor) {
	r := rand.New(rand.NewPCG(1, 0))
	read, said, write = tensor.New(n, longest), tensor.New(n, longest+1), tensor.New(n, longest+1)
	for i := range n {
		word := read.Data()[i*longest:][:1+r.IntN(longest)]
		for k := range word {
			word[k] = float32(1 + r.IntN(start-1))
		}
		out := write.Data()[i*(longest+1):][:len(word)]
		copy(out, word)
		slices.Reverse(out)
		in := said.Data()[i*(longest+1):]
		in[0] = float32(start)
		copy(in[1:], out)
	}
	return read, said, write
}

// parts are the layers that training and use share.
type parts struct {
	letters          *layers.Embedding
	encoder, decoder *layers.LSTM
	choose           *layers.Dense
}

// encode reads a word and returns the states that remember it.
func (p *parts) encode(word *nn.Symbol) (states []*nn.Symbol) {
	return nn.ApplyMulti(p.encoder, nn.Apply(p.letters, word))[1:]
}

// decode writes letters from states on, and returns the states after them.
func (p *parts) decode(letters *nn.Symbol, states []*nn.Symbol) (choice *nn.Symbol, after []*nn.Symbol) {
	out := nn.ApplyMulti(p.decoder, append([]*nn.Symbol{nn.Apply(p.letters, letters)}, states...)...)
	return nn.Apply(p.choose, out[0]), out[1:]
}

func run(w io.Writer, words []string) error {
	p := &parts{
		letters: &layers.Embedding{InputDim: len(alphabet), OutputDim: 16, MaskZero: true},
		encoder: nn.Name("encoder", &layers.LSTM{Units: units, ReturnState: true}),
		decoder: nn.Name("decoder", &layers.LSTM{Units: units, ReturnState: true, ReturnSequences: true}),
		choose:  nn.Name("choose", &layers.Dense{Units: len(alphabet), Activation: activations.Softmax}),
	}
	word, letters := nn.Input(longest), nn.Input(nn.Unknown)
	choice, _ := p.decode(letters, p.encode(word))
	model := nn.NewModel([]*nn.Symbol{word, letters}, []*nn.Symbol{choice})
	if err := model.Compile(nn.CompileConfig{
		Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}},
	}); err != nil {
		return err
	}
	read, said, write := examples(2000)
	data := pipeline.ArraysN([]*tensor.Tensor{read, said}, []*tensor.Tensor{write}, nil, pipeline.ArraysConfig{BatchSize: 100, Shuffle: true})
	if _, err := model.Fit(context.Background(), data, nn.FitConfig{Epochs: 20}); err != nil {
		return err
	}

	// The same layers as two models: states come out of one and go into the other.
	reader := nn.NewModel([]*nn.Symbol{word}, p.encode(word))
	h, c := nn.Input(units), nn.Input(units)
	choice, after := p.decode(letters, []*nn.Symbol{h, c})
	writer := nn.NewModel([]*nn.Symbol{letters, h, c}, append([]*nn.Symbol{choice}, after...))
	for _, word := range words {
		back, err := reverse(reader, writer, word)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s %s\n", word, back)
	}
	return nil
}

// reverse lets the decoder write until it has nothing more to say.
func reverse(reader, writer *nn.Model, word string) (string, error) {
	x := tensor.New(1, longest)
	if err := ids(x.Data(), word); err != nil {
		return "", err
	}
	states, err := reader.PredictOnBatch(x)
	if err != nil {
		return "", err
	}
	var back strings.Builder
	last := tensor.From([]float32{float32(start)}, 1, 1)
	for range len(word) {
		out, err := writer.PredictOnBatch(last, states[0], states[1])
		if err != nil {
			return "", err
		}
		p := out[0].Data()
		id := slices.Index(p, slices.Max(p))
		back.WriteByte(alphabet[id])
		last.Data()[0], states = float32(id), out[1:]
	}
	return back.String(), nil
}
