package search

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/tensor"
)

// mixed are points whose class is their sign; every third label is turned round,
// and has the weight 0.
func mixed(n int) (x, y, w *tensor.Tensor) {
	x, y, w = tensor.New(n, 1), tensor.New(n), tensor.New(n)
	r := rng.NewMT(7)
	for i := range n {
		v := r.Float64()*2 - 1
		x.Data()[i], w.Data()[i] = float32(v), 1
		right := v > 0
		if i%3 == 0 {
			right, w.Data()[i] = !right, 0
		}
		if right {
			y.Data()[i] = 1
		}
	}
	return x, y, w
}

func sign(rate float64) (*nn.Model, nn.CompileConfig) {
	return nn.NewSequential(nn.Input(1), &layers.Dense{Units: 2, Activation: activations.Softmax}),
		nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: rate}, Loss: losses.SparseCategoricalCrossentropy{}}
}

type rated struct {
	Training
	Rate float64
}

// Samples that weigh nothing are neither learned from nor counted in the score.
func TestRunWithWeights(t *testing.T) {
	x, y, w := mixed(120)
	run := func(w *tensor.Tensor) *Row[rated] {
		table, err := Run(context.Background(), []rated{{Training{Epochs: 20}, 0.5}}, Classifiers(func(p rated) (*nn.Model, nn.CompileConfig) { return sign(p.Rate) }), x, y,
			Config{CV: KFold{Splits: 3}, Weights: w, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return table.Best()
	}
	if weighted := run(w); weighted.Mean < 0.97 {
		t.Errorf("with weights the score is %v; all samples that count can be told apart", weighted.Scores)
	}
	if plain := run(nil); plain.Mean > 0.75 { // two thirds have a label that can be learned
		t.Errorf("without weights the score is %v", plain.Scores)
	}
	ones := tensor.New(120)
	for i := range ones.Data() {
		ones.Data()[i] = 1
	}
	if a, b := run(ones), run(nil); !slices.Equal(a.Scores, b.Scores) {
		t.Errorf("weights of 1 give %v, none %v", a.Scores, b.Scores)
	}
}

// By hand: a model that always says 1 is right for a weight of 1 + 4 of 8.
func TestScoreWeighted(t *testing.T) {
	right := []bool{true, false, true, false}
	if got := share(right, tensor.From([]float32{1, 2, 4, 1}, 4)); got != 5.0/8 {
		t.Errorf("the share is %v; want 5/8", got)
	}
	if got := share(right, nil); got != 0.5 {
		t.Errorf("the share is %v; want 1/2", got)
	}
	// Keras' weighted mean squared error of 0 for 1, 2, 3: (1·1 + 2·4 + 0·9) / 3 = 3.
	zero := func(rated) (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, KernelInitializer: nil, UseBias: new(false)})
		return m, nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1e-30}, Loss: losses.MeanSquaredError{}}
	}
	r := &Regressor[rated]{Recipe: zero, Params: rated{Training: Training{Epochs: 1}}}
	x, y := tensor.New(3, 1), tensor.From([]float32{1, 2, 3}, 3) // x of 0: the model says 0
	if _, err := r.FitWeighted(context.Background(), x, y, tensor.From([]float32{1, 1, 1}, 3)); err != nil {
		t.Fatal(err)
	}
	if got, err := r.ScoreWeighted(context.Background(), x, y, tensor.From([]float32{1, 2, 0}, 3)); err != nil || math.Abs(got+3) > 1e-6 {
		t.Errorf("the score is %v, %v; want -3", got, err)
	}
}

func TestWeightMistakes(t *testing.T) {
	x, y, _ := mixed(12)
	for _, c := range []struct {
		w    *tensor.Tensor
		want string
	}{
		{tensor.New(12, 1), "shape (12, 1); want (12), one a sample"}, {tensor.New(11), "shape (11,)"}, {tensor.New(12), "all sample weights are 0"},
		{tensor.From([]float32{1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 12), "the weight of sample 1 is -1"},
	} {
		_, err := Run(context.Background(), []rated{{Rate: 1}}, Classifiers(func(p rated) (*nn.Model, nn.CompileConfig) { return sign(p.Rate) }), x, y, Config{Weights: c.w})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %q", err, c.want)
		}
	}
	_, err := Run(context.Background(), []rated{{Rate: 1}}, Taggers(func(p rated) (*nn.Model, nn.CompileConfig) { return sign(p.Rate) }), x, y, Config{Weights: tensor.From([]float32{1}, 1)})
	if err == nil {
		t.Error("a Tagger takes weights")
	}
}

// echo are sequences of words whose class is the word before; the first has the
// class 0. Sequences are of several lengths, padded with word 0 and class -1.
func echo(n, steps int) (x, y *tensor.Tensor) {
	x, y = tensor.New(n, steps), tensor.New(n, steps)
	r := rng.NewMT(3)
	for i := range n {
		length, before := 2+int(r.Float64()*float64(steps-1)), 0
		for j := range steps {
			y.Data()[i*steps+j] = -1
			if j < length {
				word := 1 + int(r.Float64()*3)
				x.Data()[i*steps+j], y.Data()[i*steps+j] = float32(word), float32(before)
				before = word - 1
			}
		}
	}
	return x, y
}

// A Tagger learns steps, with a mask and without, for any number of workers.
func TestTagger(t *testing.T) {
	x, y := echo(80, 6)
	for _, mask := range []bool{true, false} {
		recipe := func(p rated) (*nn.Model, nn.CompileConfig) {
			return nn.NewSequential(nn.Input(6), &layers.Embedding{InputDim: 4, OutputDim: 8, MaskZero: mask}, &layers.LSTM{Units: 12, ReturnSequences: true}, &layers.Dense{Units: 3, Activation: activations.Softmax}),
				nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: p.Rate}, Loss: losses.SparseCategoricalCrossentropy{}}
		}
		var first []float64
		for _, workers := range []int{1, 3} {
			table, err := Run(context.Background(), []rated{{Training{Epochs: 25, BatchSize: 8}, 1e-6}, {Training{Epochs: 25, BatchSize: 8}, 0.03}}, Taggers(recipe), x, y, Config{CV: KFold{Splits: 2}, Workers: workers, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			best := table.Best()
			if best.Candidate != 1 || best.Mean < 0.9 || table.Rows[0].Mean > 0.7 {
				t.Errorf("mask %v: scores %v and %v", mask, table.Rows[0].Scores, best.Scores)
			}
			if first == nil {
				first = best.Scores
			} else if !slices.Equal(first, best.Scores) {
				t.Errorf("mask %v: %d workers give %v, one %v", mask, workers, best.Scores, first)
			}
		}
		g := &Tagger[rated]{Recipe: recipe, Params: rated{Training{Epochs: 1}, 0.01}}
		if _, err := g.Predict(context.Background(), x); err == nil {
			t.Error("a Tagger predicts before it is fitted")
		}
		for _, c := range []struct {
			y    *tensor.Tensor
			want string
		}{{nil, "no targets"}, {tensor.New(80), "want (n, steps)"}, {tensor.Add(y, tensor.Scalar(2)), "want a whole number below 3"}} {
			if _, err := g.Fit(context.Background(), x, c.y); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		}
	}
}
