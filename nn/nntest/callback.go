package nntest

import (
	"context"
	"encoding/json"
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
//     second one neither;
//   - its state, if it has one, is valid JSON, can be taken up by another of its
//     kind, and is the same there.
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
		checkCallbackState(t, c)
	}
}

// checkCallbackState hands a callback its own state.
func checkCallbackState(t reporter, c nn.Callback) {
	t.Helper()
	s, ok := c.(nn.StatefulCallback)
	if !ok {
		return
	}
	before, err := s.State()
	if err != nil {
		t.Errorf("State: %v", err)
		return
	}
	if before.Values != nil && !json.Valid(before.Values) {
		t.Errorf("the state is no JSON: %s", before.Values)
	}
	if err := s.SetState(before); err != nil {
		t.Errorf("SetState refuses what State gave: %v", err)
		return
	}
	after, err := s.State()
	if err != nil {
		t.Errorf("State after SetState: %v", err)
	}
	if string(before.Values) != string(after.Values) || len(before.Tensors) != len(after.Tensors) {
		t.Errorf("state %s with %d tensors became %s with %d", before.Values, len(before.Tensors), after.Values, len(after.Tensors))
		return
	}
	for i, x := range before.Tensors {
		if !slices.Equal(x.Data(), after.Tensors[i].Data()) {
			t.Errorf("tensor %d of the state changed", i)
		}
	}
}

// checkHooks reports methods that look like hooks and are none.
func checkHooks(t reporter, c nn.Callback) {
	t.Helper()
	typ := reflect.TypeOf(c)
	var names []string
	for _, hooks := range []reflect.Type{reflect.TypeFor[nn.Callback](), reflect.TypeFor[nn.TestCallback](), reflect.TypeFor[nn.PredictCallback]()} {
		for i := range hooks.NumMethod() {
			name := hooks.Method(i).Name
			if slices.Contains(names, name) {
				continue
			}
			names = append(names, name)
			if _, has := typ.MethodByName(name); has && !typ.Implements(hooks) {
				t.Errorf("method %s is never called, since other hooks of a %s are missing", name, hooks)
			}
		}
	}
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
