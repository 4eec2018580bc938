package nntest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Callback checks what every callback must keep:
//
//   - it has no exported method On… that is no hook: embedding
//     nn.NopCallback hides a misspelled one, which is then never called;
//   - its settings, if its type is registered, survive the way to JSON and back;
//   - a training with it, two epochs with validation, does not fail, and a
//     second one neither.
func Callback(t *testing.T, c nn.Callback) {
	t.Helper()
	checkCallback(t, c)
}

func checkCallback(t reporter, c nn.Callback) {
	t.Helper()
	checkHooks(t, c)
	class := config.ClassName(c)
	if slices.Contains(config.Classes(reflect.TypeFor[nn.Callback]()), class) {
		if err := config.Defaults(c); err != nil {
			t.Fatalf("%v", err)
		}
		roundTripThing(t, c, reflect.TypeFor[nn.Callback]())
	}
	for run := range 2 {
		x := nn.Input(2)
		m := nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{nn.Apply(&scaled{}, x)})
		err := m.Compile(nn.CompileConfig{Optimizer: still{}, Loss: nn.LossFunc("difference", func(y, p *ops.Value) *ops.Value {
			return ops.Mean(ops.Abs(ops.Sub(p, y)), -1)
		})})
		if err != nil {
			t.Fatalf("%v", err)
		}
		data := pipeline.Arrays(tensor.New(6, 2), tensor.New(6, 2), pipeline.ArraysConfig{BatchSize: 2})
		if _, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 2, ValidationSplit: 0.5, Callbacks: []nn.Callback{c}}); err != nil {
			t.Errorf("training %d with the callback: %v", run+1, err)
		}
	}
}

// checkHooks reports methods that look like hooks and are none.
func checkHooks(t reporter, c nn.Callback) {
	t.Helper()
	hooks := reflect.TypeFor[nn.Callback]()
	var names []string
	for i := range hooks.NumMethod() {
		names = append(names, hooks.Method(i).Name)
	}
	typ := reflect.TypeOf(c)
	for i := range typ.NumMethod() {
		name := typ.Method(i).Name
		rest, on := strings.CutPrefix(name, "On")
		if !on || rest == "" || rest[0] < 'A' || rest[0] > 'Z' || slices.Contains(names, name) {
			continue
		}
		hint := ""
		if near := config.Nearest(name, names); len(near) > 0 {
			hint = "; did you mean " + near[0] + "?"
		}
		t.Errorf("method %s is no hook of a callback and is never called%s (the hooks are %s)", name, hint, strings.Join(names, ", "))
	}
}

// scaled is x·w.
type scaled struct {
	nn.Base
	w *nn.Weight
}

func (s *scaled) Build(b *nn.Build, _ ...nn.Shape) error {
	s.w = b.Weight(nn.WeightSpec{Name: "w", Shape: nn.Shape{1}})
	return nil
}

func (s *scaled) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Mul(in[0], c.Read(s.w))
}
