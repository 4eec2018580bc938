package sequence

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

func TestTimeseriesErrors(t *testing.T) {
	x := tensor.Arange(10)
	for _, c := range []struct {
		want string
		x, y *tensor.Tensor
		c    TimeseriesConfig
	}{
		{"want time as the first axis", tensor.Scalar(1), x, TimeseriesConfig{Length: 1}},
		{"10 time steps and 9 targets", x, tensor.Arange(9), TimeseriesConfig{Length: 1}},
		{"Length is 0", x, x, TimeseriesConfig{}},
		{"SamplingRate is -1", x, x, TimeseriesConfig{Length: 1, SamplingRate: -1}},
		{"Stride is -1", x, x, TimeseriesConfig{Length: 1, Stride: -1}},
		{"BatchSize is -1", x, x, TimeseriesConfig{Length: 1, BatchSize: -1}},
		{"StartIndex is -1", x, x, TimeseriesConfig{Length: 1, StartIndex: -1}},
		{"EndIndex is 10", x, x, TimeseriesConfig{Length: 1, EndIndex: new(10)}},
		{"no time step has a window", x, x, TimeseriesConfig{Length: 10}},
		{"no time step has a window", x, x, TimeseriesConfig{Length: 1, StartIndex: 1 << 62}},
		{"no time step has a window", x, x, TimeseriesConfig{Length: 1<<63 - 1, StartIndex: 1}},
		{"no time step has a window", tensor.New(0), tensor.New(0), TimeseriesConfig{Length: 1}},
	} {
		if _, err := NewTimeseriesGenerator(c.x, c.y, c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
}

const saved = `{"class_name": "TimeseriesGenerator", "config": {"data": "[1, 2, 3]", "targets": "[1, 2, 3]", "length": 1, "sampling_rate": 1, "stride": 1, "start_index": 1, "end_index": 2, "shuffle": false, "reverse": false, "batch_size": 2}}`

func TestTimeseriesFromJSON(t *testing.T) {
	g, err := TimeseriesFromJSON([]byte(strings.ReplaceAll(saved, "[1, 2, 3]", "[NaN, -Infinity, 1e-5]")))
	if err != nil {
		t.Fatal(err)
	}
	if want := "[NaN, -Infinity, 9.999999747378752e-06]"; g.GetConfig().Data != want {
		t.Errorf("data are %s, want %s", g.GetConfig().Data, want)
	}
	for _, c := range []struct{ want, from, to string }{
		{"unexpected end", saved, "{"},
		{`class is "Tokenizer"`, "TimeseriesGenerator", "Tokenizer"},
		{`unknown setting "strides"`, `"stride"`, `"strides"`},
		{`config has no "data"`, `"data": "[1, 2, 3]", `, ``},
		{"length", `"length": 1`, `"length": "x"`},
		{"start_index 0 is below length 1", `"start_index": 1`, `"start_index": 0`},
		{"stride is 0", `"stride": 1`, `"stride": 0`},
		{"batch_size is 0", `"batch_size": 2`, `"batch_size": 0`},
		{"EndIndex is 7", `"end_index": 2`, `"end_index": 7`},
		{"data: the lists are ragged", `"data": "[1, 2, 3]"`, `"data": "[1, [2], 3]"`},
		{"data: the lists are ragged", `"data": "[1, 2, 3]"`, `"data": "[[1], 2, [3]]"`},
		{"data: the lists are ragged", `"data": "[1, 2, 3]"`, `"data": "[[1], [2, 3], [4]]"`},
		{"want a list", `"data": "[1, 2, 3]"`, `"data": "1"`},
		{"is not a number", `"data": "[1, 2, 3]"`, `"data": "[1, true, 3]"`},
		{"too large", `"data": "[1, 2, 3]"`, `"data": "[1, 1e39, 3]"`},
		{"more follows", `"data": "[1, 2, 3]"`, `"data": "[1, 2, 3] 4"`},
		{"more than 32 lists", `"data": "[1, 2, 3]"`, `"data": "` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `"`},
		{"targets: ", `"targets": "[1, 2, 3]"`, `"targets": "[1, 2"`},
	} {
		if _, err := TimeseriesFromJSON([]byte(strings.ReplaceAll(saved, c.from, c.to))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
}

func TestTimeseriesStops(t *testing.T) {
	g, err := NewTimeseriesGenerator(tensor.Arange(10), tensor.Arange(10), TimeseriesConfig{Length: 2, BatchSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err := range g.Batches(ctx, 0) {
		if n++; n == 2 {
			cancel()
		}
		if n == 3 && !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	}
	if n != 3 {
		t.Errorf("%d turns, want 3", n)
	}
}

func FuzzTimeseriesFromJSON(f *testing.F) {
	f.Add([]byte(saved))
	f.Add([]byte(strings.ReplaceAll(saved, "[1, 2, 3]", "[[1, 2], [3, NaN], [5, 6]]")))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := TimeseriesFromJSON(b)
		if err != nil {
			return
		}
		again, err := TimeseriesFromJSON([]byte(g.ToJSON()))
		if err != nil || again.ToJSON() != g.ToJSON() {
			t.Errorf("round trip of %s: %v", g.ToJSON(), err)
		}
	})
}
