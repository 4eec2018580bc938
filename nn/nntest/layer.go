package nntest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Layer checks what every layer must keep, with inputs of the given shapes
// (the batch first; nn.Unknown for it). l must not have been applied yet.
//
//   - its settings survive the way to JSON and back, defaults filled in;
//   - the shape it states is the one it makes, for batches of 1, 2 and 5;
//   - gradients of inputs and trainable weights agree with finite differences;
//   - planned = node by node, bit for bit, in memory full of NaN, without
//     allocation, for 1 and 2 workers (see [Op]);
//   - while not training, samples of a batch do not see each other;
//   - a mask on an input is refused, used, handed on in the shape of the output, or
//     dropped by a layer that says so (nn.MaskEnder), never lost silently;
//   - the same seed gives the same numbers;
//   - a model of it survives saving and loading, bit for bit.
func Layer(t *testing.T, l nn.Layer, in ...nn.Shape) {
	t.Helper()
	contract(t, l, 0, in)
}

// LayerIDs is [Layer] for a layer whose inputs are whole numbers below limit.
func LayerIDs(t *testing.T, l nn.Layer, limit int, in ...nn.Shape) {
	t.Helper()
	contract(t, l, limit, in)
}

func contract(t *testing.T, l nn.Layer, limit int, in []nn.Shape) {
	t.Helper()
	symbols := make([]*nn.Symbol, len(in))
	for i, s := range in {
		symbols[i] = nn.NamedInput(fmt.Sprintf("x%d", i), s)
	}
	copied := roundTrip(t, l)
	outs := nn.ApplyMulti(l, symbols...)
	if err := outs[0].Err(); err != nil {
		t.Fatal(err)
	}
	again := nn.ApplyMulti(copied, symbols...)
	if err := again[0].Err(); err != nil {
		t.Fatalf("a copy from the layer's own JSON: %v", err)
	}
	for i := range outs {
		if !outs[i].Shape().Equal(again[i].Shape()) {
			t.Errorf("output %d of a copy from JSON has shape %v, want %v", i, again[i].Shape(), outs[i].Shape())
		}
	}
	checkShapes(t, l, in, outs)
	fillWeights(l)
	checkGradients(t, l, in, limit, len(outs))
	checkMasks(t, l, in, limit, len(outs))
	model := nn.NewModel(symbols, outs)
	if err := model.Err(); err != nil {
		t.Fatal(err)
	}
	checkModel(t, model, limit, in)
}

// A caller is a layer whose call takes arguments in Keras.
type caller interface {
	CallArguments() map[string]any
	SetCallArguments(args map[string]any) error
}

