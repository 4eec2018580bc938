// Wordvectors learns vectors of words with the library alone: skip-grams with
// negative sampling, as Keras users write it.
//
//	go run ./examples/wordvectors                                    # the State of the Union addresses
//	go run ./examples/wordvectors -show whale,ship,sea moby-dick.txt # a passage a line
//
// It prints the nearest words of some and writes vectors.txt, which gensim and
// others read. The command "train words" does the same and more.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/sotu"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

func main() {
	log.SetFlags(0)
	c := config{Log: os.Stderr}
	flag.IntVar(&c.Size, "size", 64, "numbers of a vector")
	flag.IntVar(&c.Window, "window", 5, "words on each side that count as near")
	flag.IntVar(&c.MinCount, "min-count", 10, "rarer words get no vector")
	flag.IntVar(&c.Epochs, "epochs", 8, "passes over the text")
	flag.Float64Var(&c.Sample, "sample", sequence.DefaultSamplingFactor, "above it, frequent words are thinned out: raise it for short texts")
	flag.Uint64Var(&c.Seed, "seed", 0, "same seed, same vectors")
	show := flag.String("show", sotu.Words, "words whose neighbours are printed")
	out := flag.String("o", "vectors.txt", "where the vectors go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	corpus, err := read(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	v, err := learn(ctx, corpus, c)
	if err != nil {
		log.Fatal(err)
	}
	for w := range strings.SplitSeq(*show, ",") {
		fmt.Printf("%-10s %s\n", w, strings.Join(v.nearest(w, 8), " "))
	}
	if err := atomicfile.Write(*out, v.write); err != nil {
		log.Fatal(err)
	}
}

// read returns a file, or the built-in text.
func read(path string) (string, error) {
	if path == "" {
		return sotu.Text()
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

type config struct {
	Size, Window, MinCount, Epochs int
	Sample                         float64
	Seed                           uint64
	Log                            io.Writer
}

// learn trains a model that tells pairs of the text from random ones.
func learn(ctx context.Context, corpus string, c config) (*vectors, error) {
	tok := &text.Tokenizer{MinCount: c.MinCount, Segment: true}
	tok.FitOnTexts(strings.Lines(corpus))
	sequences := tok.TextsToSequences(strings.Lines(corpus))

	word, near := nn.Input(1), nn.Input(1)
	words := &layers.Embedding{InputDim: tok.InputDim(), OutputDim: c.Size}
	contexts := &layers.Embedding{InputDim: tok.InputDim(), OutputDim: c.Size}
	dot := nn.Apply(&layers.Dot{Axes: [2]int{2, 2}}, nn.Apply(words, word), nn.Apply(contexts, near))
	p := nn.Apply(&layers.Activation{Activation: activations.Sigmoid}, nn.Apply(&layers.Flatten{}, dot))
	model := nn.NewModel([]*nn.Symbol{word, near}, []*nn.Symbol{p})
	if err := model.Compile(nn.CompileConfig{
		Optimizer: &optimizers.Adam{LearningRate: 0.005}, Loss: losses.BinaryCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}, Seed: c.Seed,
	}); err != nil {
		return nil, err
	}
	pairs, err := skipGrams(sequences, tok.InputDim(), c)
	if err != nil {
		return nil, err
	}
	_, err = model.Fit(ctx, pipeline.Prefetch(pairs, 2), nn.FitConfig{Epochs: c.Epochs, Callbacks: []nn.Callback{&callbacks.ProgbarLogger{Output: c.Log}}})
	if err != nil {
		return nil, err
	}
	return newVectors(tok.Vocabulary(), words.Weights()[0].Value().Data(), c.Size), nil
}

// vectors are words with a vector of length 1 each.
type vectors struct {
	words []string
	rows  [][]float64
}

func newVectors(words []string, table []float32, size int) *vectors {
	v := &vectors{words: words, rows: make([][]float64, len(words))}
	for i := range words {
		row, squares := make([]float64, size), 0.0
		for k := range row {
			row[k] = float64(table[i*size+k])
			squares += row[k] * row[k]
		}
		for k := range row {
			row[k] /= math.Sqrt(squares)
		}
		v.rows[i] = row
	}
	return v
}

func (v *vectors) similarity(a, b int) float64 {
	s := 0.0
	for k, x := range v.rows[a] {
		s += x * v.rows[b][k]
	}
	return s
}

// nearest returns the n words with the most similar vectors.
func (v *vectors) nearest(word string, n int) []string {
	id := slices.Index(v.words, word)
	if id < 1 {
		return []string{"is not among the words"}
	}
	var ids []int
	for i := range v.words[1:] { // 0 is no word
		if i+1 != id {
			ids = append(ids, i+1)
		}
	}
	slices.SortStableFunc(ids, func(a, b int) int { return cmp.Compare(v.similarity(id, b), v.similarity(id, a)) })
	var list []string
	for _, i := range ids[:min(n, len(ids))] {
		list = append(list, fmt.Sprintf("%s %.2f", v.words[i], v.similarity(id, i)))
	}
	return list
}

// write writes word2vec's text format.
func (v *vectors) write(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%d %d\n", len(v.words)-1, len(v.rows[0])); err != nil {
		return err
	}
	for i, word := range v.words[1:] {
		line := word
		for _, x := range v.rows[i+1] {
			line += fmt.Sprintf(" %.7g", x)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
