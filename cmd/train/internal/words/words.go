// Package words finds the words by which a model tells texts apart.
package words

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// How says how the scores are computed.
const How = "how much the log-odds of the class fall when the word is taken out of a held-out text, on average over its texts"

// A Word is a word and how much it speaks for a class.
type Word struct {
	ID    int
	Score float64
	Texts int
}

// A Text is a text that speaks clearly for its class.
type Text struct {
	Sample int
	P      float32
	Words  []int // the ids that speak loudest, the loudest first
}

// Telling is what was found for one class.
type Telling struct {
	Words []Word
	Text  Text
}

// Config is how much work is done.
type Config struct {
	PerClass int // texts of each class that are looked at
	Keep     int // words for each class
	MinTexts int // a word must occur in so many of them
	Skip     int // an id that stands for no single word
	Progress func(done, all int)
}

// Find takes each word out of rightly classified texts (rows of x, padded with
// zeros in front), one at a time, and asks the model again.
func Find(ctx context.Context, m *nn.Model, x *tensor.Tensor, truth []int, probs *tensor.Tensor, classes int, c Config) ([]Telling, error) {
	chosen := choose(truth, probs, classes, c.PerClass)
	length := x.Shape()[1]
	out := make([]Telling, classes)
	all, done := 0, 0
	for _, samples := range chosen {
		all += len(samples)
	}
	asked := asker{m: m, length: length}
	for k, samples := range chosen {
		sum, texts := map[int]float64{}, map[int]int{}
		clearest := math.Inf(-1)
		for _, i := range samples {
			if err := ctx.Err(); err != nil {
				return nil, context.Cause(ctx)
			}
			row := x.Data()[i*length : (i+1)*length]
			ids := distinct(row, c.Skip)
			whole := logOdds(probs.Data()[i*classes:(i+1)*classes], k)
			falls, err := asked.without(row, ids, k, whole)
			if err != nil {
				return nil, err
			}
			for n, id := range ids {
				sum[id] += falls[n]
				texts[id]++
			}
			if whole > clearest && len(ids) > 0 {
				clearest = whole
				out[k].Text = Text{Sample: i, P: probs.Data()[i*classes+k], Words: loudest(ids, falls, 5)}
			}
			done++
			if c.Progress != nil {
				c.Progress(done, all)
			}
		}
		for id, s := range sum {
			if texts[id] >= c.MinTexts {
				// Two texts without effect are added, so that rare words need more.
				out[k].Words = append(out[k].Words, Word{id, s / float64(texts[id]+2), texts[id]})
			}
		}
		slices.SortFunc(out[k].Words, func(a, b Word) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
		out[k].Words = out[k].Words[:min(len(out[k].Words), c.Keep)]
	}
	return out, nil
}

// choose takes rightly classified texts of each class, evenly spread.
func choose(truth []int, probs *tensor.Tensor, classes, most int) [][]int {
	right := make([][]int, classes)
	for i, t := range truth {
		p := probs.Data()[i*classes : (i+1)*classes]
		if slices.Max(p) == p[t] {
			right[t] = append(right[t], i)
		}
	}
	for k, s := range right {
		if len(s) > most {
			var some []int
			for n := range most {
				some = append(some, s[n*len(s)/most])
			}
			right[k] = some
		}
	}
	return right
}

// distinct returns the ids of a row in order of appearance, without 0 and skip.
func distinct(row []float32, skip int) []int {
	var ids []int
	for _, v := range row {
		if id := int(v); id != 0 && id != skip && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// logOdds is log p/(1-p) of class k, exact also when p is almost 1.
func logOdds(p []float32, k int) float64 {
	rest := 0.0
	for i, v := range p {
		if i != k {
			rest += float64(v)
		}
	}
	const tiny = 1e-30
	return math.Log(float64(p[k])+tiny) - math.Log(rest+tiny)
}

func loudest(ids []int, falls []float64, n int) []int {
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(falls[b], falls[a]) })
	var top []int
	for _, i := range order[:min(n, len(order))] {
		if falls[i] > 0 {
			top = append(top, ids[i])
		}
	}
	return top
}

// asker asks the model about many rows in batches of one size, so that one
// program serves them all.
type asker struct {
	m      *nn.Model
	length int
	x      *tensor.Tensor
}

const batch = 64

// without returns, for each id, how much the log-odds of class k fall when it
// is taken out of the row.
func (a *asker) without(row []float32, ids []int, k int, whole float64) ([]float64, error) {
	if a.x == nil {
		a.x = tensor.New(batch, a.length)
	}
	falls := make([]float64, len(ids))
	for lo := 0; lo < len(ids); lo += batch {
		hi := min(lo+batch, len(ids))
		clear(a.x.Data())
		for n, id := range ids[lo:hi] {
			dst := a.x.Data()[n*a.length : (n+1)*a.length]
			at := a.length
			for i := a.length - 1; i >= 0; i-- {
				if int(row[i]) != id && row[i] != 0 {
					at--
					dst[at] = row[i]
				}
			}
		}
		out, err := a.m.PredictOnBatch(a.x)
		if err != nil {
			return nil, fmt.Errorf("telling words: %w", err)
		}
		classes := out[0].Shape()[1]
		for n := range hi - lo {
			falls[lo+n] = whole - logOdds(out[0].Data()[n*classes:(n+1)*classes], k)
		}
	}
	return falls, nil
}

// Format prints words as a line.
func Format(ws []Word, word func(id int) string) string {
	var names []string
	for _, w := range ws {
		if w.Score > 0 {
			names = append(names, word(w.ID))
		}
	}
	if len(names) == 0 {
		return "none stands out"
	}
	return cli.List(names, len(names)+1)
}