// roundTrip writes the layer's settings to JSON and reads them back.
func roundTrip(t *testing.T, l nn.Layer) nn.Layer {
	t.Helper()
	if err := config.Defaults(l); err != nil {
		t.Fatal(err)
	}
	encode := func(l nn.Layer) []byte {
		o, err := config.Encode(l)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := encode(l)
	v, err := config.New(nn.ClassName(l), reflect.TypeFor[nn.Layer]())
	if err != nil {
		t.Fatalf("the layer is not registered: %v", err)
	}
	var m map[string]any
	if err := json.Unmarshal(first, &m); err != nil {
		t.Fatal(err)
	}
	if err := config.Decode(v, m); err != nil {
		t.Fatalf("reading %s: %v", first, err)
	}
	copied := v.(nn.Layer)
	if from, ok := l.(caller); ok { // what files keep with the calls
		if err := copied.(caller).SetCallArguments(from.CallArguments()); err != nil {
			t.Fatal(err)
		}
	}
	if second := encode(copied); !bytes.Equal(first, second) {
		t.Errorf("settings change on the way to JSON and back:\n%s\n%s", first, second)
	}
	return copied
}

func checkShapes(t *testing.T, l nn.Layer, in []nn.Shape, outs []*nn.Symbol) {
	t.Helper()
	for _, batch := range []int{1, 2, 5} {
		vals := make([]*ops.Value, len(in))
		for i, s := range in {
			if s[0] != nn.Unknown {
				return
			}
			vals[i] = ops.Input(concrete(s, batch)...)
		}
		for _, training := range []bool{false, true} {
			tr, err := nn.Trace(l, training, vals, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range tr.Out {
				if want := outs[i].Shape(); !fits(want, batch, o.Shape()) {
					t.Errorf("output %d, batch %d, training %v: shape %v, want %v", i, batch, training, nn.Shape(o.Shape()), want)
				}
			}
		}
	}
}

// concrete gives unknown axes sizes: batch for the first, more for the others.
func concrete(s nn.Shape, batch int) []int {
	c := slices.Clone([]int(s))
	for i, d := range c {
		if d == nn.Unknown {
			c[i] = batch
			if i > 0 {
				c[i] += 6
			}
		}
	}
	return c
}

// fits reports whether a shape is one that was stated, with a batch size.
func fits(stated nn.Shape, batch int, got []int) bool {
	return slices.EqualFunc(stated, got, func(want, d int) bool { return want == d || want == nn.Unknown }) &&
		(stated[0] != nn.Unknown || got[0] == batch)
}

// fillWeights gives every weight numbers that are neither zero nor one, so
// that nothing hides behind an initial value.
func fillWeights(l nn.Layer) {
	for i, w := range nn.BaseOf(l).Weights() {
		v := tensor.New(w.Shape()...)
		for j, x := range randoms(v.Len(), uint64(i)+77) {
			v.Data()[j] = 0.5 + 0.3*x
		}
		if err := w.Set(v); err != nil {
			panic(err)
		}
	}
}

// inputsFor makes inputs: numbers of size about 1, or ids below a limit.
func inputsFor(in []nn.Shape, limit, batch int) []*tensor.Tensor {
	ts := make([]*tensor.Tensor, len(in))
	for i, s := range in {
		sh := concrete(s, batch)
		v := tensor.New(sh...)
		for j, x := range randoms(v.Len(), uint64(i)+13) {
			v.Data()[j] = x
			if limit > 0 {
				v.Data()[j] = float32(int(float32(limit) * (x + 1.5) / 3))
			}
		}
		ts[i] = v
	}
	return ts
}

func checkGradients(t *testing.T, l nn.Layer, in []nn.Shape, limit, outs int) {
	t.Helper()
	x := inputsFor(in, limit, 3)
	var ws []*nn.Weight
	for _, w := range nn.BaseOf(l).Weights() {
		if w.Trainable() {
			ws = append(ws, w)
			x = append(x, w.Value())
		}
	}
	for o := range outs {
		for _, training := range []bool{false, true} {
			Op(t, func(v ...*ops.Value) *ops.Value {
				given := map[*nn.Weight]*ops.Value{}
				for i, w := range ws {
					given[w] = v[len(in)+i]
				}
				tr, err := nn.TraceWith(l, training, v[:len(in)], nil, given)
				if err != nil {
					t.Fatal(err)
				}
				return tr.Out[o]
			}, x...)
		}
	}
}

// checkModel looks at a model that holds the layer alone.
func checkModel(t *testing.T, m *nn.Model, limit int, in []nn.Shape) {
	t.Helper()
	batch := 4
	if in[0][0] != nn.Unknown {
		batch = in[0][0]
	}
	x := inputsFor(in, limit, batch)
	whole := predictAll(t, m, x)
	if in[0][0] == nn.Unknown {
		one := make([]*tensor.Tensor, len(x))
		for i := range x {
			row := x[i].Len() / batch
			one[i] = tensor.From(slices.Clone(x[i].Data()[row:2*row]), append([]int{1}, x[i].Shape()[1:]...)...)
		}
		for i, p := range predictAll(t, m, one) {
			row := whole[i].Len() / batch
			for j, v := range p.Data() {
				if w := whole[i].Data()[row+j]; math.Abs(float64(v-w)) > 1e-5*(1+math.Abs(float64(w))) {
					t.Errorf("output %d: sample 1 alone gives %v, in a batch %v: samples must not see each other", i, v, w)
					break
				}
			}
		}
	}
	path := filepath.Join(t.TempDir(), "model.npz")
	if err := saving.Save(m, path); err != nil {
		t.Fatal(err)
	}
	loaded, err := saving.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "after saving and loading", whole, predictAll(t, loaded, x))
	defer par.SetWorkers(par.Workers())
	par.SetWorkers(1)
	m.ResetStates()
	same(t, "with one worker", whole, predictAll(t, m, x))
}

func predictAll(t *testing.T, m *nn.Model, x []*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	m.ResetStates()
	src := pipeline.ArraysN(x, nil, nil, pipeline.ArraysConfig{BatchSize: x[0].Shape()[0]})
	out, err := m.Predict(context.Background(), src, nn.PredictConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, when string, want, got []*tensor.Tensor) {
	t.Helper()
	for i := range want {
		for j, w := range want[i].Data() {
			if g := got[i].Data()[j]; math.Float32bits(g) != math.Float32bits(w) {
				t.Errorf("output %d, element %d %s: %v, want %v bit for bit", i, j, when, g, w)
				break
			}
		}
	}
}
