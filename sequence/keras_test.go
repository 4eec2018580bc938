package sequence

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// load reads a fixture that testdata/tools/sequence_keras.py made with Keras.
func load[T any](t testing.TB, name string) T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "keras", "sequence", name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSkipGramsAreKeras(t *testing.T) {
	file := load[struct {
		Vocabulary int
		Table      []float64
		Cases      []struct {
			Sequence                      []int
			Window                        int
			Negatives                     float64
			Shuffle, Categorical, Sampled bool
			Seed                          string
			Couples                       [][2]int
			Labels                        json.RawMessage
		}
	}](t, "skipgrams.json")
	if len(file.Cases) < 400 {
		t.Fatalf("only %d cases", len(file.Cases))
	}
	for i, c := range file.Cases {
		seed, err := strconv.ParseUint(c.Seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		config := SkipGramConfig{WindowSize: c.Window, NegativeSamples: &c.Negatives, Shuffle: &c.Shuffle, Seed: seed}
		if c.Sampled {
			config.SamplingTable = file.Table
		}
		g, err := SkipGrams(c.Sequence, file.Vocabulary, config)
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		if !slices.Equal(g.Couples, c.Couples) {
			t.Errorf("case %d (%v): couples are %v, want %v", i, config, g.Couples, c.Couples)
		}
		if c.Categorical {
			var want [][2]int
			json.Unmarshal(c.Labels, &want)
			if got := g.Categorical(); !slices.Equal(got, want) {
				t.Errorf("case %d: labels are %v, want %v", i, got, want)
			}
			continue
		}
		var want []int
		json.Unmarshal(c.Labels, &want)
		if !slices.Equal(g.Labels, want) {
			t.Errorf("case %d: labels are %v, want %v", i, g.Labels, want)
		}
	}
}

func TestSamplingTableIsKeras(t *testing.T) {
	for _, c := range load[[]struct {
		Size, Every int
		Factor      float64
		Table       []float64
	}](t, "sampling.json") {
		got, err := SamplingTable(c.Size, c.Factor)
		if err != nil {
			t.Fatal(err)
		}
		every := max(1, c.Every)
		for i, want := range c.Table {
			// The logarithms of Go and numpy may differ in the last bit.
			if g := got[i*every]; math.Abs(g-want) > 4e-16*want {
				t.Errorf("size %d, factor %v: entry %d is %v, want %v", c.Size, c.Factor, i*every, g, want)
			}
		}
		if len(got) != c.Size {
			t.Errorf("%d entries, want %d", len(got), c.Size)
		}
	}
}

func TestRemoveLongSequencesIsKeras(t *testing.T) {
	for _, c := range load[[]struct {
		Maxlen    int
		Sequences [][]int
		Labels    []int
		Kept      [2]json.RawMessage
	}](t, "remove.json") {
		s, l, err := RemoveLongSequences(c.Maxlen, c.Sequences, c.Labels)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(s)
		b, _ := json.Marshal(l)
		if string(a) != string(c.Kept[0]) || string(b) != string(c.Kept[1]) {
			t.Errorf("maxlen %d: %s %s, want %s %s", c.Maxlen, a, b, c.Kept[0], c.Kept[1])
		}
	}
}

type array struct {
	Shape  []int
	Values []float32
}

type settings struct {
	Length, Stride, Start int
	Rate                  int  `json:"sampling_rate"`
	StartIndex            int  `json:"start_index"`
	EndIndex              *int `json:"end_index"`
	BatchSize             int  `json:"batch_size"`
	Shuffle, Reverse      bool
}

func TestTimeseriesGeneratorIsKeras(t *testing.T) {
	file := load[struct {
		Arrays, Targets map[string]array
		Cases           []struct {
			Data, Targets, Error, JSON string
			Settings                   settings
			Batches                    []struct {
				X, Y   []float32
				XShape []int `json:"x_shape"`
				YShape []int `json:"y_shape"`
			}
		}
	}](t, "timeseries.json")
	if len(file.Cases) != 90 {
		t.Fatalf("%d cases, want 90", len(file.Cases))
	}
	of := func(a array) *tensor.Tensor { return tensor.From(a.Values, a.Shape...) }
	for i, c := range file.Cases {
		s := c.Settings
		config := TimeseriesConfig{Length: s.Length, SamplingRate: s.Rate, Stride: s.Stride, StartIndex: s.StartIndex, EndIndex: s.EndIndex,
			Shuffle: s.Shuffle, Reverse: s.Reverse, BatchSize: s.BatchSize, Seed: 8}
		g, err := NewTimeseriesGenerator(of(file.Arrays[c.Data]), of(file.Targets[c.Targets]), config)
		if (err != nil) != (c.Error != "") {
			t.Errorf("case %d: error %v, Keras has %q", i, err, c.Error)
		}
		if err != nil {
			continue
		}
		if got := g.ToJSON(); got != c.JSON {
			t.Errorf("case %d: JSON is\n%s, want\n%s", i, got, c.JSON)
		}
		same := func(what string, x *tensor.Tensor, shape []int, want []float32) {
			if !slices.Equal(x.Shape(), shape) || !slices.Equal(x.Data(), want) {
				t.Errorf("case %d: %s is %v %v, want %v %v", i, what, x.Shape(), x.Data(), shape, want)
			}
		}
		if g.Len() != len(c.Batches) {
			t.Errorf("case %d: %d batches, want %d", i, g.Len(), len(c.Batches))
			continue
		}
		k, samples := 0, 0
		for b, err := range g.Batches(context.Background(), 3) { // the fixture's seed is 8 + 3
			if err != nil {
				t.Fatal(err)
			}
			same("x", b.X[0], c.Batches[k].XShape, c.Batches[k].X)
			same("y", b.Y[0], c.Batches[k].YShape, c.Batches[k].Y)
			x, y := g.Batch(3, k)
			same("Batch x", x, c.Batches[k].XShape, c.Batches[k].X)
			same("Batch y", y, c.Batches[k].YShape, c.Batches[k].Y)
			samples += x.Dim(0)
			k++
		}
		if k != g.Len() || samples != g.Samples() {
			t.Errorf("case %d: %d batches of %d samples, want %d of %d", i, k, samples, g.Len(), g.Samples())
		}
		again, err := TimeseriesFromJSON([]byte(c.JSON))
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		if again.ToJSON() != c.JSON {
			t.Errorf("case %d: after a round trip\n%s, want\n%s", i, again.ToJSON(), c.JSON)
		}
	}
}
