package layers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// mergeCase is a fixture of a layer with several inputs; see
// testdata/tools/README.md.
type mergeCase struct {
	ClassName   string `json:"class_name"`
	Config      map[string]any
	OutputShape []*int `json:"output_shape"`
	Inputs      []string
	Output, R   string
	InputGrads  []string  `json:"input_grads"`
	Masks       []*string // of the inputs
	OutputMask  *string   `json:"output_mask"`
}

// TestMergeGolden holds layers with several inputs to what real Keras computed.
func TestMergeGolden(t *testing.T) {
	golden.Walk(t, "merge", func(t *testing.T, c golden.Case) {
		var f mergeCase
		c.Decode(t, &f)
		l := decode(t, layerCase{ClassName: f.ClassName, Config: f.Config})
		var symbols []*nn.Symbol
		var in []*ops.Value
		var feed []*tensor.Tensor
		for _, name := range f.Inputs {
			a := array(t, c, name)
			symbols = append(symbols, nn.Input(a.Shape()[1:]...))
			in, feed = append(in, ops.Input(a.Shape()...)), append(feed, a)
		}
		out := nn.Apply(l, symbols...)
		must(t, out.Err())
		if got, want := out.Shape(), shapeOf(f.OutputShape); !got.Equal(want) {
			t.Errorf("output shape %v, want %v", got, want)
		}
		masks, fed := make([]*ops.Value, len(in)), slices.Clone(in)
		for i, name := range f.Masks {
			if name != nil {
				a := array(t, c, *name)
				masks[i] = ops.Input(a.Shape()...)
				fed, feed = append(fed, masks[i]), append(feed, a)
			}
		}
		tr, err := nn.Trace(l, false, in, masks)
		must(t, err)
		want := []wanted{{f.Output, tr.Out[0]}}
		if (f.OutputMask == nil) != (tr.Masks[0] == nil) {
			t.Errorf("the output has a mask: %v; want %v", tr.Masks[0] != nil, f.OutputMask != nil)
		} else if f.OutputMask != nil {
			want = append(want, wanted{*f.OutputMask, tr.Masks[0]})
		}
		for i, g := range ops.Gradients(ops.Sum(ops.Mul(tr.Out[0], ops.Constant(array(t, c, f.R)))), in...) {
			want = append(want, wanted{f.InputGrads[i], g})
		}
		var values []*ops.Value
		for _, w := range want {
			values = append(values, w.value)
		}
		p := ops.Compile(ops.Spec{In: fed, Out: values})
		must(t, p.Run(ops.State{}, feed))
		for i, w := range want {
			if !slices.Equal(w.value.Shape(), c.Array(t, w.name).Shape) {
				t.Errorf("%s has shape %v, want %v", w.name, w.value.Shape(), c.Array(t, w.name).Shape)
			}
			c.Close(t, w.name, p.Out(i).Data())
		}
	})
}

func shapeOf(sizes []*int) nn.Shape {
	s := make(nn.Shape, len(sizes))
	for i, d := range sizes {
		s[i] = nn.Unknown
		if d != nil {
			s[i] = *d
		}
	}
	return s
}

// Words of a sentence of any length against the words of another.
func TestDotUnknownLength(t *testing.T) {
	out := nn.Apply(&layers.Dot{Axes: [2]int{-1, -1}}, nn.Input(nn.Unknown, 8), nn.Input(nn.Unknown, 8))
	must(t, out.Err())
	if want := (nn.Shape{nn.Unknown, nn.Unknown, nn.Unknown}); !out.Shape().Equal(want) {
		t.Errorf("output shape %v, want %v", out.Shape(), want)
	}
}

// The mask of an input ends here, as in tf-keras.
func TestDotDropsMasks(t *testing.T) {
	a := nn.Apply(&layers.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, nn.Input(3))
	b := nn.Apply(&layers.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, nn.Input(4))
	out := nn.Apply(&layers.Dense{Units: 1}, nn.Apply(&layers.Flatten{}, nn.Apply(&layers.Dot{Axes: [2]int{2, 2}}, a, b)))
	must(t, out.Err())
}

func TestDotErrors(t *testing.T) {
	for want, c := range map[string]struct {
		l  *layers.Dot
		in []nn.Shape
	}{
		"Axes is [0 0]; axis 0 is the batch": {&layers.Dot{}, []nn.Shape{{none, 3}, {none, 3}}},
		"Axes is [1 0]":                      {&layers.Dot{Axes: [2]int{1, 0}}, []nn.Shape{{none, 3}, {none, 3}}},
		"want 2 inputs, got 1":               {&layers.Dot{Axes: [2]int{1, 1}}, []nn.Shape{{none, 3}}},
		"want 2 inputs, got 3":               {&layers.Dot{Axes: [2]int{1, 1}}, []nn.Shape{{none, 3}, {none, 3}, {none, 3}}},
		"sizes 3 and 4 along Axes [1 1]":     {&layers.Dot{Axes: [2]int{1, 1}}, []nn.Shape{{none, 3}, {none, 4}}},
		"there is no axis 2 in an input of rank 2; input 1 is (None, 3)":  {&layers.Dot{Axes: [2]int{2, 1}}, []nn.Shape{{none, 3}, {none, 4}}},
		"there is no axis -3 in an input of rank 2; input 2 is (None, 3)": {&layers.Dot{Axes: [2]int{1, -3}}, []nn.Shape{{none, 3}, {none, 3}}},
		"axis -2 of an input of rank 2 is the batch":                      {&layers.Dot{Axes: [2]int{-1, -2}}, []nn.Shape{{none, 3}, {none, 3}}},
		"batches of different sizes":                                      {&layers.Dot{Axes: [2]int{1, 1}}, []nn.Shape{{2, 3}, {4, 3}}},
		"want inputs of rank 2 or more":                                   {&layers.Dot{Axes: [2]int{-1, -1}}, []nn.Shape{{none}, {none, 3}}},
	} {
		var in []*nn.Symbol
		for i, s := range c.in {
			in = append(in, nn.NamedInput(string(rune('a'+i)), s))
		}
		if err := nn.Apply(c.l, in...).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// The step of word vectors: two tables, rows multiplied pair by pair.
func BenchmarkDotRows(b *testing.B) {
	x, y := ops.Input(4096, 64), ops.Input(4096, 64)
	l := &layers.Dot{Axes: [2]int{1, 1}}
	if err := nn.Apply(l, nn.Input(64), nn.Input(64)).Err(); err != nil {
		b.Fatal(err)
	}
	tr, err := nn.Trace(l, true, []*ops.Value{x, y}, make([]*ops.Value, 2))
	if err != nil {
		b.Fatal(err)
	}
	out := append([]*ops.Value{tr.Out[0]}, ops.Gradients(ops.Sum(tr.Out[0]), x, y)...)
	p := ops.Compile(ops.Spec{In: []*ops.Value{x, y}, Out: out})
	feed := []*tensor.Tensor{tensor.Ones(4096, 64), tensor.Ones(4096, 64)}
	b.ReportAllocs()
	b.SetBytes(4 * 4096 * 64 * 4) // two rows read, two written
	for b.Loop() {
		if err := p.Run(ops.State{}, feed); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(4096*float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
}
